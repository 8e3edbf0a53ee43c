/**
 * One subscription of ours (RFC 6665 §4.1), kept up for as long as it is wanted:
 *
 *   idle --turn--> asking --2xx--> granted --NOTIFY--> alive --50..85 %--> asking (in the dialog)
 *    ^               |   423: longer        |  32 s without NOTIFY (Timer N)
 *    |               |   481: new dialog    |
 *    |               +--other failure-------+--terminated--> resting --Retry-After, back-off--> idle
 *    |               +--403, 489 ...; terminated: rejected, noresource --> ended
 *    +--new socket (the dialog is kept: its first request is a refresh)
 *
 * A NOTIFY may come before the 2xx of its SUBSCRIBE and then makes the dialog.
 */
import { parseNameAddr } from '../protocol/sip-header.ts';
import { FULL_PACE, retryDelay, takeTurn, type Ended } from '../protocol/retry.ts';
import { header, type Header, type SipRequest, type SipResponse } from '../protocol/sip-message.ts';
import type { ResponseParts } from '../protocol/sip-writer.ts';
import type { Clock, SubscriptionFact, SubscriptionOptions } from './contract.ts';
import {
  deltaSeconds,
  grantedSeconds,
  minExpires,
  refreshDelay,
  retryAfterSeconds,
  routesOf,
  stateAndParams,
} from './expiry.ts';
import { addressOf, fromOf, type Identity } from './identity.ts';
import type { RequestOutcome, Requests } from './requests.ts';
import { randomToken } from './token.ts';

/** 64 * T1 (RFC 6665 §4.1.2, Timer N). */
const TIMER_N = 32_000;
const MOST_423 = 3;
/** A subscription alive for so long clears the failures before it. */
const STEADY = 60_000;

export interface SubscriptionContext {
  readonly identity: Identity;
  readonly requests: Requests;
  readonly clock: Clock;
  /** Contact and preloaded Route of requests outside a dialog. */
  readonly contact: () => string;
  readonly routes: () => readonly string[];
  /** Asks for a turn to send; `run` is called when it has come and must call `over` once the answer is there. */
  readonly turn: (run: (over: () => void) => void) => void;
  readonly online: () => boolean;
}

/** The remote half of the dialog (RFC 3261 §12.1). */
interface Peer {
  readonly tag: string;
  readonly target: string;
  readonly routes: readonly string[];
}

export class SubscriptionMachine {
  readonly callId: string;
  readonly #context: SubscriptionContext;
  readonly #options: SubscriptionOptions;
  readonly #listener: (fact: SubscriptionFact) => void;
  readonly #onEnded: () => void;
  #tag = '';
  #seq = 0;
  #remoteSeq = -1;
  #peer: Peer | null = null;
  #wished: number;
  #failures = 0;
  #pace = FULL_PACE;
  #brief = 0;
  #aliveSince: number | null = null;
  #expiresAt = 0;
  /** Rises with every new attempt: answers to older ones are void. */
  #attempt = 0;
  #asking = false;
  #unsubscribed = false;
  #state: 'open' | 'closing' | 'ended' = 'open';
  #cancelTimer: () => void = () => undefined;

  constructor(
    context: SubscriptionContext,
    options: SubscriptionOptions,
    listener: (fact: SubscriptionFact) => void,
    onEnded: () => void,
  ) {
    this.#context = context;
    this.#options = options;
    this.#listener = listener;
    this.#onEnded = onEnded;
    this.#wished = options.expires;
    this.callId = randomToken(context.clock, 4);
    this.#forgetDialog();
  }

  get localTag(): string {
    return this.#tag;
  }

  /** Registered on a new socket (or for the first time): ask now. */
  online(): void {
    if (this.#state !== 'open') return;
    if (this.#peer && this.#context.clock.now() >= this.#expiresAt) this.#forgetDialog();
    this.#pace = FULL_PACE;
    this.#ask();
  }

  offline(why: string): void {
    if (this.#state === 'closing') this.#end();
    if (this.#state !== 'open') return;
    this.#cancelTimer();
    this.#attempt++;
    this.#asking = false;
    this.#tell({ is: 'stale', why });
  }

  /** Unsubscribes; the last NOTIFY is still answered. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#cancelTimer();
    this.#attempt++;
    this.#tell({ is: 'ended', status: null, reason: 'closed' });
    if (!this.#context.online() || (!this.#peer && !this.#asking)) return this.#end();
    this.#cancelTimer = this.#context.clock.after(TIMER_N, () => this.#end());
    if (this.#peer) this.#unsubscribe();
  }

  /** A NOTIFY of this dialog: Call-ID and local tag agree already. The answer goes out before the fact. */
  notify(request: SipRequest): ResponseParts {
    if (this.#state === 'ended') return { status: 481 };
    const event = eventPackage(header(request, 'Event'));
    if (event !== this.#options.event.toLowerCase()) return { status: 489 };
    const tag = request.from.params.get('tag') ?? '';
    // A second notifier answered a forked SUBSCRIBE: one subscription holds one dialog (RFC 6665 §4.1.4).
    if (this.#peer && this.#peer.tag !== tag) return { status: 481 };
    const { seq } = request.cseq;
    if (this.#remoteSeq >= 0 && seq < this.#remoteSeq) return { status: 500, reason: 'Out of order' };
    if (seq === this.#remoteSeq) return { status: 200 };
    this.#remoteSeq = seq;
    this.#peer ??= peerOf(tag, request, routesOf(request, 'Record-Route'));
    const named = stateAndParams(header(request, 'Subscription-State') ?? 'active');
    if (!named) return { status: 400, reason: 'Malformed Subscription-State' };
    queueMicrotask(() =>
      this.#notified(request, named.state, named.params.get('reason') ?? '', named.params),
    );
    return { status: 200 };
  }

  #notified(
    request: SipRequest,
    state: string,
    reason: string,
    params: ReadonlyMap<string, string | null>,
  ): void {
    if (this.#state === 'closing') {
      if (state === 'terminated') this.#end();
      // Closed while the first SUBSCRIBE was in flight: now there is a dialog that can be ended.
      else if (!this.#unsubscribed) this.#unsubscribe();
      return;
    }
    if (this.#state !== 'open') return;
    if (state === 'terminated')
      return this.#terminated(reason.toLowerCase(), params.get('retry-after') ?? null, request);
    const { clock } = this.#context;
    this.#aliveSince ??= clock.now();
    const left = deltaSeconds(params.get('expires'));
    if (left !== null || !this.#asking) this.#refreshIn(grantedSeconds(left, this.#wished));
    this.#tell({ is: state === 'pending' ? 'pending' : 'active', ...content(request) });
  }

  #unsubscribe(): void {
    this.#unsubscribed = true;
    this.#send(0, (outcome) => {
      if (!('response' in outcome) || outcome.response.status >= 300) this.#end();
    });
  }

  /** RFC 6665 §4.1.3. `retry-after` counts in seconds. */
  #terminated(reason: string, after: string | null, request: SipRequest): void {
    if (request.body !== '' && reason !== 'rejected') this.#tell({ is: 'active', ...content(request) });
    this.#forgetDialog();
    const seconds = deltaSeconds(after);
    this.#rest(reason || 'terminated', {
      why: 'terminated',
      reason,
      ...(seconds === null ? {} : { retryAfter: seconds }),
    });
  }

  #ask(): void {
    this.#cancelTimer();
    const { clock } = this.#context;
    const { wait, pace } = takeTurn(this.#pace, clock.now());
    if (wait > 0) {
      this.#cancelTimer = clock.after(wait, () => this.#ask());
      return;
    }
    this.#pace = pace;
    const attempt = ++this.#attempt;
    this.#context.turn((over) => {
      if (attempt !== this.#attempt || this.#state !== 'open' || !this.#context.online()) return over();
      this.#asking = true;
      this.#send(this.#wished, (outcome) => {
        over();
        if (attempt !== this.#attempt) return;
        this.#asking = false;
        this.#answered(outcome);
      });
    });
  }

  #send(expires: number, done: (outcome: RequestOutcome) => void): void {
    const { identity, requests, contact, routes } = this.#context;
    const { target, event, accept, supported = [] } = this.#options;
    const peer = this.#peer;
    const fields: Header[] = (peer ? peer.routes : routes()).map((value) => ({ name: 'Route', value }));
    fields.push({ name: 'Event', value: event }, { name: 'Expires', value: String(expires) });
    fields.push({ name: 'Accept', value: accept.join(', ') }, { name: 'Contact', value: contact() });
    // On every refresh again: a list server drops the list from a watcher that no longer says eventlist.
    if (supported.length > 0) fields.push({ name: 'Supported', value: supported.join(', ') });
    const to = addressOf(target);
    requests.send(
      {
        method: 'SUBSCRIBE',
        uri: peer?.target ?? target,
        from: fromOf(identity, this.#tag),
        to: peer ? { ...to, params: new Map([['tag', peer.tag]]) } : to,
        callId: this.callId,
        seq: ++this.#seq,
        headers: fields,
      },
      (outcome) => {
        this.#seq = Math.max(this.#seq, outcome.seq);
        done(outcome);
      },
    );
  }

  #answered(outcome: RequestOutcome): void {
    if ('lost' in outcome) {
      // With its socket gone, the next socket's `online` takes over.
      if (outcome.lost === 'timeout') this.#fail('no answer', { why: 'timeout' });
      else if (outcome.lost === 'unsendable') this.#refuse(400, outcome.why);
      return;
    }
    const { response } = outcome;
    if (response.status >= 200 && response.status < 300) return this.#granted(response);
    if (response.status === 423 && this.#brief < MOST_423) {
      this.#brief++;
      const wanted = minExpires(response);
      if (wanted !== null && wanted > this.#wished) {
        this.#wished = wanted;
        return this.#ask();
      }
    }
    const { status, reason } = response;
    const seconds = retryAfterSeconds(response);
    // A refresh that finds nothing (the server forgot us, a proxy lost the way) is no refusal: ask afresh.
    const forgotten = this.#peer !== null && (status === 481 || status === 404);
    const ended = { why: 'response', status: forgotten ? 481 : status } as const;
    this.#fail(
      `${status} ${reason}`,
      seconds === null ? ended : { ...ended, retryAfter: seconds },
      status,
      reason,
    );
  }

  #granted(response: SipResponse): void {
    this.#brief = 0;
    const tag = response.to.params.get('tag');
    if (tag) this.#peer ??= peerOf(tag, response, routesOf(response, 'Record-Route').reverse());
    const granted = grantedSeconds(deltaSeconds(header(response, 'Expires')), this.#wished);
    if (this.#aliveSince !== null) return this.#refreshIn(granted);
    this.#expiresAt = this.#context.clock.now() + granted * 1000;
    this.#cancelTimer();
    this.#cancelTimer = this.#context.clock.after(TIMER_N, () => this.#fail('no NOTIFY', { why: 'timeout' }));
  }

  #refreshIn(granted: number): void {
    const { clock } = this.#context;
    this.#expiresAt = clock.now() + granted * 1000;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(refreshDelay(granted, clock.random()), () => this.#ask());
  }

  #fail(why: string, ended: Ended, status: number | null = null, reason = ''): void {
    this.#forgetDialog();
    this.#rest(why, ended, status, reason);
  }

  /** Waits and asks again, later and later when it does not last; ends where the table says that it is no use. */
  #rest(why: string, ended: Ended, status: number | null = null, reason = why): void {
    const { clock } = this.#context;
    if (this.#aliveSince !== null && clock.now() - this.#aliveSince >= STEADY) this.#failures = 0;
    this.#aliveSince = null;
    this.#failures++;
    this.#brief = 0;
    this.#attempt++;
    this.#asking = false;
    const wait = retryDelay(ended, this.#failures, clock.random());
    if (wait === null) return this.#refuse(status, reason);
    this.#cancelTimer();
    this.#cancelTimer = clock.after(wait, () => this.#ask());
    this.#tell({ is: 'stale', why });
  }

  #refuse(status: number | null, reason: string): void {
    this.#tell({ is: 'ended', status, reason });
    this.#end();
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancelTimer();
    this.#attempt++;
    this.#onEnded();
  }

  #forgetDialog(): void {
    this.#peer = null;
    this.#remoteSeq = -1;
    this.#tag = randomToken(this.#context.clock, 2);
  }

  #tell(fact: SubscriptionFact): void {
    this.#listener(fact);
  }
}

function content(request: SipRequest): { contentType: string; body: string } {
  return { contentType: header(request, 'Content-Type') ?? '', body: request.body };
}

/** The package without its parameters, lower case; `''` when there is none. */
export function eventPackage(value: string | undefined): string {
  return (value ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function peerOf(tag: string, message: SipRequest | SipResponse, routes: readonly string[]): Peer | null {
  const contact = parseNameAddr(header(message, 'Contact') ?? '');
  return contact ? { tag, target: contact.uri, routes } : null;
}
