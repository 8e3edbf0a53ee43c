import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { header } from '../protocol/sip-message.ts';
import { FILE } from './store/database.ts';
import { aorOf, DOMAIN, openOffice, PASSWORD } from './testing/office.ts';
import { connectPhone, type Phone } from './testing/phone.ts';

const KILLS = 12;
const BOB = 'urn:uuid:00000000-0000-1000-8000-00000000000b';

/**
 *   alice                server, killed        bob
 *     | MESSAGE n -------> | commit              |
 *     | <----------- 202 n | MESSAGE n --------> | keeps n
 *     |                    X (no time to finish) |
 *
 * Whatever alice got a 202 for, bob has in the end; what he got twice came because his own answer was lost.
 */
describe('a server killed without warning', () => {
  let child: ChildProcess | null = null;
  afterEach(() => child?.kill('SIGKILL'));

  const start = async (folder: string): Promise<number> => {
    child = fork(new URL('testing/server-process.ts', import.meta.url).pathname, [folder], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    const [message] = (await once(child, 'message')) as [{ port: number }];
    return message.port;
  };
  const kill = async (): Promise<void> => {
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const connect = (port: number, name: string, instance: string): Promise<Phone> =>
    connectPhone({ port, aor: aorOf(name), password: PASSWORD, instance });

  it(`keeps every accepted message, ${KILLS} times`, { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-kill-'));
    await (await openOffice({ folder })).close();
    const accepted = new Set<string>();
    const received = new Map<string, number>();
    const sequences = new Map<string, string>();

    const receive = async (port: number): Promise<Phone> => {
      const bob = await connect(port, 'Bob', BOB);
      bob.answer('MESSAGE', (request) => {
        received.set(request.callId, (received.get(request.callId) ?? 0) + 1);
        sequences.set(request.callId, header(request, 'Parley-Sequence') ?? '');
        bob.reply(request, { status: 200 });
      });
      await bob.register();
      return bob;
    };
    /** Keeps ten messages under way until the connection dies. */
    const sendUntilDead = async (port: number): Promise<void> => {
      const alice = await connect(port, 'Alice', 'urn:uuid:00000000-0000-1000-8000-00000000000a');
      await alice.register();
      const dead = once(alice.socket, 'close').then(() => null);
      const lane = async (): Promise<void> => {
        for (;;) {
          const sent = alice.start('MESSAGE', { uri: aorOf('Bob'), callId: randomUUID(), body: 'x' });
          const response = await Promise.race([alice.responseTo(sent).catch(() => null), dead]);
          if (!response) return;
          if (response.status === 202) accepted.add(sent.callId);
        }
      };
      await Promise.all(Array.from({ length: 10 }, lane));
    };

    for (let round = 0; round < KILLS; round++) {
      const port = await start(folder);
      const bob = await receive(port);
      const sending = sendUntilDead(port);
      const before = accepted.size;
      // Some way into the load, another one each round; the number decides, not a clock.
      while (accepted.size < before + 5 + round * 3) await once(bob.socket, 'message');
      await kill();
      await sending;
      bob.socket.terminate();
    }

    const port = await start(folder);
    const bob = await receive(port);
    const missing = (): string[] => [...accepted].filter((id) => !received.has(id));
    while (missing().length > 0) await once(bob.socket, 'message');
    const alice = await connect(port, 'Alice', 'urn:uuid:00000000-0000-1000-8000-00000000000c');
    expect((await alice.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
    await kill();

    expect(accepted.size).toBeGreaterThan(KILLS * 5);
    expect(new Set(sequences.values()).size).toBe(sequences.size);
    // Twice only what was under way when the server died: at most a window each time.
    expect([...received.values()].filter((times) => times > 1).length).toBeLessThan(KILLS * 32);
    const database = new DatabaseSync(join(folder, FILE));
    const [check] = database.prepare('PRAGMA integrity_check').all();
    expect(check?.['integrity_check']).toBe('ok');
    // H01: the history of both was written with the 202.
    const kept = database
      .prepare(
        `SELECT json_extract(envelope, '$.callId') AS id, count(*) AS owners FROM archive_messages
         JOIN archive_entries ON message = key GROUP BY id`,
      )
      .all();
    const whole = new Set(kept.filter((row) => row['owners'] === 2).map((row) => row['id']));
    expect([...accepted].filter((id) => !whole.has(id))).toEqual([]);
  });
});
