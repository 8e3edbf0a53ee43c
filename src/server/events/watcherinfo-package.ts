/**
 * `presence.winfo` (RFC 3857, RFC 3858): who watches me, for me alone. One entry a person, whatever number of devices and
 * lists they watch with: the full list first, then who changed.
 */
import { createHash } from 'node:crypto';
import { type Watcher, WATCHERINFO_TYPE, encodeWatcherinfo } from '../../protocol/watcherinfo.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import type { Aor, Clock, Users } from '../sip/contract.ts';
import { type EventPackage, type Notice, topicOf } from './event-package.ts';
import { PRESENCE } from './presence-package.ts';
import type { Subscription } from './subscriptions.ts';
import type { WaitingWatchers } from './waiting-watchers.ts';
import type { WatcherRules } from './watcher-rules.ts';

export const WATCHERINFO = 'presence.winfo';

export interface WatcherinfoOptions {
  /** Subscriptions that see this person. */
  readonly watchers: (resource: Aor) => readonly Subscription[];
  readonly waiting: WaitingWatchers;
  readonly rules: WatcherRules;
  readonly users: Users;
  readonly clock: Clock;
}

/** By id: what the person knows. */
type Known = ReadonlyMap<string, Watcher>;

/** Octets of a whole body, and what one watcher costs beside their words. */
const BUDGET = 50_000;
const COST = 240;
/** Watchers told of: whoever is watched by more has no use for their names one by one. */
const MOST = 2_000;

export function watcherinfoPackage(options: WatcherinfoOptions): EventPackage {
  return {
    event: WATCHERINFO,
    notifies: [WATCHERINFO_TYPE],
    publishes: [],
    lifetime: { min: 60, usual: 3600, max: 3600 },
    requires: [],
    access: (watcher, resource) => (watcher === resource ? 'allow' : 'forbid'),
    examine: () => ({ status: 489, reason: 'Bad Event' }),
    topics: (_watcher, resource) => [topicOf(WATCHERINFO, resource)],
    render({ resource, version, known }) {
      const before = known instanceof Map ? (known as Known) : null;
      const now = watchersOf(resource, options);
      const changes = [...now.values()].filter((one) => !isSame(before?.get(one.id), one));
      const gone = [...(before?.values() ?? [])].filter(({ id }) => !now.has(id));
      if (before !== null && changes.length + gone.length === 0) return null;
      const over = gone.map((one): Watcher => {
        const isBlocked = options.rules.decide(resource, one.uri).level === 'blocked';
        return { ...one, status: 'terminated', event: isBlocked ? 'rejected' : 'timeout', expiration: 0 };
      });
      return notice(resource, version, before, [...over, ...changes]);
    },
  };
}

function notice(resource: Aor, version: number, before: Known | null, changes: readonly Watcher[]): Notice {
  const after = new Map(before);
  const told: Watcher[] = [];
  let left = BUDGET;
  for (const one of changes) {
    left -= utf8Length(one.uri) + utf8Length(one.displayName ?? '') + COST;
    if (left < 0) break;
    told.push(one);
    if (one.status === 'terminated') after.delete(one.id);
    else after.set(one.id, one);
  }
  const lists = [{ resource, package: PRESENCE, watchers: told }];
  const body = encodeWatcherinfo({ version, full: before === null, lists });
  const more = told.length < changes.length;
  return { content: { contentType: WATCHERINFO_TYPE, body }, known: after, more };
}

/** Who has to be answered first, then who watches longest. */
function watchersOf(resource: Aor, { watchers, waiting, rules, users, clock }: WatcherinfoOptions): Known {
  const found = new Map<Aor, { since: number; until: number }>();
  for (const { watcher, startedAt, expiresAt } of watchers(resource)) {
    if (watcher === resource) continue;
    const known = found.get(watcher);
    found.set(watcher, {
      since: Math.min(startedAt, known?.since ?? startedAt),
      until: Math.max(expiresAt, known?.until ?? expiresAt),
    });
  }
  const live = [...found].map(([uri, times]) => {
    const isPending = rules.decide(resource, uri).handling === 'confirm';
    return { uri, ...times, status: isPending ? ('pending' as const) : ('active' as const) };
  });
  const gone = waiting
    .of(resource)
    .filter(({ watcher }) => !found.has(watcher))
    .map(({ watcher, since, expiresAt }) => ({
      uri: watcher,
      since,
      until: expiresAt,
      status: 'waiting' as const,
    }));
  const isAsking = (one: { readonly status: string }): number => (one.status === 'active' ? 1 : 0);
  const all = [...gone, ...live].sort((a, b) => isAsking(a) - isAsking(b) || a.since - b.since);
  const known = new Map<string, Watcher>();
  for (const { uri, status, since, until } of all.slice(0, MOST)) {
    const id = createHash('sha256').update(`${resource} ${uri}`).digest('base64url').slice(0, 12);
    // The directory's name: what somebody calls themselves in From is theirs to make up.
    const name = users.name(uri);
    known.set(id, {
      id,
      uri,
      status,
      event: status === 'waiting' ? 'timeout' : 'subscribe',
      ...(name !== null && { displayName: name }),
      expiration: Math.max(0, Math.round((until - clock.now()) / 1000)),
      durationSubscribed: Math.max(0, Math.round((clock.now() - since) / 1000)),
    });
  }
  return known;
}

function isSame(one: Watcher | undefined, other: Watcher): boolean {
  return one?.status === other.status && one.displayName === other.displayName;
}
