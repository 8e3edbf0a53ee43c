import type { AgentLink, CallLogRow, HistorySearch, MessageRow } from '../../agent/contract.ts';
import { fitsAll, termsOf } from '../../protocol/search-words.ts';
import { readCalls } from '../../store/calls.ts';
import type { Database } from '../../store/database.ts';
import { shownMessage } from '../../store/messages.ts';
import { searchMessages } from '../../store/search.ts';

/** One page of hits, newest first. `next`: where the next begins; null: there is none. */
export interface Hits<Next> {
  readonly rows: readonly MessageRow[];
  readonly next: Next | null;
  /** The words are too short to have been looked for completely. */
  readonly isPartial?: boolean;
}

/** Where messages are looked for: what this browser keeps, and the server beyond it. */
export interface MessageSearch {
  here(query: HistorySearch, limit: number, next?: number): Promise<Hits<number>>;
  /** Rejects with a sentence. */
  there(query: HistorySearch, next?: string): Promise<Hits<string>>;
  calls(query: HistorySearch, limit: number): Promise<readonly CallLogRow[]>;
}

/** Calls of the log that are looked at. */
const MOST_CALLS = 5000;

export function storedSearch(open: () => Promise<Database>, link: AgentLink): MessageSearch {
  return {
    async here(query, limit, next) {
      const page = await searchMessages(await open(), query, { limit, ...(next !== undefined && { next }) });
      return { ...page, rows: page.rows.map(shownMessage) };
    },
    async there(query, next) {
      const outcome = await link.send('search-history', { ...query, ...(next !== undefined && { next }) });
      if (!outcome.ok) throw new Error(outcome.why);
      return outcome.value;
    },
    async calls({ words, conversation, by, since = 0, until = Infinity }, limit) {
      const terms = termsOf(words);
      const rows = await readCalls(await open(), {
        ...(conversation !== undefined && { conversation }),
        ...(until !== Infinity && { before: until }),
        limit: MOST_CALLS,
      });
      return rows
        .filter(
          (row) =>
            row.at >= since &&
            (by === undefined || (row.direction === 'out') === (by === 'me')) &&
            fitsAll(`${row.subject ?? ''} ${row.note ?? ''}`, terms),
        )
        .slice(0, limit);
    },
  };
}
