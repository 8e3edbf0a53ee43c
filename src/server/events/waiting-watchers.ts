/**
 * Who asked to watch somebody, got no answer and went away (RFC 3857 §4.7.1, `waiting`): kept for some days, so that the
 * person can still say yes, and the next SUBSCRIBE finds it said.
 */
import type { Log } from '../log.ts';
import type { Aor, Clock } from '../sip/contract.ts';
import { createDeadlines } from './deadlines.ts';
import type { WaitingStore, WaitingWatcher } from './event-store.ts';

export interface WaitingWatchers {
  /** Oldest first. */
  of(resource: Aor): readonly WaitingWatcher[];
  /** `since`: when they first asked, milliseconds; an earlier asking that is still kept counts. */
  add(resource: Aor, watcher: Aor, since: number): void;
  /** Forgets those who `waits` no longer. */
  prune(resource: Aor, waits: (watcher: Aor) => boolean): void;
  stop(): void;
}

/** RFC 3857 §4.7.1 asks for days, not weeks. */
const KEPT = 7 * 86_400_000;
/** For one person; the oldest go. */
const MOST = 100;

/** `changed` is called with the person when a wait has run out. */
export function createWaitingWatchers(
  store: WaitingStore | undefined,
  clock: Clock,
  log: Log,
  changed: (resource: Aor) => void,
): WaitingWatchers {
  const byPerson = new Map<Aor, Map<Aor, WaitingWatcher>>();
  const ends = createDeadlines<WaitingWatcher>(
    clock,
    (one) => {
      forget(one);
      changed(one.resource);
    },
    (error) => log.error('waiting-failed', { error }),
  );
  const forget = (one: WaitingWatcher): void => {
    const all = byPerson.get(one.resource);
    if (all?.get(one.watcher) !== one) return;
    all.delete(one.watcher);
    if (all.size === 0) byPerson.delete(one.resource);
    ends.delete(one);
    store?.remove(one.resource, one.watcher);
  };
  const enter = (one: WaitingWatcher): void => {
    const all = byPerson.get(one.resource) ?? new Map<Aor, WaitingWatcher>();
    byPerson.set(one.resource, all.set(one.watcher, one));
    ends.set(one, one.expiresAt);
  };
  for (const one of store?.load() ?? []) enter(one);

  return {
    of: (resource) => [...(byPerson.get(resource)?.values() ?? [])],
    add(resource, watcher, since) {
      const before = byPerson.get(resource)?.get(watcher);
      if (before !== undefined) forget(before);
      const all = [...(byPerson.get(resource)?.values() ?? [])];
      for (const old of all.slice(0, Math.max(0, all.length + 1 - MOST))) forget(old);
      const one = {
        resource,
        watcher,
        since: Math.min(since, before?.since ?? since),
        expiresAt: clock.now() + KEPT,
      };
      enter(one);
      store?.keep(one);
    },
    prune(resource, waits) {
      for (const one of [...(byPerson.get(resource)?.values() ?? [])]) {
        if (!waits(one.watcher)) forget(one);
      }
    },
    stop: () => ends.stop(),
  };
}
