/** History. Unique by (conversation, sender, id), read newest first. */
import type { Database } from './database.ts';
import { omit } from './omit.ts';
import type { MessageRow, MessageState, StoredMessage } from './rows.ts';

/** One page, newest first. `before` is the oldest row already shown; absent for the first page. */
export async function readMessages(
  db: Database,
  conversation: string,
  page: { readonly before?: { readonly order: number; readonly id: string }; readonly limit: number },
): Promise<StoredMessage[]> {
  const top = page.before ? [conversation, page.before.order, page.before.id] : [conversation, []];
  const range = IDBKeyRange.bound([conversation], top, false, true);
  const rows: StoredMessage[] = [];
  let cursor = await db.transaction('messages').store.index('by-order').openCursor(range, 'prev');
  while (cursor && rows.length < page.limit) {
    rows.push(cursor.value);
    cursor = await cursor.continue();
  }
  return rows;
}

/** One page of what comes after a place, oldest first. */
export async function readMessagesFrom(
  db: Database,
  conversation: string,
  page: { readonly after: { readonly order: number; readonly id: string }; readonly limit: number },
): Promise<StoredMessage[]> {
  const { order, id } = page.after;
  const range = IDBKeyRange.bound([conversation, order, id], [conversation, []], true, true);
  return db.getAllFromIndex('messages', 'by-order', range, page.limit);
}

/** Rows of a conversation after `order`, oldest first. */
export async function readMessagesAfter(
  db: Database,
  conversation: string,
  order: number,
): Promise<StoredMessage[]> {
  const range = IDBKeyRange.bound([conversation, order, []], [conversation, []], true, true);
  return db.getAllFromIndex('messages', 'by-order', range);
}

/** The row of a message by its id alone; ids are UUIDs of their senders, so more than one row is rare. */
export async function findMessages(db: Database, id: string): Promise<StoredMessage[]> {
  return db.getAllFromIndex('messages', 'by-id', id);
}

const RANK: Readonly<Record<MessageState, number>> = {
  queued: 0,
  failed: 1,
  sent: 2,
  delivered: 3,
  displayed: 4,
  received: 5,
};

/**
 * A state only ever moves forward: a `delivered` that comes after `displayed` changes nothing. What our server took and
 * another organisation's did not has failed after all.
 */
function advances(from: MessageState, to: MessageState): boolean {
  if (from === 'sent' && to === 'failed') return true;
  return from !== 'received' && RANK[to] > RANK[from];
}

/** The row after a move, null when nothing changes. A place is taken whatever the state. */
export function advanced<R extends MessageRow>(
  row: R,
  move: {
    readonly to: MessageState;
    readonly problem?: string;
    readonly undelivered?: readonly string[];
    readonly place?: number;
  },
): R | null {
  const forward = advances(row.state, move.to);
  const placed = move.place !== undefined && move.place !== row.order && row.mine;
  if (!forward && !placed) return null;
  return {
    ...row,
    ...(forward && { state: move.to }),
    ...(forward && move.problem !== undefined && { problem: move.problem }),
    ...(forward && move.undelivered && { undelivered: move.undelivered }),
    ...(placed && { at: move.place, order: move.place }),
  };
}

/** The row as a tab sees it. */
export function shownMessage(row: StoredMessage): MessageRow {
  return omit(row, 'wants', 'revisedOrder', 'standsFor', 'fetched');
}
