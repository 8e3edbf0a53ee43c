/** The header section as fields, and the few fields every message stands on. Used by the parser only. */
import { hasControl, isBlank, isToken, isWord, parseDecimal, skipBlank } from './sip-chars.ts';
import { parseNameAddr, parseVia, splitList } from './sip-header.ts';
import type { CSeq, Header, NameAddr, Via } from './sip-message.ts';
import { knownHeader } from './sip-names.ts';

/** Filled by `readFields`. What is `null` was absent. */
interface Fields {
  headers: Header[];
  vias: Via[];
  from: NameAddr | null;
  to: NameAddr | null;
  callId: string | null;
  cseq: CSeq | null;
  contentLength: number | null;
  maxForwards: number | null;
}

export type FieldsResult = Fields | { readonly status: number; readonly reason: string };

/** Reads the fields between `start` (just behind the start line's CRLF) and `end` (the CRLF of the empty line). */
export function readFields(
  text: string,
  start: number,
  end: number,
  most: { fields: number; vias: number },
): FieldsResult {
  const fields: Fields = {
    headers: [],
    vias: [],
    from: null,
    to: null,
    callId: null,
    cseq: null,
    contentLength: null,
    maxForwards: null,
  };
  let seen = 0;
  let at = start;
  while (at < end) {
    const colon = text.indexOf(':', at);
    const known = colon < 0 || colon >= end ? null : knownHeader(text.slice(at, colon));
    if (!known) return { status: 400, reason: 'Malformed header name' };
    // To the CRLF that ends the field. Folds and escaped control characters make it `odd`.
    let next = colon + 1;
    let odd = false;
    for (; next < end; next++) {
      const code = text.charCodeAt(next);
      if ((code >= 32 && code !== 127) || code === 9) continue;
      if (code === 13 && text.charCodeAt(next + 1) === 10) {
        if (!isBlank(text.charCodeAt(next + 2))) break;
        next++;
      } else if (!mayBeEscaped(text, next, code)) {
        return { status: 400, reason: `Control character in ${known.name}` };
      }
      odd = true;
    }
    const value = fieldValue(text, colon + 1, next, odd);
    at = next + 2;
    if (known.single !== 0) {
      if ((seen & known.single) !== 0) return { status: 400, reason: `Repeated ${known.name}` };
      seen |= known.single;
    }
    if (fields.headers.length === most.fields) return { status: 513, reason: 'Too many header fields' };
    fields.headers.push({ name: known.name, value });
    if (!take(fields, known.name, value)) return { status: 400, reason: `Malformed ${known.name}` };
    if (fields.vias.length > most.vias) return { status: 513, reason: 'Too many Vias' };
  }
  return fields;
}

/** The grammar lets a quoted string hold an escaped control character (RFC 4475 §3.1.1.2), but never a line end. */
function mayBeEscaped(text: string, at: number, code: number): boolean {
  return code !== 13 && code !== 10 && text.charCodeAt(at - 1) === 92;
}

/** The value unfolded and trimmed. Escaped control characters become U+FFFD: none is ever seen above the codec. */
function fieldValue(text: string, from: number, to: number, odd: boolean): string {
  const start = skipBlank(text, from);
  let end = to;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  const written = text.slice(start, end);
  if (!odd) return written;
  // Blanks before the fold stay: a pattern that ate them would be quadratic on a long run of blanks.
  const unfolded = written.replace(/\r\n[ \t]+/g, ' ').trim();
  return hasControl(unfolded) ? unfolded.replace(/(?!\t)\p{Cc}/gu, '\ufffd') : unfolded;
}

function take(fields: Fields, name: string, value: string): boolean {
  switch (name) {
    case 'Via':
      return takeVias(fields.vias, value);
    case 'From':
      return (fields.from = parseNameAddr(value)) !== null;
    case 'To':
      return (fields.to = parseNameAddr(value)) !== null;
    case 'Call-ID':
      fields.callId = value;
      return isCallId(value);
    case 'CSeq':
      return (fields.cseq = parseCSeq(value)) !== null;
    case 'Content-Length':
      return (fields.contentLength = parseDecimal(value, 0x7fffffff)) !== null;
    case 'Max-Forwards':
      return (fields.maxForwards = parseDecimal(value, 255)) !== null;
    default:
      return true;
  }
}

function takeVias(vias: Via[], value: string): boolean {
  for (const part of splitList(value) ?? ['']) {
    const via = parseVia(part);
    if (!via) return false;
    vias.push(via);
  }
  return true;
}

/** `word [@ word]`. */
export function isCallId(text: string): boolean {
  const at = text.indexOf('@');
  return at < 0 ? isWord(text) : isWord(text.slice(0, at)) && isWord(text.slice(at + 1));
}

/** `number method`; the number below 2^31 (RFC 3261 §8.1.1.5). */
export function parseCSeq(text: string): CSeq | null {
  let i = 0;
  while (i < text.length && !isBlank(text.charCodeAt(i))) i++;
  const seq = parseDecimal(text.slice(0, i), 0x7fffffff);
  const method = text.slice(skipBlank(text, i));
  return seq !== null && isToken(method) ? { seq, method } : null;
}
