/**
 * Common Presence and Instant Messaging: message format (RFC 3862). A message has its own headers, then the MIME
 * headers of the content, then the content. One pass over the text, no backtracking.
 */
import { type Decoded, decoded, refused } from './decoded.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';
import { schemeOf } from './safe-link.ts';

export const CPIM_TYPE = 'message/cpim';

/** `Formal name <uri>`. */
export interface CpimAddress {
  readonly name: string;
  readonly uri: string;
}

/** A header we do not name a field for. `ns` is the namespace URI its prefix stands for, '' without a prefix. */
export interface CpimHeader {
  readonly ns: string;
  readonly name: string;
  readonly value: string;
  readonly lang?: string;
}

/** A whole message. What `from` claims is checked against the SIP layer by the caller, never shown by itself. */
export interface CpimMessage {
  readonly from: CpimAddress | null;
  readonly to: readonly CpimAddress[];
  readonly cc: readonly CpimAddress[];
  readonly subjects: readonly { readonly text: string; readonly lang?: string }[];
  /** Milliseconds, `null` when absent or no date: the sender's clock, never used to order. */
  readonly dateTime: number | null;
  /** Names that must be understood (RFC 3862 §4.8), `prefix.Name` as `{ns}Name`. */
  readonly require: readonly string[];
  readonly headers: readonly CpimHeader[];
  /** MIME headers of the content, names in lower case. */
  readonly contentHeaders: ReadonlyMap<string, string>;
  /** Media type in lower case without parameters; text/plain when the sender left it out. */
  readonly contentType: string;
  readonly content: string;
}

const MAX_SIZE = 1024 * 1024;
const MAX_HEADERS = 100;
/** Schemes an address may have; anything else (javascript:) refuses the message. */
const ADDRESS_SCHEMES = new Set(['sip', 'sips', 'im', 'pres', 'tel', 'xmpp', 'mailto', 'urn', 'mid', 'cid']);

interface Line {
  readonly name: string;
  readonly value: string;
}

/** Parse a `message/cpim` body. Lone LF line ends are taken. */
export function parseCpim(text: string): Decoded<CpimMessage> {
  if (text.length > MAX_SIZE) return refused('CPIM message too large');
  const reader = { text, at: 0 };
  const first = readHeaders(reader);
  if (first === null) return refused('CPIM headers malformed');
  // RFC 5438 prints messages where the MIME headers follow without a blank line; they are then among ours.
  const split = first.findIndex((line) => /^content-/i.test(line.name));
  const own = split < 0 ? first : first.slice(0, split);
  let mime: Line[] = split < 0 ? [] : first.slice(split);
  if (split < 0) {
    const start = reader.at;
    const second = readHeaders(reader);
    if (second?.some((line) => /^content-/i.test(line.name))) mime = second;
    // No MIME headers at all: the rest is the content, nothing is lost.
    else if (second?.length !== 0) reader.at = start;
  }
  return assemble(own, mime, text.slice(reader.at));
}

/** Headers up to a blank line; `null` when something there is no header. */
function readHeaders(reader: { readonly text: string; at: number }): Line[] | null {
  const lines: Line[] = [];
  while (reader.at < reader.text.length) {
    const end = reader.text.indexOf('\n', reader.at);
    const stop = end < 0 ? reader.text.length : end;
    const line = reader.text.slice(
      reader.at,
      stop > reader.at && reader.text[stop - 1] === '\r' ? stop - 1 : stop,
    );
    if (line === '') {
      reader.at = end < 0 ? stop : stop + 1;
      return lines;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || lines.length >= MAX_HEADERS) return null;
    reader.at = end < 0 ? stop : stop + 1;
    lines.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  return lines;
}

function assemble(own: readonly Line[], mime: readonly Line[], content: string): Decoded<CpimMessage> {
  const prefixes = new Map<string, string>();
  const to: CpimAddress[] = [];
  const cc: CpimAddress[] = [];
  const subjects: { text: string; lang?: string }[] = [];
  const required: string[] = [];
  const headers: CpimHeader[] = [];
  let from: CpimAddress | null = null;
  let dateTime: number | null = null;
  for (const { name, value: raw } of own) {
    const { value, lang } = splitParameters(raw);
    switch (name) {
      case 'From':
      case 'To':
      case 'cc': {
        const address = parseAddress(value);
        if (address === null) return refused(`CPIM ${name} is no address`);
        if (name === 'From' && from !== null) return refused('CPIM message with two From');
        if (name === 'From') from = address;
        else (name === 'To' ? to : cc).push(address);
        break;
      }
      case 'Subject':
        subjects.push({ text: unescapeValue(value), ...(lang && { lang }) });
        break;
      case 'DateTime':
        dateTime = parseDateTime(value) ?? null;
        break;
      case 'NS': {
        // `NS: prefix <uri>`; without a prefix it names the default, which stays the standard one here.
        const match = /^(\S*)\s*<([^<>\s]+)>$/.exec(value);
        if (match?.[1] && match[2]) prefixes.set(match[1], match[2]);
        break;
      }
      case 'Require':
        for (const one of value.split(','))
          if (one.trim() !== '') required.push(expand(one.trim(), prefixes));
        break;
      default: {
        const dot = name.indexOf('.');
        const ns = dot < 0 ? '' : (prefixes.get(name.slice(0, dot)) ?? 'unknown:');
        headers.push({ ns, name: name.slice(dot + 1), value: unescapeValue(value), ...(lang && { lang }) });
      }
    }
  }
  const contentHeaders = new Map<string, string>();
  for (const { name, value } of mime) {
    const key = name.toLowerCase();
    if (!contentHeaders.has(key)) contentHeaders.set(key, value);
  }
  const type = (contentHeaders.get('content-type') ?? 'text/plain').split(';', 1)[0] ?? '';
  return decoded({
    from,
    to,
    cc,
    subjects,
    dateTime,
    require: required,
    headers,
    contentHeaders,
    contentType: type.trim().toLowerCase(),
    content,
  });
}

/** `;lang=fr text`: parameters come before the value (RFC 3862 §3.2), right after the colon. */
function splitParameters(raw: string): { value: string; lang?: string } {
  if (!raw.startsWith(';')) return { value: raw };
  const space = raw.indexOf(' ');
  const params = space < 0 ? raw : raw.slice(0, space);
  const lang = /;lang=([A-Za-z0-9-]{1,40})(?=;|$)/i.exec(params)?.[1];
  return { value: space < 0 ? '' : raw.slice(space + 1).trim(), ...(lang && { lang }) };
}

function expand(name: string, prefixes: ReadonlyMap<string, string>): string {
  const dot = name.indexOf('.');
  return dot < 0 ? name : `{${prefixes.get(name.slice(0, dot)) ?? 'unknown:'}}${name.slice(dot + 1)}`;
}

function parseAddress(value: string): CpimAddress | null {
  if (!value.endsWith('>')) return null;
  const start = value.lastIndexOf('<');
  const uri = value.slice(start + 1, -1);
  const scheme = schemeOf(uri);
  if (start < 0 || scheme === undefined || !ADDRESS_SCHEMES.has(scheme)) return null;
  const name = value.slice(0, start).trim();
  const quoted = name.length > 1 && name.startsWith('"') && name.endsWith('"');
  return { name: unescapeValue(quoted ? name.slice(1, -1) : name), uri };
}

/** Header escapes (RFC 3862 §2.3.1). An unknown one stands for its character. */
function unescapeValue(value: string): string {
  return value.replace(/\\(u[0-9A-Fa-f]{4}|[^u]|u)/g, (_, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return ESCAPES[code] ?? code;
  });
}
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', r: '\r' };

/** What to write. `headers` carry the namespace they belong to; a prefix is chosen for each. */
export interface CpimDraft {
  readonly from: CpimAddress;
  readonly to: readonly CpimAddress[];
  readonly subject?: string;
  readonly dateTime?: number;
  /** Prefix, namespace URI, name, value. */
  readonly headers?: readonly { prefix: string; ns: string; name: string; value: string }[];
  readonly contentHeaders: readonly (readonly [name: string, value: string])[];
  readonly content: string;
}

/** Write a message. Values are escaped, so that nothing in them can become a header line. */
export function formatCpim(draft: CpimDraft): string {
  const lines = [`From: ${formatAddress(draft.from)}`];
  for (const one of draft.to) lines.push(`To: ${formatAddress(one)}`);
  if (draft.dateTime !== undefined) lines.push(`DateTime: ${formatDateTime(draft.dateTime)}`);
  if (draft.subject) lines.push(`Subject: ${escapeValue(draft.subject)}`);
  const declared = new Set<string>();
  for (const { prefix, ns, name, value } of draft.headers ?? []) {
    if (!declared.has(prefix)) lines.push(`NS: ${prefix} <${ns}>`);
    declared.add(prefix);
    lines.push(`${prefix}.${name}: ${escapeValue(value)}`);
  }
  lines.push('');
  for (const [name, value] of draft.contentHeaders) lines.push(`${name}: ${value.replace(/\p{Cc}+/gu, ' ')}`);
  lines.push('', draft.content);
  return lines.join('\r\n');
}

function formatAddress({ name, uri }: CpimAddress): string {
  const safe = uri.replace(/[\p{Cc}\s<>]/gu, '');
  return name === '' ? `<${safe}>` : `"${escapeValue(name).replaceAll('"', '\\"')}" <${safe}>`;
}

function escapeValue(value: string): string {
  // A leading semicolon would be read as parameters.
  const escaped = value.replace(/[\\\p{Cc}]|^;/gu, (character) => {
    if (character === '\\') return '\\\\';
    return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0');
  });
  return escaped;
}
