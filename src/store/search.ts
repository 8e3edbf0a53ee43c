/**
 * Finding messages by what they say. Reads the index only as far as the page that is asked for: a word that half of all
 * messages have costs no more than a rare one.
 */
import type { IDBPIndex } from 'idb';
import { termsOf, type Term } from '../protocol/search-words.ts';
import type { Database, Tables } from './database.ts';
import type { StoredMessage } from './rows.ts';
import { anyOf, inAll, listStream, readStream, type WordStream } from './word-stream.ts';
import { docAt, MARKS, type WordsKind } from './words.ts';

/** What is looked for; all of it must fit. */
export interface SearchQuery {
  readonly words: string;
  readonly conversation?: string;
  readonly by?: 'me' | 'others';
  readonly kind?: WordsKind;
  /** Milliseconds: at or after; before. */
  readonly since?: number;
  readonly until?: number;
}

export interface SearchPage {
  /** Newest first. */
  readonly rows: readonly StoredMessage[];
  /** Where the next page begins; null: this was the last. */
  readonly next: number | null;
  /** So many words begin like this that not all of them were looked at. */
  readonly isPartial: boolean;
}

type ByWord = IDBPIndex<Tables, ('words' | 'messages')[], 'words', 'by-word', 'readonly'>;

/** Messages with a word that begins like that: as many are read at once, before the words are gone through singly. */
const AT_ONCE = 6000;
const MOST_WORDS = 300;
/** Sorts after every number in a key. */
const END: never[] = [];

/** One page of hits; `next` as an earlier page gave it. */
export async function searchMessages(
  db: Database,
  query: SearchQuery,
  page: { readonly limit: number; readonly next?: number },
): Promise<SearchPage> {
  const tx = db.transaction(['words', 'messages']);
  const store = tx.objectStore('words');
  const index = store.index('by-word');
  const from = page.next ?? (query.until === undefined ? -Number.MAX_SAFE_INTEGER : docAt(query.until) + 1);
  const until = query.since === undefined ? 1 : docAt(query.since) + 1;
  const terms = termsOf(query.words);
  const streams = marksOf(query).map((mark) => wordStream(index, mark));
  let isPartial = false;
  for (const term of terms) {
    const { stream, isCut } = await termStream(index, term);
    streams.push(stream);
    isPartial ||= isCut;
  }
  if (streams.length === 0)
    streams.push(readStream((at, limit) => store.getAllKeys(IDBKeyRange.lowerBound(at), limit)));
  const docs = await inAll(streams, from, until, page.limit);
  const rows = await Promise.all(
    docs.map(async (doc) => {
      const entry = await store.get(doc);
      return entry && tx.objectStore('messages').get(entry.message);
    }),
  );
  const last = docs.at(-1);
  return {
    rows: rows.filter((row) => row !== undefined),
    next: docs.length < page.limit || last === undefined ? null : last + 1,
    isPartial,
  };
}

/** The marks first: what is left of a conversation is often little. */
function marksOf({ conversation, by, kind }: SearchQuery): string[] {
  return [
    ...(conversation === undefined ? [] : [MARKS.in(conversation)]),
    ...(by === undefined ? [] : [by === 'me' ? MARKS.mine : MARKS.theirs]),
    ...(kind === undefined ? [] : [MARKS.kind(kind)]),
  ];
}

function wordStream(index: ByWord, word: string): WordStream {
  return readStream((from, limit) => index.getAllKeys(IDBKeyRange.bound([word, from], [word, END]), limit));
}

async function termStream(
  index: ByWord,
  { word, isPrefix }: Term,
): Promise<{ stream: WordStream; isCut: boolean }> {
  if (!isPrefix) return { stream: wordStream(index, word), isCut: false };
  const range = IDBKeyRange.bound([word], [`${word}\uffff`]);
  const all = await index.getAllKeys(range, AT_ONCE);
  if (all.length < AT_ONCE) return { stream: listStream(all), isCut: false };
  const words: string[] = [];
  for (let cursor = await index.openKeyCursor(range); cursor && words.length <= MOST_WORDS;) {
    const [found] = cursor.key;
    words.push(found);
    cursor = await cursor.continue([found, END] as never);
  }
  const streams = words.slice(0, MOST_WORDS).map((one) => wordStream(index, one));
  return { stream: anyOf(streams), isCut: words.length > MOST_WORDS };
}
