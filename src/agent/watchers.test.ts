/** SUBSCRIBE presence.winfo --full, then partial--> who watches, who waits, and what each of them sees */
import { describe, expect, test } from 'vitest';
import { encodeWatcherinfo, type Watcher as Row } from '../protocol/watcherinfo.ts';
import { afterNotice, followersIn, NOBODY_WATCHES, type WatcherRoll } from './core/watcher-roll.ts';
import { ANN, BEN, CONFIG, signedInStage } from './testing/stage.ts';
import { XCAP_ROOT, xcapServer } from './testing/xcap-server.ts';

const NOW = 1_800_000_000_000;
const CY = 'sip:cy@x.test';
const EVE = 'sip:eve@y.test';
const row = (uri: string, status: Row['status'], more: Partial<Row> = {}): Row => ({
  ...{ id: uri, uri, status, event: 'subscribe' },
  ...more,
});
const notice = (version: number, full: boolean, watchers: readonly Row[], of = 'presence') => ({
  ...{ version, full },
  lists: [{ resource: ANN, package: of, watchers }],
});

async function setUp() {
  const given = { config: { ...CONFIG, xcapRoot: XCAP_ROOT }, fetch: xcapServer().fetch };
  const { stage, tab } = await signedInStage(given);
  await stage.pass(50);
  const listener = () => stage.sip().subscriptions.get(`presence.winfo ${ANN}`);
  const hear = async (body: string) => {
    listener()?.({ is: 'active', contentType: 'application/watcherinfo+xml', body });
    await stage.pass(10);
  };
  const says = (...args: Parameters<typeof notice>) => hear(encodeWatcherinfo(notice(...args)));
  return { stage, tab, says, hear, listener, watchers: () => tab.last('watchers')?.watchers };
}

test('A05 A10 who watches and who waits, by name and level, also for a window that comes later', async () => {
  const { stage, tab, says, watchers } = await setUp();
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await says(0, true, [row(BEN, 'active'), row(EVE, 'pending', { displayName: 'Eve' }), row(ANN, 'active')]);
  const expected = [
    { aor: BEN, name: 'Ben', is: 'watching', level: 'company' },
    { aor: EVE, name: 'Eve', is: 'waiting', level: 'public' },
  ];
  expect(watchers()).toEqual(expected);
  expect((await stage.tab('tab-2')).boot.watchers).toEqual(expected);
  await tab.send('set-level', { of: { aor: EVE }, level: 'team' });
  await stage.pass(50);
  expect(watchers()?.[1]).toMatchObject({ aor: EVE, level: 'team' });
});

test('somebody new who waits is told of, somebody who goes is gone', async () => {
  const { says, watchers } = await setUp();
  await says(0, true, [row(BEN, 'active')]);
  await says(1, false, [row(EVE, 'pending')]);
  expect(watchers()?.map(({ aor, is }) => [aor, is])).toEqual([
    [BEN, 'watching'],
    [EVE, 'waiting'],
  ]);
  await says(2, false, [row(BEN, 'terminated', { event: 'timeout' })]);
  expect(watchers()?.map(({ aor }) => aor)).toEqual([EVE]);
});

test('nothing is told twice', async () => {
  const { tab, says } = await setUp();
  await says(0, true, [row(BEN, 'active')]);
  await says(1, true, [row(BEN, 'active')]);
  expect(tab.facts.filter(({ fact }) => fact === 'watchers')).toHaveLength(1);
});

test('a lost notification is asked for again, and what was known stands meanwhile', async () => {
  const { says, listener, watchers } = await setUp();
  await says(0, true, [row(BEN, 'active')]);
  const before = listener();
  await says(5, false, [row(CY, 'active')]);
  expect(listener()).not.toBe(before);
  expect(watchers()?.map(({ aor }) => aor)).toEqual([BEN]);
  // Late news of the old kind add to nothing.
  await says(6, false, [row(EVE, 'active')]);
  await says(0, true, [row(BEN, 'active'), row(CY, 'active')]);
  expect(watchers()?.map(({ aor }) => aor)).toEqual([BEN, CY]);
});

test('a server without watcher information, and nonsense, tell nobody anything', async () => {
  const { tab, hear, listener, stage } = await setUp();
  await hear('<nonsense');
  listener()?.({ is: 'ended', status: 489, reason: 'Bad Event' });
  await stage.pass(10);
  expect(tab.last('watchers')).toBeUndefined();
});

describe('the roll', () => {
  const after = (roll: WatcherRoll, ...args: Parameters<typeof notice>) =>
    afterNotice(roll, notice(...args), NOW);
  test('several devices of one person are one, let in on any of them', () => {
    const roll = after(NOBODY_WATCHES, 3, true, [
      row(BEN, 'pending', { id: 'a', durationSubscribed: 5 }),
      row(`${BEN};transport=ws`, 'active', { id: 'b', durationSubscribed: 60 }),
    ]);
    expect(roll && followersIn(roll, ANN)).toEqual([{ aor: BEN, is: 'watching', since: NOW - 60_000 }]);
  });
  test('other packages and addresses that are none are left out', () => {
    const roll = after(NOBODY_WATCHES, 0, true, [row('tel:+15550100', 'active')]);
    expect(roll && followersIn(roll, ANN)).toEqual([]);
    const dialogs = after(NOBODY_WATCHES, 0, true, [row(BEN, 'active')], 'dialog');
    expect(dialogs && followersIn(dialogs, ANN)).toEqual([]);
  });
  test('versions: the next is added, an old one is not, a gap is a loss, a full state needs nothing', () => {
    const first = after(NOBODY_WATCHES, 7, true, [row(BEN, 'active')]);
    if (!first) throw new Error('no roll');
    expect(after(NOBODY_WATCHES, 0, false, [])).toBeNull();
    expect(after(first, 8, false, [row(CY, 'active')])?.rows.size).toBe(2);
    expect(after(first, 7, false, [row(CY, 'active')])).toBe(first);
    expect(after(first, 9, false, [row(CY, 'active')])).toBeNull();
    expect(after(first, 2, true, [])?.rows.size).toBe(0);
  });
  test('a crowd is bounded', () => {
    const crowd = Array.from({ length: 5_000 }, (_, i) => row(`sip:p${i}@x.test`, 'active'));
    expect(after(NOBODY_WATCHES, 0, true, crowd)?.rows.size).toBe(2_000);
  });
});
