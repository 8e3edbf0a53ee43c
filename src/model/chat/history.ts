import type { Aor, CallLogRow, MessageRow } from '../../agent/contract.ts';
import { readCalls } from '../../store/calls.ts';
import type { Database } from '../../store/database.ts';
import { readMessages, shownMessage } from '../../store/messages.ts';

/** The place of a row in its conversation. */
export interface Place {
  readonly order: number;
  readonly id: string;
}

/** Where a conversation reads what was said before: newest first, `before` is the oldest row shown. */
export interface History {
  page(
    conversation: Aor,
    page: { readonly before?: Place; readonly limit: number },
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
      const rows = await readMessages(await open(), conversation, page);
      return rows.map(shownMessage);
    },
    async calls(conversation) {
      return readCalls(await open(), { conversation, limit: MOST_CALLS });
    },
  };
}
