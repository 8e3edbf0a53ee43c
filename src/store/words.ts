/**
 * What messages can be found by: one entry a message in an object store of its own, so that reading a conversation
 * never reads it. Its key sorts by time, newest first, and is part of every word: the messages with a word come from the
 * index in the order in which people want them.
 */
import type { IDBPTransaction } from 'idb';
import { distinctWords } from '../protocol/search-words.ts';
import type { Database, Tables, TableName } from './database.ts';
import type { MessageRow, StoredWords } from './rows.ts';

type MessageKey = StoredWords['message'];

/** What a message is beside its words; no word holds the sign they begin with. */
export const MARKS = {
  in: (conversation: string): string => `\u0001in ${conversation}`,
  mine: '\u0001mine',
  theirs: '\u0001theirs',
  kind: (kind: WordsKind): string => `\u0001is ${kind}`,
} as const;
export type WordsKind = 'text' | 'file' | 'link' | 'ink';

/** Places of one millisecond. When somebody stamps more with it, the following ones lend theirs. */
const PLACES = 2048;
const LATEST = 4_000_000_000_000;

/** The first key of messages of that time (milliseconds, server's clock); later ones have smaller keys. */
export function docAt(time: number): number {
  return -Math.floor(Math.min(Math.max(time, 0), LATEST)) * PLACES;
}

const LINK = /\b(?:https?:\/\/|www\.|mailto:|sips?:|tel:)\S/i;

/** Everything that a message is found by; nothing for one that was taken back. */
function wordsFor(row: MessageRow): readonly string[] {
  if (row.withdrawn) return [];
  const names = row.files?.map(({ name }) => name) ?? [];
  const kinds: WordsKind[] = [];
  if (row.files || row.attachment) kinds.push('file');
  if (row.ink) kinds.push('ink');
  if (LINK.test(row.text)) kinds.push('link');
  if (kinds.length === 0 || (row.text !== '' && !row.attachment)) kinds.push('text');
  const said = [row.text, row.attachment?.name ?? '', ...names].join(' ');
  return [
    MARKS.in(row.conversation),
    row.mine ? MARKS.mine : MARKS.theirs,
    ...kinds.map(MARKS.kind),
    ...distinctWords(said),
  ];
}

type Tx = IDBPTransaction<Tables, TableName[], 'readwrite'>;

/** Puts the words of a row in place of those that its message had. The transaction covers `words`. */
export async function indexAgain(tx: Tx, row: MessageRow): Promise<void> {
  await unindexMessage(tx, [row.conversation, row.sender, row.id]);
  await indexMessages(tx, [row]);
}

/**
 * Gives words to messages that have none. The transaction covers `words`. Nothing waits for one row alone: what is asked of
 * the database for all of them is on its way at once.
 */
export async function indexMessages(tx: Tx, rows: readonly MessageRow[]): Promise<void> {
  const store = tx.objectStore('words');
  const taken = new Set<number>();
  const adding: Promise<unknown>[] = [];
  for (let left = rows, tries = 0; left.length > 0; tries += 1) {
    const tried = left.map((row) => ({ row, doc: placed(row, tries) }));
    const free = tried.filter(({ doc }) => !taken.has(doc) && taken.add(doc));
    const found = await Promise.all(free.map(({ doc }) => store.getKey(doc)));
    const settled = new Set<MessageRow>();
    for (const [at, { row, doc }] of free.entries()) {
      if (found[at] !== undefined) continue;
      settled.add(row);
      const words = wordsFor(row).map((word) => [word, doc] as const);
      adding.push(store.add({ doc, message: [row.conversation, row.sender, row.id], words }));
    }
    left = left.filter((row) => !settled.has(row));
  }
  await Promise.all(adding);
}

export async function unindexMessage(tx: Tx, key: MessageKey): Promise<void> {
  const store = tx.objectStore('words');
  const known = await store.index('by-message').getKey(key);
  if (known !== undefined) await store.delete(known);
}

/**
 * Gives words to messages that have none: those of a database older than the index. Looks at `limit` of them after key
 * `after`; returns where to go on, null when all have been seen.
 */
export async function indexSlice(
  db: Database,
  after: MessageKey | null,
  limit: number,
): Promise<MessageKey | null> {
  const tx = db.transaction(['messages', 'words'], 'readwrite');
  const range = after && IDBKeyRange.lowerBound(after, true);
  const rows = await tx.objectStore('messages').getAll(range, limit);
  const byMessage = tx.objectStore('words').index('by-message');
  const known = await Promise.all(
    rows.map(({ conversation, sender, id }) => byMessage.getKey([conversation, sender, id])),
  );
  await indexMessages(
    tx as never,
    rows.filter((_, at) => known[at] === undefined),
  );
  await tx.done;
  const last = rows.at(-1);
  return last && rows.length === limit ? [last.conversation, last.sender, last.id] : null;
}

/** Forgets up to `limit` messages that are older than `time` (milliseconds); returns which, and how many are left undone. */
export async function forgetBefore(
  db: Database,
  time: number,
  limit: number,
): Promise<readonly MessageKey[]> {
  const tx = db.transaction(['messages', 'words'], 'readwrite');
  const store = tx.objectStore('words');
  const old = await store.getAllKeys(IDBKeyRange.lowerBound(docAt(time), true), limit);
  const gone: MessageKey[] = [];
  for (const doc of old) {
    const entry = await store.get(doc);
    if (!entry) continue;
    await store.delete(doc);
    await tx.objectStore('messages').delete(entry.message);
    gone.push(entry.message);
  }
  await tx.done;
  return gone;
}

/** A key that is likely free: every try looks among twice as many. */
function placed({ order, id }: MessageRow, tries: number): number {
  return docAt(order) - (hash(`${tries}${id}`) % (PLACES * 2 ** Math.min(tries, 20)));
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
