import type { SipMessage, SipRequest } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import type { Counter } from '../metrics.ts';
import type { Connection } from './connection.ts';
import type { Answer, Aor, Caller, Clock, Domain, MethodHandler } from './contract.ts';
import { senderInCall } from './dialog-sender.ts';
import type { createIdentity } from './identity.ts';
import { answerOptions } from './options.ts';
import { identifyPeer, type Peers } from './peers.ts';
import type { Proxy } from './proxy.ts';
import { refusal, screen, unsupported } from './screening.ts';
import type { ServedRequest } from './server-transaction.ts';
import type { Destination, Targets } from './targets.ts';
import { createTransactions, type Transactions } from './transactions.ts';

/** Option tags this server understands as an end (IANA "Option Tags"). */
const SUPPORTED = ['path', 'outbound', 'gruu'];

export interface CoreOptions {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly log: Log;
  readonly requests: Counter;
}

/** What the core leads requests to; handed over in `start`, since they send through the core themselves. */
interface Parts {
  readonly targets: Targets;
  readonly identify: ReturnType<typeof createIdentity>;
  readonly register: (transaction: ServedRequest) => void;
  readonly proxy: Proxy;
  readonly handlers: readonly MethodHandler[];
  readonly peers: Peers;
  /** What is served here on its way to another organisation. */
  readonly outgoing: readonly MethodHandler[];
}

export interface Core {
  readonly transactions: Transactions;
  readonly caller: Caller;
  /** An open connection by its id. */
  flow(id: string): Connection | undefined;
  start(parts: Parts): void;
  /** From now on every request is told to come again later. */
  stop(): void;
  opened(connection: Connection): void;
  receive(message: SipMessage, connection: Connection): void;
}

/** From a message to whom it concerns. Each request leaves here with one answer, whatever happens. */
export function createCore(options: CoreOptions): Core {
  const { clock, domain, log, requests } = options;
  const flows = new Map<string, Connection>();
  let parts: Parts | null = null;

  const serve = async (transaction: ServedRequest, to: Parts): Promise<void> => {
    const { request, flow } = transaction;
    const destination = to.targets.of(request, flow);
    const refused = screen(request, destination, domain);
    if (refused) return transaction.answer(refused);
    // A registrar of another domain is another server (RFC 3261 §10.3 step 1).
    if (request.method === 'REGISTER' && destination.is === 'nowhere')
      return transaction.answer(refusal(destination));
    const isLeaving = destination.is === 'peer';
    const handler = handlerFor(request, destination, isLeaving ? to.outgoing : to.handlers);
    // What has an address of its own here (a focus) is for our people: outsiders are members of nothing.
    if (flow.peer !== undefined && handler?.serves !== undefined) {
      return transaction.answer({ status: 403, reason: 'Not for other organisations' });
    }
    const isRegister = request.method === 'REGISTER' && !isLeaving;
    const isOurs = handler !== null || destination.is === 'server' || isRegister;
    const missing = isOurs
      ? unsupported(request, 'Require', [...SUPPORTED, ...(handler?.supports ?? [])])
      : null;
    if (missing) return transaction.answer(missing);
    const identity =
      flow.peer === undefined
        ? await to.identify(transaction, !isOurs, senderInCall(request, flow, destination))
        : identifyPeer(request, flow.peer, to.peers);
    if ('refusal' in identity) return transaction.answer(identity.refusal);
    if (transaction.isCancelled) return transaction.answer({ status: 487 });
    transaction.sender = identity.aor;
    if (isRegister) return to.register(transaction);
    if (handler) return handler.handle(transaction);
    switch (destination.is) {
      case 'server':
        return transaction.answer(answerAsServer(request, to.handlers));
      case 'nowhere':
        return transaction.answer(refusal(destination));
      case 'device':
        return to.proxy.toDevice(transaction, destination);
      case 'peer':
        return to.proxy.toPeer(transaction, destination.aor);
      case 'person':
        // Nobody asked for such a NOTIFY (RFC 6665 §4.1.3).
        if (request.method === 'NOTIFY') return transaction.answer({ status: 481 });
        return to.proxy.toPerson(transaction, destination.aor);
    }
  };

  const transactions = createTransactions({
    clock,
    sentBy: domain.name,
    onRequest(transaction) {
      requests.add(KNOWN.has(transaction.request.method) ? transaction.request.method : 'other');
      if (!parts) {
        return transaction.answer({ status: 503, headers: [{ name: 'Retry-After', value: '2' }] });
      }
      serve(transaction, parts).catch((error: unknown) => {
        log.error('request-failed', { method: transaction.request.method, flow: transaction.flow.id, error });
        transaction.answer({ status: 500 });
      });
    },
    onAck(request, flow) {
      if (!parts || request.maxForwards === 0) return;
      const destination = parts.targets.of(request, flow);
      const sender = senderInCall(request, flow, destination) ?? senderOf(request, flow, parts.peers);
      if (sender === null) return;
      if (destination.is === 'device') parts.proxy.acknowledge(request, flow, sender, destination);
    },
  });

  /** Of an ACK, which nobody can be asked about. */
  const senderOf = (request: SipRequest, flow: Connection, peers: Peers): Aor | null => {
    if (flow.peer === undefined) {
      const sender = domain.aorOf(request.from.uri);
      return sender !== null && flow.proved(sender) ? sender : null;
    }
    const identity = identifyPeer(request, flow.peer, peers);
    return 'aor' in identity ? identity.aor : null;
  };

  return {
    transactions,
    caller: transactions.caller,
    flow: (id) => flows.get(id),
    start(given) {
      parts = given;
    },
    stop() {
      parts = null;
    },
    opened(connection) {
      flows.set(connection.id, connection);
      transactions.opened(connection);
      connection.onClosed(() => flows.delete(connection.id));
    },
    receive(message, connection) {
      try {
        transactions.receive(message, connection);
      } catch (error) {
        log.error('message-failed', { flow: connection.id, error });
      }
    },
  };
}

const KNOWN = new Set(
  'REGISTER INVITE ACK BYE CANCEL OPTIONS MESSAGE PUBLISH SUBSCRIBE NOTIFY REFER INFO UPDATE PRACK'.split(
    ' ',
  ),
);

/** A method we serve, for this server or for a person as such; a request to one device is that device's. */
function handlerFor(
  request: SipRequest,
  destination: Destination,
  handlers: readonly MethodHandler[],
): MethodHandler | null {
  if (destination.is === 'device' || destination.is === 'nowhere') return null;
  const aor = destination.is === 'person' ? destination.aor : null;
  const fits = ({ methods, serves }: MethodHandler): boolean =>
    methods.includes(request.method) && (serves === undefined || (aor !== null && serves(aor)));
  return (
    handlers.find((handler) => handler.serves !== undefined && fits(handler)) ?? handlers.find(fits) ?? null
  );
}

function answerAsServer(request: SipRequest, handlers: readonly MethodHandler[]): Answer {
  const answer = answerOptions(handlers.filter(({ serves }) => serves === undefined));
  // RFC 3261 §8.2.1: known or not, a method that has nothing to do here is 405 with Allow.
  return request.method === 'OPTIONS' ? answer : { status: 405, headers: answer.headers ?? [] };
}
