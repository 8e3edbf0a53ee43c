/** A call outlives the page that has its media (RFC 3891). */
import { expect, test } from 'vitest';
import type { Shelves } from '../store/memory-vault.ts';
import type { SipCall } from '../sip/contract.ts';
import type { FakeCall } from './testing/fake-sip.ts';
import { BEN, createStage, signedInStage, type Stage, type StageTab } from './testing/stage.ts';

const states = (tab: StageTab): string[] =>
  tab.facts.flatMap((fact) =>
    fact.fact === 'call' ? [`${fact.call.state}${fact.call.end ? ` ${fact.call.end}` : ''}`] : [],
  );
const ended = { is: 'ended', by: 'them', status: null, reason: '', elsewhere: false } as const;

const DIALOG = {
  ...{ callId: 'c', localTag: 'ours', remoteTag: 'theirs', takesReplaces: true },
  target: 'sip:ben@x.test;gr=urn:uuid:1',
};
const STANDING = { muted: true, held: false, camera: false, picture: false };

/** A call that is up in the given tab, with a dialog that can be replaced. */
async function callUp(stage: Stage, tab: StageTab, change: Partial<SipCall> = {}): Promise<FakeCall> {
  await tab.send('call', { peer: BEN, video: false, tab: tab.name });
  const call = stage.sip().calls.at(-1);
  if (!call) throw new Error('no call');
  Object.assign(call, { dialog: DIALOG, ...change });
  call.says({ is: 'established' });
  await tab.send('keep-standing', { id: call.id, standing: STANDING });
  await stage.pass(10);
  return call;
}

/** Another agent on the same store, and its first window. */
async function comeBack(shelves: Shelves): Promise<{ stage: Stage; tab: StageTab }> {
  const stage = await createStage({ shelves });
  const tab = await stage.tab();
  stage.sip().connect();
  await stage.pass(100);
  return { stage, tab };
}

test('N03 the window of a call is reloaded: the next one takes it up, muted as it was', async () => {
  const { stage, tab } = await signedInStage();
  const call = await callUp(stage, tab);
  tab.die();
  expect(call.did).toEqual([]);
  const next = await stage.tab('tab-2');
  expect(next.boot.calls).toMatchObject([{ id: call.id, state: 'established', owner: 'tab-2' }]);
  await stage.pass(10);
  const taken = stage.sip().calls.at(-1);
  expect(taken?.peer).toBe(DIALOG.target);
  expect(taken?.replaced).toEqual({ callId: 'c', toTag: 'theirs', fromTag: 'ours' });
  await taken?.media?.getDescription({ video: false, iceRestart: false });
  expect(next.requests.at(-1)).toContain(JSON.stringify(STANDING));
  taken?.says({ is: 'established' });
  call.says(ended);
  await stage.pass(20_000);
  expect(states(next).filter((state) => state.startsWith('ended'))).toEqual([]);
  await next.send('hang-up', { id: call.id });
  expect(taken?.did).toEqual(['hang up']);
});

test('N03 no window comes: the other side gets BYE after some seconds', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  const call = await callUp(stage, tab);
  tab.die();
  await stage.pass(5000);
  expect(call.did).toEqual([]);
  await stage.pass(2000);
  expect(call.did).toEqual(['hang up']);
  expect(states(other).at(-1)).toBe('ended hung-up');
  expect(stage.shelves.meta['calls-up']).toEqual([]);
});

test('N03 a call that no other window can take up is over soon when none comes', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  const call = await callUp(stage, tab, { dialog: { ...DIALOG, takesReplaces: false } });
  tab.die();
  expect(call.did).toEqual(['hang up']);
  await stage.pass(7000);
  expect(states(other).at(-1)).toBe('ended hung-up');
  expect(stage.shelves.meta['calls-up']).toEqual([]);
});

test('N03 the agent goes with the page: the one after it takes the call up, within 20 seconds', async () => {
  const before = await signedInStage();
  const call = await callUp(before.stage, before.tab);
  const { shelves } = before.stage;
  expect(shelves.meta['calls-up']).toMatchObject([{ id: call.id, dialog: DIALOG, standing: STANDING }]);
  const { stage, tab } = await comeBack(shelves);
  const taken = stage.sip().calls.at(-1);
  expect(taken?.replaced).toEqual({ callId: 'c', toTag: 'theirs', fromTag: 'ours' });
  expect(tab.last('call')?.call).toMatchObject({ id: call.id, state: 'established', owner: 'tab-1' });
  taken?.says({ is: 'established' });
  taken?.says(ended);
  await stage.pass(10);
  expect(tab.last('call-logged')?.row).toMatchObject({ id: call.id, end: 'hung-up' });
  expect(stage.shelves.meta['calls-up']).toEqual([]);
});

test('N03 the person leaves a call while it is being taken up: the far end hears of it', async () => {
  const before = await signedInStage();
  const call = await callUp(before.stage, before.tab);
  const { stage, tab } = await comeBack(before.stage.shelves);
  const taken = stage.sip().calls.at(-1);
  await tab.send('hang-up', { id: call.id });
  expect(states(tab).at(-1)).toBe('ended hung-up');
  expect(taken?.did).toEqual([]);
  taken?.says({ is: 'established' });
  expect(taken?.did).toEqual(['hang up']);
  await stage.pass(30_000);
  expect(states(tab).filter((state) => state.startsWith('ended'))).toEqual(['ended hung-up']);
});

test('N03 a call that cannot be taken up is lost, once, and is in the log', async () => {
  const before = await signedInStage();
  const call = await callUp(before.stage, before.tab);
  const { stage, tab } = await comeBack(before.stage.shelves);
  stage
    .sip()
    .calls.at(-1)
    ?.says({ ...ended, status: 481 });
  await stage.pass(10);
  expect(states(tab).filter((state) => state.startsWith('ended'))).toEqual(['ended lost']);
  expect(tab.last('call-logged')?.row).toMatchObject({ id: call.id, end: 'lost' });
});

test('N03 a call that no other window can take up is said to be lost, and logged, by the next agent', async () => {
  const before = await signedInStage();
  const call = await callUp(before.stage, before.tab, { dialog: { ...DIALOG, takesReplaces: false } });
  expect(before.tab.last('call')?.call.isTied).toBe(true);
  const { stage, tab } = await comeBack(before.stage.shelves);
  expect(stage.sip().calls).toEqual([]);
  expect(tab.boot.calls).toMatchObject([{ id: call.id, state: 'established', owner: 'tab-1' }]);
  expect(states(tab).at(-1)).toBe('ended lost');
  expect(tab.last('call')?.call.why).toMatch(/^The call ended with its window: /);
  expect(tab.last('call-logged')?.row).toMatchObject({ id: call.id, end: 'lost' });
  expect(stage.shelves.meta['calls-up']).toEqual([]);
});

test('N03 a far end that knows no Replaces gets BYE at once; a call of yesterday is nobody’s', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('add-contact', { aor: BEN, name: 'Benno' });
  const call = await callUp(stage, tab, { dialog: { ...DIALOG, takesReplaces: false } });
  tab.die();
  expect(call.did).toEqual(['hang up']);
  call.says({ ...ended, by: 'us' });
  const next = await stage.tab('tab-2');
  await stage.pass(10);
  expect(next.last('call')?.call).toMatchObject({ state: 'ended', end: 'lost', owner: 'tab-2' });
  expect(next.last('call')?.call.why).toMatch(/^The call ended with its window: Benno's device/);
  const old = await signedInStage();
  await callUp(old.stage, old.tab);
  const { shelves } = old.stage;
  const rows = (shelves.meta['calls-up'] ?? []).map((row) => ({ ...row, aliveAt: row.aliveAt - 61_000 }));
  shelves.meta = { ...shelves.meta, 'calls-up': rows };
  const later = await comeBack(shelves);
  expect(later.stage.sip().calls).toEqual([]);
  expect(later.tab.boot.calls).toEqual([]);
});
