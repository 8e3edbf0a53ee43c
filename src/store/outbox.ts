/** Requests that have not reached their peer yet, in the order of their making. */
import type { Database } from './database.ts';
import type { OutboxRow } from './rows.ts';

export async function readOutbox(db: Database): Promise<OutboxRow[]> {
  return (await db.getAll('outbox')).sort((a, b) => a.seq - b.seq);
}
