/** Both vaults keep the same promises: the one over IndexedDB and the one in memory. */
import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { createIdbVault } from './idb-vault.ts';
import { createMemoryVault } from './memory-vault.ts';
import { openStore } from './open.ts';
import type { OutboxRow, StoredConversation, StoredMessage } from './rows.ts';
import type { Vault } from './vault.ts';

const ANN = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';
const message = (id: string, order: number, more: Partial<StoredMessage> = {}): StoredMessage => ({
  ...{ id, conversation: BEN, sender: BEN, mine: false, text: id, state: 'received', at: order, order },
  ...more,
});
const out = (id: string, seq: number): OutboxRow => ({
  ...{
    id,
    conversation: BEN,
    kind: 'message',
    seq,
    body: id,
    callId: id,
    cseq: 0,
    tries: 0,
    stamp: null,
    at: 1,
  },
});
const conversation = (unread: number): StoredConversation => ({
  id: BEN,
  last: null,
  unread,
  at: 1,
  readOrder: 0,
});

let serial = 0;
async function idb(): Promise<Vault> {
  const opened = await openStore({ name: `vault-${++serial}` });
  if (!opened.ok) throw new Error(opened.why);
  return createIdbVault(opened.db);
}

describe.each([
  ['IndexedDB', idb],
  ['memory', () => Promise.resolve(createMemoryVault())],
])('%s', (_name, make) => {
  test('a commit with a row that is there already changes nothing at all', async () => {
    const vault = await make();
    await vault.commit([{ add: 'messages', row: message('m1', 1) }]);
    const again = await vault.commit([
      { put: 'conversations', row: conversation(9) },
      { put: 'outbox', row: out('n1', 1) },
      { add: 'messages', row: message('m1', 5, { text: 'other' }) },
    ]);
    expect(again).toEqual({ is: 'duplicate' });
    const image = await vault.load();
    expect(image.outbox).toEqual([]);
    expect(image.conversations).toEqual([]);
    expect(await vault.findMessages('m1')).toEqual([message('m1', 1)]);
  });

  test('many at once: all or, with one that is there or comes twice, none', async () => {
    const vault = await make();
    const rows = Array.from({ length: 50 }, (_, at) => message(`m${at}`, 7));
    const add = (row: StoredMessage) => ({ add: 'messages', row }) as const;
    expect((await vault.commit([...rows.map(add), add(message('m7', 9))])).is).toBe('duplicate');
    const keys = rows.map(({ conversation, sender, id }) => [conversation, sender, id] as const);
    expect(await vault.held(keys)).toEqual(keys.map(() => false));
    expect((await vault.commit(rows.slice(0, 20).map(add))).is).toBe('done');
    expect((await vault.commit(rows.slice(19).map(add))).is).toBe('duplicate');
    expect(await vault.held(keys)).toEqual(keys.map((_, at) => at < 20));
    expect(await vault.held([])).toEqual([]);
  });

  test('the same id of two senders is two messages', async () => {
    const vault = await make();
    await vault.commit([{ add: 'messages', row: message('m1', 1) }]);
    const mine = message('m1', 2, { sender: ANN, mine: true, state: 'queued' });
    expect((await vault.commit([{ add: 'messages', row: mine }])).is).toBe('done');
    expect(await vault.findMessages('m1')).toHaveLength(2);
  });

  test('states move forward only, a place is taken whatever the state', async () => {
    const vault = await make();
    const row = message('m1', 1, { sender: ANN, mine: true, state: 'queued' });
    await vault.commit([{ add: 'messages', row }]);
    const key = [BEN, ANN, 'm1'] as const;
    const move = async (to: StoredMessage['state'], place?: number) => {
      const result = await vault.commit([
        { advance: 'messages', key, to, ...(place !== undefined && { place }) },
      ]);
      return result.is === 'done' ? result.changed.map((one) => `${one.state} ${one.order}`) : result.is;
    };
    expect(await move('delivered')).toEqual(['delivered 1']);
    expect(await move('sent', 7)).toEqual(['delivered 7']);
    expect(await move('failed')).toEqual([]);
    expect(await move('displayed')).toEqual(['displayed 7']);
    expect(await move('delivered')).toEqual([]);
    expect(await vault.commit([{ advance: 'messages', key: [BEN, ANN, 'none'], to: 'sent' }])).toEqual({
      is: 'done',
      changed: [],
    });
  });

  test('loads the outbox in its order and everything else by kind', async () => {
    const vault = await make();
    await vault.commit([
      { put: 'outbox', row: out('b', 2) },
      { put: 'outbox', row: out('a', 1) },
      { put: 'conversations', row: conversation(1) },
      { put: 'meta', key: 'instance-id', row: 'urn:uuid:1' },
      { put: 'settings', key: 'theme', row: 'dark' },
    ]);
    await vault.commit([{ remove: 'outbox', key: 'none' }]);
    const image = await vault.load();
    expect(image.outbox.map((row) => row.id)).toEqual(['a', 'b']);
    expect(image.conversations).toEqual([conversation(1)]);
    expect(image.meta).toEqual({ 'instance-id': 'urn:uuid:1' });
    expect(image.account).toBeNull();
  });

  test('finds the last message and those after a place', async () => {
    const vault = await make();
    for (const order of [3, 1, 2])
      await vault.commit([{ add: 'messages', row: message(`m${order}`, order) }]);
    expect((await vault.lastMessage(BEN))?.id).toBe('m3');
    expect(await vault.lastMessage(ANN)).toBeNull();
    expect((await vault.messagesAfter(BEN, 1)).map((row) => row.id)).toEqual(['m2', 'm3']);
  });

  test('forgets the person and keeps the installation', async () => {
    const vault = await make();
    await vault.commit([
      { add: 'messages', row: message('m1', 1) },
      { put: 'outbox', row: out('a', 1) },
      { put: 'people', row: { aor: BEN, person: { aor: BEN, name: 'Ben' }, asOf: 1 } },
      { put: 'meta', key: 'instance-id', row: 'urn:uuid:1' },
    ]);
    expect((await vault.person(BEN))?.person.name).toBe('Ben');
    await vault.erase();
    const image = await vault.load();
    expect([
      image.outbox,
      image.conversations,
      await vault.findMessages('m1'),
      await vault.person(BEN),
    ]).toEqual([[], [], [], null]);
    expect(image.meta['instance-id']).toBe('urn:uuid:1');
  });
});

test('pruning takes the oldest half and never what waits to be sent', async () => {
  const vault = await idb();
  await vault.commit([
    { add: 'messages', row: message('waiting', 0, { sender: ANN, mine: true, state: 'queued' }) },
    { put: 'outbox', row: out('waiting', 1) },
    ...[1, 2, 3, 4].map((order) => ({ add: 'messages', row: message(`m${order}`, order) }) as const),
  ]);
  expect(await vault.prune()).toBe(2);
  expect((await vault.messagesAfter(BEN, -1)).map((row) => row.id)).toEqual(['waiting', 'm3', 'm4']);
  expect((await vault.load()).outbox).toHaveLength(1);
});
