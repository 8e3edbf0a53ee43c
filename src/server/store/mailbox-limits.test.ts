import { beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from './database.ts';
import { messagesModule, messageStore, type MessageStore } from './messages.ts';

const LIMITS = { kept: 20, unread: 10 };

describe('a mailbox has limits', () => {
  let database: Database;
  let store: MessageStore;
  let serial = 0;
  beforeEach(() => {
    database = openDatabase(':memory:', [messagesModule]);
    store = messageStore(database.durable, database.quick, LIMITS);
  });
  const send = async (sender: string, recipient = 'bob', id = `m${++serial}`): Promise<string> => {
    const fields = { from: '', to: '', callId: '', cseq: 1, headers: [], body: 'x', binary: false };
    const done = await store.accept({ ...fields, sender, recipient, id }, 1000 + serial);
    return done.kept ? (done.fresh ? 'fresh' : 'repeat') : done.why;
  };
  const many = async (count: number, sender: string, recipient = 'bob'): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => send(sender, recipient)));
  const sequences = async (owner: string): Promise<number[]> =>
    (await store.pending(owner, 0, 0, 1000)).map(({ sequence }) => sequence);
  const count = (table: string): number =>
    Number(database.durable.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);

  it('for one sender, as long as nobody has read any', async () => {
    expect(new Set(await many(10, 'mallory'))).toEqual(new Set(['fresh']));
    expect(await send('mallory')).toBe('unread');
    expect(await send('alice')).toBe('fresh');
    await store.confirm('bob', 'desk', 5, 0);
    expect(await send('mallory')).toBe('fresh');
  });

  it('which a repeat does not meet', async () => {
    await send('mallory', 'bob', 'again');
    await many(9, 'mallory');
    expect(await send('mallory', 'bob', 'again')).toBe('repeat');
  });

  it('for all senders together: nobody can push out what nobody has read', async () => {
    await many(10, 'mallory');
    await many(10, 'trudy');
    expect(await send('alice')).toBe('full');
    expect(await sequences('bob')).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('and what a device has makes room, oldest first, without a gap', async () => {
    for (let round = 0; round < 10; round++) {
      expect(new Set(await many(9, 'alice'))).toEqual(new Set(['fresh']));
      const [last = 0] = (await sequences('bob')).slice(-1);
      await store.confirm('bob', 'desk', last, 0);
    }
    expect(await sequences('bob')).toEqual(Array.from({ length: 20 }, (_, i) => 71 + i));
    expect(await sequences('alice')).toEqual(Array.from({ length: 20 }, (_, i) => 71 + i));
    expect([count('messages'), count('mailbox')]).toEqual([20, 40]);
  });

  it('copies of what one sent never stand in the way', async () => {
    for (let i = 0; i < 30; i++) expect(await send('alice', `person${i}`)).toBe('fresh');
    expect(await sequences('alice')).toHaveLength(20);
    // The others have not read theirs: the messages stay although the copies went.
    expect(count('messages')).toBe(30);
  });

  it('one that is full goes without a message for many, the others have it', async () => {
    await many(10, 'mallory');
    const fields = { from: '', to: '', callId: '', cseq: 1, headers: [], body: 'x', binary: false };
    const message = { ...fields, sender: 'mallory', recipient: 'conf', id: 'once' };
    const post = () =>
      database.durable.write(() => store.post(message, ['bob', 'carol', 'mallory'], 5_000.4));
    expect(await post()).toEqual({ is: 'posted', at: 5_000, without: ['bob'] });
    expect(await post()).toEqual({ is: 'known', at: 5_000 });
    expect((await store.pending('carol', 0, 0, 10)).map(({ id, recipient }) => [id, recipient])).toEqual([
      ['once', 'conf'],
    ]);
    expect(await sequences('bob')).toHaveLength(10);
    expect((await store.pending('mallory', 10, 0, 10)).map(({ id }) => id)).toEqual(['once']);
    expect(count('messages')).toBe(11);
  });
});
