/** A call with a confirmed dialog: what the peer may ask in it, new offers both ways, its end. */
import type {
  IncomingByeRequest,
  IncomingResponseMessage,
  Session,
  SessionDelegate,
} from 'sip.js/lib/core/index.js';
import { parseUri } from '../protocol/sip-uri.ts';
import { replacedWords } from '../protocol/replaced-words.ts';
import { reasonText, SDP_TYPE, type CallState } from './call-state.ts';
import type { CallContext } from './call-context.ts';
import type { MediaPort, Renegotiated, SipDialog } from './contract.ts';
import { Negotiation } from './negotiation.ts';
import {
  answerLines,
  leastOf,
  LEAST_LINE,
  requestLines,
  SessionTimer,
  termsOfAnswer,
  termsOfRequest,
  type TimerTerms,
} from './session-timer.ts';
import { sendUpdate, type TheirUpdate } from './update.ts';
import { Transferring } from './transferring.ts';

interface EstablishedOptions {
  readonly video: boolean;
  readonly caller: boolean;
  /** We accepted and the ACK is still to come. */
  readonly awaitsAck: boolean;
  readonly takesReplaces: boolean;
  readonly allowsUpdate: boolean;
  /** The session timer as agreed so far. */
  readonly terms: TimerTerms | null;
  /** AOR of who answered in the place of whom we called: the dialog goes by the name of the latter. */
  readonly far?: string | undefined;
}

export class Established {
  readonly #context: CallContext;
  readonly #session: Session;
  readonly #state: CallState;
  readonly negotiation: Negotiation;
  readonly transferring: Transferring;
  /** We accepted and the ACK is still to come: no BYE may leave before it (RFC 3261 §15). */
  #awaitsAck: boolean;
  #byeWanted = false;
  readonly #takesReplaces: boolean;
  readonly #timer: SessionTimer;
  #allowsUpdate: boolean;

  constructor(
    context: CallContext,
    session: Session,
    state: CallState,
    media: MediaPort,
    options: EstablishedOptions,
  ) {
    this.#context = context;
    this.#session = session;
    this.#state = state;
    this.#awaitsAck = options.awaitsAck;
    this.#takesReplaces = options.takesReplaces;
    this.#allowsUpdate = options.allowsUpdate;
    this.#timer = new SessionTimer({
      clock: context.clock,
      refresh: () => this.#refresh(),
      expired: () => {
        this.#bye('SIP;cause=408;text="Session timer"');
        this.#finish({ by: 'network', status: 408, reason: 'the far end has fallen silent' });
      },
    });
    this.transferring = new Transferring(
      context,
      session,
      (referral) => state.follow(referral),
      options.far ?? null,
    );
    const { clock, contact, allow, log } = context;
    this.negotiation = new Negotiation({
      session,
      media,
      clock,
      contact,
      allow,
      log,
      video: options.video,
      caller: options.caller,
      timer: this.#timer,
      onDead: (status, reason) => {
        this.#bye('');
        this.#finish({ by: 'network', status, reason });
      },
    });
    this.#timer.agree(options.terms);
  }

  /** For `session.delegate`. `onFirstAck`: the call is up, on the callee's side. */
  delegate(onFirstAck: (answer: string) => Promise<void>): SessionDelegate {
    return {
      // Nothing is returned: sip.js answers 500 to whatever comes before a promise of ours has settled.
      onAck: ({ message }) => {
        if (!this.#awaitsAck) return this.negotiation.acked(message.body);
        this.#awaitsAck = false;
        if (this.#byeWanted) return this.#bye('');
        this.negotiation.after(onFirstAck(message.body));
      },
      onAckTimeout: () => {
        this.#awaitsAck = false;
        this.#bye('');
        this.#finish({ by: 'network', status: 408, reason: 'the caller never confirmed' });
      },
      onBye: (request: IncomingByeRequest) => {
        request.accept();
        const reason = reasonText(request.message.getHeaders('Reason'));
        this.#finish({ by: 'them', reason });
      },
      onInvite: (request) => {
        // Whoever offers anew has our 200, so its ACK was lost with a socket; sip.js would end the call for it.
        if (this.#awaitsAck) {
          this.#awaitsAck = false;
          Reflect.set(this.#session, 'ackWait', false);
          this.negotiation.after(onFirstAck(''));
        }
        this.negotiation.receive(request);
      },
      onNotify: (request) => this.transferring.notified(request),
      onRefer: (request) => this.transferring.referred(request),
    };
  }

  /** UPDATE of the peer: a sign of life, another address, or an offer. */
  update(update: TheirUpdate): void {
    if (!update.isUnderstood) return update.reject(415, [`Accept: ${SDP_TYPE}`]);
    const terms = termsOfRequest((name) => update.message.getHeader(name));
    if (terms === 'tooSmall') return update.reject(422, [LEAST_LINE]);
    const lines = [`Contact: ${this.#context.contact()}`, ...answerLines(terms)];
    const agreed = (): void => this.#timer.agree(terms);
    if (update.offer !== '') return void this.negotiation.update(update, lines, agreed);
    agreed();
    update.accept(lines);
  }

  get dialog(): SipDialog {
    const { callId, localTag, remoteTag, remoteTarget } = this.#session;
    const uri = parseUri(remoteTarget.toString());
    const target = uri?.kind === 'sip' && uri.params.has('gr') ? remoteTarget.toString() : null;
    return { callId, localTag, remoteTag, target, takesReplaces: this.#takesReplaces };
  }

  hangUp(): void {
    this.#bye('');
    this.#finish({ by: 'us' });
  }

  /** Another dialog goes on with the call; the far end is told so, and who has that one (RFC 3326). */
  replaced(by: string): void {
    this.#bye(`SIP;cause=200;text="${replacedWords(by)}"`);
    this.#finish({ by: 'us', reason: 'replaced' });
  }

  /** Ends the call because our media cannot go on. */
  fail(reason: string): void {
    this.#bye('SIP;cause=488;text="Not Acceptable Here"');
    this.#finish({ by: 'us', status: 488, reason });
  }

  renegotiate(options: { video: boolean; iceRestart: boolean }): Promise<Renegotiated> {
    return this.negotiation.renegotiate(options);
  }

  /** Half of the interval is over: UPDATE where the far end takes it, else a new offer of what there is. */
  #refresh(): void {
    const { terms } = this.#timer;
    if (!terms || this.#state.ended) return;
    if (!this.#allowsUpdate) return this.#refreshByOffer();
    const lines = [`Contact: ${this.#context.contact()}`, ...requestLines(terms)];
    try {
      sendUpdate(this.#session, lines, (response) => this.#refreshed(response));
    } catch (error) {
      this.#context.log(`UPDATE not sent: ${String(error)}`);
      this.#timer.again();
    }
  }

  #refreshByOffer(): void {
    void this.negotiation.refresh().then(({ ok }) => {
      if (!ok && !this.#state.ended) this.#timer.again();
    });
  }

  #refreshed(response: IncomingResponseMessage): void {
    const { statusCode = 500, callId } = response;
    if (this.#state.ended) return;
    if (statusCode < 300) return this.#timer.agree(termsOfAnswer((name) => response.getHeader(name)));
    const { terms } = this.#timer;
    // Without a Call-ID it is sip.js that speaks: the socket may be away.
    if (callId !== undefined && (statusCode === 481 || statusCode === 408)) {
      this.#bye('');
      return this.#finish({ by: 'network', status: statusCode, reason: response.reasonPhrase ?? '' });
    }
    if (statusCode === 405 || statusCode === 501) {
      this.#allowsUpdate = false;
      return this.#refreshByOffer();
    }
    const least = statusCode === 422 ? leastOf((name) => response.getHeader(name)) : null;
    if (!least || !terms) return this.#timer.again();
    this.#timer.agree({ ...terms, seconds: Math.max(terms.seconds, least) });
    this.#refresh();
  }

  #bye(reason: string): void {
    if (this.#awaitsAck) {
      this.#byeWanted = true;
      return;
    }
    try {
      this.#session.bye(undefined, reason === '' ? {} : { extraHeaders: [`Reason: ${reason}`] });
    } catch (error) {
      this.#context.log(`BYE not sent: ${String(error)}`);
    }
  }

  #finish(end: Parameters<CallState['finish']>[0]): void {
    this.#timer.stop();
    this.negotiation.close();
    this.transferring.close();
    this.#state.finish(end);
  }
}
