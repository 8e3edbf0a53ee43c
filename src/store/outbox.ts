/** Requests that have not reached their peer yet, in the order of their making. */
import type { Database } from './database.ts';
import type { OutboxRow } from './rows.ts';

/** The message a row of the outbox carries: its own, or the one it is a copy of. */
export function messageOf(row: Pick<OutboxRow, 'id' | 'message'>): string {
  return row.message ?? row.id;
}

export async function readOutbox(db: Database): Promise<OutboxRow[]> {
  return (await db.getAll('outbox')).sort((a, b) => a.seq - b.seq);
}
