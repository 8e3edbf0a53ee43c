/** Subscriptions in PostgreSQL: each belongs to one node; when that is gone, another takes them over. */
import type { Clock } from '../clock.ts';
import type { KeptSubscription, SubscriptionStore } from '../events/event-store.ts';
import { subscriptionOf } from '../events/sqlite-store.ts';
import type { Log } from '../log.ts';
import type { Postgres } from './database.ts';
import { parseNotice, telling } from './notice.ts';

type Follower = Parameters<NonNullable<SubscriptionStore['follow']>>[0];

/** How often it is looked whether a node left subscriptions behind, milliseconds. */
const WATCH = 5_000;

export interface PostgresSubscriptions extends SubscriptionStore {
  stop(): void;
}

/** Loads those of `node`. Rejects with PostgreSQL's error. */
export async function openPostgresSubscriptions(
  postgres: Postgres,
  node: string,
  clock: Clock,
  log: Log,
): Promise<PostgresSubscriptions> {
  const { behind, feed, process: by } = postgres;
  const rows = await postgres.query(
    'SELECT * FROM parley_subscriptions WHERE node = $1 AND expires_at > $2',
    [node, clock.now()],
  );
  let follower: Follower | null = null;
  /** What this node has. */
  const ids = new Set(rows.map((row) => String(row['id'])));
  const lose = (id: string): void => {
    if (ids.delete(id)) follower?.taken(id);
  };
  behind.write('DELETE FROM parley_subscriptions WHERE expires_at <= $1', [clock.now()]);

  const inherit = async (): Promise<void> => {
    const others = await postgres.query(
      'SELECT DISTINCT node FROM parley_subscriptions WHERE node <> $1 AND expires_at > $2',
      [node, clock.now()],
    );
    for (const row of others) {
      const other = String(row['node']);
      await feed.whenGone(other, async () => {
        const taken = await postgres.query(
          'UPDATE parley_subscriptions SET node = $1 WHERE node = $2 AND expires_at > $3 RETURNING *',
          [node, other, clock.now()],
        );
        log.info('inherited', { from: other, subscriptions: taken.length });
        for (const one of taken) ids.add(String(one['id']));
        follower?.inherited(taken.map(subscriptionOf));
      });
    }
  };
  let stopped = false;
  const watch = (): void => {
    inherit()
      .catch((error: unknown) => log.warn('not-inherited', { error }))
      .finally(() => {
        if (!stopped) stop = clock.after(WATCH, watch);
      });
  };
  let stop = clock.after(WATCH, watch);

  feed.onNotices((payloads) => {
    for (const notice of payloads.map(parseNotice)) {
      if (notice?.is === 'taken' && notice.by !== by) lose(notice.id);
    }
  });
  // While the database was away another node may have taken this one for dead.
  feed.onGap(async () => {
    while (!behind.isIdle) await behind.flushed();
    const before = [...ids];
    const own = await postgres.query('SELECT id FROM parley_subscriptions WHERE node = $1', [node]);
    const present = new Set(own.map((row) => String(row['id'])));
    for (const id of before) if (!present.has(id)) lose(id);
  });

  return {
    load: () => rows.map(subscriptionOf),
    keep(one) {
      ids.add(one.id);
      behind.write(
        `INSERT INTO parley_subscriptions VALUES
           ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT (id) DO UPDATE SET target = excluded.target, local_seq = excluded.local_seq,
           remote_seq = excluded.remote_seq, version = excluded.version, expires_at = excluded.expires_at
         WHERE parley_subscriptions.node = excluded.node`,
        valuesOf(one, node),
      );
    },
    remove(id) {
      ids.delete(id);
      behind.write('DELETE FROM parley_subscriptions WHERE id = $1 AND node = $2', [id, node]);
    },
    async take(id) {
      return await postgres.transaction(async (query) => {
        const [row] = await query(
          'UPDATE parley_subscriptions SET node = $1 WHERE id = $2 AND expires_at > $3 RETURNING *',
          [node, id, clock.now()],
        );
        if (row === undefined) return null;
        const { text, values } = telling({ is: 'taken', by, id });
        await query(text, values);
        ids.add(id);
        return subscriptionOf(row);
      });
    },
    follow: (given) => void (follower = given),
    stop() {
      stopped = true;
      stop();
    },
  };
}

function valuesOf(one: KeptSubscription, node: string): readonly unknown[] {
  const { id, eventId, resource, watcher, callId, local, remote, target, route } = one;
  return [
    ...[
      id,
      node,
      one.package,
      eventId,
      resource,
      watcher,
      callId,
      local,
      remote,
      target,
      JSON.stringify(route),
    ],
    ...[one.localSeq, one.remoteSeq, one.version, one.startedAt, one.expiresAt],
  ];
}
