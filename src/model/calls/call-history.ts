import type { CallLogRow } from '../../agent/contract.ts';
import { readCalls } from '../../store/calls.ts';
import type { Database } from '../../store/database.ts';

/** Where the log of calls is read, newest first; `before` is the time of the oldest row shown. */
export interface CallHistory {
  page(page: { readonly before?: number; readonly limit: number }): Promise<readonly CallLogRow[]>;
}

/** The log as kept in this browser. */
export function storedCallHistory(open: () => Promise<Database>): CallHistory {
  return {
    async page(page) {
      return readCalls(await open(), page);
    },
  };
}
