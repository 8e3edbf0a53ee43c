import { isFileSession } from '../../protocol/file-offer.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import { changeRequest } from '../../protocol/sip-edit.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { foreignClaim } from './claims.ts';
import type { RouterFactory } from './call-router.ts';
import type { Connection } from './connection.ts';
import type {
  Answer,
  Aor,
  CallObserver,
  Clock,
  Domain,
  MethodHandler,
  Reach,
  Users,
  Wake,
} from './contract.ts';
import { createFork, type Fork } from './fork.ts';
import { branchFor, type Forwarding, type Next } from './forwarding.ts';
import { createLateJoiners, type OpenRequest } from './late-joiners.ts';
import type { LocationTable } from './locations.ts';
import { deviceKey, newestPerDevice, nextOf, createRinging } from './ringing.ts';
import { inNameOf, toldOf } from './on-behalf.ts';
import { observed } from './observed.ts';
import type { Peers } from './peers.ts';
import type { ServedRequest } from './server-transaction.ts';
import type { Destination } from './targets.ts';
import type { Transactions } from './transactions.ts';

const QUIET = 'Do Not Disturb';

/** How long a request in a dialog waits for a device that is changing its socket. */
const ROAMING_WAIT = 4_000;

export interface ProxyOptions {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly transactions: Transactions;
  readonly locations: LocationTable;
  readonly users: Users;
  readonly forwarding: Forwarding;
  readonly reach: Reach | null;
  readonly wake: Wake | null;
  readonly peers: Peers;
  readonly calls: CallObserver | null;
  readonly router?: RouterFactory;
  /** What is served here, for calls that are led there. */
  readonly handlers: readonly MethodHandler[];
}

type ToDevice = Destination & { is: 'device' };

export interface Proxy {
  /** Serves a request of a proved sender for every device of a person. */
  toPerson(transaction: ServedRequest, aor: Aor): Promise<void>;
  /** … for one device, or the far end of a dialog. */
  toDevice(transaction: ServedRequest, destination: ToDevice): Promise<void>;
  /** … for a person of another organisation: their server knows who and where they are. */
  toPeer(transaction: ServedRequest, aor: Aor): void;
  /** ACK to a 2xx: no transaction, no answer. */
  acknowledge(request: SipRequest, from: Connection, sender: Aor, destination: ToDevice): void;
}

/** Stateful forking proxy (RFC 3261 §16); calls are held for devices that push wakes (RFC 8599 §5.3). */
export function createProxy(options: ProxyOptions): Proxy {
  const { clock, domain, transactions, locations, users, forwarding, reach, wake, peers, calls } = options;
  const joiners = createLateJoiners(locations);
  const ringing = createRinging({ locations, joiners, users, forwarding, wake });
  const { handlers } = options;
  const router = options.router?.({ clock, domain, transactions, users, reach, ringing, handlers }) ?? null;

  const addTo = (fork: Fork, transaction: ServedRequest, key: string, next: Next): boolean => {
    const { request, flow } = transaction;
    return fork.add({
      key,
      owner: next.owner,
      flow: next.flow,
      request: forwarding.toNext(request, flow, next, toldOf(transaction, users)),
      branch: branchFor(request),
    });
  };
  const forkOf = (transaction: ServedRequest, onOver: () => void): Fork =>
    createFork({ transaction, transactions, clock, otherwise: 480, onOver });
  /** Null: go on. Whoever is blocked hears what nobody there would mean. */
  const refusalOf = async (request: SipRequest, sender: Aor, target: Aor): Promise<Answer | null> => {
    if (reach === null || sender === target) return null;
    const { is, hidden } = await reach.decide(sender, target);
    if (is === 'blocked') return { status: 480 };
    const isCall = request.method === 'INVITE';
    // Who appears offline may be called; a question that nobody sees or hears would only find out that they are there.
    if (hidden === true && !isCall) return { status: 480 };
    // The rest of a call that is up disturbs nobody (RFC 3891): a device that does not know it answers 481 without ringing.
    return is === 'quiet' && isCall && !takesPlace(request) ? { status: 480, reason: QUIET } : null;
  };

  /**
   * A dialog goes on between its two people even when one has blocked the other since; whatever is not of a dialog that
   * our own Route proves is as if it were the first request. A bare To tag proves nothing.
   */
  const deviceRefusal = async (
    request: SipRequest,
    sender: Aor,
    { owner, device, row, dialog }: ToDevice,
  ): Promise<Answer | null> => {
    if (!row && !device) return dialog?.isEnd(sender) === true ? null : { status: 480 };
    if (owner === null) return { status: 480 };
    if (request.to.params.has('tag') && dialog?.isBetween(sender, owner) === true) return null;
    return refusalOf(request, sender, owner);
  };

  return {
    async toPerson(served, aor) {
      const given = inNameOf(served, domain, router);
      if (given === null) return;
      const { request, sender } = given;
      if (!users.exists(aor)) return given.answer({ status: 404 });
      const isRouted = beginsCall(request) && router?.handles(aor) === true;
      const own = await refusalOf(request, sender, aor);
      // It is the manager who calls; but a delegate who is blocked gets nowhere by that.
      const refused =
        given.onBehalfOf === undefined || (own !== null && own.reason !== QUIET)
          ? own
          : await refusalOf(request, given.onBehalfOf, aor);
      // In Do Not Disturb one reads later who called; of whom one has blocked one hears nothing.
      const transaction = observed(given, aor, refused === null || refused.reason === QUIET, calls);
      if (isRouted && (refused === null || refused.reason === QUIET)) return router.route(transaction, aor);
      if (refused) return transaction.answer(refused);
      if (request.method !== 'INVITE') {
        const fork = forkOf(transaction, () => undefined);
        for (const row of newestPerDevice(locations.rows(aor))) {
          if (row.flow) addTo(fork, transaction, deviceKey(row), nextOf(row, row.flow));
        }
        return fork.start();
      }
      if (!ringing.canRing(transaction, aor)) return transaction.answer({ status: 480 });
      transaction.answer({ status: 100 });
      const fork = forkOf(transaction, () => stop());
      const stop = ringing.begin(fork, transaction, aor);
      fork.start();
    },

    async toDevice(given, destination) {
      const { device, row, flow, beyond, owner } = destination;
      const { request, sender } = given;
      const claim = foreignClaim(request, sender, domain);
      if (claim) return given.answer(claim);
      const refused = await deviceRefusal(request, sender, destination);
      if (refused) return given.answer(refused);
      if (request.method === 'BYE') calls?.ended(request.callId, sender);
      const transaction = observed(given, owner, true, calls);
      if (request.method === 'INVITE') transaction.answer({ status: 100 });
      const fork = forkOf(transaction, () => {
        if (device) joiners.over(device.aor, open);
      });
      const open: OpenRequest = {
        joins: (found) => found.instance === device?.instance,
        add(found) {
          if (found.flow) addTo(fork, transaction, deviceKey(found), nextOf(found, found.flow));
          fork.release();
        },
      };
      if (row) open.add(row);
      else if (flow) addTo(fork, transaction, request.uri, farEnd(request, flow, beyond));
      if (device) {
        joiners.wait(device.aor, open);
        if (!row && request.to.params.has('tag')) fork.hold(ROAMING_WAIT);
      }
      fork.start();
    },

    toPeer(served, aor) {
      const given = inNameOf(served, domain, router);
      if (given === null) return;
      const { request, sender } = given;
      // Whose delegate somebody is we could not make another organisation believe: nobody calls there in a manager's name.
      if (!TO_PEERS.has(request.method) || given.onBehalfOf !== undefined) {
        return given.answer({ status: 403, reason: 'Not for other organisations' });
      }
      const claim = foreignClaim(request, sender, domain);
      if (claim) return given.answer(claim);
      const transaction = observed(given, aor, true, calls);
      const flow = peers.link(domainOf(aor));
      if (flow === null) return transaction.answer({ status: 480, reason: 'Their server is away' });
      if (request.method === 'INVITE') transaction.answer({ status: 100 });
      const fork = forkOf(transaction, () => undefined);
      addTo(fork, transaction, aor, { owner: aor, uri: request.uri, flow, path: [] });
      fork.start();
    },

    acknowledge(request, from, sender, { row, flow, device, dialog, beyond }) {
      if (!flow || (!row && !device && dialog?.isEnd(sender) !== true)) return;
      const next = row ? nextOf(row, flow) : farEnd(request, flow, beyond);
      const forwarded = forwarding.toNext(request, from, next, { aor: sender, name: null });
      const params = new Map([['branch', branchFor(request)]]);
      flow.send(
        changeRequest(forwarded, {
          via: { transport: flow.transport, host: domain.name, port: null, params },
        }),
      );
    },
  };
}

/** A call of its own: no file, nothing of a dialog, and not the rest of another call (RFC 3891). */
function beginsCall(request: SipRequest): boolean {
  const { method, body, to } = request;
  return method === 'INVITE' && !isFileSession(body) && !to.params.has('tag') && !takesPlace(request);
}

const takesPlace = (request: SipRequest): boolean => header(request, 'Replaces') !== undefined;

/** The connection at the other end of a dialog; its Contact is known to it alone. */
function farEnd(request: SipRequest, flow: Connection, beyond: readonly string[] = []): Next {
  const owner = flow.peer === undefined ? flow.user : aorOf(request.to.uri);
  return { owner: owner ?? '', uri: request.uri, flow, path: beyond };
}

/** What may begin between organisations; the rest is of dialogs, or of a person's own server. */
const TO_PEERS = new Set(['INVITE', 'OPTIONS', 'SUBSCRIBE', 'REFER']);
