/**
 * The core of a SIP application server (RFC 3261 §8.2) that stands behind a proxy: the proxy has proved who sent a
 * request and says so in P-Asserted-Identity (RFC 3325), with a key that only the two of them know. Nothing is proxied
 * but calls that are led on by what people have set, and nobody registers here.
 */
import { timingSafeEqual } from 'node:crypto';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, headers, type SipMessage, type SipRequest } from '../../protocol/sip-message.ts';
import { parseUri } from '../../protocol/sip-uri.ts';
import type { Log } from '../log.ts';
import type { Counter } from '../metrics.ts';
import { personOf } from './claims.ts';
import type { Connection } from './connection.ts';
import type { Answer, Aor, Caller, Clock, Domain, Flow, MethodHandler } from './contract.ts';
import { answerOptions } from './options.ts';
import { unsupported } from './screening.ts';
import type { ServedRequest } from './server-transaction.ts';
import { createTransactions, type Transactions } from './transactions.ts';

/** Option tags that the proxy understands, whatever stands behind it. */
const OF_THE_PROXY = ['path', 'outbound', 'gruu'];

export interface BehindProxyOptions {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly log: Log;
  /** Shared with the proxy, in `P-Parley-Key`. */
  readonly key: string;
  readonly requests: Counter;
  /** The device's own connection, which the proxy names in `P-Parley-Flow`; it ends there, not here. */
  readonly flowOf: (id: string, address: string, user: Aor) => Flow;
  /** The connection on which a request with these Route values leaves; null while there is none. */
  readonly linkFor: (routes: readonly string[]) => Connection | null;
}

export interface BehindProxy {
  readonly caller: Caller;
  readonly transactions: Transactions;
  /** `lead` serves the calls that the proxy leaves to us. */
  start(handlers: readonly MethodHandler[], lead?: (transaction: ServedRequest) => Promise<void>): void;
  /** From now on every request is told to come again later. */
  stop(): void;
  opened(connection: Connection): void;
  receive(message: SipMessage, connection: Connection): void;
}

export function createBehindProxy(options: BehindProxyOptions): BehindProxy {
  const { clock, domain, log, key, requests, flowOf, linkFor } = options;
  let handlers: readonly MethodHandler[] | null = null;
  let lead: ((transaction: ServedRequest) => Promise<void>) | undefined;

  const refusalOf = (request: SipRequest, handler: MethodHandler | undefined): Answer | null => {
    if (!isKey(headers(request, 'P-Parley-Key'), key)) return { status: 403, reason: 'Not From The Proxy' };
    if (handler === undefined) {
      return { status: 405, headers: answerOptions(handlers ?? []).headers ?? [] };
    }
    return unsupported(request, 'Require', [...OF_THE_PROXY, ...(handler.supports ?? [])]);
  };
  const provenSender = (request: SipRequest): Aor | null => {
    const sender = assertedBy(request, domain);
    return sender === personOf(request.from.uri, domain) ? sender : null;
  };
  const serve = async (transaction: ServedRequest): Promise<void> => {
    const { request } = transaction;
    if (handlers === null) {
      return transaction.answer({ status: 503, headers: [{ name: 'Retry-After', value: '2' }] });
    }
    if (request.method === 'OPTIONS') return transaction.answer(answerOptions(handlers));
    const isLed = request.method === 'INVITE' && isKey(headers(request, 'P-Parley-Key'), key);
    if (isLed && lead !== undefined) {
      const sender = provenSender(request);
      if (sender === null) return transaction.answer(FROM_ANOTHER);
      transaction.sender = sender;
      return lead(transaction);
    }
    const handler = handlers.find(({ methods }) => methods.includes(request.method));
    const refused = refusalOf(request, handler);
    if (refused !== null || handler === undefined) return transaction.answer(refused ?? { status: 405 });
    const sender = provenSender(request);
    if (sender === null) return transaction.answer(FROM_ANOTHER);
    await handler.handle({
      request,
      flow: flowOf(header(request, 'P-Parley-Flow') ?? '', transaction.flow.address, sender),
      sender,
      toTag: transaction.toTag,
      answer: (answer) => transaction.answer(answer),
    });
  };
  const transactions = createTransactions({
    clock,
    sentBy: domain.name,
    onRequest(transaction) {
      requests.add(transaction.request.method);
      serve(transaction).catch((error: unknown) => {
        log.error('request-failed', { method: transaction.request.method, error });
        transaction.answer({ status: 500 });
      });
    },
    onAck: () => undefined,
  });

  return {
    transactions,
    caller: {
      async request(request) {
        const connection = linkFor(headers(request, 'Route'));
        if (connection === null) return { lost: 'flow-closed' };
        const sent = await transactions.caller.request(request, connection);
        // The registrar will say when a device is back; of others nothing more is heard.
        const isAway = 'response' in sent && header(sent.response, 'P-Parley-Away') !== undefined;
        return isAway && isGruu(request.uri) ? { lost: 'flow-closed' } : sent;
      },
    },
    start(given, leading) {
      handlers = given;
      lead = leading;
    },
    stop: () => void (handlers = null),
    opened: (connection) => transactions.opened(connection),
    receive(message, connection) {
      try {
        transactions.receive(message, connection);
      } catch (error) {
        log.error('message-failed', { flow: connection.id, error });
      }
    },
  };
}

const FROM_ANOTHER: Answer = { status: 403, reason: 'From is somebody else' };

/** RFC 5627: leads to one device wherever it is. */
function isGruu(text: string): boolean {
  const uri = parseUri(text);
  return uri?.kind === 'sip' && uri.params.has('gr');
}

function isKey(given: readonly string[], key: string): boolean {
  const [one = ''] = given;
  const [a, b] = [Buffer.from(one), Buffer.from(key)];
  return given.length === 1 && key !== '' && a.length === b.length && timingSafeEqual(a, b);
}

/** Null unless exactly one address is asserted; of another domain it is one whose certificate the proxy has seen. */
function assertedBy(request: SipRequest, domain: Domain): Aor | null {
  const [one, ...more] = headers(request, 'P-Asserted-Identity');
  const address = one === undefined || more.length > 0 ? null : parseNameAddr(one);
  return address === null ? null : personOf(address.uri, domain);
}
