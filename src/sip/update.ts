/** UPDATE (RFC 3311), of which sip.js knows nothing: theirs as it is answered, ours as it is sent. */
import { UserAgentClient } from 'sip.js/lib/core/user-agents/user-agent-client.js';
import {
  NonInviteClientTransaction,
  type IncomingRequestMessage,
  type IncomingResponseMessage,
  type Session,
  type SessionDialog,
  type URI,
} from 'sip.js/lib/core/index.js';
import { SDP_TYPE, sdpBody } from './call-state.ts';
import type { DialogCore } from './dialog-core.ts';

/** An UPDATE of the peer inside a dialog of ours; its sequence has been checked. */
export class TheirUpdate {
  readonly message: IncomingRequestMessage;
  /** The session description, '' for none. */
  readonly offer: string;
  readonly #core: DialogCore;

  constructor(core: DialogCore, message: IncomingRequestMessage) {
    this.#core = core;
    this.message = message;
    this.offer = message.body;
  }

  get isUnderstood(): boolean {
    return this.offer === '' || this.message.parseHeader('Content-Type') === SDP_TYPE;
  }

  accept(lines: readonly string[], sdp?: string): void {
    this.#refreshTarget();
    this.#core.replyStateless(this.message, {
      statusCode: 200,
      extraHeaders: [...lines],
      ...(sdp !== undefined && { body: sdpBody(sdp) }),
    });
  }

  reject(statusCode: number, lines: readonly string[] = []): void {
    this.#core.replyStateless(this.message, { statusCode, extraHeaders: [...lines] });
  }

  /** RFC 3311 §5.2: like a re-INVITE it may move the far end, and sip.js lets only that do so. */
  #refreshTarget(): void {
    const { callId, toTag, fromTag } = this.message;
    const dialog = this.#core.dialogs.get(callId + toTag + fromTag);
    const contact = this.message.parseHeader('Contact') as { uri: URI } | undefined;
    const state: unknown = dialog && Reflect.get(dialog, 'dialogState');
    if (contact && typeof state === 'object' && state !== null)
      Reflect.set(state, 'remoteTarget', contact.uri);
  }
}

/** Sends an UPDATE without a session description. Throws when it cannot be written. */
export function sendUpdate(
  session: Session,
  extraHeaders: string[],
  done: (response: IncomingResponseMessage) => void,
): void {
  const dialog = session as SessionDialog;
  const message = dialog.createOutgoingRequestMessage('UPDATE', { extraHeaders });
  const heard = ({ message: response }: { message: IncomingResponseMessage }): void => done(response);
  new UserAgentClient(NonInviteClientTransaction, dialog.userAgentCore, message, {
    onAccept: heard,
    onReject: heard,
    onRedirect: heard,
  });
}
