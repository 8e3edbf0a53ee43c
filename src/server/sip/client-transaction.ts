import type { SipRequest, SipResponse } from '../../protocol/sip-message.ts';
import { header, headers } from '../../protocol/sip-message.ts';
import { makeRequest } from '../../protocol/sip-writer.ts';
import type { Connection } from './connection.ts';
import type { Clock, Lost } from './contract.ts';
import { T1 } from './server-transaction.ts';

/**
 * INVITE (RFC 3261 §17.1.1, RFC 6026 §7.2)                others (§17.1.2)
 *
 *   calling --1xx--> proceeding                             trying --1xx--> trying
 *   calling|proceeding --2xx--> accepted --timer M--> over  trying --final--> over
 *   calling|proceeding --3xx+--> over (ACK sent)            trying --timer F--> over
 *   calling --timer B--> over
 */
type State = 'calling' | 'proceeding' | 'accepted' | 'over';

export interface ClientEvents {
  /** Every response in order; several 2xx are possible for INVITE. */
  response(response: SipResponse): void;
  /** No final response will come. */
  lost(why: Lost): void;
}

export interface ClientTransaction {
  readonly request: SipRequest;
  readonly flow: Connection;
  /** A final response came or was lost. */
  readonly done: boolean;
  /** RFC 3261 §9.1: CANCEL, sent as soon as a provisional response allows it. `reason` are Reason field values. */
  cancel(reason: readonly string[]): void;
  receive(response: SipResponse): void;
  flowClosed(): void;
  /** The request could not be written. */
  unsendable(): void;
}

export interface ClientOptions {
  /** With this server's Via on top. */
  readonly request: SipRequest;
  readonly flow: Connection;
  readonly clock: Clock;
  readonly events: ClientEvents;
  readonly onOver: () => void;
  /** Sends the CANCEL as a transaction of its own. */
  readonly sendCancel: (cancel: SipRequest) => void;
}

export function createClientTransaction(options: ClientOptions): ClientTransaction {
  const { request, flow, clock, events } = options;
  const invite = request.method === 'INVITE';
  let state: State = 'calling';
  let cancelReason: readonly string[] | null = null;
  let cancelSent = false;
  let stopTimer = clock.after(64 * T1, () => lose('timeout'));

  const end = (): void => {
    state = 'over';
    stopTimer();
    options.onOver();
  };
  const lose = (why: Lost): void => {
    const waiting = state === 'calling' || state === 'proceeding';
    if (state !== 'over') end();
    if (waiting) events.lost(why);
  };
  const cancelNow = (): void => {
    if (cancelSent || cancelReason === null) return;
    cancelSent = true;
    options.sendCancel(subordinate(request, 'CANCEL', cancelReason));
    // A peer that answers neither is given up (§9.1: 64*T1 after the CANCEL).
    stopTimer();
    stopTimer = clock.after(64 * T1, () => lose('timeout'));
  };
  return {
    request,
    flow,
    get done() {
      return state === 'accepted' || state === 'over';
    },
    cancel(reason) {
      if (cancelReason !== null || state === 'accepted' || state === 'over' || !invite) return;
      cancelReason = reason;
      if (state === 'proceeding') cancelNow();
    },
    receive(response) {
      if (state === 'over') return;
      if (response.status < 200) {
        if (state === 'accepted') return;
        if (invite && state === 'calling') {
          // No timer of the transaction runs on: the proxy's timer C does (§16.6 step 11).
          state = 'proceeding';
          stopTimer();
          cancelNow();
        }
        return events.response(response);
      }
      if (!invite) {
        end();
      } else if (response.status < 300) {
        if (state !== 'accepted') {
          stopTimer();
          stopTimer = clock.after(64 * T1, end);
        }
        state = 'accepted';
      } else {
        if (state === 'accepted') return;
        flow.send(subordinate(request, 'ACK', [], response));
        end();
      }
      events.response(response);
    },
    flowClosed: () => lose('flow-closed'),
    unsendable: () => lose('unsendable'),
  };
}

/** ACK to a refusal (§17.1.1.3) and CANCEL (§9.1): the request's own branch, URI and route. */
function subordinate(
  request: SipRequest,
  method: 'ACK' | 'CANCEL',
  reasons: readonly string[],
  response?: SipResponse,
): SipRequest {
  const route = headers(request, 'Route').map((value) => ({ name: 'Route', value }));
  const reason = reasons.map((value) => ({ name: 'Reason', value }));
  const maxForwards = Number(header(request, 'Max-Forwards') ?? 70);
  return makeRequest({
    method,
    uri: request.uri,
    from: request.from,
    to: response ? response.to : request.to,
    callId: request.callId,
    seq: request.cseq.seq,
    vias: request.vias.slice(0, 1),
    maxForwards,
    headers: [...route, ...reason],
  });
}
