/** Publications and subscriptions in SQLite, for the restart (synchronous=NORMAL is enough). */
import type { Log } from '../log.ts';
import type { Clock } from '../sip/contract.ts';
import type { Writer } from '../store/writer.ts';
import type { EventStore, KeptSubscription, Publication } from './event-store.ts';

/** `writer`: the quick one, presence may be forgotten by a power cut. */
export function sqliteEventStore(writer: Writer, clock: Clock, log: Log): EventStore {
  const { database } = writer;
  const statements = {
    put: database.prepare('INSERT OR REPLACE INTO publications VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    rename: database.prepare('UPDATE publications SET device = ? WHERE etag = ?'),
    erase: database.prepare('DELETE FROM publications WHERE etag = ?'),
    keep: database.prepare(
      'INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    remove: database.prepare('DELETE FROM subscriptions WHERE id = ?'),
    wait: database.prepare('INSERT OR REPLACE INTO waiting_watchers VALUES (?, ?, ?, ?)'),
    noWait: database.prepare('DELETE FROM waiting_watchers WHERE resource = ? AND watcher = ?'),
  };
  const behind = (job: () => unknown): void => {
    writer.write(job).catch((error: unknown) => log.error('events-not-kept', { error }));
  };
  behind(() => {
    for (const table of ['publications', 'subscriptions', 'waiting_watchers'])
      database.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`).run(clock.now());
  });

  return {
    publications: {
      load: () =>
        database
          .prepare('SELECT * FROM publications WHERE expires_at > ?')
          .all(clock.now())
          .map(publicationOf),
      put(one, replaced) {
        behind(() => {
          for (const etag of replaced) statements.erase.run(etag);
          const { etag, event, resource, contentType, body, device, publishedAt, expiresAt } = one;
          statements.put.run(etag, event, resource, contentType, body, device, publishedAt, expiresAt);
        });
      },
      rename: (etag, device) => behind(() => statements.rename.run(device, etag)),
      remove: (etag) => behind(() => statements.erase.run(etag)),
    },
    subscriptions: {
      load: () =>
        database
          .prepare('SELECT * FROM subscriptions WHERE expires_at > ?')
          .all(clock.now())
          .map(subscriptionOf),
      keep(one) {
        behind(() =>
          statements.keep.run(
            one.id,
            one.package,
            one.eventId,
            one.resource,
            one.watcher,
            one.callId,
            one.local,
            one.remote,
            one.target,
            JSON.stringify(one.route),
            one.localSeq,
            one.remoteSeq,
            one.version,
            one.startedAt,
            one.expiresAt,
          ),
        );
      },
      remove: (id) => behind(() => statements.remove.run(id)),
    },
    waiting: {
      load: () =>
        database
          .prepare('SELECT * FROM waiting_watchers WHERE expires_at > ? ORDER BY expires_at')
          .all(clock.now())
          .map((row) => ({
            resource: String(row['resource']),
            watcher: String(row['watcher']),
            since: Number(row['since']),
            expiresAt: Number(row['expires_at']),
          })),
      keep: ({ resource, watcher, since, expiresAt }) =>
        behind(() => statements.wait.run(resource, watcher, since, expiresAt)),
      remove: (resource, watcher) => behind(() => statements.noWait.run(resource, watcher)),
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

const textOr = (value: unknown): string | null => (value === null ? null : String(value));

/** A row of `publications`, of either database. */
export function publicationOf(row: Row): Publication {
  return {
    etag: String(row['etag']),
    event: String(row['event']),
    resource: String(row['resource']),
    contentType: String(row['content_type']),
    body: String(row['body']),
    device: textOr(row['device']),
    publishedAt: Number(row['published_at']),
    expiresAt: Number(row['expires_at']),
  };
}

/** A row of `subscriptions`, of either database. */
export function subscriptionOf(row: Row): KeptSubscription {
  const text = (name: string): string => String(row[name]);
  return {
    id: text('id'),
    package: text('package'),
    eventId: textOr(row['event_id']),
    resource: text('resource'),
    watcher: text('watcher'),
    callId: text('call_id'),
    local: text('local'),
    remote: text('remote'),
    target: text('target'),
    route: JSON.parse(text('route')) as string[],
    localSeq: Number(row['local_seq']),
    remoteSeq: Number(row['remote_seq']),
    version: Number(row['version']),
    startedAt: Number(row['started_at']),
    expiresAt: Number(row['expires_at']),
  };
}
