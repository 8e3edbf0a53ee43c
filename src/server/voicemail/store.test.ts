/** What is left of voice messages by a server that was killed, and how many one mailbox takes. */
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../log.ts';
import { oggOpusWriter, readOggOpus } from '../media/ogg-opus.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { openVoicemailStore, voicemailModule, type VoicemailStore } from './store.ts';

const [ALICE, BOB, CAROL] = ['sip:alice@x.test', 'sip:bob@x.test', 'sip:carol@x.test'] as const;

/** Packets of 20 ms, without the last page. */
function sound(packets: number): Buffer {
  const writer = oggOpusWriter(1);
  const pages = [writer.head()];
  for (let n = 0; n < packets; n += 1) pages.push(writer.add(Buffer.alloc(40, n), 960) ?? Buffer.alloc(0));
  return Buffer.concat(pages);
}

describe('EV1 voice messages on disk', () => {
  let folder: string;
  let database: Database;
  let store: VoicemailStore;
  let now = 1_000_000;
  const open = async (): Promise<void> => {
    database = openDatabase(folder, [voicemailModule]);
    store = await openVoicemailStore(folder, database.durable, () => now, silentLog());
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-voicemail-'));
    await open();
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  const begin = (caller: string = BOB) => store.begin({ owner: ALICE, caller, name: 'Bob', at: now });
  const leave = async (caller: string = BOB): Promise<string> => {
    const { id, path } = await begin(caller);
    writeFileSync(path, sound(200));
    await store.finish(id);
    return id;
  };

  it('a recording that was cut off in the midst of a page is kept as far as it goes', async () => {
    const [cut, empty] = [await begin(), await begin()];
    writeFileSync(cut.path, sound(400));
    truncateSync(cut.path, sound(400).length - 7);
    writeFileSync(empty.path, sound(0));
    const stray = join(folder, 'voicemail', 'stray.opus');
    writeFileSync(stray, 'x');
    expect(store.of(ALICE)).toEqual([]);
    database.close();
    await open();
    expect(store.of(ALICE)).toMatchObject([{ id: cut.id, seconds: 5.9, heard: false }]);
    expect([existsSync(empty.path), existsSync(stray)]).toEqual([false, false]);
    const found = store.sound(ALICE, cut.id);
    const chunks: Buffer[] = [];
    for await (const chunk of found?.read(0, found.size - 1) ?? []) chunks.push(chunk as Buffer);
    expect(readOggOpus(Buffer.concat(chunks)).octets).toBe(found?.size);
  });

  it('nobody fills a mailbox alone, and it has an end', async () => {
    for (let n = 0; n < 30; n += 1) await leave();
    expect([store.hasRoom(ALICE, BOB), store.hasRoom(ALICE, CAROL), store.hasRoom(CAROL, BOB)]).toEqual([
      false,
      true,
      true,
    ]);
    for (let n = 0; n < 170; n += 1) await leave(`sip:caller${n}@x.test`);
    expect([store.hasRoom(ALICE, CAROL), store.isFull(ALICE)]).toEqual([false, true]);
    expect(store.counts(ALICE)).toMatchObject({ unread: 200, read: 0 });
  });

  it('what was deleted can be taken back for an hour', async () => {
    const id = await leave();
    await store.change(ALICE, id, { deleted: true });
    now += 3_000_000;
    await store.prune(now);
    expect(store.counts(ALICE)).toMatchObject({ unread: 0 });
    await store.change(ALICE, id, { deleted: false });
    expect(store.of(ALICE)).toHaveLength(1);
    await store.change(ALICE, id, { deleted: true });
    now += 4_000_000;
    await store.prune(now);
    expect(await store.change(ALICE, id, { deleted: false })).toBe(false);
  });
});
