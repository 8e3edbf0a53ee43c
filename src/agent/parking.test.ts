/** A call parked, taken back, picked up, or rung back to whoever parked it. */
import { expect, test } from 'vitest';
import type { SipCall, SipDialog } from '../sip/contract.ts';
import type { CallSnapshot } from './contract.ts';
import { parkedIn } from './core/parked.ts';
import { createParking } from './parking.ts';
import { BEN, signedInStage } from './testing/stage.ts';

const DIALOG: SipDialog = {
  ...{ callId: 'c1', localTag: 'annas', remoteTag: 'bens' },
  ...{ target: `${BEN};gr=urn:uuid:1`, takesReplaces: true },
};

function stage(dialog: SipDialog | null = DIALOG, state: CallSnapshot['state'] = 'established') {
  const timers: { run: () => void; off: boolean }[] = [];
  const live = {
    sip: { dialog } as SipCall,
    snapshot: {
      ...{ id: 'c1', peer: BEN, peerName: 'Ben', direction: 'in', state, video: false, owner: 'tab' },
      startedAt: 0,
    } as CallSnapshot,
  };
  const parking = createParking<typeof live>(
    {
      after(ms, run) {
        expect(ms).toBe(180_000);
        const timer = { run, off: false };
        timers.push(timer);
        return () => (timer.off = true);
      },
    },
    (one, change) => (one.snapshot = { ...one.snapshot, ...change }),
  );
  return {
    ...{ live, parking },
    shown: () => live.snapshot.parking,
    told: () => parkedIn([live], () => undefined),
    late: () => timers.splice(0).forEach(({ run, off }) => off || run()),
  };
}

test('EV2 a parked call is told with what names it, and no longer when it is taken back or rings back', () => {
  const { live, parking, shown, told, late } = stage();
  expect(told()).toEqual([]);
  expect(parking.park(live, true)).toMatchObject({ ok: true });
  expect(told()).toEqual([
    {
      ...{ id: 'c1', peer: BEN, peerName: 'Ben', target: `${BEN};gr=urn:uuid:1` },
      replaces: { callId: 'c1', toTag: 'bens', fromTag: 'annas' },
    },
  ]);
  parking.park(live, false);
  late();
  expect([shown(), told()]).toEqual(['none', []]);
  parking.park(live, true);
  late();
  expect([shown(), told()]).toEqual(['back', []]);
  parking.park(live, false);
  expect(shown()).toBe('none');
});

test('EV2 parked once more, it waits its whole time again; ended, it comes back no more', () => {
  const { live, parking, shown, late } = stage();
  parking.park(live, true);
  parking.park(live, true);
  late();
  expect(shown()).toBe('back');
  parking.park(live, true);
  live.snapshot = { ...live.snapshot, state: 'ended' };
  late();
  expect(shown()).toBe('parked');
});

test.each<[string, SipDialog | null, CallSnapshot['state']]>([
  ['that nobody could pick up', { ...DIALOG, takesReplaces: false }, 'established'],
  ['that is not up', null, 'ringing'],
])('EV2 a call %s is not parked, and the person is told', (_, dialog, state) => {
  const { live, parking, shown, told } = stage(dialog, state);
  expect(parking.park(live, true)).toMatchObject({ ok: false });
  expect([shown(), told()]).toEqual([undefined, []]);
});

test('EV2 what nobody has parked cannot be picked up, nor what is not there parked', async () => {
  const { stage: all, tab } = await signedInStage();
  expect(await tab.send('park', { id: 'nothing', on: true })).toMatchObject({ ok: false });
  const asked = { from: BEN, id: 'nothing', tab: 'tab-1' };
  expect(await tab.send('pick-up', asked)).toMatchObject({ ok: false });
  expect(all.sip().calls).toEqual([]);
});
