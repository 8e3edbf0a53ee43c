/** The lines of a vCard file (RFC 6350 §3.2, §3.3; QUOTED-PRINTABLE and charset of vCard 2.1): name, types, value. */
import { decodeUtf8 } from './utf8.ts';

/** `ann.TEL;TYPE=work,voice:+49…`. Names in capitals without their group, types in small letters. */
export interface CardLine {
  readonly name: string;
  readonly types: readonly string[];
  readonly encoding: 'base64' | 'quoted-printable' | null;
  /** As written, unfolded; QUOTED-PRINTABLE undone. */
  readonly value: string;
}

const LONGEST_HEAD = 2_000;

/** Every line that is one; what is none is skipped, as RFC 6350 §3.2 asks for what is not understood. */
export function* cardLines(text: string): Generator<CardLine> {
  const raw = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  for (let i = 0; i < raw.length; i++) {
    const first = raw[i] ?? '';
    const parts = [first];
    const head = first.includes(';') ? first.slice(0, LONGEST_HEAD) : '';
    // The second pattern alone would go back and forth in a line of many semicolons.
    const isQuoted =
      /QUOTED-PRINTABLE[;:]/i.test(head) && /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(head);
    for (;;) {
      const next = raw[i + 1];
      if (next === undefined) break;
      if (isQuoted && parts.at(-1)?.endsWith('=')) parts.push((parts.pop() ?? '').slice(0, -1), next);
      else if (next.startsWith(' ') || next.startsWith('\t')) parts.push(next.slice(1));
      else break;
      i++;
    }
    const line = readLine(parts.join(''));
    if (line) yield line;
  }
}

/** Where the colon stands that is not quoted; -1 without one, or when it comes too late. */
function endOfHead(text: string): number {
  const first = text.indexOf(':');
  if (first < 0 || first >= LONGEST_HEAD) return -1;
  const quote = text.indexOf('"');
  if (quote < 0 || quote > first) return first;
  let isInside = false;
  for (let i = quote; i < text.length && i < LONGEST_HEAD; i++) {
    if (text[i] === '"') isInside = !isInside;
    else if (text[i] === ':' && !isInside) return i;
  }
  return -1;
}

/** `[group "."] name *(";" param) ":" value`; a parameter may be quoted, with colons in it. */
function readLine(text: string): CardLine | null {
  const colon = endOfHead(text);
  if (colon < 0) return null;
  const before = text.slice(0, colon);
  const pieces = before.includes(';') ? (before.match(/(?:[^;"]|"[^"]*"?)+/g) ?? []) : [before];
  const [head = '', ...params] = pieces.map((one) => one.trim());
  const name = /^(?:[\w-]+\.)?([\w-]+)$/.exec(head)?.[1];
  if (name === undefined) return null;
  const types: string[] = [];
  let encoding: CardLine['encoding'] = null;
  let charset = 'utf-8';
  for (const param of params) {
    const [, key = 'TYPE', given = ''] = /^(?:([\w-]+)\s*=)?(.*)$/s.exec(param) ?? [];
    const values = given.replaceAll('"', '').toLowerCase().split(',');
    const word = values[0] ?? '';
    const kind = key.toUpperCase();
    if (kind === 'CHARSET') charset = word;
    else if (kind === 'ENCODING' || word === 'quoted-printable' || word === 'base64')
      encoding = word === 'quoted-printable' ? word : ['b', 'base64'].includes(word) ? 'base64' : null;
    else if (kind === 'TYPE' || kind === 'MEDIATYPE') types.push(...values);
  }
  const value = text.slice(colon + 1);
  return {
    ...{ name: name.toUpperCase(), types, encoding },
    value: encoding === 'quoted-printable' ? unquoted(value, charset) : value,
  };
}

/** RFC 2045 §6.7. */
function unquoted(text: string, charset: string): string {
  const octets: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const hex = text[i] === '=' ? /^[0-9a-f]{2}$/i.exec(text.slice(i + 1, i + 3))?.[0] : undefined;
    if (hex !== undefined) {
      octets.push(parseInt(hex, 16));
      i += 2;
      // Characters that should have been written as octets, and were not.
    } else if (code < 0x100) octets.push(code);
    else octets.push(0x3f);
  }
  const bytes = Uint8Array.from(octets);
  return (/^(?:utf-?8|us-ascii)$/.test(charset) ? decodeUtf8(bytes) : null) ?? western(bytes);
}

/** windows-1252, of which ISO 8859-1 is a part: what old address books write. */
function western(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets)
    text += octet >= 0x80 && octet < 0xa0 ? (HIGH[octet - 0x80] ?? '') : String.fromCharCode(octet);
  return text;
}
const HIGH = [...'€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ'];

/** The value as text (RFC 6350 §3.4). */
export function textOf(line: CardLine | undefined): string {
  return unescaped(line?.value ?? '');
}

/** Components between semicolons (N, ORG). */
export function partsOf(line: CardLine | undefined): string[] {
  return split(line?.value ?? '', ';');
}

/** Values between commas (CATEGORIES). */
export function listOf(line: CardLine): string[] {
  return split(line.value, ',');
}

function split(value: string, mark: ',' | ';'): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\') i++;
    else if (value[i] === mark) {
      parts.push(unescaped(value.slice(from, i)));
      from = i + 1;
    }
  }
  parts.push(unescaped(value.slice(from)));
  return parts;
}

function unescaped(text: string): string {
  return text.replace(/\\([\\,;:nN])/g, (_, one: string) => (one === 'n' || one === 'N' ? '\n' : one));
}
