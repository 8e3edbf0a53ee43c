import type { Aor, CallLogRow, MessageRow } from '../../agent/contract.ts';
import { readCalls } from '../../store/calls.ts';
import type { Database } from '../../store/database.ts';
import { readMessages, readMessagesFrom, shownMessage } from '../../store/messages.ts';

/** The place of a row in its conversation. */
export interface Place {
  readonly order: number;
  readonly id: string;
}

/**
 * Where a conversation reads what was said before: newest first, `before` is the oldest row shown. With `after`, the
 * newest row shown, what comes then, oldest first.
 */
export interface History {
  page(
    conversation: Aor,
    page: { readonly before?: Place; readonly after?: Place; readonly limit: number },
  ): Promise<readonly MessageRow[]>;
  /** The calls of a conversation, the latest ones. */
  calls?(conversation: Aor): Promise<readonly CallLogRow[]>;
}

/** Calls that a conversation shows at most. */
const MOST_CALLS = 500;

/** History as kept in this browser; read directly, so that it is painted before any socket opens. */
export function storedHistory(open: () => Promise<Database>): History {
  return {
    async page(conversation, page) {
      const { after, before, limit } = page;
      const db = await open();
      const rows = after
        ? await readMessagesFrom(db, conversation, { after, limit })
        : await readMessages(db, conversation, { ...(before && { before }), limit });
      return rows.map(shownMessage);
    },
    async calls(conversation) {
      return readCalls(await open(), { conversation, limit: MOST_CALLS });
    },
  };
}
