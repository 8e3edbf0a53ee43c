/** Reads one owner's messages: by number, by what they are, by their words. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  ArchivedMessage,
  MessageFilter,
  MessageKind,
  SearchSnippet,
} from '../../protocol/history-api.ts';
import { wantedWords } from '../store/words.ts';
import { changesOf, type ReadChanges } from './changes.ts';
import { messageId } from './ids.ts';

export interface MessageReader {
  get(key: number, sequence: number): ArchivedMessage | null;
  readonly changes: ReadChanges;
  find(key: number, filter: MessageFilter, page: Page): Found;
  /** How many fit the filter. */
  count(key: number, filter: MessageFilter): number;
  /** How many stand before this one in the order; null when it does not fit. */
  place(key: number, filter: MessageFilter, sequence: number, oldestFirst: boolean): number | null;
  /** Null for a message that is not there. */
  snippet(key: number, words: string, sequence: number): Omit<SearchSnippet, 'messageId'> | null;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
  readonly oldestFirst: boolean;
  /** Octets of all of them together; one is always given. */
  readonly octets: number;
}

export interface Found {
  readonly sequences: readonly number[];
  /** There are more, and the page ends because they are large. */
  readonly isCut: boolean;
}

interface Envelope {
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** What FTS5 puts around what matches; no text of ours holds them. */
const [OPEN, CLOSE] = ['\u0002', '\u0003'];
/** Words of a snippet. */
const LENGTH = 24;

export function messageReader(database: DatabaseSync): MessageReader {
  const one = database.prepare(
    `SELECT e.sequence, e.conversation, e.sender, e.at, e.kind, e.state, m.id, m.envelope, m.body
     FROM archive_entries e JOIN archive_messages m ON m.key = e.message WHERE e.owner = ? AND e.sequence = ?`,
  );
  const message = database.prepare('SELECT message FROM archive_entries WHERE owner = ? AND sequence = ?');
  const excerpt = database.prepare(
    `SELECT snippet(archive_text, 0, char(2), char(3), '…', ${LENGTH}) AS text FROM archive_text
     WHERE archive_text MATCH ? AND rowid = ?`,
  );
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  /** As many as there are shapes of a filter. */
  const statement = (sql: string): ReturnType<DatabaseSync['prepare']> => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    get(key, sequence) {
      const row = one.get(key, sequence);
      return row ? open(row) : null;
    },
    changes: changesOf(database, 'archive_entries', { id: 'sequence', born: 'sequence' }, (n) =>
      messageId(Number(n)),
    ),
    find(key, filter, { offset, limit, oldestFirst, octets }) {
      const condition = conditionOf(key, filter);
      if (condition === null || limit === 0) return { sequences: [], isCut: false };
      const rows = statement(
        `SELECT e.sequence, m.size FROM archive_entries e JOIN archive_messages m ON m.key = e.message
         WHERE ${condition.sql} ORDER BY e.sequence ${oldestFirst ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`,
      ).iterate(...condition.values, limit, offset);
      const sequences: number[] = [];
      let sum = 0;
      for (const row of rows) {
        sum += Number(row['size']);
        if (sum > octets && sequences.length > 0) return { sequences, isCut: true };
        sequences.push(Number(row['sequence']));
      }
      return { sequences, isCut: false };
    },
    count(key, filter) {
      const condition = conditionOf(key, filter);
      if (condition === null) return 0;
      const sql = `SELECT count(*) AS n FROM archive_entries e WHERE ${condition.sql}`;
      return Number(statement(sql).get(...condition.values)?.['n']);
    },
    place(key, filter, sequence, oldestFirst) {
      const condition = conditionOf(key, filter);
      if (condition === null) return null;
      const sql = `SELECT count(*) AS n FROM archive_entries e WHERE ${condition.sql} AND e.sequence`;
      const is = statement(`${sql} = ?`).get(...condition.values, sequence);
      if (Number(is?.['n']) === 0) return null;
      const before = statement(`${sql} ${oldestFirst ? '<' : '>'} ?`).get(...condition.values, sequence);
      return Number(before?.['n']);
    },
    snippet(key, words, sequence) {
      const row = message.get(key, sequence);
      if (!row) return null;
      const expression = matching(key, words);
      const found = expression === null ? undefined : excerpt.get(expression, Number(row['message']));
      return found ? marked(String(found['text'])) : { snippet: null, marks: [] };
    },
  };
}

type Value = string | number;

/** Null: nothing can fit. */
function conditionOf(
  key: number,
  filter: MessageFilter,
): { readonly sql: string; readonly values: readonly Value[] } | null {
  const terms: [string, Value][] = [['e.owner = ?', key]];
  const { conversationId, from, before, after, text, kind } = filter;
  if (conversationId !== undefined) terms.push(['e.conversation = ?', conversationId]);
  if (from !== undefined) terms.push(['e.sender = ?', from]);
  if (before !== undefined) terms.push(['e.at < ?', before]);
  if (after !== undefined) terms.push(['e.at >= ?', after]);
  if (kind !== undefined) terms.push(['e.kind = ?', kind]);
  if (text !== undefined) {
    const expression = matching(key, text);
    if (expression === null) return null;
    terms.push(['e.message IN (SELECT rowid FROM archive_text WHERE archive_text MATCH ?)', expression]);
  }
  return { sql: terms.map(([sql]) => sql).join(' AND '), values: terms.map(([, value]) => value) };
}

/**
 * An FTS5 expression: every word begins one of the text, and it is this owner's. Words are folded to letters and digits
 * before, so that none is read as syntax. Null when there is no word.
 */
function matching(key: number, text: string): string | null {
  const words = wantedWords(text).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return null;
  return `who : "o${key}" AND text : (${words.map((word) => `"${word}" *`).join(' AND ')})`;
}

function marked(text: string): Omit<SearchSnippet, 'messageId'> {
  const marks: [number, number][] = [];
  let snippet = '';
  let start = 0;
  for (const piece of text.split(/(\p{Cc})/u)) {
    if (piece === OPEN) start = snippet.length;
    else if (piece === CLOSE) marks.push([start, snippet.length]);
    else snippet += piece;
  }
  return { snippet, marks };
}

function open(row: Readonly<Record<string, unknown>>): ArchivedMessage {
  const { from, to, callId, headers } = JSON.parse(String(row['envelope'])) as Envelope;
  const type = headers.find(({ name }) => name.toLowerCase() === 'content-type');
  const others = headers.filter((field) => field !== type);
  const state = row['state'];
  return {
    id: messageId(Number(row['sequence'])),
    sequence: Number(row['sequence']),
    conversationId: String(row['conversation']),
    messageId: String(row['id']),
    sender: String(row['sender']),
    from,
    to,
    callId,
    date: Number(row['at']),
    ...(others.length > 0 && { headers: others }),
    contentType: type?.value ?? 'text/plain',
    body: String(row['body']),
    kind: String(row['kind']) as MessageKind,
    ...((state === 'delivered' || state === 'displayed') && { state }),
  };
}
