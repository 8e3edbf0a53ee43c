/**
 * The binding of this device at its registrar (RFC 3261 §10.2, RFC 5626 §4.2). One Call-ID over all sockets, CSeq
 * rising; a REGISTER belongs to its socket and dies with it.
 *
 *   off --socket up--> trying --200--> registered --refresh at 50..85 %--> trying
 *    ^                   |  423 (three times), 439: again at once
 *    |                   |  401, 403, 404 before the first success: refused (ends here)
 *    |                   |  no answer in 8 s: the socket is given up
 *    |                   +--other--> waiting --Retry-After or back-off--> trying
 *    +--socket gone (from anywhere but refused)
 */
import { parseNameAddr, splitList } from '../protocol/sip-header.ts';
import { againDelay, FULL_PACE, takeTurn } from '../protocol/retry.ts';
import { header, headers, type Header, type NameAddr, type SipResponse } from '../protocol/sip-message.ts';
import type { Clock, PushParams } from './contract.ts';
import {
  dateOf,
  deltaSeconds,
  grantedSeconds,
  minExpires,
  refreshDelay,
  retryAfterSeconds,
  routesOf,
} from './expiry.ts';
import { addressOf, fromOf, registerContact, type Identity } from './identity.ts';
import type { RequestOutcome, Requests } from './requests.ts';
import { randomToken } from './token.ts';

const WISHED = 600;
const ANSWER_LIMIT = 8_000;
/** A server that asks for ever longer intervals is not followed for ever. */
const MOST_423 = 3;
/** Refusals of a device that was registered before: its password may just be changing. */
const MOST_REFUSALS = 3;

export interface Registered {
  readonly gruu: string | null;
  readonly serviceRoute: readonly string[];
  /** The registrar took the flow as outbound (RFC 5626 §6). */
  readonly outbound: boolean;
  /** Server clock minus ours in milliseconds. */
  readonly clockOffset: number | null;
  readonly headers: readonly Header[];
}

export interface RegistrationOptions {
  readonly identity: Identity;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly allow: string;
  readonly onRegistered: (registered: Registered, first: boolean) => void;
  /** `wait`: seconds the server asks for, Retry-After. */
  readonly onRefused: (status: number, reason: string, wait: number | null) => void;
  /** The socket stays; `retryIn` milliseconds; `lapsed`: the last binding has run out meanwhile. */
  readonly onFailed: (why: string, retryIn: number, lapsed: boolean) => void;
  /** The socket answers nothing. */
  readonly onDeadSocket: (why: string) => void;
}

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #callId: string;
  readonly #tag: string;
  #seq = 0;
  #socket = 0;
  #up = false;
  #onThisSocket = false;
  #everRegistered = false;
  #failures = 0;
  #validUntil = 0;
  #refusals = 0;
  #brief = 0;
  #wished = WISHED;
  #outbound = true;
  #push: PushParams | null = null;
  #pace = FULL_PACE;
  #inFlight = false;
  #again = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#callId = randomToken(options.clock, 4);
    this.#tag = randomToken(options.clock, 2);
  }

  /** A new socket: register on it at once, whatever was in flight on the old one. */
  socketUp(): void {
    this.#up = true;
    this.#onThisSocket = false;
    this.#pace = FULL_PACE;
    this.#begin();
  }

  socketDown(): void {
    this.#up = false;
    this.#onThisSocket = false;
    this.#socket++;
    this.#inFlight = this.#again = false;
    this.#cancelTimer();
  }

  /** RFC 8599: takes effect at once when registered, else with the next REGISTER. */
  setPush(push: PushParams | null): void {
    this.#push = push;
    if (!this.#onThisSocket) return;
    if (this.#inFlight) this.#again = true;
    else this.#begin();
  }

  /** Removes the binding; resolves when answered, lost or after 2 s. */
  unregister(): Promise<void> {
    if (!this.#up || !this.#onThisSocket) return Promise.resolve();
    this.#cancelTimer();
    this.#socket++;
    this.#onThisSocket = false;
    return new Promise((resolve) => this.#send(0, 2_000, () => resolve()));
  }

  #begin(): void {
    this.#cancelTimer();
    if (!this.#up) return;
    const { clock } = this.#options;
    const { wait, pace } = takeTurn(this.#pace, clock.now());
    if (wait > 0) {
      this.#cancelTimer = clock.after(wait, () => this.#begin());
      return;
    }
    this.#pace = pace;
    const socket = ++this.#socket;
    this.#inFlight = true;
    this.#send(this.#wished, ANSWER_LIMIT, (outcome) => {
      this.#seq = Math.max(this.#seq, outcome.seq);
      if (socket !== this.#socket) return;
      this.#inFlight = false;
      this.#take(outcome);
    });
  }

  #send(expires: number, limit: number, done: (outcome: RequestOutcome) => void): void {
    const { identity, requests, allow } = this.#options;
    requests.send(
      {
        method: 'REGISTER',
        uri: `sip:${identity.domain}`,
        from: fromOf(identity, this.#tag),
        to: addressOf(identity.aor),
        callId: this.#callId,
        seq: ++this.#seq,
        headers: [
          { name: 'Contact', value: registerContact(identity, this.#push, this.#outbound) },
          { name: 'Expires', value: String(expires) },
          { name: 'Supported', value: 'path, gruu, outbound' },
          { name: 'Allow', value: allow },
        ],
        limit,
      },
      done,
    );
  }

  #take(outcome: RequestOutcome): void {
    if ('lost' in outcome) {
      if (outcome.lost === 'timeout') this.#options.onDeadSocket('the registrar does not answer');
      else if (outcome.lost === 'unsendable') this.#options.onRefused(400, outcome.why, null);
      return;
    }
    const { response } = outcome;
    const { status } = response;
    if (status >= 200 && status < 300) return this.#accepted(response);
    if (status === 423 && this.#brief < MOST_423) {
      this.#brief++;
      const wanted = minExpires(response);
      if (wanted !== null && wanted > this.#wished) {
        this.#wished = wanted;
        return this.#begin();
      }
    }
    // RFC 5626 §11.6: the first hop cannot do outbound; without it we can.
    if (status === 439 && this.#outbound) {
      this.#outbound = false;
      return this.#begin();
    }
    if ([401, 403, 404, 407, 410, 604].includes(status)) {
      this.#refusals++;
      if (!this.#everRegistered || this.#refusals >= MOST_REFUSALS) {
        this.#up = false;
        return this.#options.onRefused(status, response.reason, retryAfterSeconds(response));
      }
    }
    this.#failures++;
    this.#brief = 0;
    const { clock, onFailed } = this.#options;
    const asked = Math.min(3600, retryAfterSeconds(response) ?? 0) * 1000;
    const wait = Math.max(asked, againDelay(this.#failures, clock.random()));
    this.#cancelTimer = clock.after(wait, () => this.#begin());
    const lapsed = clock.now() + wait >= this.#validUntil;
    if (lapsed) this.#onThisSocket = false;
    onFailed(`the registrar says ${status} ${response.reason}`, wait, lapsed);
  }

  #accepted(response: SipResponse): void {
    const { clock, identity, onRegistered } = this.#options;
    const own = ownBinding(response, identity);
    const named = deltaSeconds(own?.params.get('expires')) ?? deltaSeconds(header(response, 'Expires'));
    const granted = grantedSeconds(named, this.#wished);
    const first = !this.#onThisSocket;
    const date = dateOf(response);
    this.#onThisSocket = this.#everRegistered = true;
    this.#failures = this.#refusals = this.#brief = 0;
    this.#validUntil = clock.now() + granted * 1000;
    this.#cancelTimer = clock.after(refreshDelay(granted, clock.random()), () => this.#begin());
    if (this.#again) {
      this.#again = false;
      this.#begin();
    }
    onRegistered(
      {
        gruu: own?.params.get('pub-gruu') ?? null,
        serviceRoute: routesOf(response, 'Service-Route'),
        outbound: /\boutbound\b/i.test(header(response, 'Require') ?? ''),
        clockOffset: date === null ? null : date - clock.now(),
        headers: response.headers,
      },
      first,
    );
  }
}

/** Our binding among all of the user's: by instance, else by URI. One broken foreign binding spoils nothing. */
function ownBinding(response: SipResponse, identity: Identity): NameAddr | null {
  const bindings = headers(response, 'Contact')
    .flatMap((value) => splitList(value) ?? [])
    .map(parseNameAddr)
    .filter((binding) => binding !== null);
  const instance = `<${identity.instanceId}>`.toLowerCase();
  return (
    bindings.find((binding) => binding.params.get('+sip.instance')?.toLowerCase() === instance) ??
    bindings.find((binding) => binding.uri.includes(`@${identity.host}`)) ??
    null
  );
}
