/** What tabs and the service worker read. */
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { readCalls } from './calls.ts';
import { readConversations, shownConversation } from './conversations.ts';
import type { Database } from './database.ts';
import { createIdbVault } from './idb-vault.ts';
import { readMessages, shownMessage } from './messages.ts';
import { openStore } from './open.ts';
import { readPeople, readPerson } from './people.ts';
import { readSetting } from './settings.ts';
import { openSecret, sealSecret } from './account.ts';
import type { CallLogRow, StoredMessage } from './rows.ts';

const BEN = 'sip:ben@x.test';
const CAT = 'sip:cat@x.test';
const row = (id: string, order: number, conversation = BEN): StoredMessage => ({
  ...{ id, conversation, sender: conversation, mine: false, text: id, state: 'received', at: order, order },
  wants: ['displayed'],
});
const call = (id: string, at: number, conversation = BEN): CallLogRow => ({
  ...{ id, conversation, direction: 'in', video: false, at, end: 'missed' },
});

let serial = 0;
async function opened(): Promise<Database> {
  const store = await openStore({ name: `reading-${++serial}` });
  if (!store.ok) throw new Error(store.why);
  return store.db;
}

test('pages history newest first, also where rows share a place', async () => {
  const db = await opened();
  const orders = [1, 2, 2, 2, 3, 4];
  await createIdbVault(db).commit([
    ...orders.map((order, index) => ({ add: 'messages', row: row(`m${index}`, order) }) as const),
    { add: 'messages', row: row('other', 9, CAT) },
  ]);
  const seen: string[] = [];
  let before: { order: number; id: string } | undefined;
  for (;;) {
    const page = await readMessages(db, BEN, { limit: 2, ...(before && { before }) });
    seen.push(...page.map((one) => one.id));
    before = page.at(-1);
    if (page.length === 0) break;
  }
  expect(seen).toEqual(['m5', 'm4', 'm3', 'm2', 'm1', 'm0']);
  expect(shownMessage(row('m', 1))).not.toHaveProperty('wants');
});

test('reads calls of everybody or of one person, newest first', async () => {
  const db = await opened();
  const rows = [call('a', 1), call('b', 2, CAT), call('c', 3)];
  await createIdbVault(db).commit(rows.map((one) => ({ put: 'calls', row: one }) as const));
  expect((await readCalls(db, { limit: 2 })).map((one) => one.id)).toEqual(['c', 'b']);
  expect((await readCalls(db, { limit: 2, before: 2 })).map((one) => one.id)).toEqual(['a']);
  expect((await readCalls(db, { limit: 9, conversation: BEN })).map((one) => one.id)).toEqual(['c', 'a']);
});

test('reads conversations by time, people and settings', async () => {
  const db = await opened();
  const conversation = { last: null, unread: 0, readOrder: 4, plain: true } as const;
  await createIdbVault(db).commit([
    { put: 'conversations', row: { ...conversation, id: BEN, at: 1 } },
    { put: 'conversations', row: { ...conversation, id: CAT, at: 2 } },
    { put: 'people', row: { aor: BEN, person: { aor: BEN, name: 'Ben' }, asOf: 5 } },
    { put: 'settings', key: 'sounds', row: false },
  ]);
  const rows = await readConversations(db);
  expect(rows.map((one) => one.id)).toEqual([CAT, BEN]);
  expect(rows.map(shownConversation)[0]).toEqual({ id: CAT, last: null, unread: 0, at: 2 });
  expect((await readPerson(db, BEN))?.asOf).toBe(5);
  expect(await readPeople(db)).toHaveLength(1);
  expect(await readSetting(db, 'sounds')).toBe(false);
});

test('seals the secret with a key that cannot be taken out', async () => {
  const ha1 = new Map([['SHA-256 x.test', 'deadbeef']]);
  const sealed = await sealSecret(ha1);
  expect(sealed.key.extractable).toBe(false);
  expect(new TextDecoder().decode(sealed.data)).not.toContain('deadbeef');
  expect(await openSecret(sealed)).toEqual(ha1);
  new Uint8Array(sealed.data)[0] = (new Uint8Array(sealed.data)[0] ?? 0) ^ 1;
  expect(await openSecret(sealed)).toBeNull();
});
