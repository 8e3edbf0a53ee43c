/**
 * Message Session Relay Protocol (RFC 4975): one message at a time between octets and plain values. Bodies are octets,
 * never text, and are views into what was read: copy what must outlive it.
 */
import { parseMsrpUri } from './msrp-uri.ts';
import { hasControl } from './sip-chars.ts';
import { encodeUtf8 } from './utf8.ts';

/** `$` the message ends here, `+` more of it follows, `#` the rest will never come (RFC 4975 §7.1). */
export type MsrpFlag = '$' | '+' | '#';

/** Octets are counted from 1. `null`: `*`, not known (RFC 4975 §9). */
export interface ByteRange {
  readonly start: number;
  readonly end: number | null;
  readonly total: number | null;
}

interface MsrpPaths {
  /** 4 to 32 characters, new for every request. */
  readonly id: string;
  /** URIs, the next hop first. */
  readonly toPath: readonly string[];
  readonly fromPath: readonly string[];
}

export interface MsrpRequest extends MsrpPaths {
  readonly is: 'request';
  /** `SEND`, `REPORT`; an unknown one is answered 501 (RFC 4975 §7.2). */
  readonly method: string;
  readonly messageId: string;
  readonly byteRange: ByteRange;
  readonly successReport: boolean;
  readonly failureReport: 'yes' | 'no' | 'partial';
  /** Of a REPORT: the three digits after the namespace `000`; null when absent or not understood. */
  readonly status: number | null;
  /** As written; null without a body. */
  readonly contentType: string | null;
  readonly body: Uint8Array | null;
  readonly flag: MsrpFlag;
}

export interface MsrpResponse extends MsrpPaths {
  readonly is: 'response';
  readonly status: number;
  readonly comment: string;
}

export type MsrpMessage = MsrpRequest | MsrpResponse;

export type MsrpReading =
  /** `next`: where the message after it begins. */
  | { readonly is: 'message'; readonly message: MsrpMessage; readonly next: number }
  /** The message is not all there yet. */
  | { readonly is: 'incomplete' }
  /** No reading on from here is safe. `status` is for its sender. */
  | { readonly is: 'bad'; readonly status: 400 | 413; readonly why: string };

const LF = 10;
const CR = 13;
const MOST_HEAD = 8192;
const MOST_LINES = 64;
/** A body is at most this long in one chunk: what WebRTC lets through at once (`a=max-message-size` of Chromium). */
export const MOST_CHUNK = 262_144;
const ID = /^[A-Za-z0-9][A-Za-z0-9.+%=-]{3,31}$/;
const WHOLE: ByteRange = { start: 1, end: null, total: null };

function bad(why: string, status: 400 | 413 = 400): MsrpReading {
  return { is: 'bad', status, why };
}

/** Reads the message that begins at `at`. */
export function readMsrp(octets: Uint8Array, at = 0): MsrpReading {
  const first = lineAt(octets, at);
  if (first === null)
    return octets.length - at > MOST_HEAD ? bad('a line without end') : { is: 'incomplete' };
  const opening = /^MSRP (\S+) (?:([A-Z]{1,20})|(\d{3})(?: (.*))?)$/.exec(first.text);
  const [, id = '', method, status, comment = ''] = opening ?? [];
  if (!opening || !ID.test(id)) return bad('no MSRP start line');
  const end = `-------${id}`;
  const fields: [string, string][] = [];
  let from = first.next;
  let flag: MsrpFlag | null = null;
  let hasBody = false;
  for (;;) {
    const line = lineAt(octets, from);
    if (line === null)
      return from - at > MOST_HEAD || octets.length - from > MOST_HEAD
        ? bad('headers too long')
        : { is: 'incomplete' };
    from = line.next;
    if (from - at > MOST_HEAD || fields.length > MOST_LINES) return bad('headers too long');
    if (line.text === '') {
      hasBody = true;
      break;
    }
    if (line.text.startsWith(end)) {
      flag = flagOf(line.text.slice(end.length));
      if (!flag) return bad('an end without its flag');
      break;
    }
    const colon = line.text.indexOf(':');
    if (colon <= 0 || hasControl(line.text)) return bad('a malformed header');
    fields.push([line.text.slice(0, colon).toLowerCase(), line.text.slice(colon + 1).trim()]);
  }
  const paths = pathsOf(id, fields);
  if (!paths) return bad('To-Path and From-Path must come first');
  const range = rangeOf(valueOf(fields, 'byte-range'));
  if (typeof range === 'string') return bad(range, range === TOO_LARGE ? 413 : 400);
  let body: Uint8Array | null = null;
  if (hasBody) {
    const close = closeOf(octets, from, end, range);
    if (close === null)
      return octets.length - from > MOST_CHUNK + MOST_HEAD
        ? bad('a chunk too large', 413)
        : { is: 'incomplete' };
    body = octets.subarray(from, close.at);
    if (body.length > MOST_CHUNK) return bad('a chunk too large', 413);
    flag = close.flag;
    from = close.next;
  }
  if (status !== undefined)
    return {
      is: 'message',
      message: { is: 'response', ...paths, status: Number(status), comment },
      next: from,
    };
  const messageId = valueOf(fields, 'message-id') ?? '';
  if ((method === 'SEND' || method === 'REPORT') && !/^\S{1,128}$/.test(messageId))
    return bad('no Message-ID');
  const failure = valueOf(fields, 'failure-report');
  return {
    is: 'message',
    next: from,
    message: {
      ...{ is: 'request', ...paths, method: method ?? '', messageId, byteRange: range },
      successReport: valueOf(fields, 'success-report') === 'yes',
      failureReport: failure === 'no' || failure === 'partial' ? failure : 'yes',
      status: Number(/^000 (\d{3})(?: |$)/.exec(valueOf(fields, 'status') ?? '')?.[1] ?? NaN) || null,
      contentType: valueOf(fields, 'content-type'),
      body,
      flag: flag ?? '$',
    },
  };
}

/** A line without its CRLF, read as one character per octet; null when its end has not come. */
function lineAt(octets: Uint8Array, at: number): { text: string; next: number } | null {
  const end = octets.indexOf(LF, at);
  if (end < 0 || end - at > MOST_HEAD) return null;
  const stop = end > at && octets[end - 1] === CR ? end - 1 : end;
  return { text: String.fromCharCode(...octets.subarray(at, stop)), next: end + 1 };
}

function flagOf(text: string): MsrpFlag | null {
  return text === '$' || text === '+' || text === '#' ? text : null;
}

function valueOf(fields: readonly (readonly [string, string])[], name: string): string | null {
  return fields.find((field) => field[0] === name)?.[1] ?? null;
}

/** RFC 4975 §7.1: To-Path is the first header, From-Path the second; each stands once. */
function pathsOf(id: string, fields: readonly (readonly [string, string])[]): MsrpPaths | null {
  if (fields[0]?.[0] !== 'to-path' || fields[1]?.[0] !== 'from-path') return null;
  if (fields.slice(2).some(([name]) => name === 'to-path' || name === 'from-path')) return null;
  const toPath = fields[0][1].split(/ +/);
  const fromPath = fields[1][1].split(/ +/);
  if (![...toPath, ...fromPath].every((uri) => parseMsrpUri(uri))) return null;
  return { id, toPath, fromPath };
}

const TOO_LARGE = 'a byte range too large';

function rangeOf(value: string | null): ByteRange | string {
  if (value === null) return WHOLE;
  const found = /^(\d{1,20})-(\d{1,20}|\*)\/(\d{1,20}|\*)$/.exec(value);
  if (!found) return 'a malformed byte range';
  const [start = 0, end = null, total = null] = found
    .slice(1)
    .map((part) => (part === '*' ? null : Number(part)));
  if (start === null || start < 1) return 'a byte range that begins nowhere';
  if (Math.max(start, end ?? 0, total ?? 0) > Number.MAX_SAFE_INTEGER) return TOO_LARGE;
  if (end !== null && (end < start - 1 || (total !== null && end > total)))
    return 'a byte range beyond its total';
  return { start, end, total };
}

/** Where the body ends: the first end-line of this transaction (RFC 4975 §7.3.1). */
function closeOf(
  octets: Uint8Array,
  from: number,
  end: string,
  range: ByteRange,
): { at: number; next: number; flag: MsrpFlag } | null {
  const mark = encodeUtf8(`\r\n${end}`);
  // Where the range says is looked at first: searching a large body costs, and most senders tell the truth.
  if (range.end !== null) {
    const told = closing(octets, from + range.end - range.start + 1, mark);
    if (told) return told;
  }
  for (let at = octets.indexOf(CR, from); at >= 0; at = octets.indexOf(CR, at + 1)) {
    const found = closing(octets, at, mark);
    if (found) return found;
  }
  return null;
}

/** An end-line at `at`: its CRLF, its name, one flag, CRLF. */
function closing(
  octets: Uint8Array,
  at: number,
  mark: Uint8Array,
): { at: number; next: number; flag: MsrpFlag } | null {
  const after = at + mark.length;
  if (octets.length < after + 3 || octets[after + 1] !== CR || octets[after + 2] !== LF) return null;
  for (let i = 0; i < mark.length; i++) if (octets[at + i] !== mark[i]) return null;
  const flag = flagOf(String.fromCharCode(octets[after] ?? 0));
  return flag && { at, next: after + 3, flag };
}

/** What to write of a request; the rest has its usual value. */
export interface MsrpDraft extends MsrpPaths {
  readonly method: 'SEND' | 'REPORT';
  readonly messageId: string;
  readonly byteRange: ByteRange;
  readonly successReport?: boolean;
  /** Default `yes`. */
  readonly failureReport?: 'yes' | 'no' | 'partial';
  /** Of a REPORT. */
  readonly status?: { readonly code: number; readonly comment: string };
  readonly contentType?: string;
  readonly body?: Uint8Array;
  readonly flag: MsrpFlag;
}

/** The octets of a request, in one piece: a chunk is one message of a data channel (RFC 8873 §5). */
export function writeMsrpRequest(draft: MsrpDraft): Uint8Array<ArrayBuffer> {
  const { byteRange: range, status, body } = draft;
  const lines = [
    `MSRP ${draft.id} ${draft.method}`,
    ...pathLines(draft),
    `Message-ID: ${draft.messageId}`,
    `Byte-Range: ${range.start}-${range.end ?? '*'}/${range.total ?? '*'}`,
    ...(draft.successReport ? ['Success-Report: yes'] : []),
    ...(draft.failureReport ? [`Failure-Report: ${draft.failureReport}`] : []),
    ...(status ? [`Status: 000 ${status.code} ${plain(status.comment)}`] : []),
    ...(body ? [`Content-Type: ${draft.contentType ?? 'application/octet-stream'}`, '', ''] : ['']),
  ];
  const head = encodeUtf8(lines.join('\r\n'));
  const tail = encodeUtf8(`${body ? '\r\n' : ''}-------${draft.id}${draft.flag}\r\n`);
  const octets = new Uint8Array(head.length + (body?.length ?? 0) + tail.length);
  octets.set(head);
  if (body) octets.set(body, head.length);
  octets.set(tail, octets.length - tail.length);
  return octets;
}

/** The answer to a request: paths exchanged (RFC 4975 §7.2). */
export function writeMsrpResponse(to: MsrpRequest, code: number, comment: string): Uint8Array<ArrayBuffer> {
  const paths = { id: to.id, toPath: to.fromPath.slice(0, 1), fromPath: to.toPath.slice(0, 1) };
  const lines = [`MSRP ${to.id} ${code} ${plain(comment)}`, ...pathLines(paths), `-------${to.id}$`, ''];
  return new Uint8Array(encodeUtf8(lines.join('\r\n')));
}

function pathLines({ toPath, fromPath }: MsrpPaths): [string, string] {
  return [`To-Path: ${toPath.join(' ')}`, `From-Path: ${fromPath.join(' ')}`];
}

function plain(comment: string): string {
  return comment.replace(/[^\x20-\x7e]/g, ' ');
}
