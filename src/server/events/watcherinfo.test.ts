import { describe, expect, it } from 'vitest';
import type { Newcomers } from '../../protocol/access-levels.ts';
import { encodeAccessPolicy } from '../../protocol/access-policy.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import { decodeWatcherinfo, type Watcherinfo } from '../../protocol/watcherinfo.ts';
import {
  ALICE,
  BOB,
  CAROL,
  type Device,
  RULES,
  createWorld,
  lastOf,
  memoryWriter,
  pidf,
  testClock,
} from './test-world.ts';

/*
 *   bob             server                     alice (presence.winfo)
 *    | SUBSCRIBE ----> | colleagues: ask          |
 *    | <-- pending --- | NOTIFY bob pending ----> |
 *    | (goes away)     | NOTIFY bob waiting ----> |
 *    | SUBSCRIBE ----> | NOTIFY bob pending ----> |
 *    |                 | <-- PUT rules, bob team  |
 *    | <-- document -- | NOTIFY bob active -----> |
 */

const DAY = 86_400_000;

function setUp(colleagues: Newcomers = 'ask', world = createWorld()) {
  const alice = world.device(ALICE);
  const rules = (people: Record<string, 'team' | 'blocked'>, usual = colleagues) => {
    const policy = { ...usualPolicy('example.org'), people, colleagues: usual };
    const write = encodeAccessPolicy(policy, true);
    return world.documents.change({ ...RULES, owner: ALICE }, () => ({ edit: { write }, answer: null }));
  };
  return { world, alice, bob: world.device(BOB), rules };
}

function told(device: Device): Watcherinfo[] {
  return device.notifies.flatMap(({ body }) => {
    if (!body.includes('watcherinfo')) return [];
    const read = decodeWatcherinfo(body);
    if (!read.ok) throw new Error(read.why);
    return [read.value];
  });
}
const words = (info: Watcherinfo | undefined): string[] =>
  (info?.lists ?? []).flatMap(({ watchers }) => watchers.map(({ uri, status }) => `${uri} ${status}`));
const last = (device: Device): string[] => words(told(device).at(-1));

describe('who watches me', () => {
  it('is mine alone to know, full first and then who changed', async () => {
    const { world, alice, bob } = setUp('company');
    expect(world.watch(bob, ALICE, { Event: 'presence.winfo' }).response.status).toBe(403);
    const carol = world.device(CAROL);
    world.watch(carol, ALICE);
    world.watch(alice, ALICE);
    world.watch(alice, ALICE, { Event: 'presence.winfo' });
    await world.clock.pass(2000);
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(2000);
    // A second device of bob's is no second watcher.
    world.watch(world.device(BOB), ALICE);
    await world.clock.pass(2000);
    watch.again({ Expires: '0' });
    await world.clock.pass(2000);
    const infos = told(alice);
    expect(infos.map(({ full }) => full)).toEqual([true, false]);
    expect(infos.map(words)).toEqual([[`${CAROL} active`], [`${BOB} active`]]);
    expect((infos[1]?.version ?? 0) - (infos[0]?.version ?? 0)).toBe(1);
  });

  it('of thousands comes in pieces below 60 KB, each once', async () => {
    const { world, alice } = setUp('company');
    for (let i = 0; i < 600; i++) world.watch(world.device(`sip:user${i}@example.org`), ALICE);
    world.watch(alice, ALICE, { Event: 'presence.winfo' });
    await world.clock.pass(5000);
    const infos = told(alice);
    expect(infos.map(({ full }) => full)).toEqual([true, ...infos.slice(1).map(() => false)]);
    expect(new Set(infos.flatMap(words)).size).toBe(600);
    expect(infos.flatMap(words)).toHaveLength(600);
    for (const { body } of alice.notifies) expect(Buffer.byteLength(body)).toBeLessThan(60_000);
  });
});

describe('whoever has to be asked about', () => {
  it('is pending, waits when gone, and is let in at once by a yes', async () => {
    const { world, alice, bob, rules } = setUp();
    await rules({});
    world.publish(alice, pidf('a'));
    world.watch(alice, ALICE, { Event: 'presence.winfo' });
    const first = world.watch(bob, ALICE);
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'pending', body: '' });
    expect(told(alice).flatMap(words).at(-1)).toBe(`${BOB} pending`);
    first.again({ Expires: '0' });
    await world.clock.pass(2000);
    expect(last(alice)).toEqual([`${BOB} waiting`]);
    world.watch(bob, ALICE);
    await world.clock.pass(2000);
    expect(last(alice)).toEqual([`${BOB} pending`]);
    await rules({ [BOB]: 'team' });
    await world.clock.pass(2000);
    expect(lastOf(bob).state).toBe('active');
    expect(lastOf(bob).body).toContain('open');
    expect(last(alice)).toEqual([`${BOB} active`]);
    expect(
      new Set(
        told(alice)
          .flatMap(({ lists }) => lists.flatMap((one) => one.watchers))
          .map(({ id }) => id),
      ).size,
    ).toBe(1);
  });

  it('waits also after a fetch and over a restart, for a week; a no ends it', async () => {
    const clock = testClock();
    const writer = memoryWriter();
    const before = setUp('ask', createWorld(clock, writer));
    await before.rules({});
    for (const aor of [BOB, CAROL]) before.world.watch(before.world.device(aor), ALICE, { Expires: '0' });
    await clock.pass(2000);
    writer.flush();
    before.world.events.stop();

    const { world, alice, rules } = setUp('ask', createWorld(clock, writer));
    const ask = async (): Promise<string[]> => {
      world.watch(alice, ALICE, { Event: 'presence.winfo', Expires: '0' });
      await clock.pass(2000);
      return last(alice);
    };
    expect(await ask()).toEqual([`${BOB} waiting`, `${CAROL} waiting`]);
    await rules({ [BOB]: 'blocked' });
    expect(await ask()).toEqual([`${CAROL} waiting`]);
    await clock.pass(7 * DAY);
    expect(await ask()).toEqual([]);
  });

  it('is one of a hundred at most', async () => {
    const { world, alice, rules } = setUp();
    await rules({});
    for (let i = 0; i < 130; i++) {
      world.watch(world.device(`sip:user${i}@example.org`), ALICE, { Expires: '0' });
    }
    world.watch(alice, ALICE, { Event: 'presence.winfo' });
    await world.clock.pass(2000);
    expect(last(alice)).toHaveLength(100);
    expect(last(alice)[0]).toBe('sip:user30@example.org waiting');
  });

  it('is told nothing of it when blocked while waiting: as if nobody were there', async () => {
    const { world, alice, bob, rules } = setUp();
    await rules({});
    world.publish(alice, pidf('a'));
    world.watch(alice, ALICE, { Event: 'presence.winfo' });
    world.watch(bob, ALICE);
    await world.clock.pass(2000);
    await rules({ [BOB]: 'blocked' });
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'active', body: '' });
  });
});
