/** Whose history it is: the key of each owner, their numbers, and who wants to hear when one rises. */
import type { DatabaseSync } from 'node:sqlite';
import { HISTORY_TYPES, type HistoryType } from '../../protocol/history-api.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';

/** One owner's last number of each type. */
export type States = Readonly<Record<HistoryType, number>>;

export interface Ledger {
  /** The key of an owner. Inside a transaction: makes one. */
  keyOf(owner: string): number;
  /** Null for somebody of whom nothing is kept. */
  knownKey(owner: string): number | null;
  /** The next number. Inside a transaction; who listens is told when that is over. */
  next(owner: string, key: number, type: HistoryType): number;
  states(owner: string): States;
  /** The highest number that was forgotten. */
  forgotten(owner: string, type: 'Message' | 'CallRecord'): number;
  /** What was kept at `changed` is no more. Inside a transaction. */
  forget(key: number, type: 'Message' | 'CallRecord', changed: number): void;
  /** Octets that this person had kept, for all its owners. */
  octets(owner: string): number;
  spend(key: number, octets: number): void;
  /** Some of an owner's states may be other than before. */
  onChange(listener: (owner: string) => void): () => void;
}

const COLUMN = { Message: 'messages', Conversation: 'conversations', CallRecord: 'calls' } as const;
const FORGOTTEN = { Message: 'messages_forgotten', CallRecord: 'calls_forgotten' } as const;

export function createLedger(database: DatabaseSync, log: Log): Ledger {
  const make = database.prepare(
    'INSERT INTO archive_owners (owner) VALUES (?) ON CONFLICT (owner) DO NOTHING',
  );
  const row = database.prepare('SELECT * FROM archive_owners WHERE owner = ?');
  const key = database.prepare('SELECT key FROM archive_owners WHERE owner = ?');
  const spend = database.prepare('UPDATE archive_owners SET octets = max(0, octets + ?) WHERE key = ?');
  const rise = new Map(
    HISTORY_TYPES.map((type) => [
      type,
      database.prepare(
        `UPDATE archive_owners SET ${COLUMN[type]} = ${COLUMN[type]} + 1 WHERE key = ? RETURNING ${COLUMN[type]} AS n`,
      ),
    ]),
  );
  const forget = new Map(
    (['Message', 'CallRecord'] as const).map((type) => [
      type,
      database.prepare(
        `UPDATE archive_owners SET ${FORGOTTEN[type]} = max(${FORGOTTEN[type]}, ?) WHERE key = ?`,
      ),
    ]),
  );
  const listeners = createListeners<[string]>((error) => log.error('history-listener-failed', { error }));
  const touched = new Set<string>();

  /** A transaction of the writer begins and ends within one turn: after it, what it left behind is to be seen. */
  const touch = (owner: string): void => {
    if (touched.size === 0) {
      queueMicrotask(() => {
        const owners = [...touched];
        touched.clear();
        for (const one of owners) listeners.tell(one);
      });
    }
    touched.add(owner);
  };
  const knownKey = (owner: string): number | null => {
    const found = key.get(owner);
    return found ? Number(found['key']) : null;
  };
  return {
    knownKey,
    keyOf(owner) {
      const known = knownKey(owner);
      return known ?? Number(make.run(owner).lastInsertRowid);
    },
    next(owner, ownerKey, type) {
      touch(owner);
      return Number(rise.get(type)?.get(ownerKey)?.['n']);
    },
    states(owner) {
      const found = row.get(owner) ?? {};
      const of = (type: HistoryType): number => Number(found[COLUMN[type]] ?? 0);
      return { Message: of('Message'), Conversation: of('Conversation'), CallRecord: of('CallRecord') };
    },
    forgotten: (owner, type) => Number(row.get(owner)?.[FORGOTTEN[type]] ?? 0),
    forget: (ownerKey, type, changed) => void forget.get(type)?.run(changed, ownerKey),
    octets: (owner) => Number(row.get(owner)?.['octets'] ?? 0),
    spend: (ownerKey, octets) => void spend.run(octets, ownerKey),
    onChange: (listener) => listeners.add(listener),
  };
}
