/** Subscriptions as the notifier keeps them (RFC 6665 §4.2): in memory, and in a store for the restart. */
import { formatNameAddr, parseNameAddr } from '../../protocol/sip-header.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import type { NameAddr } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import type { Aor, Clock, Flow } from '../sip/contract.ts';
import { createDeadlines } from './deadlines.ts';
import type { EventPackage } from './event-package.ts';
import type { KeptSubscription, SubscriptionStore } from './event-store.ts';

/**
 * One dialog usage with a watcher.
 *
 *   SUBSCRIBE --allow, polite-block--> active --+
 *             --confirm--> pending --allow----->+--refresh--> same
 *   any --Expires: 0 | expiry | block | 481 | no answer twice--> terminated (forgotten)
 */
export interface Subscription {
  /** Dialog and event id: unique. */
  readonly id: string;
  /** Key in the table of packages. */
  readonly package: string;
  readonly eventId: string | null;
  readonly resource: Aor;
  readonly watcher: Aor;
  readonly callId: string;
  /** Ours, with our tag. */
  readonly local: NameAddr;
  readonly remote: NameAddr;
  readonly route: readonly string[];
  readonly startedAt: number;
  /** The watcher's Contact: a GRUU as a rule, which leads to the device wherever it is now. */
  target: string;
  /** Where its last SUBSCRIBE came from; `null` after a restart. */
  flow: Flow | null;
  localSeq: number;
  remoteSeq: number;
  version: number;
  /** Milliseconds. */
  expiresAt: number;
  topics: readonly string[];
  readonly sending: Sending;
}

/** How far the watcher is behind. */
export interface Sending {
  /** What it last acknowledged; `undefined`: it needs everything. */
  known: unknown;
  /** Topics that changed since; `null`: all may have. */
  touched: Set<string> | null;
  /** The next NOTIFY goes out even when nothing changed: a SUBSCRIBE asked for it. */
  owed: boolean;
  inFlight: boolean;
  failures: number;
  /** Milliseconds: when the NOTIFYs sent so far are paid for, at one a second. */
  nextAt: number;
  cancelTimer: (() => void) | null;
}

export function freshSending(): Sending {
  return {
    known: undefined,
    touched: null,
    owed: true,
    inFlight: false,
    failures: 0,
    nextAt: -Infinity,
    cancelTimer: null,
  };
}

export interface Subscriptions {
  get(id: string): Subscription | null;
  /** Adds it, or keeps what changed in it. */
  keep(subscription: Subscription): void;
  remove(subscription: Subscription): void;
  /** Asks for one that another node had until now; `null` at once when there are no other nodes. */
  take(id: string): Promise<Subscription | null> | null;
  withTopic(topic: string): readonly Subscription[];
  ofWatcher(watcher: Aor): ReadonlySet<Subscription>;
  /** Those of all watchers of a domain. */
  ofDomain(domain: string): ReadonlySet<Subscription>;
  readonly size: number;
  stop(): void;
}

/** A NOTIFY a second for an hour, between two writes of the row: no number is ever used twice over a restart. */
const RESTART_GAP = 10_000;

/** `expired` is called once for each subscription whose time is over, `inherited` for each that comes from a node now gone. */
export function openSubscriptions(
  kept: SubscriptionStore,
  packages: ReadonlyMap<string, EventPackage>,
  clock: Clock,
  log: Log,
  expired: (subscription: Subscription) => void,
  inherited: (subscription: Subscription) => void = () => undefined,
): Subscriptions {
  const byId = new Map<string, Subscription>();
  const byTopic = new Map<string, Set<Subscription>>();
  const byWatcher = new Map<Aor, Set<Subscription>>();
  const byDomain = new Map<string, Set<Subscription>>();
  const indexed = new Map<Subscription, readonly string[]>();
  const deadlines = createDeadlines<Subscription>(clock, expired, (error) =>
    log.error('expiry-failed', { error }),
  );
  const index = (one: Subscription): void => {
    byId.set(one.id, one);
    addTo(byWatcher, one.watcher, one);
    addTo(byDomain, domainOf(one.watcher), one);
    if (indexed.get(one) !== one.topics) {
      for (const topic of indexed.get(one) ?? []) dropFrom(byTopic, topic, one);
      for (const topic of one.topics) addTo(byTopic, topic, one);
      indexed.set(one, one.topics);
    }
    deadlines.set(one, one.expiresAt);
  };

  const restore = (row: KeptSubscription): Subscription | null => {
    const restored = byId.get(row.id) ?? fromKept(row, packages);
    if (restored !== null) index(restored);
    return restored;
  };
  const drop = (one: Subscription): boolean => {
    if (byId.get(one.id) !== one) return false;
    byId.delete(one.id);
    dropFrom(byWatcher, one.watcher, one);
    dropFrom(byDomain, domainOf(one.watcher), one);
    for (const topic of indexed.get(one) ?? []) dropFrom(byTopic, topic, one);
    indexed.delete(one);
    deadlines.delete(one);
    one.sending.cancelTimer?.();
    return true;
  };
  for (const row of kept.load()) restore(row);
  kept.follow?.({
    inherited(all) {
      for (const row of all) {
        const restored = restore(row);
        if (restored !== null) inherited(restored);
      }
    },
    taken(id) {
      const one = byId.get(id);
      if (one !== undefined) drop(one);
    },
  });

  return {
    get: (id) => byId.get(id) ?? null,
    keep(one) {
      index(one);
      kept.keep(toKept(one));
    },
    remove(one) {
      if (drop(one)) kept.remove(one.id);
    },
    take: (id) => kept.take?.(id).then((row) => (row === null ? null : restore(row))) ?? null,
    withTopic: (topic) => [...(byTopic.get(topic) ?? [])],
    ofWatcher: (watcher) => byWatcher.get(watcher) ?? new Set(),
    ofDomain: (domain) => byDomain.get(domain) ?? new Set(),
    get size() {
      return byId.size;
    },
    stop() {
      deadlines.stop();
      for (const one of byId.values()) one.sending.cancelTimer?.();
    },
  };
}

function toKept(one: Subscription): KeptSubscription {
  const { id, eventId, resource, watcher, callId, target, route } = one;
  const { localSeq, remoteSeq, version, startedAt, expiresAt } = one;
  return {
    ...{ id, package: one.package, eventId, resource, watcher, callId, target, route },
    ...{ localSeq, remoteSeq, version, startedAt, expiresAt },
    local: formatNameAddr(one.local),
    remote: formatNameAddr(one.remote),
  };
}

function fromKept(row: KeptSubscription, packages: ReadonlyMap<string, EventPackage>): Subscription | null {
  const known = packages.get(row.package);
  const local = parseNameAddr(row.local);
  const remote = parseNameAddr(row.remote);
  // A package of an older or newer server: the watcher learns it by 481 at its next refresh.
  if (known === undefined || local === null || remote === null) return null;
  return {
    ...row,
    local,
    remote,
    flow: null,
    localSeq: row.localSeq + RESTART_GAP,
    version: row.version + RESTART_GAP,
    topics: known.topics(row.watcher, row.resource),
    // What it had seen is not known any more: it gets everything when its device is back.
    sending: { ...freshSending(), owed: false },
  };
}

function addTo(index: Map<string, Set<Subscription>>, key: string, one: Subscription): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([one]));
  else set.add(one);
}

function dropFrom(index: Map<string, Set<Subscription>>, key: string, one: Subscription): void {
  const set = index.get(key);
  set?.delete(one);
  if (set?.size === 0) index.delete(key);
}
