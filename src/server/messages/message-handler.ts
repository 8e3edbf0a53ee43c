import { domainOf } from '../../protocol/canonical-id.ts';
import { changeRequest } from '../../protocol/sip-edit.ts';
import type { Header } from '../../protocol/sip-message.ts';
import { formatDate } from '../../protocol/sip-values.ts';
import type { Log } from '../log.ts';
import type {
  Aor,
  Caller,
  Clock,
  Domain,
  MethodHandler,
  Reach,
  ServerTransaction,
  Users,
  Wake,
} from '../sip/contract.ts';
import type { LocationTable } from '../sip/locations.ts';
import type { MessageStore } from '../store/messages.ts';
import { createBudget, HOURLY_OCTETS } from './budget.ts';
import type { Delivery } from './delivery.ts';
import { keptFields, readEnvelope, seal } from './envelope.ts';

export interface MessagingOptions {
  readonly store: MessageStore;
  readonly delivery: Delivery;
  readonly locations: LocationTable;
  readonly users: Users;
  readonly domain: Domain;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly reach: Reach | null;
  readonly wake: Wake | null;
  readonly log: Log;
}

/**
 * MESSAGE to a person (RFC 3428), kept and forwarded to all devices:
 *
 *   sender          server                       devices
 *     | MESSAGE ----> | store, commit               |
 *     | <------ 202   | MESSAGE ------------------> | each until its 2xx, 14 days long
 *
 * The same message again gets the same 202 and is not sent again (reliability.md §7).
 */
export function createMessageHandler(options: MessagingOptions): MethodHandler {
  const { store, delivery, locations, users, domain, caller, clock, reach, wake, log } = options;

  const hasBudget = createBudget(clock, HOURLY_OCTETS);

  const keep = async (
    transaction: ServerTransaction,
    recipient: Aor,
    id: string,
    { wakes, dropped }: { readonly wakes: boolean; readonly dropped: boolean },
  ): Promise<void> => {
    const { request, sender } = transaction;
    // Another organisation answers for all its people together: it could invent any number of them.
    const isOwn = domain.aorOf(sender) !== null;
    if (!hasBudget(isOwn ? sender : domainOf(sender), Buffer.byteLength(request.body))) {
      return transaction.answer({
        status: 413,
        reason: 'Too much sent this hour',
        headers: retryAfter(3600),
      });
    }
    try {
      const message = seal(request, id, sender, recipient);
      const accepted = await store.accept(message, clock.now(), dropped, isOwn);
      if (!accepted.kept) {
        const { why } = accepted;
        if (why === 'archive') return transaction.answer({ status: 413, reason: 'Your history is full' });
        const reason = why === 'full' ? 'Mailbox full' : 'Too many unread messages from you';
        return transaction.answer({ status: 480, reason, headers: retryAfter(3600) });
      }
      // The same Date that the devices get: both ends put the message in the same place by it.
      const date = { name: 'Date', value: formatDate(accepted.at) };
      transaction.answer({ status: 202, headers: [date] });
      if (!accepted.fresh) return;
    } catch (error) {
      log.error('message-not-stored', { error });
      return transaction.answer({ status: 503, headers: retryAfter(10) });
    }
    if (!dropped) delivery.kick(recipient);
    if (sender !== recipient) delivery.kick(sender);
    const asleep = locations.bindings(recipient).filter((binding) => binding.push && !binding.flow?.open);
    if (wakes && asleep.length > 0) {
      wake?.wake(recipient, { kind: 'message', from: sender, callId: request.callId, bindings: asleep });
    }
  };

  return {
    methods: ['MESSAGE'],
    async handle(transaction) {
      const { request, sender } = transaction;
      const recipient = domain.aorOf(request.uri);
      if (recipient === null || !users.exists(recipient)) return transaction.answer({ status: 404 });
      // Readers file a message under its To: one that names a conversation of this domain comes through that alone.
      const to = domain.aorOf(request.to.uri);
      if (to !== null && to !== recipient && !users.exists(to))
        return transaction.answer({ status: 403, reason: 'To is neither the recipient nor a person' });
      const envelope = readEnvelope(request, sender, domain);
      if (envelope.is === 'refused') return transaction.answer(envelope);
      const { is } = (await reach?.decide(sender, recipient)) ?? { is: 'yes' };
      if (envelope.is === 'message') {
        // Blocked: taken, copied to the sender's other devices, and thrown away, as nobody can tell from a person who
        // is offline (features.md A05). In Do Not Disturb it waits, and wakes nobody (A09).
        const wakes = envelope.wakes && is === 'yes';
        return keep(transaction, recipient, envelope.id, { wakes, dropped: is === 'blocked' });
      }
      transaction.answer({ status: 200 });
      if (is !== 'blocked') passOn(transaction, recipient, locations, caller);
    },
  };
}

function retryAfter(seconds: number): Header[] {
  return [{ name: 'Retry-After', value: String(seconds) }];
}

/** A typing notice goes to the devices that are there, and nobody waits for what they say. */
export function passOn(
  { request, flow }: ServerTransaction,
  recipient: Aor,
  locations: Pick<LocationTable, 'rows'>,
  caller: Caller,
): void {
  const kept = new Set(keptFields(request).map((field) => field.name));
  const without = new Set(
    request.headers.map((field) => field.name).filter((name) => !kept.has(name) && !CORE.has(name)),
  );
  for (const row of locations.rows(recipient)) {
    if (!row.flow?.open || row.flow.congested || row.flow === flow) continue;
    const first = row.path.map((value) => ({ name: 'Route', value }));
    const copy = changeRequest(request, { uri: row.contact, without: [...without], first });
    void caller.request(
      { ...copy, vias: [], headers: copy.headers.filter(({ name }) => name !== 'Via') },
      row.flow,
    );
  }
}

const CORE = new Set(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);
