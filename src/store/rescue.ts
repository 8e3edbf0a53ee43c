/** The outbox is the one thing no server has: it is copied into a small second database before anything is deleted. */
import { deleteDB, openDB } from 'idb';
import type { Database } from './database.ts';
import type { OutboxRow } from './rows.ts';

const rescueName = (name: string) => `${name}-rescue`;

/** Copies what can be read of the outbox of a damaged database. Returns how many rows, or null when none could be read. */
export async function rescueOutbox(name: string): Promise<number | null> {
  try {
    // Without a version: whatever version is on the disk.
    const broken = await openDB(name);
    try {
      if (!broken.objectStoreNames.contains('outbox')) return 0;
      const rows = (await broken.getAll('outbox')) as OutboxRow[];
      const safe = await openRescue(name);
      const tx = safe.transaction('outbox', 'readwrite');
      for (const row of rows) await tx.store.put(row);
      await tx.done;
      safe.close();
      return rows.length;
    } finally {
      broken.close();
    }
  } catch {
    return null;
  }
}

/** Puts rescued rows, also those of a repair that was cut short, back and drops the second database. */
export async function restoreOutbox(name: string, db: Database): Promise<number> {
  try {
    const safe = await openRescue(name);
    const rows = (await safe.getAll('outbox')) as OutboxRow[];
    safe.close();
    const tx = db.transaction('outbox', 'readwrite');
    for (const row of rows) await tx.store.put(row);
    await tx.done;
    await deleteDB(rescueName(name));
    return rows.filter((row) => row.kind === 'message').length;
  } catch {
    return 0;
  }
}

function openRescue(name: string) {
  return openDB(rescueName(name), 1, {
    upgrade: (db) => {
      db.createObjectStore('outbox', { keyPath: 'id' });
    },
  });
}
