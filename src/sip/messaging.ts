/** MESSAGE outside calls, both ways (RFC 3428). */
import { header, type SipRequest } from '../protocol/sip-message.ts';
import type { ResponseParts } from '../protocol/sip-writer.ts';
import { aorOf, parseUri } from '../protocol/sip-uri.ts';
import type { Clock, IncomingMessage, MessageOutcome, OutgoingMessage } from './contract.ts';
import { dateOf } from './expiry.ts';
import { addressOf, fromOf, type Identity } from './identity.ts';
import type { RequestOutcome, Requests } from './requests.ts';
import { randomToken } from './token.ts';

/** A sender waits 32 s for an answer; ours must be there before. Milliseconds. */
const STORE_LIMIT = 30_000;
const REMEMBERED = 500;
/** Challenges one MESSAGE may meet: the CSeq of the next retry lies above all of them. */
const SEQS_PER_TRY = 8;

/** Final answers that say nothing about the message itself: the same id is tried again (reliability.md §7). */
const UNDECIDED = new Set([401, 407, 408, 430, 480, 491]);

export interface MessagingContext {
  readonly identity: Identity;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly routes: () => readonly string[];
  readonly online: () => boolean;
  readonly deliver: (message: IncomingMessage) => Promise<number>;
  readonly log: (line: string) => void;
}

export class Messaging {
  readonly #context: MessagingContext;
  readonly #tag: string;
  /** Requests being stored, with everybody who waits for the answer: a repeat over a new socket joins the first. */
  readonly #storing = new Map<string, ((parts: ResponseParts) => void)[]>();
  /** The last ones stored: a repeat is answered and not delivered. */
  readonly #stored = new Map<string, number>();

  constructor(context: MessagingContext) {
    this.#context = context;
    this.#tag = randomToken(context.clock, 2);
  }

  send(message: OutgoingMessage): Promise<MessageOutcome> {
    const { identity, requests, routes, online } = this.#context;
    const scheme = parseUri(message.to)?.scheme;
    if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
      return Promise.resolve({ is: 'refused', status: 416, reason: 'Not an address that can be reached' });
    }
    if (!online()) return Promise.resolve({ is: 'unknown', why: 'not connected' });
    return new Promise((resolve) => {
      requests.send(
        {
          method: 'MESSAGE',
          uri: message.to,
          from: fromOf(identity, this.#tag),
          to: addressOf(message.to),
          callId: message.callId,
          seq: message.cseq * SEQS_PER_TRY,
          headers: routes().map((value) => ({ name: 'Route', value })),
          contentType: message.contentType,
          body: message.body,
        },
        (outcome) => resolve(outcomeOf(outcome)),
      );
    });
  }

  /** `answer` is called once, after the message is stored or refused. */
  receive(request: SipRequest, answer: (parts: ResponseParts) => void): void {
    const key = `${request.callId} ${request.cseq.seq} ${request.from.params.get('tag') ?? ''} ${request.from.uri}`;
    const known = this.#stored.get(key);
    if (known !== undefined) return answer({ status: known });
    const waiting = this.#storing.get(key);
    if (waiting) {
      waiting.push(answer);
      return;
    }
    this.#storing.set(key, [answer]);
    const finish = (status: number): void => {
      const all = this.#storing.get(key);
      if (!all) return;
      this.#storing.delete(key);
      if (status >= 200 && status < 300) this.#remember(key, status);
      for (const one of all) one({ status });
    };
    const cancel = this.#context.clock.after(STORE_LIMIT, () => finish(500));
    this.#deliver(request).then(
      (status) => {
        cancel();
        finish(Number.isInteger(status) && status >= 200 && status <= 699 ? status : 500);
      },
      (error: unknown) => {
        cancel();
        this.#context.log(`MESSAGE was not taken: ${String(error)}`);
        finish(500);
      },
    );
  }

  async #deliver(request: SipRequest): Promise<number> {
    return this.#context.deliver({
      from: aorOf(request.from.uri) ?? request.from.uri,
      fromName: request.from.display,
      to: aorOf(request.to.uri) ?? request.to.uri,
      contentType: header(request, 'Content-Type') ?? 'text/plain',
      body: request.body,
      callId: request.callId,
      cseq: request.cseq.seq,
      date: dateOf(request),
      headers: request.headers,
    });
  }

  #remember(key: string, status: number): void {
    this.#stored.set(key, status);
    if (this.#stored.size <= REMEMBERED) return;
    const oldest = this.#stored.keys().next();
    if (!oldest.done) this.#stored.delete(oldest.value);
  }
}

function outcomeOf(outcome: RequestOutcome): MessageOutcome {
  if ('lost' in outcome) {
    return outcome.lost === 'unsendable'
      ? { is: 'refused', status: 400, reason: outcome.why }
      : { is: 'unknown', why: outcome.why };
  }
  const { status, reason, headers } = outcome.response;
  if (status < 300) return { is: 'accepted', status, headers };
  if (status < 400 || (status >= 500 && status < 600) || UNDECIDED.has(status)) {
    return { is: 'unknown', why: `${status} ${reason}` };
  }
  return { is: 'refused', status, reason };
}
