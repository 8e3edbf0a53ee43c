/**
 * A call made to us (RFC 3261 §13.3):
 *
 *   ringing --accept--> answering --200--> confirming --ACK--> established --BYE--> ended
 *    |  ^ |                 |
 *    |  | +--CANCEL, reject, 3 minutes--> ended
 *    |  +--the same INVITE on the next socket
 *    +--socket lost--> adrift --20 s--> ended
 */
import type {
  IncomingInviteRequest,
  IncomingRequestMessage,
  InviteUserAgentServer,
} from 'sip.js/lib/core/index.js';
import { tokensOf } from '../protocol/sip-header.ts';
import { header, type Header, type SipRequest } from '../protocol/sip-message.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { Replaces } from '../protocol/replaces.ts';
import {
  answeredElsewhere,
  CallState,
  hasLiveVideo,
  reasonText,
  SDP_TYPE,
  sdpBody,
  takesNothing,
} from './call-state.ts';
import type { CallContext } from './call-context.ts';
import type {
  CallFact,
  MediaPort,
  Renegotiated,
  SipDialog,
  Referral,
  TransferNews,
  TransferWish,
} from './contract.ts';
import { Established } from './established.ts';
import { retryAfter, within } from './negotiation.ts';
import type { Replaceable } from './replacing.ts';
import { answerLines, type TimerTerms } from './session-timer.ts';
import type { TheirUpdate } from './update.ts';

const MEDIA_LIMIT = 10_000;
const RINGING_LIMIT = 180_000;
/** A ringing call whose socket went away: the server rings the device again when it is back. */
const ADRIFT_LIMIT = 20_000;
/** RFC 3262 §3: repeated like an INVITE, given up after 64 * T1. */
const T1 = 500;
const RELIABLE_LIMIT = 32_000;

export class IncomingCall implements Replaceable {
  readonly id: string;
  readonly peer: string;
  readonly peerName: string;
  readonly direction = 'in';
  readonly offersVideo: boolean;
  readonly subject: string;
  readonly headers: readonly Header[];
  readonly fromTag: string;
  readonly replaces: Replaceable | null;
  readonly #context: CallContext;
  readonly #state: CallState;
  readonly #takesReplaces: boolean;
  readonly #allowsUpdate: boolean;
  /** What the caller asked of the session timer. */
  readonly #terms: TimerTerms | null;
  #offer: string;
  #request: IncomingInviteRequest;
  #ringTag = '';
  #phase: 'ringing' | 'answering' | 'confirming' | 'adrift' = 'ringing';
  #established: Established | null = null;
  #reliable: { readonly rack: string; readonly stop: () => void } | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(
    context: CallContext,
    request: IncomingInviteRequest,
    source: SipRequest,
    about: { readonly replaces: Replaceable | null; readonly terms: TimerTerms | null },
    onEnded: (call: IncomingCall) => void,
  ) {
    this.#context = context;
    this.#request = request;
    this.id = source.callId;
    this.peer = aorOf(source.from.uri) ?? source.from.uri;
    this.peerName = source.from.display;
    this.fromTag = source.from.params.get('tag') ?? '';
    this.#offer = request.message.body;
    this.offersVideo = hasLiveVideo(this.#offer);
    this.subject = header(source, 'Subject') ?? '';
    this.headers = source.headers;
    this.replaces = about.replaces;
    this.#takesReplaces = tokensOf(source, 'Supported').includes('replaces');
    this.#allowsUpdate = /\bUPDATE\b/.test(header(source, 'Allow') ?? '');
    this.#terms = about.terms;
    this.#state = new CallState(context.log, () => {
      this.#cancelTimer();
      this.#reliable?.stop();
      onEnded(this);
    });
  }

  onFact(listener: (fact: CallFact) => void): void {
    this.#state.listen(listener);
  }

  get adrift(): boolean {
    return this.#phase === 'adrift' && !this.#state.ended;
  }

  get dialog(): SipDialog | null {
    return this.#established?.dialog ?? null;
  }

  named({ callId, toTag, fromTag }: Replaces): 'confirmed' | 'theirs' | null {
    if (callId !== this.id || fromTag !== this.fromTag) return null;
    const { dialog } = this;
    if (dialog) return toTag === dialog.localTag ? 'confirmed' : null;
    return this.#ringTag === toTag ? 'theirs' : null;
  }

  owns({ callId, fromTag }: IncomingRequestMessage): boolean {
    return callId === this.id && fromTag === this.fromTag;
  }

  /** Before the answer: our answer to their first offer is still to come (RFC 3311 §5.2). */
  update(update: TheirUpdate): void {
    if (this.#established) this.#established.update(update);
    else if (update.offer === '') update.accept([`Contact: ${this.#context.contact()}`]);
    else update.reject(500, [retryAfter(this.#context.clock)]);
  }

  replaced(by: string): void {
    this.#established?.replaced(by);
  }

  get offer(): string {
    return this.#offer;
  }

  /** Rings back to the caller. After the call was shown to the agent. */
  start(source: SipRequest): void {
    if (this.#state.ended) return;
    this.#request.delegate = { onCancel: (message) => this.#cancelled(message) };
    this.#cancelTimer = this.#context.clock.after(RINGING_LIMIT, () => {
      this.#refuse(480);
      this.#state.finish({ by: 'us', status: 480, reason: 'not answered' });
    });
    // What goes on with another call is answered, not shown.
    if (this.replaces) return;
    if (tokensOf(source, 'Require').includes('100rel')) this.#ringReliably(source);
    else this.#ring([]);
  }

  async accept(media: MediaPort, options: { video: boolean }): Promise<void> {
    if (this.#state.ended || this.#phase === 'answering' || this.#phase === 'confirming')
      return media.close();
    const adrift = this.#phase === 'adrift';
    this.#phase = 'answering';
    this.#state.media = media;
    const taken =
      this.#offer === '' || (await this.#within(media.setDescription(this.#offer).then(() => true)));
    const sdp = taken ? await this.#within(media.getDescription({ ...options, iceRestart: false })) : null;
    if (this.#state.ended) return;
    if (sdp === null || adrift || (this.#offer !== '' && takesNothing(sdp))) {
      this.#refuse(488);
      this.#state.finish({
        by: adrift ? 'network' : 'us',
        status: 488,
        reason: 'the call could not be answered',
      });
      return;
    }
    this.#confirm(media, options.video, sdp);
  }

  reject(status: number): void {
    if (this.#established || this.#state.ended) return;
    this.#refuse(status);
    this.#state.finish({ by: 'us', status });
  }

  redirect(to: string): void {
    if (this.#established || this.#state.ended || this.#phase === 'adrift') return;
    try {
      this.#request.redirect([], { statusCode: 302, extraHeaders: [`Contact: <${to}>`] });
    } catch (error) {
      this.#context.log(`302 not sent: ${String(error)}`);
    }
    this.#state.finish({ by: 'us', status: 302 });
  }

  transfer(wish: TransferWish, news: (news: TransferNews) => void): void {
    if (this.#established) this.#established.transferring.ask(wish, news);
    else news({ status: 0, reason: 'the call is not established', isFinal: true });
  }

  onReferral(follow: (referral: Referral) => boolean): void {
    this.#state.follow = follow;
  }

  hangUp(): void {
    if (this.#established) this.#established.hangUp();
    else this.reject(603);
  }

  renegotiate(options: { video: boolean; iceRestart: boolean }): Promise<Renegotiated> {
    if (this.#established) return this.#established.renegotiate(options);
    return Promise.resolve({ ok: false, status: 0, reason: 'the call is not established' });
  }

  socketLost(): void {
    if (this.#established) return this.#established.negotiation.socketLost();
    if (this.#phase === 'adrift') return;
    this.#phase = 'adrift';
    this.#reliable?.stop();
    this.#reliable = null;
    this.#letGo();
    this.#cancelTimer();
    this.#cancelTimer = this.#context.clock.after(ADRIFT_LIMIT, () => {
      this.#state.finish({ by: 'network', reason: 'the caller was lost' });
    });
  }

  socketBack(): void {
    this.#established?.negotiation.socketBack();
  }

  /** The server rings again on the new socket: the same call, another transaction. */
  adopt(request: IncomingInviteRequest, source: SipRequest): void {
    this.#cancelTimer();
    this.#request = request;
    this.#offer = request.message.body;
    this.#phase = 'ringing';
    this.start(source);
  }

  #ring(extraHeaders: string[]): void {
    try {
      const { session } = this.#request.progress({ statusCode: 180, extraHeaders });
      this.#ringTag = session.localTag;
      session.delegate = {
        onPrack: (prack) => {
          if (this.#reliable?.rack !== prack.message.getHeader('RAck')) {
            prack.reject({ statusCode: 481 });
            return;
          }
          this.#reliable?.stop();
          prack.accept();
        },
      };
    } catch (error) {
      this.#context.log(`180 not sent: ${String(error)}`);
    }
  }

  #ringReliably(source: SipRequest): void {
    const { clock } = this.#context;
    const rseq = 1 + Math.floor(clock.random() * 0x7fff_fff0);
    const until = clock.now() + RELIABLE_LIMIT;
    let wait = T1;
    let cancel: () => void = () => undefined;
    const again = (): void => {
      if (clock.now() >= until) {
        this.#refuse(504);
        this.#state.finish({ by: 'network', status: 504, reason: 'ringing was never confirmed' });
        return;
      }
      this.#ring(['Require: 100rel', `RSeq: ${rseq}`]);
      cancel = clock.after(wait, again);
      wait *= 2;
    };
    this.#reliable = { rack: `${rseq} ${source.cseq.seq} INVITE`, stop: () => cancel() };
    again();
  }

  #confirm(media: MediaPort, video: boolean, sdp: string): void {
    const { clock, allow, log } = this.#context;
    this.#reliable?.stop();
    this.#phase = 'confirming';
    const offerless = this.#offer === '';
    try {
      const { session } = this.#request.accept({
        statusCode: 200,
        body: sdpBody(sdp),
        extraHeaders: [`Accept: ${SDP_TYPE}`, ...answerLines(this.#terms)],
      });
      this.#cancelTimer();
      const established = new Established(this.#context, session, this.#state, media, {
        video,
        caller: false,
        awaitsAck: true,
        takesReplaces: this.#takesReplaces,
        allowsUpdate: this.#allowsUpdate,
        terms: this.#terms,
      });
      this.#established = established;
      session.delegate = established.delegate(async (answer) => {
        if (offerless) {
          const taken =
            answer !== '' &&
            (await within(
              clock,
              MEDIA_LIMIT,
              media.setDescription(answer).then(() => true),
              log,
            ));
          if (!taken) return established.fail('the answer does not fit');
        }
        if (this.#state.ended) return;
        this.#state.tell({ is: 'established' });
        this.replaces?.replaced(this.peer);
      });
    } catch (error) {
      log(`200 not sent (Allow: ${allow}): ${String(error)}`);
      this.#state.finish({ by: 'network', reason: 'the call was gone before it was answered' });
    }
  }

  #cancelled(message: IncomingRequestMessage): void {
    if (this.#established || this.#state.ended) return;
    const reasons = message.getHeaders('Reason');
    this.#refuse(487);
    this.#state.finish({
      by: 'them',
      status: 487,
      reason: reasonText(reasons),
      elsewhere: answeredElsewhere(reasons),
    });
  }

  #refuse(statusCode: number): void {
    if (this.#phase === 'adrift') return;
    try {
      this.#request.reject({ statusCode });
    } catch (error) {
      this.#context.log(`${statusCode} not sent: ${String(error)}`);
    }
  }

  /** sip.js would take the same INVITE on another socket for a loop (482) while it knows the first. */
  #letGo(): void {
    const { core } = this.#context;
    const server = this.#request as InviteUserAgentServer;
    core.userAgentServers.delete(server.transaction.id);
    server.dispose();
  }

  #within<T>(work: Promise<T>): Promise<T | null> {
    return within(this.#context.clock, MEDIA_LIMIT, work, this.#context.log);
  }
}
