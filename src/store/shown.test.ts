/** What a window may begin with, and everything that makes it wait for the agent instead. */
import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { expect, test } from 'vitest';
import { createIdbVault } from './idb-vault.ts';
import { openAsIs, openStore } from './open.ts';
import type { StoredContacts, StoredConversation } from './rows.ts';
import { VERSION } from './schema.ts';
import { readShown, type Account } from './shown.ts';
import type { Vault } from './vault.ts';

const ANN: Account = {
  ...{ aor: 'sip:ann@x.test', name: 'Ann', manual: 'auto', note: '', location: '', locationFor: 'team' },
  presence: { availability: 'available', asOf: 1, messages: true, calls: true, video: true } as never,
  ...{ customStates: [], levelsKept: true, receipts: true },
};
const LIST: StoredContacts = {
  list: { entries: [{ aor: 'sip:ben@x.test', name: 'Ben' }], groups: [], source: 'server', asOf: 5 } as never,
  ...{ access: null, document: null, etag: null, rules: null, rulesEtag: null, edits: [], stamp: 's1' },
};
const TALK: StoredConversation = { id: 'sip:ben@x.test', last: null, unread: 1, at: 1, readOrder: 7 };

let serial = 0;
async function database(): Promise<{ name: string; vault: Vault; close: () => void }> {
  const name = `shown-${++serial}`;
  const opened = await openStore({ name });
  if (!opened.ok) throw new Error(opened.why);
  const { db } = opened;
  const vault = createIdbVault(db);
  await vault.commit([
    { put: 'meta', key: 'shown', row: ANN },
    { put: 'meta', key: 'clock-offset', row: 30 },
    { put: 'contacts', row: LIST },
    { put: 'conversations', row: TALK },
  ]);
  return { name, vault, close: () => db.close() };
}

test('is the account as it was shown, the list, and conversations as windows see them', async () => {
  const { name } = await database();
  expect(await readShown(name)).toEqual({
    ...{ account: ANN, contacts: LIST, clockOffset: 30 },
    conversations: [{ id: 'sip:ben@x.test', last: null, unread: 1, at: 1 }],
  });
});

test('nobody who stays signed in, or forgotten: nothing', async () => {
  const { name, vault } = await database();
  await vault.commit([{ put: 'meta', key: 'shown', row: null }]);
  expect(await readShown(name)).toBeNull();
  await vault.commit([{ put: 'meta', key: 'shown', row: ANN }]);
  await vault.erase();
  expect(await readShown(name)).toBeNull();
});

test('where there is no database, none is made', async () => {
  expect(await readShown('nowhere')).toBeNull();
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('nowhere');
});

test.each([
  ['older', VERSION - 1],
  ['newer', VERSION + 1],
])('a database of an %s version is left alone', async (word, version) => {
  (await openDB(word, version, { upgrade: (db) => void db.createObjectStore('meta') })).close();
  expect(await readShown(word)).toBeNull();
  expect((await indexedDB.databases()).find(({ name }) => name === word)?.version).toBe(version);
});

test('a damaged one is left to the agent', async () => {
  (await openDB('broken', VERSION, { upgrade: (db) => void db.createObjectStore('meta') })).close();
  expect(await readShown('broken')).toBeNull();
});

test('makes room for whoever upgrades or deletes', async () => {
  const { name, close } = await database();
  close();
  expect(await openAsIs(name)).not.toBeNull();
  await deleteDB(name);
  expect(await openAsIs(name)).toBeNull();
});
