/** MIME multipart bodies (RFC 2046 §5.1): what a list notification or a message with several parts is made of. */
import { type Decoded, decoded, refused } from './decoded.ts';

/** One part. Header names in lower case; `contentType` without parameters, lower case. */
export interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly contentType: string;
  /** Content-ID without its angle brackets, '' when absent. */
  readonly contentId: string;
  readonly body: string;
}

/** A list notification in sum (reliability.md §5). */
const MAX_SIZE = 1024 * 1024;
const MAX_PARTS = 2_000;
const MAX_PART_HEADERS = 30;

/** A media type with its parameters; names in lower case, values unquoted. */
export interface MediaType {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
}

/** `multipart/related;type="application/rlmi+xml";boundary=x`. Senseless parameters are left out. */
export function parseMediaType(value: string): MediaType {
  const semicolon = value.indexOf(';');
  const type = (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
  const params = new Map<string, string>();
  const rest = semicolon < 0 ? '' : value.slice(semicolon, semicolon + 2000);
  for (const match of rest.matchAll(/;\s*([\w!#$&^.+-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g)) {
    const [, name = '', quoted, plain = ''] = match;
    if (!params.has(name.toLowerCase()))
      params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return { type, params };
}

/** Split a body by the boundary of its Content-Type. A missing close delimiter is forgiven: the last part counts. */
export function parseMultipart(contentType: string, body: string): Decoded<readonly Part[]> {
  if (body.length > MAX_SIZE) return refused('multipart larger than allowed');
  const { type, params } = parseMediaType(contentType);
  const boundary = params.get('boundary') ?? '';
  if (!type.startsWith('multipart/')) return refused('not multipart');
  if (boundary === '' || boundary.length > 70) return refused('multipart without a usable boundary');
  const delimiter = '--' + boundary;
  const parts: Part[] = [];
  let start = -1;
  for (let at = nextDelimiter(body, delimiter, 0); at >= 0;) {
    if (start >= 0) {
      if (parts.length >= MAX_PARTS) return refused('multipart with too many parts');
      parts.push(readPart(body.slice(start, lineEndBefore(body, at, start))));
    }
    const after = at + delimiter.length;
    if (body.startsWith('--', after))
      return parts.length > 0 ? decoded(parts) : refused('multipart without parts');
    const line = body.indexOf('\n', after);
    start = line < 0 ? body.length : line + 1;
    at = nextDelimiter(body, delimiter, start);
  }
  if (start < 0) return refused('multipart body without its boundary');
  parts.push(readPart(body.slice(start)));
  return decoded(parts);
}

/** A delimiter stands at the start of a line and has nothing but `--` and blanks behind it. */
function nextDelimiter(body: string, delimiter: string, from: number): number {
  for (let at = body.indexOf(delimiter, from); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== '\n') continue;
    const end = body.indexOf('\n', at);
    const rest = body.slice(
      at + delimiter.length,
      Math.min(end < 0 ? body.length : end, at + delimiter.length + 80),
    );
    if (/^(--)?[ \t]*\r?$/.test(rest)) return at;
  }
  return -1;
}

/** The line end before a delimiter belongs to the delimiter. */
function lineEndBefore(body: string, at: number, start: number): number {
  if (at <= start) return start;
  return at - 2 >= start && body[at - 2] === '\r' ? at - 2 : at - 1;
}

function readPart(text: string): Part {
  const headers = new Map<string, string>();
  let at = 0;
  let name = '';
  for (let count = 0; at < text.length && count < MAX_PART_HEADERS; count++) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    at = end < 0 ? text.length : end + 1;
    if (line === '') break;
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`.trim());
    else if (colon > 0) {
      name = line.slice(0, colon).trim().toLowerCase();
      if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
    }
  }
  return {
    headers,
    contentType: parseMediaType(headers.get('content-type') ?? 'text/plain').type,
    contentId: (headers.get('content-id') ?? '').replace(/^<|>$/g, ''),
    body: text.slice(at),
  };
}

/** Write a multipart body. The caller picks a boundary that cannot occur in the parts (a fresh random one). */
export function formatMultipart(boundary: string, parts: readonly Pick<Part, 'headers' | 'body'>[]): string {
  const written = parts.map(({ headers, body }) => {
    const lines = [...headers].map(
      ([name, value]) => `${canonical(name)}: ${value.replace(/\p{Cc}+/gu, ' ')}`,
    );
    return `--${boundary}\r\n${lines.join('\r\n')}\r\n\r\n${body}\r\n`;
  });
  return `${written.join('')}--${boundary}--\r\n`;
}

function canonical(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (one) => one.toUpperCase()).replace(/-Id$/, '-ID');
}
