/**
 *   anna               server, killed              ben, carol
 *     | MESSAGE n ----> | one commit for all          |
 *     | <------- 202 n  | MESSAGE n ----------------> | keep n
 *     |                 X (no time to finish)
 *
 * Whatever got its 202, both have in the end, and the conversation is what it was.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { aorOf, openOffice, PASSWORD } from '../testing/office.ts';
import { connectPhone, type Phone } from '../testing/phone.ts';
import { makeGroup, referring, watch, words } from './test-group.ts';

const KILLS = 3;

describe('I07 a conversation on disk', () => {
  let child: ChildProcess | null = null;
  afterEach(() => child?.kill('SIGKILL'));

  it('lives on over a restart, its watchers too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-focus-'));
    let office = await openOffice({ folder });
    const instance = 'urn:uuid:00000000-0000-1000-8000-00000000000b';
    const focus = await makeGroup(await office.device('Alice'), ['Bob'], 'Kept');
    await office.close();
    office = await openOffice({ folder, port: 0 });
    try {
      const bob = await office.device('Bob', { instance });
      const seen = await watch(bob, focus);
      await expect.poll(() => seen.roster().description.subject).toBe('Kept');
      const added = await bob.request('REFER', referring(focus, aorOf('Carol')));
      expect(added.status).toBe(202);
      await expect.poll(() => seen.roster().users.size).toBe(3);
    } finally {
      await office.close();
    }
  });

  const start = async (folder: string): Promise<number> => {
    child = fork(new URL('../testing/server-process.ts', import.meta.url).pathname, [folder], {
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

  it(`loses nothing it has accepted when killed, ${KILLS} times`, { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-focus-kill-'));
    const office = await openOffice({ folder });
    const focus = await makeGroup(await office.device('Alice'), ['Bob', 'Carol']);
    await office.close();
    const accepted = new Set<string>();
    const received = { Bob: new Set<string>(), Carol: new Set<string>() };
    const names = ['Bob', 'Carol'] as const;

    const receive = (port: number): Promise<Phone[]> =>
      Promise.all(
        names.map(async (name, index) => {
          const instance = `urn:uuid:00000000-0000-1000-8000-00000000001${index}`;
          const phone = await connectPhone({ port, aor: aorOf(name), password: PASSWORD, instance });
          phone.answer('MESSAGE', (request) => {
            received[name].add(request.body.split('\r\n').at(-1) ?? '');
            phone.reply(request, { status: 200 });
          });
          await phone.register();
          return phone;
        }),
      );
    const sendUntilDead = async (port: number, round: number): Promise<void> => {
      const alice = await connectPhone({ port, aor: aorOf('Alice'), password: PASSWORD });
      await alice.register();
      const dead = once(alice.socket, 'close').then(() => null);
      const lane = async (number: number): Promise<void> => {
        for (let turn = 0; ; turn++) {
          const text = `${round} ${number} ${turn}`;
          const id = text.replaceAll(' ', '-');
          const sent = alice.start('MESSAGE', words({ from: alice.aor, to: focus, id, text }));
          const response = await Promise.race([alice.responseTo(sent).catch(() => null), dead]);
          if (!response) return;
          if (response.status === 202) accepted.add(text);
        }
      };
      await Promise.all(Array.from({ length: 5 }, (_, number) => lane(number)));
    };

    for (let round = 0; round < KILLS; round++) {
      const port = await start(folder);
      const phones = await receive(port);
      const sending = sendUntilDead(port, round);
      const before = accepted.size;
      const [bob] = phones;
      while (bob && accepted.size < before + 5 + round * 3) await once(bob.socket, 'message');
      await kill();
      await sending;
      for (const phone of phones) phone.socket.terminate();
    }
    const port = await start(folder);
    const phones = await receive(port);
    for (const name of names)
      await expect
        .poll(() => [...accepted].filter((text) => !received[name].has(text)), { timeout: 20_000 })
        .toEqual([]);
    expect(accepted.size).toBeGreaterThan(KILLS * 5);
    for (const phone of phones) phone.socket.terminate();
  });
});
