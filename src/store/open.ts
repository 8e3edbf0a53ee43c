/**
 * Opening the database, in a window, the SharedWorker or the service worker. A database that cannot be opened or read
 * is given up: the outbox is copied out first, then it is deleted and made anew, and the caller gets a sentence.
 *
 *   open -> probe -> ready
 *     |       |
 *     |       +-- unreadable --> rescue outbox -> delete -> open -> restore outbox -> ready, with a notice
 *     +-- made by a newer Parley --> 'newer'     (never deleted)
 *     +-- no IndexedDB at all -----> 'unavailable'
 */
import { deleteDB, openDB } from 'idb';
import { TABLES, type Database } from './database.ts';
import { rescueOutbox, restoreOutbox } from './rescue.ts';
import { migrate, VERSION } from './schema.ts';

const DATABASE = 'parley';

export interface OpenOptions {
  /** The agent repairs what is broken; readers leave that to it. */
  readonly repair?: boolean;
  /** This handle is closed: a newer Parley waits to upgrade, or the browser dropped the storage. */
  readonly onClosed?: (why: 'newer' | 'lost') => void;
  /** Another window holds an old version open. */
  readonly onBlocked?: () => void;
  readonly name?: string;
}

export type Opened =
  | { readonly ok: true; readonly db: Database; readonly notice: string | null }
  | { readonly ok: false; readonly because: 'newer' | 'unavailable' | 'damaged'; readonly why: string };

export async function openStore(options: OpenOptions = {}): Promise<Opened> {
  const name = options.name ?? DATABASE;
  if (typeof indexedDB === 'undefined') return UNAVAILABLE;
  const first = await attempt(name, options);
  if (first.ok || first.because === 'newer' || !options.repair) return first;
  const saved = await rescueOutbox(name);
  try {
    await deleteDB(name);
  } catch {
    return UNAVAILABLE;
  }
  const second = await attempt(name, options);
  if (!second.ok) return second.because === 'damaged' ? UNAVAILABLE : second;
  const restored = await restoreOutbox(name, second.db);
  return { ok: true, db: second.db, notice: repairedWords(saved, restored) };
}

const UNAVAILABLE: Opened = {
  ok: false,
  because: 'unavailable',
  why: 'This browser does not let Parley keep anything. Messages are lost when the last window closes.',
};

async function attempt(name: string, options: OpenOptions): Promise<Opened> {
  let db: Database | null = null;
  try {
    db = await openDB(name, VERSION, {
      upgrade: (fresh, from, _to, tx) => {
        migrate(fresh as never, tx as never, from);
      },
      blocked: () => options.onBlocked?.(),
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        options.onClosed?.('newer');
      },
      terminated: () => options.onClosed?.('lost'),
    });
    await probe(db);
    return { ok: true, db, notice: null };
  } catch (error) {
    db?.close();
    if (error instanceof DOMException && error.name === 'VersionError')
      return { ok: false, because: 'newer', why: 'A newer Parley has been used here. Reload this page.' };
    return { ok: false, because: 'damaged', why: 'What Parley kept in this browser cannot be read.' };
  }
}

/**
 * What is there, as it is: nothing is made, upgraded, repaired or waited for. Null: there is no database of this version.
 */
export async function openAsIs(name = DATABASE): Promise<Database | null> {
  if (typeof indexedDB === 'undefined') return null;
  try {
    const db: Database = await openDB(name, undefined, {
      upgrade: (_fresh, _from, _to, tx) => {
        tx.done.catch(() => undefined);
        tx.abort();
      },
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
      },
    });
    if (db.version === VERSION) return db;
    db.close();
  } catch {
    // Whoever may repair it will find out.
  }
  return null;
}

/** Reads one row of every object store: damage shows at a read, not at the open. */
async function probe(db: Database): Promise<void> {
  const tx = db.transaction([...TABLES]);
  await Promise.all([...TABLES.map((table) => tx.objectStore(table).openCursor()), tx.done]);
}

function repairedWords(saved: number | null, restored: number): string {
  const start = 'What Parley kept in this browser was damaged and has been made anew.';
  if (saved === null) return `${start} Messages that were still waiting to be sent could not be read.`;
  if (restored === 0) return start;
  return `${start} ${restored === 1 ? 'One message' : `${restored} messages`} waiting to be sent ${restored === 1 ? 'was' : 'were'} saved.`;
}
