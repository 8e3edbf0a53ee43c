/** SUBSCRIBE (RFC 6665 §4.2.1): checks in the order of the standard, then 200, then the NOTIFY. */
import { listOf, tokensOf, withParam } from '../../protocol/sip-header.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import { type Header, type SipRequest, header, headers } from '../../protocol/sip-message.ts';
import { contactsOf, parseEvent, parseMediaType, parseSeconds } from '../../protocol/sip-values.ts';
import type { Answer, Aor, Clock, Flow, ServerTransaction } from '../sip/contract.ts';
import type { EventPackage } from './event-package.ts';
import type { Notifier } from './notifier.ts';
import { PRESENCE_LIST } from './presence-list-package.ts';
import { type Subscription, type Subscriptions, freshSending } from './subscriptions.ts';

export interface SubscribeOptions {
  readonly packages: ReadonlyMap<string, EventPackage>;
  /**
   * What a first SUBSCRIBE is about; `null` when there is no such resource, `list` when it is one and the watcher (`lists`
   * is false) cannot read lists.
   */
  readonly locate: (event: string, uri: string, watcher: Aor, lists: boolean) => Located | 'list' | null;
  readonly subscriptions: Subscriptions;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly contact: string;
  /** Called after a watcher came, or came again. */
  readonly watched: (subscription: Subscription) => void;
  /** Called after one that asked for the state once. */
  readonly left: (subscription: Subscription) => void;
}

interface Located {
  readonly key: string;
  readonly resource: Aor;
}

/** reliability.md §6: what one user may hold. */
const MAX_PER_WATCHER = 500;
/** Of those, how many of a thousand people each: more devices than a person has. */
const MAX_LISTS = 20;
/** What all people of another organisation together may hold: their server could invent any number of them. */
const MAX_PER_DOMAIN = 20_000;
/** Characters of what is kept of a SUBSCRIBE and goes out again with every NOTIFY. */
const MAX_KEPT = 4096;

export async function subscribe(transaction: ServerTransaction, options: SubscribeOptions): Promise<void> {
  const { request } = transaction;
  const event = parseEvent(header(request, 'Event') ?? '');
  const names = eventNames(options.packages);
  if (event === null || !names.includes(event.name)) return transaction.answer(badEvent(names));
  const tag = request.to.params.get('tag') ?? null;
  const remoteTag = request.from.params.get('tag') ?? null;
  const target = contactsOf(request).list[0]?.uri;
  if (remoteTag === null || target === undefined) {
    return transaction.answer({
      status: 400,
      reason: remoteTag === null ? 'Missing From Tag' : 'Missing Contact',
    });
  }
  const idFor = (localTag: string): string =>
    [request.callId, localTag, remoteTag, event.name, event.id ?? ''].join(' ');
  if (tag !== null) {
    const id = idFor(tag);
    const here = options.subscriptions.get(id);
    const elsewhere = here === null ? options.subscriptions.take(id) : null;
    refresh(transaction, options, elsewhere === null ? here : await elsewhere, target);
  } else
    begin(transaction, options, {
      id: idFor(transaction.toTag),
      event: event.name,
      eventId: event.id,
      target,
    });
}

function keptSize(request: SipRequest): number {
  const kept = ['From', 'To', 'Call-ID', 'Contact', 'Event', 'Record-Route'];
  return kept.flatMap((name) => headers(request, name)).reduce((sum, value) => sum + value.length, 0);
}

interface Beginning {
  readonly id: string;
  readonly event: string;
  readonly eventId: string | null;
  readonly target: string;
}

function begin(transaction: ServerTransaction, options: SubscribeOptions, beginning: Beginning): void {
  const { request, sender: watcher } = transaction;
  const { packages, subscriptions, notifier, clock } = options;
  if (keptSize(request) > MAX_KEPT)
    return transaction.answer({ status: 400, reason: 'Dialog fields too long' });
  const lists = tokensOf(request, 'Supported').includes('eventlist');
  const located = options.locate(beginning.event, request.uri, watcher, lists);
  if (located === 'list') {
    return transaction.answer({ status: 421, headers: [{ name: 'Require', value: 'eventlist' }] });
  }
  const pack = located === null ? undefined : packages.get(located.key);
  if (located === null || pack === undefined) return transaction.answer({ status: 404 });
  const { key, resource } = located;
  const access = pack.access(watcher, resource);
  if (access === 'forbid') return transaction.answer({ status: 403 });
  if (!accepts(request, pack)) {
    return transaction.answer({
      status: 406,
      headers: [{ name: 'Accept', value: pack.notifies.join(', ') }],
    });
  }
  const expires = lifetimeOf(request, pack);
  if (typeof expires !== 'number') return transaction.answer(expires);
  if (expires > 0 && !hasRoom(subscriptions, watcher, key, resource, beginning, transaction.flow)) {
    return transaction.answer({ status: 403, reason: 'Too Many Subscriptions' });
  }
  const now = clock.now();
  const one: Subscription = {
    id: beginning.id,
    package: key,
    eventId: beginning.eventId,
    resource,
    watcher,
    callId: request.callId,
    local: { ...request.to, params: withParam(request.to.params, 'tag', transaction.toTag) },
    remote: request.from,
    route: listOf(request, 'Record-Route') ?? [],
    startedAt: now,
    target: beginning.target,
    flow: transaction.flow,
    localSeq: 0,
    remoteSeq: request.cseq.seq,
    version: 0,
    expiresAt: now + expires * 1000,
    topics: expires === 0 ? [] : pack.topics(watcher, resource),
    sending: freshSending(),
  };
  transaction.answer(accepted(request, pack, expires, options.contact));
  if (access === 'block') return notifier.terminate(one, 'rejected');
  // A fetch: the state once, and no subscription (RFC 6665 §4.4.3).
  if (expires === 0) {
    notifier.terminate(one, 'timeout', { full: true });
    return options.left(one);
  }
  subscriptions.keep(one);
  notifier.owe(one);
  options.watched(one);
}

/**
 * Whether the watcher may have one more. A browser that died and came back subscribes afresh while its old dialogs still
 * run: at the limit the new one takes the place of the same device's old one.
 */
function hasRoom(
  subscriptions: Subscriptions,
  watcher: Aor,
  key: string,
  resource: Aor,
  { eventId, target }: Beginning,
  flow: Flow,
): boolean {
  const all = subscriptions.ofWatcher(watcher);
  let [ofKind, most] = [all.size, MAX_PER_WATCHER];
  if (key === PRESENCE_LIST && all.size >= MAX_LISTS) {
    [ofKind, most] = [[...all].filter((one) => one.package === key).length, MAX_LISTS];
  }
  const { peer } = flow;
  if (peer !== undefined && subscriptions.ofDomain(domainOf(watcher)).size >= MAX_PER_DOMAIN) return false;
  if (ofKind < most) return true;
  for (const one of all) {
    const same = one.package === key && one.resource === resource && one.eventId === eventId;
    if (!same || one.target !== target) continue;
    subscriptions.remove(one);
    return true;
  }
  return false;
}

function refresh(
  transaction: ServerTransaction,
  options: SubscribeOptions,
  one: Subscription | null,
  target: string,
): void {
  const { request, sender } = transaction;
  const { packages, subscriptions, notifier, clock } = options;
  const pack = one === null ? undefined : packages.get(one.package);
  if (one === null || pack === undefined) return transaction.answer({ status: 481 });
  if (sender !== one.watcher) return transaction.answer({ status: 403 });
  // RFC 3261 §12.2.2: out of order.
  if (request.cseq.seq <= one.remoteSeq) return transaction.answer({ status: 500, reason: 'CSeq Too Low' });
  const expires = lifetimeOf(request, pack);
  if (typeof expires !== 'number') return transaction.answer(expires);
  one.remoteSeq = request.cseq.seq;
  one.target = target;
  one.flow = transaction.flow;
  one.expiresAt = clock.now() + expires * 1000;
  transaction.answer(accepted(request, pack, expires, options.contact));
  if (expires === 0) return notifier.terminate(one, 'timeout', { full: true });
  const access = pack.access(one.watcher, one.resource);
  if (access === 'block' || access === 'forbid') return notifier.terminate(one, 'rejected');
  one.topics = pack.topics(one.watcher, one.resource);
  subscriptions.keep(one);
  notifier.owe(one);
}

/** Seconds, or the refusal. */
function lifetimeOf(request: SipRequest, { lifetime }: EventPackage): number | Answer {
  const asked = header(request, 'Expires');
  const seconds = asked === undefined ? lifetime.usual : parseSeconds(asked);
  if (seconds === null) return { status: 400, reason: 'Bad Expires' };
  if (seconds > 0 && seconds < lifetime.min) {
    return { status: 423, headers: [{ name: 'Min-Expires', value: String(lifetime.min) }] };
  }
  return Math.min(seconds, lifetime.max);
}

/** No Accept at all means the package's default type. */
function accepts(request: SipRequest, { notifies }: EventPackage): boolean {
  const wanted = listOf(request, 'Accept')?.map((part) => parseMediaType(part)?.type ?? '');
  if (wanted === undefined || wanted.length === 0 || notifies.length === 0) return true;
  const matches = (type: string, pattern: string): boolean =>
    pattern === '*/*' || pattern === type || pattern === `${type.split('/', 1)[0]}/*`;
  return notifies.every((type) => wanted.some((pattern) => matches(type, pattern)));
}

function accepted(request: SipRequest, pack: EventPackage, expires: number, contact: string): Answer {
  const fields: Header[] = headers(request, 'Record-Route').map((value) => ({ name: 'Record-Route', value }));
  fields.push({ name: 'Contact', value: `<${contact}>` });
  fields.push({ name: 'Expires', value: String(expires) });
  for (const value of pack.requires) fields.push({ name: 'Require', value });
  return { status: 200, headers: fields };
}

function badEvent(names: readonly string[]): Answer {
  return { status: 489, headers: [{ name: 'Allow-Events', value: names.join(', ') }] };
}

/** Event names of a table, once each. */
export function eventNames(packages: ReadonlyMap<string, EventPackage>): string[] {
  return [...new Set([...packages.values()].map(({ event }) => event))];
}
