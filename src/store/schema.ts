/**
 * The shape of the database, as migrations that are only ever appended to. A migration that has shipped is never
 * edited: somebody's browser stands on it.
 */
import type { IDBPDatabase, IDBPTransaction } from 'idb';

type Migration = (db: IDBPDatabase, tx: IDBPTransaction<unknown, string[], 'versionchange'>) => void;

const MIGRATIONS: readonly Migration[] = [
  (db) => {
    db.createObjectStore('account');
    db.createObjectStore('contacts');
    db.createObjectStore('people', { keyPath: 'aor' });
    const conversations = db.createObjectStore('conversations', { keyPath: 'id' });
    conversations.createIndex('by-time', 'at');
    // The key is what makes a repeated message impossible (reliability.md §7).
    const messages = db.createObjectStore('messages', { keyPath: ['conversation', 'sender', 'id'] });
    messages.createIndex('by-order', ['conversation', 'order', 'id']);
    messages.createIndex('by-id', 'id');
    db.createObjectStore('outbox', { keyPath: 'id' });
    const calls = db.createObjectStore('calls', { keyPath: 'id' });
    calls.createIndex('by-time', 'at');
    calls.createIndex('by-conversation', ['conversation', 'at']);
    db.createObjectStore('settings');
    db.createObjectStore('meta');
  },
  (db) => {
    const revisions = db.createObjectStore('revisions', { keyPath: ['conversation', 'sender', 'id'] });
    revisions.createIndex('by-target', ['conversation', 'sender', 'target']);
  },
  (db) => {
    // What messages are found by; the agent fills it in for those that are there already.
    const words = db.createObjectStore('words', { keyPath: 'doc' });
    words.createIndex('by-word', 'words', { multiEntry: true });
    words.createIndex('by-message', 'message', { unique: true });
  },
];

/** Version of a database that has had every migration. */
export const VERSION = MIGRATIONS.length;

/** Brings a database from `from` to {@link VERSION}, inside its version-change transaction. */
export function migrate(
  db: IDBPDatabase,
  tx: IDBPTransaction<unknown, string[], 'versionchange'>,
  from: number,
): void {
  for (const migration of MIGRATIONS.slice(from)) migration(db, tx);
}
