/**
 * What is left of a request that could not be parsed: enough to refuse it (RFC 3261 §8.2.6), and nothing that was
 * not looked at. No field of it may be trusted for anything but the refusal.
 */
import { hasControl, isToken } from './sip-chars.ts';
import type { Header } from './sip-message.ts';
import { knownHeader } from './sip-names.ts';

export interface BrokenRequest {
  readonly kind: 'broken';
  readonly method: string;
  /** Via fields, then the first From, To, Call-ID and CSeq, as received. */
  readonly headers: readonly Header[];
}

const COPIED = ['From', 'To', 'Call-ID', 'CSeq'];
const LONGEST_VALUE = 4096;
const MOST_VIAS = 70;

/**
 * Looks through at most `most` characters. `null` for a response, an ACK, and for what lacks one of the fields a
 * response has to copy: such a message is dropped.
 */
export function salvage(text: string, start: number, most: number): BrokenRequest | null {
  const lines = text.slice(start, start + most).split('\r\n');
  const method = /^[^ ]+/.exec(lines[0] ?? '')?.[0] ?? '';
  if (!isToken(method) || method === 'ACK') return null;
  const vias: Header[] = [];
  const found = new Map<string, Header>();
  for (let i = 1; i < lines.length && lines[i] !== '';) {
    let field = lines[i++] ?? '';
    while (/^[ \t]/.test(lines[i] ?? '') && field.length < LONGEST_VALUE) field += ` ${lines[i++]?.trim()}`;
    const colon = field.indexOf(':');
    const name = colon < 0 || colon > 64 ? undefined : knownHeader(field.slice(0, colon))?.name;
    const value = field.slice(colon + 1).trim();
    if (name === undefined || value === '' || value.length > LONGEST_VALUE || hasControl(value)) continue;
    if (name === 'Via' && vias.length < MOST_VIAS) vias.push({ name, value });
    else if (COPIED.includes(name) && !found.has(name)) found.set(name, { name, value });
  }
  const copied = COPIED.flatMap((name) => found.get(name) ?? []);
  if (vias.length === 0 || copied.length < COPIED.length) return null;
  return { kind: 'broken', method, headers: [...vias, ...copied] };
}
