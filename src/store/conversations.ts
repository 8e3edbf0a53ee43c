/** One row per person talked to: the last message, how many are unread, a draft. */
import type { Database } from './database.ts';
import { omit } from './omit.ts';
import type { ConversationRow, StoredConversation } from './rows.ts';

/** All conversations, the latest first. */
export async function readConversations(db: Database): Promise<StoredConversation[]> {
  return (await db.getAllFromIndex('conversations', 'by-time')).reverse();
}

/** The row as a tab sees it. */
export function shownConversation(row: StoredConversation): ConversationRow {
  return omit(row, 'readOrder', 'plain', 'readDate', 'untold');
}
