/** All calls of this device, on one sip.js core, and the messages that belong to them. */
import type { IncomingInviteRequest, IncomingRequestMessage } from 'sip.js/lib/core/index.js';
import { readSdp } from '../protocol/sdp.ts';
import type { SipRequest, SipResponse } from '../protocol/sip-message.ts';
import { bridgeRequest, bridgeResponse } from './bridge.ts';
import type { CallContext } from './call-context.ts';
import { SDP_TYPE } from './call-state.ts';
import { makeConference } from './conference.ts';
import type { CallOptions, ConferenceOutcome, ConferenceWish, SipCall } from './contract.ts';
import { DialogCore, type DialogCoreOptions } from './dialog-core.ts';
import { mediaType } from './bridge.ts';
import { IncomingCall } from './incoming-call.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { replacementFor } from './replacing.ts';
import { LEAST_LINE, termsOfRequest } from './session-timer.ts';
import { header } from '../protocol/sip-message.ts';
import { TheirUpdate } from './update.ts';
import { WireUri } from './wire-uri.ts';

/** Texts that wait for the next registration: the BYE of a call that ended in a tunnel. */
const MOST_HELD = 64;
const HELD_LIMIT = 32_000;
/** How long a call that ended is told from one that never was, milliseconds. */
const REMEMBERED = 32_000;
const UNREADABLE = 'Warning: 399 parley.invalid "The session description cannot be read"';

export interface CallsOptions extends Omit<DialogCoreOptions, 'send'> {
  /** False when there is no registered socket. */
  readonly send: (text: string) => boolean;
  readonly online: () => boolean;
  readonly onCall: (call: SipCall) => void;
  readonly log: (line: string) => void;
}

export class Calls {
  readonly #options: CallsOptions;
  readonly #context: CallContext;
  readonly #calls = new Set<IncomingCall | OutgoingCall>();
  readonly #target: WireUri;
  /** Call-IDs of calls that have just ended. */
  readonly #over = new Set<string>();
  /** Text to the time it was held. */
  readonly #held = new Map<string, number>();
  /** The INVITE being handed to sip.js, for what it does not keep of it. */
  #source: SipRequest | null = null;

  constructor(options: CallsOptions) {
    const { identity, clock, contact, allow, log } = options;
    this.#options = options;
    this.#target = new WireUri(identity.contact);
    const core = new DialogCore({ ...options, send: (text) => this.#sendOrHold(text) });
    core.onUpdate = (message) => this.#updated(message);
    core.delegate = { onInvite: (request) => this.#invited(request) };
    this.#context = { core, identity, clock, contact, allow, log };
  }

  get size(): number {
    return this.#calls.size;
  }

  call(options: CallOptions): SipCall {
    const call = new OutgoingCall(this.#context, options, (ended) => this.#ended(ended));
    this.#calls.add(call);
    void call.start(this.#options.online());
    return call;
  }

  makeConference(wish: ConferenceWish): Promise<ConferenceOutcome> {
    if (!this.#options.online()) return Promise.resolve({ is: 'unknown', why: 'not connected' });
    return makeConference(this.#context, wish);
  }

  /** True when the request is inside one of our dialogs, early ones included. */
  owns(request: SipRequest): boolean {
    return request.to.params.has('tag') && this.#dialogOf(request) !== undefined;
  }

  #dialogOf({ callId, to, from }: SipRequest) {
    const id = callId + (to.params.get('tag') ?? '') + (from.params.get('tag') ?? '');
    return this.#context.core.dialogs.get(id);
  }

  request(request: SipRequest): void {
    if (request.method === 'UPDATE') return this.#update(request);
    this.#source = request;
    this.#guard(() =>
      this.#context.core.receiveIncomingRequestFromTransport(bridgeRequest(request, this.#target)),
    );
    this.#source = null;
  }

  response(response: SipResponse): void {
    const { callId, cseq, status } = response;
    if (cseq.method === 'INVITE' && status < 200)
      for (const call of this.#calls)
        if (call.id === callId && call.direction === 'out') call.provisional(response);
    this.#guard(() => this.#context.core.receiveIncomingResponseFromTransport(bridgeResponse(response)));
  }

  socketLost(why: string): void {
    for (const call of [...this.#calls]) call.socketLost(why);
  }

  /** Registered on a new socket: what was held goes out, then every call offers a new path for its media. */
  socketBack(): void {
    const oldest = this.#context.clock.now() - HELD_LIMIT;
    const held = [...this.#held];
    this.#held.clear();
    for (const [text, at] of held) if (at >= oldest) this.#sendOrHold(text);
    for (const call of this.#calls) call.socketBack();
  }

  hangUpAll(): void {
    for (const call of [...this.#calls]) call.hangUp();
  }

  dispose(): void {
    this.#held.clear();
    this.#context.core.dispose();
  }

  #invited(request: IncomingInviteRequest): void {
    const source = this.#source;
    if (!source) return void request.reject({ statusCode: 500 });
    const type = mediaType(header(source, 'Content-Type') ?? SDP_TYPE);
    if (source.body !== '' && type !== SDP_TYPE) {
      request.reject({ statusCode: 415, extraHeaders: [`Accept: ${SDP_TYPE}`] });
      return;
    }
    // Nobody is rung for a call that could not be answered (RFC 3261 §13.3.1.3).
    if (source.body !== '' && !readSdp(source.body)) {
      request.reject({ statusCode: 488, extraHeaders: [UNREADABLE] });
      return;
    }
    const tag = source.from.params.get('tag') ?? '';
    for (const call of this.#calls) {
      if (call instanceof IncomingCall && call.adrift && call.id === source.callId && call.fromTag === tag) {
        return call.adopt(request, source);
      }
    }
    const { aor } = this.#context.identity;
    const replacement = replacementFor(source, this.#calls, aor, (callId) => this.#over.has(callId));
    if (replacement.is === 'refused') return void request.reject({ statusCode: replacement.status });
    const replaces = replacement.is === 'of' ? replacement.call : null;
    const terms = termsOfRequest((name) => header(source, name));
    if (terms === 'tooSmall') {
      request.reject({ statusCode: 422, extraHeaders: [LEAST_LINE] });
      return;
    }
    const about = { replaces, terms };
    const call = new IncomingCall(this.#context, request, source, about, (ended) => this.#ended(ended));
    this.#calls.add(call);
    this.#options.onCall(call);
    call.start(source);
  }

  /** Past sip.js's list of methods, to the dialog itself. */
  #update(request: SipRequest): void {
    this.#guard(() => this.#dialogOf(request)?.receiveRequest(bridgeRequest(request, this.#target)));
  }

  #updated(message: IncomingRequestMessage): void {
    const update = new TheirUpdate(this.#context.core, message);
    for (const call of this.#calls) if (call.owns(message)) return call.update(update);
    update.reject(481);
  }

  #ended(call: IncomingCall | OutgoingCall): void {
    this.#calls.delete(call);
    this.#over.add(call.id);
    this.#context.clock.after(REMEMBERED, () => this.#over.delete(call.id));
  }

  #sendOrHold(text: string): void {
    if (this.#options.online() && this.#options.send(text)) return;
    if (this.#held.size < MOST_HELD) this.#held.set(text, this.#context.clock.now());
  }

  /** Whatever sip.js throws at a message concerns that message only. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.log(`call: message dropped: ${String(error)}`);
    }
  }
}
