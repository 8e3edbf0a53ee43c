/** Who watches me, from full and partial notifications (RFC 3858). Pure. */
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Watcher as Row, Watcherinfo } from '../../protocol/watcherinfo.ts';
import type { Aor } from '../contract.ts';

/** What the server said last. `version` null: nothing yet. */
export interface WatcherRoll {
  readonly version: number | null;
  /** Subscriptions by id; a person may have several. */
  readonly rows: ReadonlyMap<string, Heard>;
}
interface Heard {
  readonly row: Row;
  /** Server time when it was said, milliseconds. */
  readonly at: number;
}

export const NOBODY_WATCHES: WatcherRoll = { version: null, rows: new Map() };

const MOST = 2_000;

/** The roll after a notification; null when one was lost between (RFC 3858 §4.3): ask anew. */
export function afterNotice(roll: WatcherRoll, notice: Watcherinfo, now: number): WatcherRoll | null {
  const { version, full, lists } = notice;
  if (!full && (roll.version === null || version > roll.version + 1)) return null;
  // Late or repeated: what is known is newer.
  if (!full && roll.version !== null && version <= roll.version) return roll;
  const rows = new Map(full ? [] : roll.rows);
  for (const list of lists.filter((one) => one.package === 'presence')) {
    for (const row of list.watchers) {
      // Ids of broken servers may repeat, or be missing.
      const key = `${row.id} ${row.uri}`;
      if (row.status === 'terminated') rows.delete(key);
      else if (rows.size < MOST || rows.has(key)) rows.set(key, { row, at: now });
    }
  }
  return { version, rows };
}

/** One person who watches, over all their devices. */
export interface Follower {
  readonly aor: Aor;
  readonly name?: string;
  readonly is: 'watching' | 'waiting';
  readonly since?: number;
}

/** People, in the order of their addresses; who is let in on one device is let in. */
export function followersIn({ rows }: WatcherRoll, me: Aor): Follower[] {
  const people = new Map<Aor, Follower>();
  for (const { row, at } of rows.values()) {
    const aor = aorOf(row.uri.replace(/^(pres|sips):/i, 'sip:'));
    if (aor === null || aor === me) continue;
    const before = people.get(aor);
    const is = row.status === 'active' || before?.is === 'watching' ? 'watching' : 'waiting';
    const begun = row.durationSubscribed === undefined ? undefined : at - row.durationSubscribed * 1000;
    const times = [before?.since, begun].filter((one) => one !== undefined);
    const name = before?.name ?? row.displayName;
    people.set(aor, {
      ...{ aor, is },
      ...(name && { name }),
      ...(times.length > 0 && { since: Math.min(...times) }),
    });
  }
  return [...people.values()].toSorted((a, b) => (a.aor < b.aor ? -1 : 1));
}
