/**
 * A call we make (RFC 3261 §13.2):
 *
 *   preparing --description--> calling --180--> ringing --2xx, ACK--> established --BYE--> ended
 *                                 |  3xx: the next target, five at most
 *                                 +--4xx..6xx, CANCEL, lost socket, 3 minutes--> ended
 *
 * `ended` is told when the person hangs up; CANCEL, or ACK and BYE for an answer that crossed it, follow by themselves.
 */
import {
  type AckableIncomingResponseWithSession,
  type IncomingRequestMessage,
  type IncomingResponseMessage,
  type OutgoingInviteRequest,
  type PrackableIncomingResponseWithSession,
} from 'sip.js/lib/core/index.js';
import type { Target } from '../protocol/history-info.ts';
import { answererOf } from '../protocol/on-behalf.ts';
import { redirectTarget } from '../protocol/refer-to.ts';
import { formatReplaces, type Replaces } from '../protocol/replaces.ts';
import { parseNameAddr } from '../protocol/sip-header.ts';
import type { Header, SipResponse } from '../protocol/sip-message.ts';
import { aorOf, parseUri } from '../protocol/sip-uri.ts';
import { SipWriteError } from '../protocol/sip-writer.ts';
import { CallState, SDP_TYPE, lines, sdpBody } from './call-state.ts';
import type { CallContext } from './call-context.ts';
import type {
  CallFact,
  CallOptions,
  Renegotiated,
  SipDialog,
  Referral,
  TransferNews,
  TransferWish,
} from './contract.ts';
import { Established } from './established.ts';
import { within } from './negotiation.ts';
import type { Replaceable } from './replacing.ts';
import { leastOf, MIN_SE, SESSION_EXPIRES, termsOfAnswer } from './session-timer.ts';
import { randomToken } from './token.ts';
import type { TheirUpdate } from './update.ts';
import { WireUri } from './wire-uri.ts';

const DESCRIPTION_LIMIT = 10_000;
const RINGING_LIMIT = 180_000;
const MOST_REDIRECTS = 5;
const MOST_BRANCHES = 32;

export class OutgoingCall implements Replaceable {
  readonly id: string;
  readonly peer: string;
  readonly peerName = '';
  readonly direction = 'out';
  readonly offersVideo = false;
  readonly offer = '';
  readonly subject: string;
  answeredAt?: string;
  answeredBy: Target | null = null;
  readonly headers = [];
  readonly replaces = null;
  readonly #context: CallContext;
  readonly #options: CallOptions;
  readonly #state: CallState;
  readonly #tag: string;
  readonly #tried = new Set<string>();
  #seq = 0;
  /** Seconds; a 422 raises them (RFC 4028 §7.4). */
  #expires = SESSION_EXPIRES;
  #least = MIN_SE;
  #request: OutgoingInviteRequest | null = null;
  #established: Established | null = null;
  #ringing = false;
  /** To tags of those that ring. */
  readonly #branches = new Set<string>();
  /** Answers of reliable provisional responses by To tag: the 200 of that branch may come without one. */
  readonly #early = new Map<string, string>();
  #cancelTimer: () => void = () => undefined;

  constructor(context: CallContext, options: CallOptions, onEnded: (call: OutgoingCall) => void) {
    this.#context = context;
    this.#options = options;
    this.id = randomToken(context.clock, 4);
    this.#tag = randomToken(context.clock, 2);
    this.peer = aorOf(options.to) ?? options.to;
    this.subject = (options.subject ?? '').replace(/\p{Cc}/gu, ' ').trim();
    this.#state = new CallState(context.log, () => {
      this.#cancelTimer();
      onEnded(this);
    });
    this.#state.media = options.media;
  }

  onFact(listener: (fact: CallFact) => void): void {
    this.#state.listen(listener);
  }

  /**
   * A provisional answer as it came. sip.js keeps those without To tag or Contact to itself, as they make no early
   * dialog (RFC 3261 §12.1); gateways and old phones ring with them all the same.
   */
  provisional({ status, cseq, from, to }: SipResponse): void {
    if (cseq.seq !== this.#request?.message.cseq || from.params.get('tag') !== this.#tag) return;
    const branch = to.params.get('tag');
    if (branch && this.#branches.size < MOST_BRANCHES) this.#branches.add(branch);
    if (status <= 100 || status >= 200 || status === 183) return;
    if (this.#state.ended || this.#established || this.#ringing) return;
    this.#ringing = true;
    this.#state.tell({ is: 'ringing' });
  }

  /** `connected` false: there is no registered socket to call on. */
  async start(connected: boolean): Promise<void> {
    const { to, media, video } = this.#options;
    const scheme = parseUri(to)?.scheme;
    if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
      this.#state.finish({ by: 'us', status: 416, reason: 'not an address that can be called' });
      return;
    }
    if (!connected) {
      this.#state.finish({ by: 'network', reason: 'not connected' });
      return;
    }
    const { clock, log } = this.#context;
    const sdp = await within(
      clock,
      DESCRIPTION_LIMIT,
      media.getDescription({ video, iceRestart: false }),
      log,
    );
    if (this.#state.ended) return;
    if (sdp === null) {
      this.#state.finish({ by: 'us', status: 488, reason: 'no description of our media' });
      return;
    }
    this.#cancelTimer = clock.after(RINGING_LIMIT, () => {
      this.#cancel();
      this.#state.finish({ by: 'us', status: 408, reason: 'no answer' });
    });
    this.#invite(to, sdp);
  }

  get dialog(): SipDialog | null {
    return this.#established?.dialog ?? null;
  }

  named({ callId, toTag, fromTag }: Replaces): 'confirmed' | 'early' | null {
    if (callId !== this.id || toTag !== this.#tag) return null;
    const { dialog } = this;
    if (dialog) return fromTag === dialog.remoteTag ? 'confirmed' : null;
    return this.#branches.has(fromTag) ? 'early' : null;
  }

  owns({ callId, toTag }: IncomingRequestMessage): boolean {
    return callId === this.id && toTag === this.#tag;
  }

  /** Before the answer our own offer is out (RFC 3311 §5.2). */
  update(update: TheirUpdate): void {
    if (this.#established) this.#established.update(update);
    else if (update.offer === '') update.accept([`Contact: ${this.#context.contact()}`]);
    else update.reject(491);
  }

  replaced(by: string): void {
    if (this.#established) this.#established.replaced(by);
    else if (this.#state.finish({ by: 'us', reason: 'replaced' })) this.#cancel();
  }

  accept(): Promise<void> {
    return Promise.resolve();
  }

  reject(): void {
    this.hangUp();
  }

  redirect(): void {
    this.hangUp();
  }

  transfer(wish: TransferWish, news: (news: TransferNews) => void): void {
    if (this.#established) this.#established.transferring.ask(wish, news);
    else news({ status: 0, reason: 'the call is not established', isFinal: true });
  }

  onReferral(follow: (referral: Referral) => boolean): void {
    this.#state.follow = follow;
  }

  hangUp(): void {
    if (this.#established) return this.#established.hangUp();
    if (this.#state.finish({ by: 'us' })) this.#cancel();
  }

  renegotiate(options: { video: boolean; iceRestart: boolean }): Promise<Renegotiated> {
    if (this.#established) return this.#established.renegotiate(options);
    return Promise.resolve({ ok: false, status: 0, reason: 'the call is not established' });
  }

  /** An answered call goes on without its socket; answers to a call still ringing would never arrive. */
  socketLost(why: string): void {
    if (this.#established) this.#established.negotiation.socketLost();
    else if (this.#state.finish({ by: 'network', reason: why })) this.#cancel();
  }

  socketBack(): void {
    this.#established?.negotiation.socketBack();
  }

  #invite(target: string, sdp: string): void {
    const { core, identity, contact, allow, log } = this.#context;
    this.#tried.add(redirectTarget(target) ?? target);
    const fields = [
      { name: 'Contact', value: contact() },
      { name: 'Allow', value: allow },
      { name: 'Accept', value: SDP_TYPE },
    ];
    if (this.subject !== '') fields.push({ name: 'Subject', value: this.subject });
    try {
      fields.push(...this.#reasons());
      if (this.#tried.size > 1) fields.push({ name: 'History-Info', value: wayOf([...this.#tried]) });
      const message = core.makeOutgoingRequestMessage(
        'INVITE',
        new WireUri(target),
        new WireUri(identity.aor),
        new WireUri(this.#options.to),
        { callId: this.id, fromTag: this.#tag, cseq: ++this.#seq },
        [...lines(fields), ...this.#timerLines()],
        sdpBody(sdp),
      );
      this.#request = core.invite(message, {
        onProgress: (response) => this.#progress(response),
        onAccept: (response) => void this.#accepted(response),
        onRedirect: ({ message: response }) => this.#redirected(response, message.cseq, sdp),
        onReject: ({ message: response }) => {
          if (this.#raised(response)) return this.#invite(target, sdp);
          const by = response.callId === undefined ? 'network' : 'them';
          this.#state.finish({ by, status: response.statusCode ?? 500, reason: response.reasonPhrase ?? '' });
        },
      });
    } catch (error) {
      log(`INVITE not sent: ${String(error)}`);
      this.#state.finish({ by: 'us', status: 400, reason: 'the call cannot be written' });
    }
  }

  /** No `refresher`: whoever answers says who it is (RFC 4028 §7.1). */
  #timerLines(): string[] {
    return [`Session-Expires: ${this.#expires}`, `Min-SE: ${this.#least}`];
  }

  /** 422, once: the far end wants a longer interval. */
  #raised(response: IncomingResponseMessage): boolean {
    if (response.statusCode !== 422 || this.#state.ended || this.#least > MIN_SE) return false;
    const least = leastOf((name) => response.getHeader(name));
    if (least === null) return false;
    this.#least = least;
    this.#expires = Math.max(this.#expires, least);
    this.#seq = Math.max(this.#seq, response.cseq);
    return true;
  }

  /** Whose place this call takes, who sent us, and in whose name we call. Throws when a part of it cannot be written. */
  #reasons(): Header[] {
    const { replaces, referredBy, behalf } = this.#options;
    const fields: Header[] = [];
    if (replaces) {
      const value = formatReplaces(replaces);
      if (value === null) throw new SipWriteError('Bad Replaces');
      // Whoever does not understand it would ring for a call that is up already.
      fields.push({ name: 'Replaces', value }, { name: 'Require', value: 'replaces' });
    }
    if (referredBy !== undefined) {
      const address = aorOf(referredBy);
      if (address === null) throw new SipWriteError('Bad Referred-By');
      fields.push({ name: 'Referred-By', value: `<${address}>` });
    }
    if (behalf !== undefined) {
      const manager = aorOf(behalf);
      if (manager === null) throw new SipWriteError('Bad P-Preferred-Identity');
      fields.push({ name: 'P-Preferred-Identity', value: `<${manager}>` });
    }
    return fields;
  }

  #progress({ message, prack }: PrackableIncomingResponseWithSession): void {
    const rseq = message.getHeader('RSeq');
    if (rseq !== undefined && /\b100rel\b/i.test(message.getHeader('Require') ?? '')) {
      if (message.body) this.#early.set(message.toTag, message.body);
      prack({ extraHeaders: [`RAck: ${rseq} ${message.cseq} INVITE`] });
    }
  }

  async #accepted({ message, session, ack }: AckableIncomingResponseWithSession): Promise<void> {
    const answer = message.body || this.#early.get(message.toTag);
    // At once: requests of the peer that follow its 200 then meet a dialog that is ready for them.
    ack();
    if (this.#state.ended || this.#established || !answer) {
      // Hung up while the answer was on its way, a second branch that answered too, or nothing to hear.
      session.bye();
      if (!this.#established)
        this.#state.finish({ by: 'network', status: 488, reason: 'answered without media' });
      return;
    }
    this.#cancelTimer();
    const asserted = message
      .getHeaders('P-Asserted-Identity')
      .map((value) => ({ name: 'P-Asserted-Identity', value }));
    this.answeredBy = answererOf(asserted, this.peer);
    const { media, video } = this.#options;
    const established = new Established(this.#context, session, this.#state, media, {
      video,
      caller: true,
      awaitsAck: false,
      allowsUpdate: /\bUPDATE\b/.test(message.getHeaders('Allow').join()),
      terms: termsOfAnswer((name) => message.getHeader(name)),
      takesReplaces: /\breplaces\b/i.test(message.getHeaders('Supported').join()),
      far: this.answeredBy?.aor,
    });
    this.#established = established;
    session.delegate = established.delegate(() => Promise.resolve());
    const { clock, log } = this.#context;
    const taken = await within(
      clock,
      DESCRIPTION_LIMIT,
      media.setDescription(answer).then(() => true),
      log,
    );
    if (this.#state.ended) return;
    const at = parseNameAddr(message.getHeader('Contact') ?? '')?.uri;
    if (at !== undefined) this.answeredAt = at;
    if (taken) this.#state.tell({ is: 'established' });
    else established.fail('the answer does not fit');
  }

  /** RFC 3261 §8.1.3.4, for SIP addresses not tried yet. */
  #redirected(response: IncomingResponseMessage, seq: number, sdp: string): void {
    if (this.#state.ended) return;
    const targets = response.getHeaders('Contact').flatMap((value) => parseNameAddr(value)?.uri ?? []);
    const next = targets
      .flatMap((uri) => redirectTarget(uri) ?? [])
      .find((uri) => !this.#tried.has(uri) && aorOf(uri) !== this.#context.identity.aor);
    if (next === undefined || this.#tried.size > MOST_REDIRECTS) {
      this.#state.finish({
        by: 'them',
        status: response.statusCode ?? 302,
        reason: response.reasonPhrase ?? '',
      });
      return;
    }
    this.#state.tell({ is: 'forwarded', to: aorOf(next) ?? next });
    this.#seq = Math.max(this.#seq, seq);
    this.#invite(next, sdp);
  }

  #cancel(): void {
    try {
      this.#request?.cancel();
    } catch (error) {
      this.#context.log(`CANCEL not sent: ${String(error)}`);
    }
  }
}

/** History-Info (RFC 7044 §10): whom the call was meant for and who led it on. */
function wayOf(tried: readonly string[]): string {
  const entry = (uri: string, index: number): string => {
    const reason = index < tried.length - 1 ? '?Reason=SIP%3Bcause%3D302' : '';
    return `<${uri}${reason}>;index=${Array<number>(index + 1)
      .fill(1)
      .join('.')}`;
  };
  return tried.map(entry).join(', ');
}
