import { randomBytes } from 'node:crypto';
import {
  headers,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from '../../protocol/sip-message.ts';
import { changeRequest } from '../../protocol/sip-edit.ts';
import { makeResponse } from '../../protocol/sip-writer.ts';
import { createClientTransaction, type ClientEvents, type ClientTransaction } from './client-transaction.ts';
import type { Connection } from './connection.ts';
import type { Caller, Clock, Flow, Sent } from './contract.ts';
import { createServerTransaction, type ServedRequest, type ServerSide } from './server-transaction.ts';

/** The transaction layer (RFC 3261 §17): one of it per server, over all connections. */
export interface Transactions {
  receive(message: SipMessage, flow: Connection): void;
  opened(flow: Connection): void;
  /** Sends `request` with our Via on top. `branch` replaces a random one: the proxy hides its loop mark in it. */
  send(request: SipRequest, flow: Connection, events: ClientEvents, branch?: string): ClientTransaction;
  readonly caller: Caller;
  readonly count: number;
}

export interface TransactionOptions {
  readonly clock: Clock;
  /** Host of our Via. */
  readonly sentBy: string;
  readonly onRequest: (transaction: ServedRequest) => void;
  /** ACK to a 2xx: it belongs to no transaction here. */
  readonly onAck: (request: SipRequest, flow: Connection) => void;
}

export const MAGIC = 'z9hG4bK';

/** What one connection may have open at once: requests of all kinds, and calls that are not answered yet. */
const MOST_SERVED = 2_000;
const MOST_RINGING = 64;

export function createTransactions(options: TransactionOptions): Transactions {
  const { clock, sentBy } = options;
  // By connection first: a response or ACK counts only on the connection its request used.
  const served = new Map<Connection, Map<string, ServerSide>>();
  const sent = new Map<Connection, Map<string, ClientTransaction>>();

  const receiveRequest = (request: SipRequest, flow: Connection): void => {
    const open = served.get(flow);
    if (!open) return;
    const key = serverKey(request);
    const known = open.get(key);
    if (request.method === 'ACK') {
      if (known?.acknowledged()) return;
      return options.onAck(request, flow);
    }
    if (request.method === 'CANCEL') return cancel(request, known, flow);
    if (known) return known.again();
    if (isTooMany(request, open)) {
      const headers = [{ name: 'Retry-After', value: '5' }];
      return void flow.send(makeResponse(request, { status: 503, toTag: newTag(), headers }));
    }
    const transaction = createServerTransaction(request, flow, newTag(), clock, () => open.delete(key));
    open.set(key, transaction);
    options.onRequest(transaction);
  };

  const cancel = (request: SipRequest, invite: ServerSide | undefined, flow: Connection): void => {
    const status = invite ? 200 : 481;
    flow.send(makeResponse(request, { status, toTag: invite?.toTag ?? newTag() }));
    invite?.cancelled(headers(request, 'Reason'));
  };

  const receiveResponse = (response: SipResponse, flow: Connection): void => {
    const [via] = response.vias;
    const known = via && sent.get(flow)?.get(clientKey(via, response.cseq.method));
    // Anything else is nobody's: forged, late, or for another server (RFC 3261 §18.1.2).
    if (!known || via.host !== sentBy || response.cseq.seq !== known.request.cseq.seq) return;
    known.receive(response);
  };

  const send: Transactions['send'] = (
    request,
    flow,
    events,
    branch = MAGIC + randomBytes(12).toString('hex'),
  ) => {
    const params = new Map([['branch', branch]]);
    const via: Via = { transport: flow.transport, host: sentBy, port: null, params };
    return start(changeRequest(request, { via }), flow, events);
  };
  const start = (request: SipRequest, flow: Connection, events: ClientEvents): ClientTransaction => {
    const [via] = request.vias;
    const key = via ? clientKey(via, request.method) : '';
    const open = sent.get(flow);
    const transaction = createClientTransaction({
      request,
      flow,
      clock,
      events,
      onOver: () => open?.delete(key),
      sendCancel: (cancelling) =>
        void start(cancelling, flow, { response: () => undefined, lost: () => undefined }),
    });
    // Not in this call: the caller has not got its handle yet.
    if (!open || !flow.open) queueMicrotask(() => transaction.flowClosed());
    else {
      open.set(key, transaction);
      if (!flow.send(request)) queueMicrotask(() => transaction.unsendable());
    }
    return transaction;
  };

  return {
    get count() {
      let count = 0;
      for (const open of served.values()) count += open.size;
      for (const open of sent.values()) count += open.size;
      return count;
    },
    opened(flow) {
      served.set(flow, new Map());
      sent.set(flow, new Map());
      flow.onClosed(() => {
        const [serving, sending] = [served.get(flow), sent.get(flow)];
        served.delete(flow);
        sent.delete(flow);
        for (const transaction of [...(sending?.values() ?? [])]) transaction.flowClosed();
        for (const transaction of [...(serving?.values() ?? [])]) transaction.flowClosed();
      });
    },
    receive(message, flow) {
      if (message.kind === 'request') receiveRequest(message, flow);
      else receiveResponse(message, flow);
    },
    send,
    caller: {
      request: (request: SipRequest, flow: Flow): Promise<Sent> =>
        new Promise((resolve) => {
          send(request, flow as Connection, {
            response: (response) => (response.status >= 200 ? resolve({ response }) : undefined),
            lost: (lost) => resolve({ lost }),
          });
        }),
    },
  };
}

function isTooMany(request: SipRequest, open: ReadonlyMap<string, ServerSide>): boolean {
  if (open.size >= MOST_SERVED) return true;
  if (request.method !== 'INVITE' || open.size < MOST_RINGING) return false;
  let ringing = 0;
  for (const one of open.values()) if (one.request.method === 'INVITE' && !one.answered) ringing += 1;
  return ringing >= MOST_RINGING;
}

/** RFC 3261 §17.2.3; without the magic cookie the fields that RFC 2543 compared. */
function serverKey(request: SipRequest): string {
  const [via] = request.vias;
  const method = request.method === 'ACK' || request.method === 'CANCEL' ? 'INVITE' : request.method;
  const branch = via?.params.get('branch') ?? '';
  const by = `${via?.host.toLowerCase()}:${via?.port ?? ''}`;
  if (branch.startsWith(MAGIC)) return `${branch} ${by} ${method}`;
  const { uri, callId, cseq, from } = request;
  return `${uri} ${callId} ${cseq.seq} ${from.params.get('tag') ?? ''} ${by} ${branch} ${method}`;
}

function clientKey(via: Via, method: string): string {
  return `${via.params.get('branch') ?? ''} ${method}`;
}

export function newTag(): string {
  return randomBytes(8).toString('hex');
}
