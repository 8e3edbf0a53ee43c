/** Opening what is new, what is newer, and what is damaged. */
import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { expect, test } from 'vitest';
import { createIdbVault } from './idb-vault.ts';
import { openStore } from './open.ts';
import { VERSION } from './schema.ts';

const WAITING = {
  ...{ id: 'w1', conversation: 'sip:ben@x.test', kind: 'message', seq: 1, body: 'Hello', callId: 'w1' },
  ...{ cseq: 1, tries: 1, stamp: 5, at: 5 },
} as const;

/** A database of our name and version whose shape is not ours. */
async function damage(name: string, withOutbox: boolean): Promise<void> {
  const db = await openDB(name, VERSION, {
    upgrade: (fresh) => {
      if (withOutbox) fresh.createObjectStore('outbox', { keyPath: 'id' });
      else fresh.createObjectStore('something');
    },
  });
  if (withOutbox) await db.put('outbox', WAITING);
  db.close();
}

test('makes a database on first use', async () => {
  const opened = await openStore({ name: 'fresh' });
  expect(opened).toMatchObject({ ok: true, notice: null });
});

test('rebuilds a damaged database and saves the outbox first', async () => {
  await damage('damaged', true);
  const opened = await openStore({ name: 'damaged', repair: true });
  if (!opened.ok) throw new Error(opened.why);
  expect(opened.notice).toBe(
    'What Parley kept in this browser was damaged and has been made anew. One message waiting to be sent was saved.',
  );
  expect((await createIdbVault(opened.db).load()).outbox).toEqual([WAITING]);
  opened.db.close();
  expect(await openStore({ name: 'damaged', repair: true })).toMatchObject({ ok: true, notice: null });
});

test('a reader leaves the repair to the agent', async () => {
  await damage('read-only', true);
  expect(await openStore({ name: 'read-only' })).toMatchObject({ ok: false, because: 'damaged' });
  const rescued = await openDB('read-only');
  expect(await rescued.getAll('outbox')).toEqual([WAITING]);
  rescued.close();
});

test('finds the rows of a repair that was cut short', async () => {
  const rescue = await openDB('cut-rescue', 1, {
    upgrade: (db) => {
      db.createObjectStore('outbox', { keyPath: 'id' });
    },
  });
  await rescue.put('outbox', WAITING);
  rescue.close();
  await damage('cut', false);
  const opened = await openStore({ name: 'cut', repair: true });
  if (!opened.ok) throw new Error(opened.why);
  expect((await createIdbVault(opened.db).load()).outbox).toEqual([WAITING]);
});

test('never touches what a newer Parley made', async () => {
  const newer = await openDB('newer', VERSION + 1, {
    upgrade: (db) => {
      db.createObjectStore('future');
    },
  });
  newer.close();
  expect(await openStore({ name: 'newer', repair: true })).toMatchObject({ ok: false, because: 'newer' });
  const still = await openDB('newer');
  expect([...still.objectStoreNames]).toEqual(['future']);
  still.close();
});

test('makes room for a newer Parley and says so', async () => {
  const closed: string[] = [];
  await openStore({ name: 'room', onClosed: (why) => closed.push(why) });
  const newer = await openDB('room', VERSION + 1);
  expect(closed).toEqual(['newer']);
  newer.close();
});
