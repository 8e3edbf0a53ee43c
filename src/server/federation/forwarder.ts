/**
 * Brings what waits in the outbox to the other servers: one message at a time for each recipient, in order, until the answer
 * is 2xx or a refusal for good. What is in doubt is sent again with the same id; the other side shows it once
 * (reliability.md §7).
 */
import { parseNameAddr } from '../../protocol/sip-header.ts';
import type { SipRequest } from '../../protocol/sip-message.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { formatDate } from '../../protocol/sip-values.ts';
import { addressValue, makeRequest } from '../../protocol/sip-writer.ts';
import type { Log } from '../log.ts';
import { KEPT_FOR } from '../messages/delivery.ts';
import type { Counter } from '../metrics.ts';
import type { Aor, Caller, Clock, Sent, Users } from '../sip/contract.ts';
import type { Links } from './links.ts';
import type { Outbox, OutgoingMessage } from './outbox.ts';

export interface Forwarder {
  /** Something waits for that domain. */
  kick(domain: string): void;
  start(): void;
  stop(): void;
}

export interface ForwarderOptions {
  readonly outbox: Outbox;
  readonly links: Links;
  readonly caller: Caller;
  readonly users: Users;
  readonly clock: Clock;
  readonly log: Log;
  /** By outcome: delivered, refused, retried. */
  readonly count: Counter;
  /** It will never be delivered. */
  readonly failed: (message: OutgoingMessage, why: 'refused' | 'late') => void;
}

/** Messages on the way to one domain at the same time. */
const WINDOW = 16;
/** Milliseconds. */
const RETRY = { first: 2_000, most: 300_000 };
const SWEEP = 3_600_000;

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { outbox, links, caller, users, clock, log, count, failed } = options;
  /** Keys on the way, by domain; settled ones stay until the store has forgotten them. */
  const busy = new Map<string, Map<Aor, number>>();
  /** Recipients whose server said "not now", and how often. */
  const held = new Map<Aor, { readonly failures: number; readonly until: number }>();
  let stopSweeping = (): void => undefined;
  let stopped = false;

  const kick = (domain: string): void => {
    if (stopped) return;
    const link = links.link(domain);
    if (link === null || link.congested === true) return;
    const under = busy.get(domain) ?? new Map<Aor, number>();
    busy.set(domain, under);
    if (under.size >= WINDOW) return;
    for (const message of outbox.next(domain)) {
      const { recipient, key } = message;
      if (under.size >= WINDOW) return;
      if (under.has(recipient) || (held.get(recipient)?.until ?? 0) > clock.now()) continue;
      under.set(recipient, key);
      attempt(message, domain)
        .catch((error: unknown) => {
          log.error('federation-forward', { error });
          hold(recipient, domain);
        })
        .finally(() => {
          under.delete(recipient);
          kick(domain);
        });
    }
  };
  const attempt = async (message: OutgoingMessage, domain: string): Promise<void> => {
    if (clock.now() - message.at > KEPT_FOR) return giveUp(message, 'late');
    const link = links.link(domain);
    const request = requestOf(message, users.name(message.sender) ?? '');
    if (link === null) return;
    const sent: Sent = request === null ? { lost: 'unsendable' } : await caller.request(request, link);
    const outcome = outcomeOf(sent);
    count.add(outcome);
    if (outcome === 'refused') {
      log.warn('federation-refused', { domain, status: 'response' in sent ? sent.response.status : 0 });
      return giveUp(message, 'refused');
    }
    if (outcome === 'retried') return hold(message.recipient, domain);
    held.delete(message.recipient);
    await outbox.done(message.key);
  };
  const giveUp = async (message: OutgoingMessage, why: 'refused' | 'late'): Promise<void> => {
    held.delete(message.recipient);
    await outbox.done(message.key);
    failed(message, why);
  };
  const hold = (recipient: Aor, domain: string): void => {
    const failures = (held.get(recipient)?.failures ?? 0) + 1;
    const wait = Math.min(RETRY.most, RETRY.first * 2 ** Math.min(failures - 1, 10));
    held.set(recipient, { failures, until: clock.now() + wait });
    clock.after(wait, () => kick(domain));
  };
  /** What waited too long is told of even when its domain never came back. */
  const sweep = (): void => {
    for (const message of outbox.late(clock.now() - KEPT_FOR)) {
      const domain = domainOf(message.recipient);
      if (busy.get(domain)?.get(message.recipient) === message.key) continue;
      giveUp(message, 'late').catch((error: unknown) => log.error('federation-sweep', { error }));
    }
    outbox.prune(clock.now() - KEPT_FOR).catch((error: unknown) => log.error('federation-prune', { error }));
    stopSweeping = clock.after(SWEEP, sweep);
  };

  links.onOpen((domain) => {
    // Whatever was in the way may have gone with the old connection.
    for (const recipient of held.keys()) if (domainOf(recipient) === domain) held.delete(recipient);
    kick(domain);
  });
  return {
    kick,
    start() {
      for (const domain of outbox.domains()) kick(domain);
      sweep();
    },
    stop() {
      stopped = true;
      stopSweeping();
    },
  };
}

/** As it leaves: original From, To, Call-ID and content, and who the sender is (RFC 3325). Null: a field cannot be read. */
function requestOf(message: OutgoingMessage, senderName: string): SipRequest | null {
  const from = parseNameAddr(message.from);
  const to = parseNameAddr(message.to);
  if (from === null || to === null) return null;
  const asserted = addressValue({ display: senderName, uri: message.sender, params: NO_PARAMS });
  const request = makeRequest({
    method: 'MESSAGE',
    uri: message.recipient,
    from,
    to,
    callId: message.callId,
    seq: message.cseq,
    headers: [
      { name: 'P-Asserted-Identity', value: asserted },
      { name: 'Date', value: formatDate(message.at) },
      ...message.headers,
    ],
    body: message.body,
  });
  return message.binary ? { ...request, binary: true } : request;
}

/** Another organisation's server that cannot now may do so later; one that will not says so (RFC 3428 §8). */
function outcomeOf(sent: Sent): 'delivered' | 'refused' | 'retried' {
  if ('lost' in sent) return sent.lost === 'unsendable' ? 'refused' : 'retried';
  const { status } = sent.response;
  if (status < 300) return 'delivered';
  return status === 408 || status === 480 || (status >= 500 && status < 600 && status !== 513)
    ? 'retried'
    : 'refused';
}
