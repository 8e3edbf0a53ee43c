/** The presence of others and the own one. */
import { expect, test } from 'vitest';
import { encodePidf } from '../protocol/pidf.ts';
import { publishedDocument } from '../protocol/published-document.ts';
import { BEN, signedInStage } from './testing/stage.ts';

const NOW = 1_800_000_000_000;
const document = (note: string, aor = BEN) =>
  encodePidf(
    publishedDocument({
      ...{ aor, instanceId: 'urn:uuid:b', now: NOW, manual: 'auto', manualSince: 0, lastInput: NOW },
      ...{ note, video: true },
    }),
  );
const active = (body: string) => ({ is: 'active', contentType: 'application/pidf+xml', body }) as const;

test('what is heard reaches the tabs in one batch, folded', async () => {
  const { stage, tab } = await signedInStage();
  const people = Array.from({ length: 60 }, (_, index) => `sip:p${index}@x.test`);
  for (const aor of people) await tab.send('add-contact', { aor, name: aor });
  const watched = () =>
    [...stage.sip().subscriptions.keys()].filter((key) => key.startsWith('presence sip:p'));
  expect(watched().length).toBeLessThan(60);
  await stage.pass(5000);
  expect(watched()).toHaveLength(60);
  for (const aor of people) stage.sip().subscriptions.get(`presence ${aor}`)?.(active(document('Here', aor)));
  const before = tab.facts.length;
  await stage.pass(50);
  const facts = tab.facts.slice(before).filter((fact) => fact.fact === 'presence');
  expect(facts).toHaveLength(1);
  expect(facts[0]?.changes).toHaveLength(60);
  expect(facts[0]?.changes[0]?.[1]).toMatchObject({ availability: 'available', note: 'Here' });
});

test('P23 P24 empty means offline, pending and ended mean unknown, nonsense changes nothing', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await stage.pass(10);
  const hear = async (fact: Parameters<NonNullable<ReturnType<typeof listener>>>[0]) => {
    listener()?.(fact);
    await stage.pass(50);
    return tab.last('presence')?.changes[0]?.[1].availability;
  };
  const listener = () => stage.sip().subscriptions.get(`presence ${BEN}`);
  expect(await hear(active(document('')))).toBe('available');
  expect(await hear(active('<nonsense'))).toBe('available');
  expect(await hear(active(''))).toBe('offline');
  expect(await hear({ is: 'pending', contentType: '', body: '' })).toBe('unknown');
  expect(await hear({ is: 'ended', status: 403, reason: '' })).toBe('unknown');
});

test('P24 what was known an hour ago stands for nothing', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await stage.pass(10);
  stage.sip().subscriptions.get(`presence ${BEN}`)?.(active(document('')));
  await stage.pass(50);
  stage.sip().connect({ is: 'offline', retryAt: null, why: 'cut' });
  await stage.pass(3_500_000);
  expect(tab.last('presence')?.changes[0]?.[1].availability).toBe('available');
  await stage.pass(200_000);
  expect(tab.last('presence')?.changes[0]?.[1].availability).toBe('unknown');
});

test('P03 somebody outside the list is watched for as long as a tab looks', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  await tab.send('watch', { aor: BEN, on: true });
  await other.send('watch', { aor: BEN, on: true });
  await tab.send('watch', { aor: BEN, on: false });
  expect(stage.sip().subscriptions.has(`presence ${BEN}`)).toBe(true);
  other.die();
  expect(stage.sip().subscriptions.has(`presence ${BEN}`)).toBe(false);
});

test('P20 P21 idleness shows after five and fifteen minutes, and ends with a touch', async () => {
  const { stage, tab } = await signedInStage();
  const shown = () => tab.last('account')?.account?.presence.availability;
  await tab.send('activity', { visible: true, lastInput: NOW });
  await stage.pass(4 * 60_000);
  expect(shown()).toBe('available');
  await stage.pass(61_000);
  expect(shown()).toBe('inactive');
  await stage.pass(10 * 60_000);
  expect(shown()).toBe('away');
  expect(stage.sip().published.at(-1)).toContain('away');
  await tab.send('activity', { visible: true, lastInput: NOW + 16 * 60_000 });
  expect(shown()).toBe('available');
  await tab.send('activity', { visible: true, lastInput: NOW + 16 * 60_000, screenLocked: true });
  expect(shown()).toBe('inactive');
});

test('P10 P17 a choice by hand holds until its time, over a restart of the page, and is kept', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('set-state', { manual: 'dnd', until: NOW + 60_000 });
  await tab.send('set-note', { text: ' Reviewing the budget ' });
  await tab.send('set-location', { text: 'Office' });
  await stage.pass(10);
  expect(tab.last('account')?.account).toMatchObject({
    ...{ manual: 'dnd', note: 'Reviewing the budget', location: 'Office', presence: { availability: 'dnd' } },
  });
  expect(stage.shelves.account).toMatchObject({ manual: 'dnd', manualUntil: NOW + 60_000 });
  await stage.pass(61_000);
  expect(tab.last('account')?.account).toMatchObject({
    manual: 'auto',
    presence: { availability: 'available' },
  });
  expect(stage.sip().published.at(-1)).not.toContain('dnd');
});

test('typing on does not publish again and again', async () => {
  const { stage, tab } = await signedInStage();
  await stage.pass(10);
  const before = stage.sip().published.length;
  for (let second = 1; second < 60; second++) {
    await tab.send('activity', { visible: true, lastInput: NOW + second * 1000 });
    await stage.pass(1000);
  }
  expect(stage.sip().published.length).toBe(before);
});

test('a window that comes back to the front asks whether the connection lives', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('activity', { visible: true, lastInput: NOW });
  await tab.send('activity', { visible: false, lastInput: NOW });
  await tab.send('activity', { visible: true, lastInput: NOW });
  await tab.send('network-changed', { online: false });
  expect(stage.sip().did).toEqual(['start', 'probe', 'network false']);
});
