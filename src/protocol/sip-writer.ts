/**
 * SIP messages on their way out. Nothing leaves that was not checked: names and methods are tokens, no field holds
 * a control character (CR, LF and NUL among them), Content-Length is counted here and never taken from a header.
 */
import { hasControl, isToken, isUriText } from './sip-chars.ts';
import { isCallId, parseCSeq } from './sip-head.ts';
import {
  areParams,
  formatNameAddr,
  formatVia,
  isNameAddr,
  parseNameAddr,
  parseVia,
  splitList,
  withParam,
} from './sip-header.ts';
import type { CSeq, Header, NameAddr, SipMessage, SipRequest, SipResponse, Via } from './sip-message.ts';
import { knownHeader } from './sip-names.ts';
import { REASONS } from './sip-reasons.ts';
import type { BrokenRequest } from './sip-salvage.ts';
import { endOfHost, NO_PARAMS, parseUri } from './sip-uri.ts';
import { encodeUtf8, utf8Length } from './utf8.ts';

/** A caller tried to send what may not be sent: always a fault of ours, never of a peer. */
export class SipWriteError extends Error {
  override readonly name = 'SipWriteError';
}

/** The message as a text frame. Throws SipWriteError; a body that is not text needs `writeOctets`. */
export function writeMessage(message: SipMessage): string {
  if (message.binary) throw new SipWriteError('A binary body has no text form');
  return writeHead(message, utf8Length(message.body)) + message.body;
}

/** The message as a binary frame. Throws SipWriteError. */
export function writeOctets(message: SipMessage): Uint8Array {
  if (!message.binary) return encodeUtf8(writeMessage(message));
  const head = encodeUtf8(writeHead(message, message.body.length));
  const octets = new Uint8Array(head.length + message.body.length);
  octets.set(head);
  for (let i = 0; i < message.body.length; i++) octets[head.length + i] = message.body.charCodeAt(i);
  return octets;
}

function writeHead(message: SipMessage, length: number): string {
  let text = startLine(message);
  for (const { name, value } of message.headers) {
    if (!isToken(name)) throw new SipWriteError('A header name is no token');
    if (hasControl(value)) throw new SipWriteError(`Control character in ${name}`);
    if (name.length !== 14 || name.toLowerCase() !== 'content-length') text += `${name}: ${value}\r\n`;
  }
  return `${text}Content-Length: ${length}\r\n\r\n`;
}

function startLine(message: SipMessage): string {
  if (message.kind === 'response') {
    const { status, reason } = message;
    if (!Number.isInteger(status) || status < 100 || status > 699) throw new SipWriteError('Bad status');
    if (hasControl(reason)) throw new SipWriteError('Control character in the reason phrase');
    return `SIP/2.0 ${status} ${reason}\r\n`;
  }
  if (!isToken(message.method)) throw new SipWriteError('The method is no token');
  if (!isUriText(message.uri) || !parseUri(message.uri)) throw new SipWriteError('Bad Request-URI');
  return `${message.method} ${message.uri} SIP/2.0\r\n`;
}

export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly seq: number;
  /** May be empty while the transport has still to add its own. */
  readonly vias?: readonly Via[];
  /** 70 when absent. */
  readonly maxForwards?: number;
  /** Everything else: Contact, Route, Event … in canonical names. */
  readonly headers?: readonly Header[];
  readonly contentType?: string;
  readonly body?: string;
}

/** A request from its parts. Throws SipWriteError when a part cannot stand in a message. */
export function makeRequest(parts: RequestParts): SipRequest {
  const { method, uri, from, to, callId, vias = [], maxForwards = 70, body = '' } = parts;
  const cseq: CSeq = { seq: parts.seq, method };
  if (!parseCSeq(`${cseq.seq} ${method}`)) throw new SipWriteError('Bad CSeq');
  if (!isCallId(callId)) throw new SipWriteError('Bad Call-ID');
  if (!Number.isInteger(maxForwards) || maxForwards < 0 || maxForwards > 255)
    throw new SipWriteError('Bad Max-Forwards');
  const headers: Header[] = [
    ...vias.map(viaHeader),
    { name: 'Max-Forwards', value: String(maxForwards) },
    { name: 'From', value: addressValue(from) },
    { name: 'To', value: addressValue(to) },
    { name: 'Call-ID', value: callId },
    { name: 'CSeq', value: `${cseq.seq} ${method}` },
    ...checkedExtra(parts.headers),
  ];
  if (parts.contentType !== undefined) headers.push({ name: 'Content-Type', value: parts.contentType });
  return {
    kind: 'request',
    method,
    uri,
    maxForwards,
    headers,
    body,
    binary: false,
    vias,
    from,
    to,
    callId,
    cseq,
  };
}

const MADE_HERE = new Set(['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq']);

/** Fields made from parts are not given a second time, under whatever spelling. */
function checkedExtra(headers: readonly Header[] = []): readonly Header[] {
  for (const { name } of headers) {
    if (MADE_HERE.has(knownHeader(name)?.name ?? ''))
      throw new SipWriteError(`${name} is made from the parts`);
  }
  return headers;
}

/** A Via as a header field. Throws SipWriteError. */
export function viaHeader(via: Via): Header {
  const { transport, host, port, params } = via;
  const sound = isToken(transport) && endOfHost(host, 0) === host.length && areParams(params);
  if (!sound || (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65535)))
    throw new SipWriteError('Bad Via');
  return { name: 'Via', value: formatVia(via) };
}

/** An address as a header value. Throws SipWriteError. */
export function addressValue(address: NameAddr): string {
  if (!isNameAddr(address)) throw new SipWriteError('Bad address');
  return formatNameAddr(address);
}

export interface ResponseParts {
  readonly status: number;
  /** The phrase of `REASONS` when absent. */
  readonly reason?: string;
  /** Put into To unless it has a tag or the status is 100 (RFC 3261 §8.2.6.2). */
  readonly toTag?: string;
  readonly headers?: readonly Header[];
  readonly contentType?: string;
  readonly body?: string;
}

const NOBODY: NameAddr = { display: '', uri: '', params: NO_PARAMS };

/**
 * The response to a request, or to what was left of a broken one: Via, From, To, Call-ID and CSeq are copied as
 * received. Of a broken request `vias`, `from`, `to` and `cseq` are only as good as the request was.
 */
export function makeResponse(request: SipRequest | BrokenRequest, parts: ResponseParts): SipResponse {
  const { status, toTag, body = '' } = parts;
  const copied = request.kind === 'request' ? request : looseParts(request);
  const tagged = toTag !== undefined && status !== 100 && !copied.to.params.has('tag');
  if (tagged && !isToken(toTag)) throw new SipWriteError('The tag is no token');
  const headers: Header[] = [];
  for (const field of request.headers) {
    const { name } = field;
    if (name === 'To' && tagged) headers.push({ name, value: `${field.value};tag=${toTag}` });
    else if (name === 'Via' || name === 'From' || name === 'To' || name === 'Call-ID' || name === 'CSeq')
      headers.push(field);
    else if (name === 'Timestamp' && status === 100) headers.push(field);
  }
  headers.push(...checkedExtra(parts.headers));
  if (parts.contentType !== undefined) headers.push({ name: 'Content-Type', value: parts.contentType });
  return {
    kind: 'response',
    status,
    reason: parts.reason ?? REASONS[status] ?? 'Unknown',
    headers,
    body,
    binary: false,
    vias: copied.vias,
    from: copied.from,
    to: tagged ? { ...copied.to, params: withParam(copied.to.params, 'tag', toTag) } : copied.to,
    callId: copied.callId,
    cseq: copied.cseq,
  };
}

function looseParts(request: BrokenRequest): Pick<SipRequest, 'vias' | 'from' | 'to' | 'callId' | 'cseq'> {
  const value = (name: string) => request.headers.find((field) => field.name === name)?.value ?? '';
  const vias: Via[] = [];
  for (const field of request.headers) {
    if (field.name !== 'Via') continue;
    for (const part of splitList(field.value) ?? []) {
      const via = parseVia(part);
      if (via) vias.push(via);
    }
  }
  return {
    vias,
    from: parseNameAddr(value('From')) ?? NOBODY,
    to: parseNameAddr(value('To')) ?? NOBODY,
    callId: value('Call-ID'),
    cseq: parseCSeq(value('CSeq')) ?? { seq: 0, method: request.method },
  };
}
