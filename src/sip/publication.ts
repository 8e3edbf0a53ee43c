/**
 * One publication of ours (RFC 3903). Writes are serialised and only the newest body counts:
 *
 *   empty --set--> sending --2xx--> kept --set--> sending (SIP-If-Match)
 *                    |  412, 500 with a tag: afresh     |  50..85 %: refresh
 *                    |  489, 405 ...: unwanted, until the next `set` after a new registration
 *                    +--503, no answer: resting --Retry-After, back-off--> sending
 *                    +--socket gone: resting, until registered anew
 *   remove: the last write is a removal (Expires: 0)
 */
import { retryDelay, type Ended } from '../protocol/retry.ts';
import { header, type Header, type SipResponse } from '../protocol/sip-message.ts';
import type { Clock, Publication } from './contract.ts';
import { deltaSeconds, grantedSeconds, minExpires, refreshDelay, retryAfterSeconds } from './expiry.ts';
import { addressOf, fromOf, type Identity } from './identity.ts';
import type { RequestOutcome, Requests } from './requests.ts';
import { randomToken } from './token.ts';

const MOST_423 = 3;
export interface PublicationContext {
  readonly identity: Identity;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly routes: () => readonly string[];
  readonly online: () => boolean;
}

interface Document {
  readonly contentType: string;
  readonly body: string;
}

export class PublicationMachine implements Publication {
  readonly #context: PublicationContext;
  readonly #event: string;
  readonly #tag: string;
  readonly #callId: string;
  #wished: number;
  #seq = 0;
  #etag: string | null = null;
  /** What shall be there; `null` after `remove` and before the first `set`. */
  #wanted: Document | null = null;
  /** What the server has, as far as we know. */
  #kept: Document | null = null;
  #inFlight = false;
  #unwanted = false;
  #resting = false;
  #failures = 0;
  #afresh = 0;
  #brief = 0;
  #lastStatus: number | null = null;
  #removed: (() => void)[] = [];
  #cancelTimer: () => void = () => undefined;

  constructor(context: PublicationContext, event: string, expires: number) {
    this.#context = context;
    this.#event = event;
    this.#wished = expires;
    this.#tag = randomToken(context.clock, 2);
    this.#callId = randomToken(context.clock, 4);
  }

  get lastStatus(): number | null {
    return this.#lastStatus;
  }

  set(contentType: string, body: string): void {
    this.#wanted = { contentType, body };
    this.#pump();
  }

  remove(): Promise<void> {
    this.#wanted = null;
    this.#cancelTimer();
    return new Promise((resolve) => {
      this.#removed.push(resolve);
      this.#pump();
    });
  }

  /** Registered anew: what is there may have run out while we were away, so the whole body goes again. */
  online(): void {
    this.#cancelTimer();
    this.#unwanted = this.#resting = false;
    this.#failures = 0;
    this.#kept = null;
    this.#pump();
  }

  offline(): void {
    this.#cancelTimer();
    this.#settleRemoved();
  }

  #pump(): void {
    if (this.#inFlight) return;
    const online = this.#context.online();
    if (this.#wanted) {
      const held = !online || this.#unwanted || this.#resting || this.#wanted === this.#kept;
      if (!held) this.#send(this.#wanted, this.#wished);
    } else if (online && this.#etag !== null) this.#send(null, 0);
    else this.#gone();
  }

  #refresh(): void {
    if (!this.#inFlight && this.#wanted && this.#context.online()) this.#send(null, this.#wished);
  }

  /** Without a document: refresh or removal of what the entity tag names. */
  #send(document: Document | null, expires: number): void {
    const { identity, requests, routes } = this.#context;
    this.#cancelTimer();
    this.#resting = false;
    this.#inFlight = true;
    const fields: Header[] = routes().map((value) => ({ name: 'Route', value }));
    fields.push({ name: 'Event', value: this.#event }, { name: 'Expires', value: String(expires) });
    if (this.#etag !== null) fields.push({ name: 'SIP-If-Match', value: this.#etag });
    requests.send(
      {
        method: 'PUBLISH',
        uri: identity.aor,
        from: fromOf(identity, this.#tag),
        to: addressOf(identity.aor),
        callId: this.#callId,
        seq: ++this.#seq,
        headers: fields,
        ...(document ?? {}),
      },
      (outcome) => {
        this.#seq = Math.max(this.#seq, outcome.seq);
        this.#inFlight = false;
        this.#answered(document, expires, outcome);
      },
    );
  }

  #answered(document: Document | null, expires: number, outcome: RequestOutcome): void {
    if ('lost' in outcome) {
      if (outcome.lost === 'unsendable') this.#kept = document;
      if (expires === 0) this.#gone();
      else if (outcome.lost === 'timeout') this.#rest({ why: 'timeout' });
      // `online` sends again. Before that we may still be thought online, and whoever asks at once asks for ever.
      else if (outcome.lost === 'flow') this.#resting = true;
      return this.#pump();
    }
    const { response } = outcome;
    this.#lastStatus = response.status;
    if (response.status >= 200 && response.status < 300) return this.#accepted(document, expires, response);
    if (expires === 0) {
      this.#gone();
      return this.#pump();
    }
    this.#refusedWrite(response);
  }

  #accepted(document: Document | null, expires: number, response: SipResponse): void {
    this.#failures = this.#afresh = this.#brief = 0;
    if (expires === 0) {
      this.#gone();
      return this.#pump();
    }
    this.#etag = header(response, 'SIP-ETag') ?? null;
    if (document) this.#kept = document;
    const { clock } = this.#context;
    const granted = grantedSeconds(deltaSeconds(header(response, 'Expires')), this.#wished);
    this.#cancelTimer = clock.after(refreshDelay(granted, clock.random()), () => {
      // Without a tag there is nothing to refresh: publish the whole document again.
      if (this.#etag === null) this.#kept = null;
      if (this.#etag === null) this.#pump();
      else this.#refresh();
    });
    this.#pump();
  }

  #refusedWrite(response: SipResponse): void {
    const { status } = response;
    const wanted = minExpires(response);
    if (status === 423 && this.#brief < MOST_423 && wanted !== null && wanted > this.#wished) {
      this.#brief++;
      this.#wished = wanted;
      return this.#again();
    }
    // 412: the tag is stale; 500: what stock Kamailio says to a tag it cannot read. Both: publish afresh, once.
    if ((status === 412 || status === 500) && this.#etag !== null && this.#afresh === 0) {
      this.#afresh++;
      return this.#again();
    }
    this.#etag = null;
    // The registration holds, so the password is right: a server that has lost its nonces is asked again later.
    if (status === 401 || status === 407) return this.#rest({ why: 'timeout' });
    const seconds = retryAfterSeconds(response);
    this.#rest({ why: 'response', status, ...(seconds === null ? {} : { retryAfter: seconds }) });
  }

  #again(): void {
    this.#etag = null;
    this.#kept = null;
    this.#pump();
  }

  #rest(ended: Ended): void {
    const { clock } = this.#context;
    this.#kept = null;
    this.#afresh = this.#brief = 0;
    this.#failures++;
    const wait = retryDelay(ended, this.#failures, clock.random());
    if (wait === null) {
      this.#unwanted = true;
      return;
    }
    this.#resting = true;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(wait, () => {
      this.#resting = false;
      this.#pump();
    });
  }

  #gone(): void {
    this.#etag = this.#kept = null;
    this.#settleRemoved();
  }

  #settleRemoved(): void {
    const waiting = this.#removed;
    this.#removed = [];
    for (const resolve of waiting) resolve();
  }
}
