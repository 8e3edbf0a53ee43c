/** Search against a plain reading of all rows: both must find the same, in the same order. */
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { fitsAll, termsOf } from '../protocol/search-words.ts';
import type { Database } from './database.ts';
import { createIdbVault } from './idb-vault.ts';
import { openStore } from './open.ts';
import type { StoredMessage } from './rows.ts';
import { searchMessages, type SearchQuery } from './search.ts';
import { inAll, listStream } from './word-stream.ts';
import { docAt, forgetBefore, indexSlice } from './words.ts';

const BEN = 'sip:ben@x.test';
const CAT = 'sip:cat@x.test';
const ME = 'sip:me@x.test';

function message(id: string, order: number, text: string, more: Partial<StoredMessage> = {}): StoredMessage {
  const base = { id, conversation: BEN, sender: BEN, mine: false, text, state: 'received' } as const;
  return { ...base, at: order, order, ...more };
}

let serial = 0;
async function store(rows: readonly StoredMessage[]): Promise<Database> {
  const opened = await openStore({ name: `search-${++serial}` });
  if (!opened.ok) throw new Error(opened.why);
  const done = await createIdbVault(opened.db).commit(rows.map((row) => ({ add: 'messages', row })));
  expect(done.is).toBe('done');
  return opened.db;
}

async function all(db: Database, query: SearchQuery, limit = 7): Promise<string[]> {
  const found: string[] = [];
  let next: number | null = -Number.MAX_SAFE_INTEGER;
  while (next !== null) {
    const page = await searchMessages(db, query, {
      limit,
      ...(next > -Number.MAX_SAFE_INTEGER && { next }),
    });
    found.push(...page.rows.map(({ id }) => id));
    next = page.next;
  }
  return found;
}

const VOCABULARY = 'pier span girder bearing bolt weld crane paint gusset pile piled piling'.split(' ');

test('H01 every query finds what a reading of all rows finds, newest first, in pages', async () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const rows = Array.from({ length: 400 }, (_, at): StoredMessage => {
    const text = Array.from({ length: 1 + random(4) }, () => VOCABULARY[random(VOCABULARY.length)]).join(' ');
    const mine = random(2) === 0;
    const conversation = random(3) === 0 ? CAT : BEN;
    return message(`m${at}`, 1_000_000 + random(900), text, {
      ...{ mine, conversation, sender: mine ? ME : conversation },
    });
  });
  const db = await store(rows);
  const queries: SearchQuery[] = [
    ...['pier', 'pil', 'bolt weld', 'girder pi', 'nothing', 'pier span crane', ''].map((words) => ({
      words,
    })),
    { words: 'pier', conversation: CAT },
    { words: '', by: 'me', since: 1_000_300, until: 1_000_600 },
    { words: 'weld', by: 'others', conversation: BEN, until: 1_000_500 },
  ];
  for (const query of queries) {
    const terms = termsOf(query.words);
    const fitting = rows.filter(
      (row) =>
        fitsAll(row.text, terms) &&
        (query.conversation === undefined || row.conversation === query.conversation) &&
        (query.by === undefined || row.mine === (query.by === 'me')) &&
        row.order >= (query.since ?? 0) &&
        row.order < (query.until ?? Infinity),
    );
    const found = await all(db, query);
    expect(found.toSorted(), JSON.stringify(query)).toEqual(fitting.map(({ id }) => id).toSorted());
    const orders = found.map((id) => rows.find((row) => row.id === id)?.order ?? 0);
    expect(orders, JSON.stringify(query)).toEqual(orders.toSorted((a, b) => b - a));
  }
});

test('H01 a corrected message is found by its new words, a withdrawn and a removed one by none', async () => {
  const db = await store([
    message('a', 1, 'old words'),
    message('b', 2, 'old bolts'),
    message('c', 3, 'old'),
  ]);
  const vault = createIdbVault(db);
  await vault.commit([
    { put: 'messages', row: message('a', 1, 'new words', { editedAt: 5 }) },
    { put: 'messages', row: message('b', 2, '', { withdrawn: true }) },
    { remove: 'messages', key: [BEN, BEN, 'c'] },
  ]);
  expect(await all(db, { words: 'old ' })).toEqual([]);
  expect(await all(db, { words: 'new' })).toEqual(['a']);
});

test('H01 kinds: files by their names, links, handwriting', async () => {
  const file = { name: 'Sheet levels.pdf', type: 'application/pdf', size: 9 };
  const db = await store([
    message('file', 1, 'here', { files: [file] }),
    message('link', 2, 'see https://parley.test/x'),
    message('ink', 3, '', { ink: {} as never }),
    message('text', 4, 'plain'),
  ]);
  expect(await all(db, { words: 'levels', kind: 'file' })).toEqual(['file']);
  expect(await all(db, { words: '', kind: 'link' })).toEqual(['link']);
  expect(await all(db, { words: '', kind: 'ink' })).toEqual(['ink']);
  expect(await all(db, { words: '', kind: 'text' })).toEqual(['text', 'link', 'file']);
});

test('H01 messages of an older database are made findable in slices', async () => {
  const rows = Array.from({ length: 25 }, (_, at) => message(`m${String(at).padStart(2, '0')}`, at, 'word'));
  const db = await store(rows);
  await db.clear('words');
  expect(await all(db, { words: 'word' })).toEqual([]);
  let after = await indexSlice(db, null, 10);
  while (after) after = await indexSlice(db, after, 10);
  expect(await all(db, { words: 'word' })).toHaveLength(25);
  await indexSlice(db, null, 100);
  expect(await db.count('words')).toBe(25);
});

test('AR1 what is older than allowed goes, with its words', async () => {
  const db = await store([message('a', 1000, 'old'), message('b', 2000, 'edge'), message('c', 3000, 'new')]);
  expect(await forgetBefore(db, 2000, 10)).toEqual([[BEN, BEN, 'a']]);
  expect(await all(db, { words: '' })).toEqual(['c', 'b']);
  expect(await db.count('messages')).toBe(2);
});

test('H01 thousands of messages of one millisecond keep places of their own', async () => {
  const rows = Array.from({ length: 3000 }, (_, at) => message(`m${at}`, 5000, 'same'));
  const db = await store(rows);
  expect(await db.count('words')).toBe(3000);
  expect(docAt(5001)).toBeLessThan(docAt(5000));
});

test('common keys of streams that leap over each other', async () => {
  const even = Array.from({ length: 5000 }, (_, at) => at * 2);
  const third = Array.from({ length: 3000 }, (_, at) => at * 3);
  expect(await inAll([listStream(even), listStream(third)], 10, 40, 100)).toEqual([12, 18, 24, 30, 36]);
  expect(await inAll([listStream([9998]), listStream(even)], 0, Infinity, 5)).toEqual([9998]);
  expect(await inAll([listStream([]), listStream(even)], 0, Infinity, 5)).toEqual([]);
});
