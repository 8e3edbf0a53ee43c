/**
 * Everything the socket delivers. The codec stands in front: what it refuses is answered where a rule says so and
 * reaches nobody. What passes is checked as RFC 3261 §8.2 orders and goes to the one it belongs to.
 */
import { LARGE_LIMITS, parseMessage } from '../protocol/sip-parser.ts';
import { tokensOf } from '../protocol/sip-header.ts';
import { header, type Header, type SipRequest, type SipResponse } from '../protocol/sip-message.ts';
import { parseUri } from '../protocol/sip-uri.ts';
import { makeResponse, SipWriteError, writeMessage, type ResponseParts } from '../protocol/sip-writer.ts';
import type { BrokenRequest } from '../protocol/sip-salvage.ts';
import { mediaType } from './bridge.ts';
import type { Calls } from './calls.ts';
import type { Clock, SipEvents } from './contract.ts';
import type { Identity } from './identity.ts';
import type { Messaging } from './messaging.ts';
import type { Referrals } from './referrals.ts';
import type { Requests } from './requests.ts';
import { eventPackage } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';
import { randomToken } from './token.ts';

/** What we serve: no REGISTER, no SUBSCRIBE. REFER is followed inside a call, INFO is refused. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, OPTIONS, MESSAGE, NOTIFY, REFER, INFO';
const SUPPORTED = '100rel, gruu, outbound, path, replaces, timer';
const ACCEPT =
  'application/sdp, text/plain, text/html, message/cpim, message/imdn+xml, application/im-iscomposing+xml';
const KNOWN_OPTIONS = new Set([
  '100rel',
  'gruu',
  'outbound',
  'path',
  'pref',
  'eventlist',
  'replaces',
  'timer',
]);
const DISPOSITIONS = new Set([
  'session',
  'render',
  'notification',
  'signal',
  'by-reference',
  'recipient-list-history',
]);
/** The one package the own server may notify of without a subscription. */
const UNSOLICITED = 'message-summary';

export interface IncomingOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly requests: Requests;
  readonly calls: Calls;
  readonly messaging: Messaging;
  readonly subscriptions: Subscriptions;
  readonly referrals: Referrals;
  readonly onNotify: SipEvents['notify'];
  readonly send: (text: string) => boolean;
  readonly userAgent: string;
  readonly log: (line: string) => void;
}

export class Incoming {
  readonly #options: IncomingOptions;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  receive(data: string | ArrayBuffer): void {
    if (data === '\r\n\r\n' || data === '') return;
    const parsed = parseMessage(typeof data === 'string' ? data : new Uint8Array(data), LARGE_LIMITS);
    if (!parsed.ok) {
      this.#options.log(`refused what was received: ${parsed.status} ${parsed.reason}`);
      if (parsed.partial) this.#answer(parsed.partial, { status: parsed.status, reason: parsed.reason });
      return;
    }
    if (parsed.message.kind === 'response') this.#response(parsed.message);
    else this.#request(parsed.message);
  }

  #response(response: SipResponse): void {
    // RFC 3261 §8.1.3.3: more than one Via is a response gone astray.
    if (response.vias.length !== 1 || this.#options.requests.receive(response)) return;
    this.#options.calls.response(response);
  }

  #request(request: SipRequest): void {
    const { method } = request;
    if (method === 'ACK' || method === 'CANCEL') return this.#options.calls.request(request);
    const refusal = this.#refusal(request);
    if (refusal) return this.#answer(request, refusal);
    const inside = request.to.params.has('tag');
    switch (method) {
      case 'MESSAGE':
        if (inside && !this.#options.calls.owns(request)) return this.#answer(request, { status: 481 });
        return this.#options.messaging.receive(request, (parts) => this.#answer(request, parts));
      case 'NOTIFY':
        return this.#notify(request);
      case 'OPTIONS':
        return this.#answer(request, this.#capabilities());
      case 'INVITE':
        if (!inside) return this.#options.calls.request(withoutUnknownBody(request));
    }
    if (inside && this.#options.calls.owns(request))
      return this.#options.calls.request(withoutUnknownBody(request));
    // Transfers outside a call are not for a library to follow.
    if (method === 'REFER' && !inside) return this.#answer(request, { status: 603 });
    this.#answer(request, { status: 481 });
  }

  /** RFC 3261 §8.2.1 to §8.2.3 in their order; `null` when nothing stands against the request. */
  #refusal(request: SipRequest): ResponseParts | null {
    if (!ALLOW.split(', ').includes(request.method)) {
      return { status: 405, headers: [{ name: 'Allow', value: ALLOW }] };
    }
    const uri = parseUri(request.uri);
    if (uri?.kind !== 'sip') return { status: 416 };
    const { identity } = this.#options;
    // A GRUU may have a user part of the server's making, so the host alone may be ours, too.
    if (uri.user !== identity.user && uri.host !== identity.host && !uri.params.has('gr'))
      return { status: 404 };
    const unknown = tokensOf(request, 'Require').filter((tag) => !KNOWN_OPTIONS.has(tag));
    if (unknown.length > 0)
      return { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] };
    // RFC 3891 §3: it belongs to INVITE alone.
    if (request.method !== 'INVITE' && header(request, 'Replaces') !== undefined) return { status: 400 };
    return contentRefusal(request);
  }

  #notify(request: SipRequest): void {
    const parts = this.#options.subscriptions.notify(request);
    if (parts) return this.#answer(request, parts);
    const event = eventPackage(header(request, 'Event'));
    if (event === 'refer' && request.to.params.has('tag') && this.#options.calls.owns(request))
      return this.#options.calls.request(request);
    if (event === 'refer' && this.#options.referrals.owns(request))
      return this.#answer(request, { status: 200 });
    const from = parseUri(request.from.uri);
    const own = from?.kind === 'sip' && from.host === this.#options.identity.domain;
    if (request.to.params.has('tag') || event !== UNSOLICITED || !own)
      return this.#answer(request, { status: 481 });
    this.#answer(request, { status: 200 });
    this.#options.onNotify(event, header(request, 'Content-Type') ?? '', request.body);
  }

  #capabilities(): ResponseParts {
    const headers: Header[] = [
      { name: 'Allow', value: ALLOW },
      { name: 'Accept', value: ACCEPT },
      { name: 'Accept-Encoding', value: 'identity' },
      { name: 'Supported', value: SUPPORTED },
    ];
    return { status: 200, headers };
  }

  #answer(request: SipRequest | BrokenRequest, parts: ResponseParts): void {
    const { clock, send, userAgent, log } = this.#options;
    try {
      const headers = [...(parts.headers ?? []), { name: 'User-Agent', value: userAgent }];
      send(writeMessage(makeResponse(request, { toTag: randomToken(clock, 2), ...parts, headers })));
    } catch (error) {
      if (!(error instanceof SipWriteError)) throw error;
      log(`answer not written: ${error.message}`);
    }
  }
}

/** RFC 3261 §8.2.3: encodings and dispositions that are required and unknown. */
function contentRefusal(request: SipRequest): ResponseParts | null {
  if (request.body === '') return null;
  const encoding = header(request, 'Content-Encoding');
  if (encoding !== undefined && mediaType(encoding) !== 'identity') {
    return { status: 415, headers: [{ name: 'Accept-Encoding', value: 'identity' }] };
  }
  const disposition = header(request, 'Content-Disposition') ?? 'session';
  if (DISPOSITIONS.has(mediaType(disposition)) || /;\s*handling\s*=\s*optional\b/i.test(disposition))
    return null;
  return { status: 415, headers: [{ name: 'Accept', value: ACCEPT }] };
}

/** A body that may be ignored (`handling=optional`) and is no session description of ours to read is left out. */
function withoutUnknownBody(request: SipRequest): SipRequest {
  const disposition = header(request, 'Content-Disposition');
  if (request.body === '' || disposition === undefined || mediaType(disposition) === 'session')
    return request;
  return {
    ...request,
    body: '',
    headers: request.headers.filter((field) => !field.name.startsWith('Content-')),
  };
}
