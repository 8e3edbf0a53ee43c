/** Thirty transfers of every kind in a row: none is lost, and one that fails comes back (features.md AC2). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/wiring.ts';
import { DOMAIN, startOffice } from './user.ts';
import { Telephone } from './telephone.ts';

const ROUNDS = 5;
let server: RunningServer;
let anna: Telephone;
let ben: Telephone;
let cleo: Telephone;

beforeAll(async () => {
  const names = ['anna', 'ben', 'cleo'];
  server = await startOffice(names);
  [anna, ben, cleo] = names.map((name) => new Telephone(server.port, name)) as [
    Telephone,
    Telephone,
    Telephone,
  ];
  await Promise.all([anna, ben, cleo].map((phone) => phone.online()));
});
afterAll(() => server.close());

const with_ = (phone: Telephone): readonly string[] => phone.up.map(({ peer }) => peer);

/** Ben and Cleo talk, Anna is out of it. */
async function expectHandedOn(): Promise<void> {
  await ben.user.until(() => with_(ben).join() === cleo.aor);
  await cleo.user.until(() => with_(cleo).join() === ben.aor);
  await anna.user.until(() => with_(anna).length === 0);
}

/** Everybody hangs up; every connection of media is closed. */
async function endAll(): Promise<void> {
  for (const phone of [anna, ben, cleo]) for (const { id } of phone.up) phone.calling.hangUp(id);
  for (const phone of [anna, ben, cleo]) {
    await phone.user.until(() => phone.calls.every(({ state }) => state === 'ended'));
    phone.expectNothingLeft();
    // The goodbye of whoever handed the call on may be the last to come.
    await expect.poll(() => phone.media.filter(({ closed }) => closed === 0)).toEqual([]);
    phone.media.length = 0;
  }
}

const idWith = (phone: Telephone, peer: Telephone): string => {
  const call = phone.up.find((one) => one.peer === peer.aor);
  if (!call) throw new Error('no such call');
  return call.id;
};
/** On hold first, as people are. */
async function toCleo(id: string): Promise<unknown> {
  await anna.calling.renegotiate(id, false);
  return anna.calling.transfer({ id, to: cleo.aor, name: 'Cleo' });
}
const done = { ok: true, value: null } as const;

test('EV1 AC2 thirty transfers of every kind in a row, none lost', { timeout: 120_000 }, async () => {
  const declines = (id: string): void => void cleo.calling.decline(id);
  const takes = cleo.answers;
  for (let round = 0; round < ROUNDS; round++) {
    // By the one who called.
    expect(await toCleo(await anna.call(ben))).toEqual(done);
    await expectHandedOn();
    expect(ben.up[0]?.passed).toBe('Transferred by anna');
    await endAll();
    // By the one who was called.
    await ben.call(anna);
    expect(await toCleo(idWith(anna, ben))).toEqual(done);
    await expectHandedOn();
    await endAll();
    // After asking.
    const first = await anna.call(ben);
    const second = await anna.call(cleo);
    expect(anna.calling.transfer({ id: first, to: cleo.aor, name: 'Cleo', joins: second })).toEqual(done);
    await expectHandedOn();
    expect(cleo.calls.filter(({ direction }) => direction === 'in')).toHaveLength(1);
    await endAll();
    // Declined: the call is there as before.
    cleo.answers = declines;
    const kept = await anna.call(ben);
    expect(await toCleo(kept)).toEqual(done);
    const { transfer, state } = await anna.until(kept, (call) => call.transfer?.failed === true);
    expect([transfer?.words, state]).toEqual(['The transfer failed. Cleo declined the call.', 'established']);
    expect([with_(anna), with_(ben)]).toEqual([[ben.aor], [anna.aor]]);
    // And it can be tried again.
    cleo.answers = takes;
    expect(await toCleo(kept)).toEqual(done);
    await expectHandedOn();
    await endAll();
    // To nobody.
    const again = await ben.call(anna);
    const id = idWith(anna, ben);
    expect(anna.calling.transfer({ id, to: `sip:nobody@${DOMAIN}`, name: 'Nobody' })).toEqual(done);
    await anna.until(id, (call) => call.transfer?.failed === true);
    expect((await ben.until(again, ({ passed }) => passed === '')).state).toBe('established');
    await endAll();
  }
});

test('N02 CW2 a call is sent on from the alert; the caller is told to whom', async () => {
  ben.answers = (id) => expect(ben.calling.redirect({ id, to: cleo.aor })).toEqual(done);
  const outcome = anna.calling.call({ peer: ben.aor, video: false, tab: 'tab' });
  if (!outcome.ok) throw new Error(outcome.why);
  const call = await anna.until(outcome.value.id, ({ state }) => state === 'established');
  expect(call.passed).toBe('Forwarded to cleo');
  await cleo.user.until(() => with_(cleo).join() === anna.aor);
  expect(ben.calls.map(({ end }) => end)).toEqual(['forwarded']);
  await endAll();
});
