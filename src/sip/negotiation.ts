/**
 * Offers and answers in an established call (RFC 3261 §14, RFC 3264), one at a time:
 *
 *   free --ours--> preparing --INVITE--> sent --2xx, ACK--> free
 *    |               | theirs comes: rolled back, theirs first, then ours again
 *    |               |             491: rolled back, 2.1..4 s (we called) or 0..2 s, ours again
 *    |               |             other refusal: rolled back, told to the asker
 *    |               +--socket lost: rolled back, ours again on the next one
 *    +--theirs--> answering --200--> awaiting ACK --ACK, 32 s--> free
 */
import type { IncomingInviteRequest, Session, SessionDialog } from 'sip.js/lib/core/index.js';
import { SDP_TYPE, sdpBody, takesNothing } from './call-state.ts';
import type { Clock, MediaPort, Renegotiated } from './contract.ts';
import { deltaSeconds } from './expiry.ts';
import {
  answerLines,
  LEAST_LINE,
  requestLines,
  termsOfAnswer,
  termsOfRequest,
  type SessionTimer,
} from './session-timer.ts';
import type { TheirUpdate } from './update.ts';

const MEDIA_LIMIT = 10_000;
const ACK_LIMIT = 32_000;
const MOST_TRIES = 6;
const MOST_OFFERS = 40;
const STORM_WINDOW = 10_000;

export interface NegotiationOptions {
  readonly session: Session;
  readonly media: MediaPort;
  readonly clock: Clock;
  readonly video: boolean;
  /** We made the Call-ID: after glare we wait longer (RFC 3261 §14.1). */
  readonly caller: boolean;
  readonly contact: () => string;
  readonly allow: string;
  readonly log: (line: string) => void;
  /** What offers and answers say of it, and hear. */
  readonly timer: SessionTimer;
  /** The dialog is no more (481, 408). */
  readonly onDead: (status: number, reason: string) => void;
}

interface Wish {
  video: boolean;
  iceRestart: boolean;
  tries: number;
  readonly done: ((result: Renegotiated) => void)[];
}

const OVER: Renegotiated = { ok: false, status: 0, reason: 'the call is over' };

export class Negotiation {
  readonly #options: NegotiationOptions;
  #wishes: Wish[] = [];
  #busy: 'free' | 'preparing' | 'sent' | 'answering' | 'ack' = 'free';
  /** Their offer that came while ours was being prepared. */
  #theirs: IncomingInviteRequest | null = null;
  #video: boolean;
  #online = true;
  #closed = false;
  /** Rises when a socket is lost: what was on the wire then is void. */
  #era = 0;
  #awaitsAnswer = false;
  /** When the peer made its last offers. */
  #offers: number[] = [];
  #cancelWait: (() => void) | null = null;
  #before: Promise<unknown> = Promise.resolve();

  constructor(options: NegotiationOptions) {
    this.#options = options;
    this.#video = options.video;
  }

  renegotiate(options: { video: boolean; iceRestart: boolean }): Promise<Renegotiated> {
    if (this.#closed) return Promise.resolve(OVER);
    return new Promise((resolve) => {
      this.#wishes.push({ ...options, tries: 0, done: [resolve] });
      this.#next();
    });
  }

  /** An offer of what there is, as a sign of life. */
  refresh(): Promise<Renegotiated> {
    return this.renegotiate({ video: this.#video, iceRestart: false });
  }

  /** An UPDATE of the peer with an offer: answered at once, or not at all (RFC 3311 §5.2). */
  async update(update: TheirUpdate, lines: readonly string[], agreed: () => void): Promise<void> {
    if (this.#closed) return;
    if (this.#busy === 'preparing' || this.#busy === 'sent') return update.reject(491);
    if (this.#busy !== 'free' || this.#isStorm())
      return update.reject(500, [retryAfter(this.#options.clock)]);
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#busy = 'answering';
    await this.#before;
    const sdp = await this.#answerTo(update.offer);
    if (this.#closed) return;
    if (sdp === null) {
      await this.#rollback();
      update.reject(488);
    } else {
      agreed();
      update.accept(lines, sdp);
    }
    this.#free();
  }

  /** A re-INVITE of the peer. sip.js has refused it already when ours is on the wire. */
  receive(request: IncomingInviteRequest): void {
    if (this.#busy === 'preparing' && !this.#theirs) this.#theirs = request;
    else if (this.#busy === 'answering' || this.#isStorm())
      request.reject({ statusCode: 500, extraHeaders: [retryAfter(this.#options.clock)] });
    else void this.#answer(request);
  }

  /** ACK to our 200 of a re-INVITE; it has their answer when our 200 had the offer. */
  acked(answer: string): void {
    if (this.#awaitsAnswer && answer !== '') {
      this.#awaitsAnswer = false;
      this.after(this.#within(this.#options.media.setDescription(answer)));
    }
    if (this.#busy === 'ack') this.#free();
  }

  /** Offers of either side wait until `work` is done. */
  after(work: Promise<unknown>): void {
    this.#before = Promise.all([this.#before, work]).catch(() => undefined);
  }

  socketLost(): void {
    this.#online = false;
    this.#era++;
    this.#cancelWait?.();
    this.#cancelWait = null;
    const dialog = this.#options.session as SessionDialog;
    const pending = dialog.reinviteUserAgentClient;
    if (pending) {
      pending.dispose();
      dialog.userAgentCore.userAgentClients.delete(`${pending.transaction.id}INVITE`);
      dialog.reinviteUserAgentClient = undefined;
      dialog.signalingStateRollback();
    }
    dialog.reinviteUserAgentServer = undefined;
    this.#awaitsAnswer = false;
    if (this.#busy === 'sent') void this.#rollback();
    if (this.#busy === 'sent' || this.#busy === 'ack') this.#busy = 'free';
  }

  /** A new socket: the path may be another, and the peer's network does not know our new flow yet. */
  socketBack(): void {
    if (this.#online || this.#closed) return;
    this.#online = true;
    const waiting = this.#wishes[0];
    if (waiting) waiting.iceRestart = true;
    else this.#wishes.push({ video: this.#video, iceRestart: true, tries: 0, done: [] });
    this.#next();
  }

  close(): void {
    this.#closed = true;
    this.#cancelWait?.();
    const waiting = this.#wishes;
    this.#wishes = [];
    for (const wish of waiting) this.#settle(wish, OVER);
  }

  #next(): void {
    const wish = this.#wishes[0];
    if (!wish || this.#busy !== 'free' || this.#cancelWait || !this.#online || this.#closed) return;
    this.#busy = 'preparing';
    void this.#offer(wish);
  }

  async #offer(wish: Wish): Promise<void> {
    const { media, session, contact, allow, timer } = this.#options;
    const era = this.#era;
    await this.#before;
    const sdp = await this.#within(media.getDescription({ video: wish.video, iceRestart: wish.iceRestart }));
    if (this.#closed) return;
    if (this.#theirs || !this.#online || era !== this.#era) {
      await this.#rollback();
      this.#busy = 'free';
      const theirs = this.#theirs;
      this.#theirs = null;
      if (theirs) await this.#answer(theirs);
      else this.#next();
      return;
    }
    if (sdp === null)
      return this.#give(wish, { ok: false, status: 0, reason: 'no description of our media' });
    this.#busy = 'sent';
    try {
      session.invite(
        {
          onAccept: ({ message, ack }) => {
            // At once: nothing of ours belongs into it, and requests that follow it are not held up.
            ack();
            timer.agree(termsOfAnswer((name) => message.getHeader(name)));
            void this.#accepted(wish, era, message.body);
          },
          onReject: ({ message }) => void this.#refused(wish, era, message.statusCode ?? 500, message),
          onRedirect: ({ message }) => void this.#refused(wish, era, message.statusCode ?? 302, message),
        },
        {
          extraHeaders: [`Contact: ${contact()}`, `Allow: ${allow}`, ...requestLines(timer.terms)],
          body: sdpBody(sdp),
        },
      );
    } catch (error) {
      this.#options.log(`re-INVITE not sent: ${String(error)}`);
      await this.#rollback();
      wish.tries++;
      this.#retryIn(wish, 1000);
    }
  }

  async #accepted(wish: Wish, era: number, answer: string): Promise<void> {
    const taken = await this.#within(this.#options.media.setDescription(answer).then(() => true));
    if (era !== this.#era || this.#closed) return;
    if (!taken) {
      await this.#rollback();
      return this.#give(wish, { ok: false, status: 0, reason: 'the answer does not fit' });
    }
    this.#video = wish.video;
    this.#give(wish, { ok: true });
  }

  async #refused(wish: Wish, era: number, status: number, message: ReadRetry): Promise<void> {
    await this.#rollback();
    if (era !== this.#era || this.#closed) return;
    const reason = message.reasonPhrase ?? '';
    if (status === 481 || status === 408) {
      this.#give(wish, { ok: false, status, reason });
      return this.#options.onDead(status, reason);
    }
    wish.tries++;
    const { clock, caller } = this.#options;
    if (wish.tries < MOST_TRIES && status === 491) {
      const unit = Math.floor(clock.random() * 200) * 10;
      return this.#retryIn(wish, caller ? 2100 + Math.min(unit, 1900) : unit);
    }
    const named = deltaSeconds(/^\s*(\d+)/.exec(message.getHeader('Retry-After') ?? '')?.[1]);
    if (wish.tries < MOST_TRIES && (status === 500 || status === 503) && named !== null) {
      return this.#retryIn(wish, Math.min(60, Math.max(1, named)) * 1000);
    }
    this.#give(wish, { ok: false, status, reason });
  }

  async #answer(request: IncomingInviteRequest): Promise<void> {
    const { contact, allow, timer } = this.#options;
    const terms = termsOfRequest((name) => request.message.getHeader(name));
    const era = this.#era;
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#busy = 'answering';
    await this.#before;
    const offer = request.message.body;
    const type: unknown = request.message.parseHeader('Content-Type');
    const understood = !offer || type === SDP_TYPE;
    let sdp: string | null = null;
    if (understood) {
      if (terms !== 'tooSmall') sdp = await this.#answerTo(offer);
    }
    if (this.#closed) return;
    try {
      if (sdp === null) {
        await this.#rollback();
        if (terms === 'tooSmall') request.reject({ statusCode: 422, extraHeaders: [LEAST_LINE] });
        else if (understood) request.reject({ statusCode: 488 });
        else request.reject({ statusCode: 415, extraHeaders: [`Accept: ${SDP_TYPE}`] });
        return this.#free();
      }
      const agreed = terms === 'tooSmall' ? null : terms;
      this.#awaitsAnswer = !offer;
      this.#busy = 'ack';
      request.accept({
        statusCode: 200,
        extraHeaders: [`Contact: ${contact()}`, `Allow: ${allow}`, ...answerLines(agreed)],
        body: sdpBody(sdp),
      });
      timer.agree(agreed);
    } catch (error) {
      // The transaction is gone: cancelled, or its socket was.
      this.#options.log(`re-INVITE not answered: ${String(error)}`);
      return this.#free();
    }
    if (era !== this.#era) return this.#free();
    this.#cancelWait = this.#options.clock.after(ACK_LIMIT, () => {
      (this.#options.session as SessionDialog).reinviteUserAgentServer = undefined;
      this.#free();
    });
  }

  /** Our answer to that offer, or an offer where there is none; null when the media cannot. */
  async #answerTo(offer: string | undefined): Promise<string | null> {
    const { media } = this.#options;
    const taken = !offer || (await this.#within(media.setDescription(offer).then(() => true)));
    if (!taken) return null;
    const sdp = await this.#within(media.getDescription({ video: this.#video, iceRestart: false }));
    return sdp !== null && offer && takesNothing(sdp) ? null : sdp;
  }

  /** More offers of theirs than any network or person makes: our media are spared them. */
  #isStorm(): boolean {
    const now = this.#options.clock.now();
    this.#offers = this.#offers.filter((at) => now - at < STORM_WINDOW);
    if (this.#offers.length >= MOST_OFFERS) return true;
    this.#offers.push(now);
    return false;
  }

  #give(wish: Wish, result: Renegotiated): void {
    this.#wishes = this.#wishes.filter((one) => one !== wish);
    this.#settle(wish, result);
    this.#free();
  }

  #settle(wish: Wish, result: Renegotiated): void {
    for (const done of wish.done) done(result);
  }

  #retryIn(wish: Wish, ms: number): void {
    this.#busy = 'free';
    if (wish.tries >= MOST_TRIES)
      return this.#give(wish, { ok: false, status: 491, reason: 'the peer is busy' });
    this.#cancelWait = this.#options.clock.after(ms, () => this.#free());
  }

  #free(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#busy = 'free';
    this.#next();
  }

  async #rollback(): Promise<void> {
    await this.#within(this.#options.media.rollback().then(() => true));
  }

  /** The media live in a tab that may be gone: `null` after 10 s or a failure. */
  #within<T>(work: Promise<T>): Promise<T | null> {
    return within(this.#options.clock, MEDIA_LIMIT, work, this.#options.log);
  }
}

interface ReadRetry {
  readonly reasonPhrase?: string | undefined;
  getHeader(name: string): string | undefined;
}

/** When the far end may try again: by chance, so that two do not meet again (RFC 3261 §14.2). */
export function retryAfter(clock: Pick<Clock, 'random'>): string {
  return `Retry-After: ${1 + Math.floor(clock.random() * 10)}`;
}

/** The result, or `null` when it fails or takes longer than `ms`. */
export function within<T>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  work: Promise<T>,
  log: (line: string) => void,
): Promise<T | null> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(null));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        log(`media: ${String(error)}`);
        resolve(null);
      },
    );
  });
}
