/**
 * One SIP message from one frame (RFC 3261 §7, §25; RFC 7118 §5). Whatever two readers could read in two ways is
 * refused: single headers given twice, control characters, bare line ends, numbers out of range, a CSeq that
 * names another method. Every step is linear in the size of the input.
 */
import { hasControl, isToken, parseDecimal } from './sip-chars.ts';
import { readFields } from './sip-head.ts';
import type { SipMessage } from './sip-message.ts';
import { salvage, type BrokenRequest } from './sip-salvage.ts';
import { parseUri } from './sip-uri.ts';
import { decodeUtf8, takeOctets, latin1, utf8Length } from './utf8.ts';

export interface Limits {
  /** Octets of the whole frame. */
  readonly frame: number;
  /** Octets before the empty line. */
  readonly head: number;
  readonly fields: number;
  readonly vias: number;
}

/** reliability figures of the house: 256 KiB a frame, 64 KiB of headers, 256 fields, 70 Vias. */
export const LIMITS: Limits = { frame: 262_144, head: 65_536, fields: 256, vias: 70 };

/** For connections that carry large resource lists (RLMI). */
export const LARGE_LIMITS: Limits = { ...LIMITS, frame: 1_048_576 };

/** `status` is what a request like this is answered with; `partial` is `null` when it cannot or must not be answered. */
export interface ParseFailure {
  readonly ok: false;
  readonly status: number;
  readonly reason: string;
  readonly partial: BrokenRequest | null;
}

export type Parsed = { readonly ok: true; readonly message: SipMessage } | ParseFailure;

/** Parses one frame: text frames as string, binary frames as octets. Never throws. */
export function parseMessage(input: string | Uint8Array, limits: Limits = LIMITS): Parsed {
  if (typeof input === 'string') return parseText(input, null, limits);
  let start = 0;
  while (input[start] === 13 && input[start + 1] === 10) start += 2;
  const end = endOfHead(input, start, limits.head);
  if (end < 0) return endless(input.subarray(start), limits.head);
  const head = decodeUtf8(input.subarray(start, end));
  if (head === null) return { ok: false, status: 400, reason: 'Header is not UTF-8', partial: null };
  return parseText(head, input.subarray(end), limits);
}

/** Index behind the empty line, -1 when none ends a head of the allowed size. */
function endOfHead(octets: Uint8Array, start: number, limit: number): number {
  const most = Math.min(octets.length - 3, start + limit + 1);
  for (let i = start; i < most; i++) {
    if (octets[i] === 13 && octets[i + 1] === 10 && octets[i + 2] === 13 && octets[i + 3] === 10)
      return i + 4;
  }
  return -1;
}

function endless(octets: Uint8Array, limit: number): ParseFailure {
  const tooLarge = octets.length > limit;
  // Whole lines only: the limit may be inside a character.
  const text = decodeUtf8(octets.subarray(0, octets.subarray(0, limit).lastIndexOf(10) + 1)) ?? '';
  const reason = tooLarge ? 'Header Too Large' : 'No empty line';
  return { ok: false, status: tooLarge ? 513 : 400, reason, partial: salvage(text, 0, limit) };
}

function parseText(text: string, octets: Uint8Array | null, limits: Limits): Parsed {
  let start = 0;
  // RFC 3261 §7.5: empty lines before the start line are skipped.
  while (text.charCodeAt(start) === 13 && text.charCodeAt(start + 1) === 10) start += 2;
  const fail = (status: number, reason: string): ParseFailure => {
    return { ok: false, status, reason, partial: salvage(text, start, limits.head) };
  };
  const size = octets ? text.length + octets.length : text.length;
  if (size > limits.frame || (!octets && size * 3 > limits.frame && utf8Length(text) > limits.frame)) {
    return fail(513, 'Message Too Large');
  }
  const headEnd = text.indexOf('\r\n\r\n', start);
  if (headEnd < 0)
    return text.length - start > limits.head ? fail(513, 'Header Too Large') : fail(400, 'No empty line');
  if (headEnd - start > limits.head) return fail(513, 'Header Too Large');
  if ((headEnd - start) * 3 > limits.head && utf8Length(text.slice(start, headEnd)) > limits.head) {
    return fail(513, 'Header Too Large');
  }
  const lineEnd = text.indexOf('\r\n', start);
  const line = parseStartLine(text.slice(start, lineEnd));
  if (line.kind === 'bad') return fail(line.status, line.why);
  const fields = readFields(text, lineEnd + 2, headEnd, limits);
  if ('status' in fields) return fail(fields.status, fields.reason);
  const { from, to, callId, cseq, vias, headers } = fields;
  if (!from || !to || callId === null || !cseq || vias.length === 0) return fail(400, 'Missing header');
  const body = octets
    ? bodyOfOctets(octets, fields.contentLength)
    : bodyOfText(text, headEnd + 4, fields.contentLength);
  if (!body) return fail(400, 'Bad Content-Length');
  const common = { headers, body: body.text, binary: body.binary, vias, from, to, callId, cseq };
  if (line.kind === 'response') {
    return { ok: true, message: { kind: 'response', status: line.status, reason: line.reason, ...common } };
  }
  if (cseq.method !== line.method) return fail(400, 'CSeq method mismatch');
  // A magic cookie with nothing behind it identifies no transaction (RFC 4475 §3.2.1).
  if (vias[0]?.params.get('branch') === 'z9hG4bK') return fail(400, 'Missing branch');
  const { method, uri } = line;
  return {
    ok: true,
    message: { kind: 'request', method, uri, maxForwards: fields.maxForwards ?? 70, ...common },
  };
}

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }
  | { readonly kind: 'bad'; readonly status: number; readonly why: string };

function parseStartLine(line: string): StartLine {
  const space = line.indexOf(' ');
  if (space < 1) return bad('Malformed start line');
  const first = line.slice(0, space);
  if (/^SIP\//i.test(first)) return parseStatusLine(first, line.slice(space + 1));
  if (!isToken(first)) return bad('Malformed method');
  const second = line.indexOf(' ', space + 1);
  if (second < 0) return bad('Malformed start line');
  const uri = line.slice(space + 1, second);
  const version = line.slice(second + 1);
  if (version !== 'SIP/2.0') {
    if (!/^SIP\/\d+\.\d+$/i.test(version)) return bad('Malformed start line');
    if (!/^SIP\/2\.0$/i.test(version)) return { kind: 'bad', status: 505, why: 'Version Not Supported' };
  }
  const parsed = parseUri(uri);
  if (!parsed) return bad('Malformed Request-URI');
  // RFC 3261 §19.1.1: headers have no place in a Request-URI (RFC 4475 §3.1.2.11).
  if (parsed.kind === 'sip' && parsed.headers.length > 0) return bad('Headers in Request-URI');
  return { kind: 'request', method: first, uri };
}

function parseStatusLine(version: string, rest: string): StartLine {
  if (!/^SIP\/2\.0$/i.test(version)) return { kind: 'bad', status: 505, why: 'Version Not Supported' };
  const status = parseDecimal(rest.slice(0, 3), 699);
  if (status === null || status < 100 || rest.charCodeAt(3) !== 32) return bad('Malformed status line');
  const reason = rest.slice(4);
  if (hasControl(reason)) return bad('Malformed reason');
  return { kind: 'response', status, reason };
}

function bad(why: string): StartLine {
  return { kind: 'bad', status: 400, why };
}

interface Body {
  readonly text: string;
  readonly binary: boolean;
}

/**
 * A frame is one message, so without Content-Length the body ends with the frame and what is beyond a given length
 * is ignored (RFC 3261 §18.3). `null`: the length is more than there is, or cuts a character.
 */
function bodyOfText(text: string, start: number, length: number | null): Body | null {
  if (length === null) return { text: text.slice(start), binary: false };
  const body = takeOctets(text.slice(start), length);
  return body === null ? null : { text: body, binary: false };
}

function bodyOfOctets(octets: Uint8Array, length: number | null): Body | null {
  if (length !== null && length > octets.length) return null;
  const body = length === null ? octets : octets.subarray(0, length);
  const text = decodeUtf8(body);
  if (text !== null) return { text, binary: false };
  // Text that only the length makes binary is cut inside a character, and refused as in a text frame.
  const cut = body.length < octets.length && decodeUtf8(octets) !== null;
  return cut ? null : { text: latin1(body), binary: true };
}
