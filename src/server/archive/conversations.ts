/** What is remembered of each conversation of an owner: where it ends, how far it was read, muted, notes. */
import type { DatabaseSync } from 'node:sqlite';
import type { HistoryConversation } from '../../protocol/history-api.ts';
import { messageId } from './ids.ts';
import type { Ledger } from './ledger.ts';

/** Everything up to here: when it was accepted, and its number where that is known. */
export interface Mark {
  readonly at: number;
  readonly sequence: number | null;
}

export interface ConversationEdit {
  readonly read?: Mark;
  readonly muted?: boolean;
  readonly note?: string;
}

export interface ConversationTable {
  /** A message was added. Inside a transaction, as all that write. */
  grew(
    owner: string,
    key: number,
    id: string,
    message: { readonly at: number; readonly sequence: number; readonly subject: string | null },
  ): void;
  /** Never moves back. */
  read(owner: string, key: number, id: string, mark: Mark): void;
  /** False when there are too many already. Makes the conversation when there is none. */
  edit(owner: string, key: number, id: string, edit: ConversationEdit): boolean;
  get(key: number, id: string): HistoryConversation | null;
  /** All of them, at most `limit`, the newest first. */
  list(key: number, after: number, limit: number, offset: number, oldestFirst: boolean): string[];
  count(key: number, after: number): number;
}

const MOST = 20_000;

export function conversationTable(database: DatabaseSync, ledger: Ledger): ConversationTable {
  const row = database.prepare('SELECT * FROM archive_conversations WHERE owner = ? AND id = ?');
  const count = database.prepare(
    'SELECT count(*) AS n FROM archive_conversations WHERE owner = ? AND last_at >= ?',
  );
  const make = database.prepare(
    'INSERT INTO archive_conversations (owner, id, created, changed) VALUES (?, ?, ?, ?)',
  );
  const grow = database.prepare(
    `UPDATE archive_conversations SET changed = ?, last_at = max(last_at, ?), last_sequence = ?, subject = coalesce(?, subject)
     WHERE owner = ? AND id = ?`,
  );
  const edit = database.prepare(
    'UPDATE archive_conversations SET changed = ?, read_at = ?, read_sequence = ?, muted = ?, note = ? WHERE owner = ? AND id = ?',
  );
  const newest = database.prepare(
    'SELECT id FROM archive_conversations WHERE owner = ? AND last_at >= ? ORDER BY last_at DESC, id LIMIT ? OFFSET ?',
  );
  const oldest = database.prepare(
    'SELECT id FROM archive_conversations WHERE owner = ? AND last_at >= ? ORDER BY last_at, id LIMIT ? OFFSET ?',
  );

  /** The number of the change, and the conversation made where there is none. */
  const touch = (owner: string, key: number, id: string): number => {
    const number = ledger.next(owner, key, 'Conversation');
    if (!row.get(key, id)) make.run(key, id, number, number);
    return number;
  };
  const isFurther = (found: Row | undefined, { at, sequence }: Mark): boolean => {
    if (!found || found['read_at'] === null) return true;
    const known = found['read_sequence'];
    if (sequence !== null && known !== null) return sequence > Number(known);
    return at > Number(found['read_at']);
  };
  const change = (owner: string, key: number, id: string, wanted: ConversationEdit): void => {
    const found = row.get(key, id);
    const further = wanted.read && isFurther(found, wanted.read) ? wanted.read : null;
    const muted = wanted.muted ?? found?.['muted'] === 1;
    const note = wanted.note ?? textOf(found?.['note']) ?? '';
    const isSame = muted === (found?.['muted'] === 1) && note === (textOf(found?.['note']) ?? '');
    if (further === null && isSame) return;
    const number = touch(owner, key, id);
    const at = further ? further.at : (found?.['read_at'] ?? null);
    // A time further on that names no message says nothing of a number.
    const sequence = further ? further.sequence : (found?.['read_sequence'] ?? null);
    edit.run(number, numberOf(at), numberOf(sequence), Number(muted), note, key, id);
  };
  return {
    grew(owner, key, id, { at, sequence, subject }) {
      grow.run(touch(owner, key, id), at, sequence, subject, key, id);
    },
    read: (owner, key, id, mark) => change(owner, key, id, { read: mark }),
    edit(owner, key, id, wanted) {
      if (!row.get(key, id) && Number(count.get(key, 0)?.['n']) >= MOST) return false;
      change(owner, key, id, wanted);
      return true;
    },
    get(key, id) {
      const found = row.get(key, id);
      return found ? open(found) : null;
    },
    list: (key, after, limit, offset, oldestFirst) =>
      (oldestFirst ? oldest : newest).all(key, after, limit, offset).map((found) => String(found['id'])),
    count: (key, after) => Number(count.get(key, after)?.['n']),
  };
}

type Row = Readonly<Record<string, unknown>>;

function open(found: Row): HistoryConversation {
  const { read_at: readAt, read_sequence: readSequence } = found;
  const subject = textOf(found['subject']);
  return {
    id: String(found['id']),
    lastAt: Number(found['last_at']),
    lastSequence: Number(found['last_sequence']),
    readThrough:
      readAt === null
        ? null
        : { date: Number(readAt), ...(readSequence !== null && { id: messageId(Number(readSequence)) }) },
    muted: found['muted'] === 1,
    note: textOf(found['note']) ?? '',
    ...(subject !== undefined && { subject }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
