/**
 * MESSAGE from one of ours to somebody of another organisation:
 *
 *   sender          this server                      their server
 *     | MESSAGE ----> | outbox, commit                  |
 *     | <------ 202   | MESSAGE ----------------------> | until its 2xx, 14 days long
 *     |               | <-- 4xx, 6xx, or never          |
 *     | <-- IMDN failed                                 |
 */
import { domainOf } from '../../protocol/canonical-id.ts';
import { changeRequest } from '../../protocol/sip-edit.ts';
import type { Header, SipRequest } from '../../protocol/sip-message.ts';
import { formatDate } from '../../protocol/sip-values.ts';
import type { Log } from '../log.ts';
import { createBudget, HOURLY_OCTETS } from '../messages/budget.ts';
import type { Delivery } from '../messages/delivery.ts';
import { keptFields, readEnvelope, seal } from '../messages/envelope.ts';
import type { Aor, Caller, Clock, Domain, MethodHandler, ServerTransaction } from '../sip/contract.ts';
import { foreignAor } from '../sip/peers.ts';
import type { MessageStore } from '../store/messages.ts';
import type { Forwarder } from './forwarder.ts';
import type { Links } from './links.ts';
import type { Outbox } from './outbox.ts';

export interface OutgoingMessagesOptions {
  readonly outbox: Outbox;
  readonly forwarder: Forwarder;
  readonly links: Links;
  /** For the sender's other devices. */
  readonly store: MessageStore;
  readonly delivery: Delivery;
  readonly caller: Caller;
  readonly domain: Domain;
  readonly clock: Clock;
  readonly log: Log;
}

/** Octets of a body: with the fields on top, a server that takes 64 KiB still takes it. */
const MOST_OCTETS = 60_000;
/** What may wait while another organisation's server is away: of one person, and for one domain. */
const MOST_OF_SENDER = 1_000;
const MOST_FOR_DOMAIN = 50_000;

export function createOutgoingMessages(options: OutgoingMessagesOptions): MethodHandler {
  const { outbox, forwarder, links, store, delivery, domain, clock, log } = options;
  const hasBudget = createBudget(clock, HOURLY_OCTETS);

  const keep = async (
    transaction: ServerTransaction,
    recipient: Aor,
    id: string,
    written: boolean,
  ): Promise<void> => {
    const { request, sender } = transaction;
    const size = Buffer.byteLength(request.body);
    if (size > MOST_OCTETS) return transaction.answer({ status: 513 });
    if (!hasBudget(sender, size)) {
      return transaction.answer({
        status: 413,
        reason: 'Too much sent this hour',
        headers: retryAfter(3600),
      });
    }
    const to = domainOf(recipient);
    const { ofSender, toDomain } = outbox.waiting(sender, to);
    if (ofSender >= MOST_OF_SENDER || toDomain >= MOST_FOR_DOMAIN) {
      const reason = 'Too much waits for their server';
      return transaction.answer({ status: 480, reason, headers: retryAfter(3600) });
    }
    const message = seal(request, id, sender, recipient);
    const now = clock.now();
    try {
      // Asked for in one turn, they are in one commit; nobody has a mailbox here but the sender.
      const [accepted] = await Promise.all([
        store.accept(message, now, true),
        outbox.add(message, to, now, written),
      ]);
      const at = accepted.kept ? accepted.at : now;
      transaction.answer({ status: 202, headers: [{ name: 'Date', value: formatDate(at) }] });
    } catch (error) {
      log.error('message-not-stored', { error });
      return transaction.answer({ status: 503, headers: retryAfter(10) });
    }
    delivery.kick(sender);
    forwarder.kick(to);
  };

  return {
    methods: ['MESSAGE'],
    async handle(transaction) {
      const { request, sender } = transaction;
      const recipient = foreignAor(request.uri, links);
      if (recipient === null) return transaction.answer({ status: 404 });
      const envelope = readEnvelope(request, sender, domain);
      if (envelope.is === 'refused') return transaction.answer(envelope);
      if (envelope.is === 'message') return keep(transaction, recipient, envelope.id, envelope.wakes);
      transaction.answer({ status: 200 });
      const link = links.link(domainOf(recipient));
      if (link !== null && link.congested !== true)
        void options.caller.request(bare(request, recipient, sender), link);
    },
  };
}

/** A typing notice as it leaves: nobody waits for the answer, and nothing of the sender's own hop goes along. */
function bare(request: SipRequest, uri: string, sender: Aor): SipRequest {
  const kept = new Set([...keptFields(request).map(({ name }) => name), ...CORE]);
  const copy = changeRequest(request, {
    uri,
    without: request.headers.map(({ name }) => name).filter((name) => !kept.has(name)),
    last: [{ name: 'P-Asserted-Identity', value: `<${sender}>` }],
  });
  return { ...copy, vias: [], headers: copy.headers.filter(({ name }) => name !== 'Via') };
}

const CORE = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards'];

function retryAfter(seconds: number): Header[] {
  return [{ name: 'Retry-After', value: String(seconds) }];
}
