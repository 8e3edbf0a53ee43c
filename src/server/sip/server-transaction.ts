import type { SipRequest, SipResponse } from '../../protocol/sip-message.ts';
import { makeResponse } from '../../protocol/sip-writer.ts';
import type { Connection } from './connection.ts';
import type { Answer, Aor, Clock, ServerTransaction } from './contract.ts';

/** RFC 3261 §17.1.1.1, in milliseconds; WebSocket is reliable, so that T2 and T4 are not needed. */
export const T1 = 500;
const LONG = 64 * T1;

/**
 * INVITE (RFC 3261 §17.2.1, RFC 6026 §7.1)          others (§17.2.2)
 *
 *   proceeding --1xx--> proceeding                    proceeding --1xx--> proceeding
 *   proceeding --2xx--> accepted --timer L--> over    proceeding --final--> over
 *   proceeding --3xx+-> completed --ACK, H--> over
 */
type State = 'proceeding' | 'accepted' | 'completed' | 'over';

/** What the proxy and the handlers hold of a request being served. */
export interface ServedRequest extends ServerTransaction {
  readonly flow: Connection;
  sender: Aor;
  /** The manager in whose name a delegate calls. */
  readonly onBehalfOf?: Aor;
  /** Sends a response made elsewhere (a proxied one). Dropped when a final one has left, save for further 2xx to INVITE. */
  respond(response: SipResponse): void;
  /** A final response has left, or the connection is gone. */
  readonly answered: boolean;
  readonly isCancelled: boolean;
  /** The matching CANCEL came (`reason`: its Reason fields), or the connection went before the final answer. */
  onCancelled(listener: (reason: readonly string[]) => void): void;
}

export interface ServerSide extends ServedRequest {
  /** The same request came again. */
  again(): void;
  /** An ACK with this branch came; false when it is not the one a refusal waits for. */
  acknowledged(): boolean;
  cancelled(reason: readonly string[]): void;
  flowClosed(): void;
}

export function createServerTransaction(
  request: SipRequest,
  flow: Connection,
  toTag: string,
  clock: Clock,
  onOver: () => void,
): ServerSide {
  const invite = request.method === 'INVITE';
  let state: State = 'proceeding';
  let last: SipResponse | null = null;
  let stopTimer = (): void => undefined;
  let cancelReason: readonly string[] | null = null;
  const cancelListeners: ((reason: readonly string[]) => void)[] = [];

  const end = (): void => {
    if (state === 'over') return;
    state = 'over';
    stopTimer();
    onOver();
  };
  const respond = (response: SipResponse): void => {
    const final = response.status >= 200;
    if (state === 'accepted' ? response.status >= 300 || !final : state !== 'proceeding') return;
    last = response;
    flow.send(response);
    if (!final || state !== 'proceeding') return;
    if (!invite) return end();
    // Timer L (RFC 6026 §8.7) and timer H (§17.2.1) are equally long.
    state = response.status < 300 ? 'accepted' : 'completed';
    stopTimer = clock.after(LONG, end);
  };
  const cancelled = (reason: readonly string[]): void => {
    if (state !== 'proceeding' || cancelReason !== null) return;
    cancelReason = reason;
    for (const listener of cancelListeners.splice(0)) listener(reason);
  };
  return {
    request,
    flow,
    toTag,
    sender: '',
    get answered() {
      return state !== 'proceeding' || !flow.open;
    },
    get isCancelled() {
      return cancelReason !== null;
    },
    respond,
    answer(answer: Answer) {
      respond(makeResponse(request, { ...answer, toTag }));
    },
    onCancelled(listener) {
      if (cancelReason === null) cancelListeners.push(listener);
      else listener(cancelReason);
    },
    again() {
      if (last && state !== 'accepted') flow.send(last);
    },
    acknowledged() {
      if (state !== 'completed') return false;
      end();
      return true;
    },
    cancelled,
    flowClosed() {
      cancelled([]);
      end();
    },
  };
}
