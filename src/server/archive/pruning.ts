import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Writer } from '../store/database.ts';
import type { Ledger } from './ledger.ts';

/** Messages in one transaction, so that nobody waits for their 202. */
const AT_ONCE = 200;

/** Forgets messages and calls of before `before`, little by little. */
export function createPruning(writer: Writer, ledger: Ledger): (before: number) => Promise<void> {
  const { database } = writer;
  const old = database.prepare('SELECT key, payer, size FROM archive_messages WHERE at < ? LIMIT ?');
  const owners = database.prepare('SELECT owner, changed FROM archive_entries WHERE message = ?');
  const words = database.prepare('DELETE FROM archive_text WHERE rowid = ?');
  const message = database.prepare('DELETE FROM archive_messages WHERE key = ?');
  const oldCalls = database.prepare(
    'SELECT owner, sequence, changed FROM archive_calls WHERE at < ? LIMIT ?',
  );
  const call = database.prepare('DELETE FROM archive_calls WHERE owner = ? AND sequence = ?');

  const some = (before: number): number => {
    const rows = old.all(before, AT_ONCE);
    for (const row of rows) {
      const key = Number(row['key']);
      for (const entry of owners.all(key)) {
        ledger.forget(Number(entry['owner']), 'Message', Number(entry['changed']));
      }
      ledger.spend(Number(row['payer']), -Number(row['size']));
      words.run(key);
      message.run(key);
    }
    const calls = oldCalls.all(before, AT_ONCE);
    for (const row of calls) {
      ledger.forget(Number(row['owner']), 'CallRecord', Number(row['changed']));
      call.run(Number(row['owner']), Number(row['sequence']));
    }
    return rows.length + calls.length;
  };
  return async (before) => {
    while ((await writer.write(() => some(Math.round(before)))) > 0) await nextTurn();
  };
}
