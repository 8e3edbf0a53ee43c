/** Tables of this folder, for the store: what a restart must not forget (synchronous=NORMAL is enough). */
export const EVENT_TABLES = {
  name: 'events',
  migrations: [
    `CREATE TABLE publications (
       etag TEXT PRIMARY KEY, event TEXT NOT NULL, resource TEXT NOT NULL,
       content_type TEXT NOT NULL, body TEXT NOT NULL, device TEXT,
       published_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE subscriptions (
       id TEXT PRIMARY KEY, package TEXT NOT NULL, event_id TEXT, resource TEXT NOT NULL, watcher TEXT NOT NULL,
       call_id TEXT NOT NULL, local TEXT NOT NULL, remote TEXT NOT NULL, target TEXT NOT NULL, route TEXT NOT NULL,
       local_seq INTEGER NOT NULL, remote_seq INTEGER NOT NULL, version INTEGER NOT NULL,
       started_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;`,
    `CREATE TABLE waiting_watchers (
       resource TEXT NOT NULL, watcher TEXT NOT NULL, since INTEGER NOT NULL, expires_at INTEGER NOT NULL,
       PRIMARY KEY (resource, watcher)
     ) STRICT, WITHOUT ROWID`,
  ],
} as const;
