/** A call with a confirmed dialog: what the peer may ask in it, new offers both ways, its end. */
import type { IncomingByeRequest, Session, SessionDelegate } from 'sip.js/lib/core/index.js';
import { parseUri } from '../protocol/sip-uri.ts';
import { reasonText, type CallState } from './call-state.ts';
import type { CallContext } from './call-context.ts';
import type { MediaPort, Renegotiated, SipDialog } from './contract.ts';
import { Negotiation } from './negotiation.ts';

export class Established {
  readonly #context: CallContext;
  readonly #session: Session;
  readonly #state: CallState;
  readonly negotiation: Negotiation;
  /** We accepted and the ACK is still to come: no BYE may leave before it (RFC 3261 §15). */
  #awaitsAck: boolean;
  #byeWanted = false;
  readonly #takesReplaces: boolean;

  constructor(
    context: CallContext,
    session: Session,
    state: CallState,
    media: MediaPort,
    options: { video: boolean; caller: boolean; awaitsAck: boolean; takesReplaces: boolean },
  ) {
    this.#context = context;
    this.#session = session;
    this.#state = state;
    this.#awaitsAck = options.awaitsAck;
    this.#takesReplaces = options.takesReplaces;
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
      onDead: (status, reason) => {
        this.#bye('');
        this.#finish({ by: 'network', status, reason });
      },
    });
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
      onInvite: (request) => this.negotiation.receive(request),
      onNotify: (request) => void request.reject({ statusCode: 481 }),
      // Transfers are asked of the person, not followed by a library: refused until somebody can be asked.
      onRefer: (request) => void request.reject({ statusCode: 603 }),
    };
  }

  get dialog(): SipDialog {
    const { callId, localTag, remoteTag, remoteTarget } = this.#session;
    const uri = parseUri(remoteTarget.toString());
    const target = uri?.kind === 'sip' && uri.params.has('gr') ? remoteTarget.toString() : null;
    return { callId, localTag, remoteTag, target, takesReplaces: this.#takesReplaces };
  }

  hangUp(reason = ''): void {
    this.#bye('');
    this.#finish({ by: 'us', reason });
  }

  /** Ends the call because our media cannot go on. */
  fail(reason: string): void {
    this.#bye('SIP;cause=488;text="Not Acceptable Here"');
    this.#finish({ by: 'us', status: 488, reason });
  }

  renegotiate(options: { video: boolean; iceRestart: boolean }): Promise<Renegotiated> {
    return this.negotiation.renegotiate(options);
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
    this.negotiation.close();
    this.#state.finish(end);
  }
}
