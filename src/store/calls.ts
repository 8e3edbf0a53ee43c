/** The log of calls, read newest first. */
import type { Database } from './database.ts';
import { omit } from './omit.ts';
import type { CallLogRow, StoredCall } from './rows.ts';

/** One page, newest first; of one conversation when it is named. `before`: `at` of the oldest row already shown. */
export async function readCalls(
  db: Database,
  page: { readonly conversation?: string; readonly before?: number; readonly limit: number },
): Promise<StoredCall[]> {
  const rows: StoredCall[] = [];
  const { conversation } = page;
  const store = db.transaction('calls').store;
  const top = page.before ?? Number.MAX_VALUE;
  let cursor =
    conversation === undefined
      ? await store.index('by-time').openCursor(IDBKeyRange.upperBound(top, true), 'prev')
      : await store
          .index('by-conversation')
          .openCursor(IDBKeyRange.bound([conversation], [conversation, top], false, true), 'prev');
  while (cursor && rows.length < page.limit) {
    rows.push(cursor.value);
    cursor = await cursor.continue();
  }
  return rows;
}

/** The row as a tab sees it. */
export function shownCall(row: StoredCall): CallLogRow {
  return omit(row, 'record', 'untold');
}
