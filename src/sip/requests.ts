/**
 * Client transactions of every request outside a call (RFC 3261 §17.1.2 over a reliable transport):
 *
 *   sent --1xx--> sent --final--> done(response)
 *     |  401, 407 with an answer: sent again, CSeq + 1
 *     +--32 s--> done(lost: timeout)      +--socket gone--> done(lost: flow)
 *
 * A request never outlives its socket: nothing waits for Timer F on a connection that is no more.
 */
import { SipWriteError, makeRequest, writeMessage, type RequestParts } from '../protocol/sip-writer.ts';
import type { Header, SipRequest, SipResponse, Via } from '../protocol/sip-message.ts';
import type { Authenticator, Exchange } from './authenticator.ts';
import type { Clock } from './contract.ts';
import { randomToken } from './token.ts';

/** 64 * T1 (RFC 3261 §17.1.2.2, Timer F). Milliseconds. */
const TIMER_F = 32_000;

export type Draft = Omit<RequestParts, 'vias'> & {
  /** Milliseconds to wait for the final response; 32 s when absent. */
  readonly limit?: number;
};

/** `seq` is the CSeq that was used last: each answered challenge takes one more. */
export type RequestOutcome =
  | { readonly response: SipResponse; readonly seq: number }
  | { readonly lost: 'timeout' | 'flow' | 'unsendable'; readonly why: string; readonly seq: number };

export interface RequestsOptions {
  readonly clock: Clock;
  /** False when there is no socket. */
  readonly send: (text: string) => boolean;
  readonly via: () => Pick<Via, 'transport' | 'host'>;
  readonly authenticator: Authenticator;
  readonly userAgent: string;
  readonly log: (line: string) => void;
}

interface Pending {
  readonly draft: Draft;
  readonly done: (outcome: RequestOutcome) => void;
  readonly exchange: Exchange;
  seq: number;
  cancelTimer: () => void;
}

export class Requests {
  readonly #options: RequestsOptions;
  /** By branch: with 96 random bits no other part of the key is needed but the method, checked on receipt. */
  readonly #pending = new Map<string, Pending>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Sends; `done` is called exactly once and never before `send` has returned. */
  send(draft: Draft, done: (outcome: RequestOutcome) => void): void {
    const { uri, method, body = '' } = draft;
    const exchange = this.#options.authenticator.begin({ method, uri, body });
    this.#transmit({ draft, done, exchange, seq: draft.seq, cancelTimer: () => undefined }, exchange.ahead());
  }

  /** True when the response belonged to a request of ours. */
  receive(response: SipResponse): boolean {
    const branch = response.vias[0]?.params.get('branch');
    const pending = branch ? this.#pending.get(branch) : undefined;
    if (!branch || !pending || response.vias.length !== 1) return false;
    if (response.cseq.method !== pending.draft.method || response.status < 200) return true;
    this.#pending.delete(branch);
    pending.cancelTimer();
    if (response.status === 401 || response.status === 407) {
      const credentials = pending.exchange.answer(response);
      if (credentials) {
        pending.seq++;
        this.#transmit(pending, credentials);
        return true;
      }
    }
    this.#options.authenticator.succeeded(response);
    this.#finish(pending, { response, seq: pending.seq });
    return true;
  }

  /** The socket is gone and with it every answer. */
  flowLost(why: string): void {
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of lost) {
      pending.cancelTimer();
      this.#finish(pending, { lost: 'flow', why, seq: pending.seq });
    }
  }

  #transmit(pending: Pending, credentials: readonly Header[]): void {
    const { clock, send, via, userAgent } = this.#options;
    const { draft, seq } = pending;
    const branch = `z9hG4bK${randomToken(clock)}`;
    let request: SipRequest;
    let text: string;
    try {
      request = makeRequest({
        ...draft,
        seq,
        vias: [{ ...via(), port: null, params: new Map([['branch', branch]]) }],
        headers: [...(draft.headers ?? []), ...credentials, { name: 'User-Agent', value: userAgent }],
      });
      text = writeMessage(request);
    } catch (error) {
      if (!(error instanceof SipWriteError)) throw error;
      this.#later(pending, { lost: 'unsendable', why: error.message, seq });
      return;
    }
    if (!send(text)) {
      this.#later(pending, { lost: 'flow', why: 'not connected', seq });
      return;
    }
    this.#pending.set(branch, pending);
    pending.cancelTimer = clock.after(draft.limit ?? TIMER_F, () => {
      this.#pending.delete(branch);
      this.#finish(pending, { lost: 'timeout', why: 'no answer', seq });
    });
  }

  #later(pending: Pending, outcome: RequestOutcome): void {
    queueMicrotask(() => this.#finish(pending, outcome));
  }

  #finish(pending: Pending, outcome: RequestOutcome): void {
    try {
      pending.done(outcome);
    } catch (error) {
      this.#options.log(`${pending.draft.method}: the outcome was not taken: ${String(error)}`);
    }
  }
}
