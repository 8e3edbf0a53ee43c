/** Calls: who owns them, how they end, what the log and the others see. */
import { expect, test } from 'vitest';
import { BEN, signedInStage, type StageTab } from './testing/stage.ts';

const states = (tab: StageTab): string[] =>
  tab.facts.flatMap((fact) =>
    fact.fact === 'call' ? [`${fact.call.state}${fact.call.end ? ` ${fact.call.end}` : ''}`] : [],
  );
const ended = { is: 'ended', by: 'them', status: null, reason: '', elsewhere: false } as const;

test('a call rings, is answered, is seen by others, and ends once', async () => {
  const { stage, tab } = await signedInStage();
  const outcome = await tab.send('call', { peer: BEN, video: true, tab: 'tab-1' });
  const call = stage.sip().calls[0];
  expect(outcome).toEqual({ ok: true, value: { id: call?.id } });
  call?.says({ is: 'ringing' });
  call?.says({ is: 'established' });
  await stage.pass(5000);
  expect(stage.sip().published.at(-1)).toContain('on-the-phone');
  expect(tab.last('account')?.account?.presence).toMatchObject({ availability: 'busy', activity: 'call' });
  call?.says(ended);
  call?.says(ended);
  await stage.pass(10);
  expect(states(tab)).toEqual(['dialling', 'ringing', 'established', 'ended hung-up']);
  expect(tab.last('call-logged')?.row).toMatchObject({
    direction: 'out',
    end: 'hung-up',
    duration: 5000,
    video: true,
  });
  expect(tab.last('account')?.account?.presence).toMatchObject({ availability: 'available' });
  expect((await stage.tab('tab-2')).boot.calls).toEqual([]);
});

test('the first tab to answer has the call, its media and nobody else', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  const call = stage.sip().rings({ offersVideo: true, subject: 'Budget' });
  expect(tab.last('call')?.call).toMatchObject({
    state: 'incoming',
    video: true,
    subject: 'Budget',
    owner: null,
  });
  expect(await other.send('answer', { id: call.id, video: false, tab: 'tab-2' })).toEqual({
    ok: true,
    value: null,
  });
  expect(await tab.send('answer', { id: call.id, video: true, tab: 'tab-1' })).toMatchObject({ ok: false });
  expect(call.did).toEqual(['accept audio']);
  expect(tab.last('call')?.call).toMatchObject({ state: 'answering', owner: 'tab-2' });
  expect(await call.media?.getDescription({ video: false, iceRestart: false })).toBe('sdp of tab-2');
  expect(tab.requests).toEqual([]);
  expect(other.requests).toEqual([`get-description {"video":false,"iceRestart":false,"call":"${call.id}"}`]);
});

test('when the tab of a call dies, the call ends at once and its media fail', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  await other.send('call', { peer: BEN, video: false, tab: 'tab-2' });
  const [call] = stage.sip().calls;
  call?.says({ is: 'established' });
  other.die();
  expect(call?.did).toEqual(['hang up']);
  await expect(call?.media?.getDescription({ video: false, iceRestart: false })).rejects.toThrow(/closed/);
  expect(states(tab).at(-1)).toBe('ended hung-up');
});

test('closing another tab keeps the call', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  other.die();
  expect(stage.sip().calls[0]?.did).toEqual([]);
});

test('nobody answers within 45 seconds', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  stage.sip().calls[0]?.says({ is: 'ringing' });
  await stage.pass(44_000);
  expect(states(tab).at(-1)).toBe('ringing');
  await stage.pass(2000);
  expect(tab.last('call')?.call).toMatchObject({ end: 'no-answer', why: 'Ben did not answer.' });
  expect(stage.sip().calls[0]?.did).toEqual(['hang up']);
});

test('a missed call is in the log; one answered elsewhere says so; a declined one is declined', async () => {
  const { stage, tab } = await signedInStage();
  const log = () => stage.shelves.calls.get(tab.last('call')?.call.id ?? '')?.end;
  stage.sip().rings({}).says(ended);
  expect(log()).toBe('missed');
  stage
    .sip()
    .rings({})
    .says({ ...ended, elsewhere: true });
  expect(log()).toBe('elsewhere');
  const call = stage.sip().rings({});
  await tab.send('decline', { id: call.id });
  expect([call.did, log()]).toEqual([['reject 603'], 'declined']);
  expect(await tab.send('answer', { id: call.id, video: false, tab: 'tab-1' })).toMatchObject({ ok: false });
});

test('EV1 whoever calls while we call them is busy; others ring, also a second time, up to a bound', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  expect(stage.sip().rings({}).did).toEqual(['reject 486']);
  stage.sip().calls[0]?.says({ is: 'established' });
  expect([1, 2, 3].map(() => stage.sip().rings({}).did)).toEqual([[], [], ['reject 486']]);
  const others = [1, 2, 3, 4, 5, 6, 7].map((n) => stage.sip().rings({ peer: `sip:cat${n}@x.test` }).did);
  expect(others.map(([did]) => did)).toEqual([...Array<undefined>(6).fill(undefined), 'reject 486']);
});

test.each([
  [
    'the mailbox of the organisation',
    'sip:voicemail@x.test',
    'Answered by voicemail, which records after the tone',
  ],
  ['a device', 'sip:8f3a@8f3a.invalid;transport=ws', undefined],
  ['somebody of that name elsewhere', 'sip:voicemail@elsewhere.test', undefined],
])('EV1 the caller sees that %s has answered', async (_, answeredAt, passed) => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  const [call] = stage.sip().calls;
  if (call) Object.assign(call, { answeredAt }).says({ is: 'established' });
  expect(tab.last('call')?.call.state).toBe('established');
  expect(tab.last('call')?.call.passed).toBe(passed);
});

test('a call that cannot be set up says so, and offline nothing is tried', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  stage.sip().calls[0]?.says({ ...ended, status: 486 });
  expect(tab.last('call')?.call).toMatchObject({ end: 'busy', why: 'Ben is busy on another call.' });
  stage.sip().connect({ is: 'offline', retryAt: 1, why: 'cut' });
  expect(await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' })).toMatchObject({ ok: false });
});

test('asks for a new offer', async () => {
  const { stage, tab } = await signedInStage();
  const call = stage.sip().rings({});
  await tab.send('answer', { id: call.id, video: false, tab: 'tab-1' });
  expect(await tab.send('renegotiate', { id: call.id, iceRestart: true })).toEqual({ ok: true, value: null });
  expect(call.did).toEqual(['accept audio', 'ice restart']);
  expect(await tab.send('renegotiate', { id: 'none' })).toMatchObject({ ok: false });
});

test('P15 a call from a focus is a conference', async () => {
  const { stage, tab } = await signedInStage();
  const headers = [{ name: 'Contact', value: '<sip:room@focus.x.test>;isfocus' }];
  const call = stage.sip().rings({ headers });
  const { id } = call;
  await tab.send('answer', { id, video: false, tab: 'tab-1' });
  call.says({ is: 'established' });
  await stage.pass(10);
  expect(tab.last('account')?.account?.presence).toMatchObject({
    availability: 'busy',
    activity: 'conference',
  });
  call.says(ended);
  await stage.pass(10);
  expect(tab.last('account')?.account?.presence).toMatchObject({ availability: 'available' });
});

test('N04 TC2 a call for somebody else says for whom, who sent it on, and who took it', async () => {
  const { stage, tab } = await signedInStage();
  const call = stage.sip().rings({
    subject: 'Pile schedule',
    headers: [
      { name: 'History-Info', value: '"Ingrid Solberg" <sip:ingrid@x.test>;index=1' },
      { name: 'History-Info', value: '<sip:mei@x.test>;index=1.1, <sip:ann@x.test>;index=1.1.1' },
    ],
  });
  const forUser = { aor: 'sip:ingrid@x.test', name: 'Ingrid Solberg' };
  expect(tab.last('call')?.call).toMatchObject({ forUser, forwardedBy: { aor: 'sip:mei@x.test' } });
  call.says({ ...ended, elsewhere: true, reason: 'Answered by Léa Fontaine' });
  await stage.pass(10);
  expect(tab.last('call')?.call).toMatchObject({
    end: 'elsewhere',
    answeredBy: 'Léa Fontaine',
    why: 'Léa Fontaine answered.',
  });
  expect(tab.last('call-logged')?.row).toMatchObject({
    ...{ end: 'elsewhere', forUser, answeredBy: 'Léa Fontaine', subject: 'Pile schedule' },
  });
});

test('N01 a conference that calls is an invitation', async () => {
  const { stage, tab } = await signedInStage();
  stage.sip().rings({ headers: [{ name: 'Contact', value: '<sip:room@focus.x.test>;isfocus' }] });
  expect(tab.last('call')?.call).toMatchObject({ isInvitation: true });
  expect(tab.last('call')?.call.forUser).toBeUndefined();
});

test('N03 the far end comes back with another dialog: the same call, in the same window, goes on', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: true, tab: 'tab-1' });
  const [first] = stage.sip().calls;
  if (!first) throw new Error('no call');
  first.says({ is: 'established' });
  const next = stage.sip().rings({ replaces: first, peer: 'sip:cat@x.test', peerName: 'Cat' });
  await stage.pass(10);
  expect(next.did).toEqual(['accept video']);
  await next.media?.getDescription({ video: true, iceRestart: false });
  expect(tab.requests.at(-1)).toContain(`"call":"${first.id}#2"`);
  next.says({ is: 'established' });
  first.says(ended);
  await stage.pass(10);
  expect(states(tab).at(-1)).toBe('established');
  expect(tab.last('call')?.call).toMatchObject({
    ...{ id: first.id, peer: 'sip:cat@x.test', peerName: 'Cat', connection: `${first.id}#2` },
  });
  await tab.send('hang-up', { id: first.id });
  expect(next.did.at(-1)).toBe('hang up');
  expect(states(tab).filter((state) => state.startsWith('ended'))).toHaveLength(1);
});

test('N03 what was to continue a call fails: the call goes on as it was, or ends once', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  const [first] = stage.sip().calls;
  if (!first) throw new Error('no call');
  first.says({ is: 'established' });
  stage.sip().rings({ replaces: first }).says(ended);
  expect(states(tab).at(-1)).toBe('established');
  expect(await tab.send('renegotiate', { id: first.id })).toMatchObject({ ok: true });
  const second = stage.sip().rings({ replaces: first });
  first.says(ended);
  expect(states(tab).at(-1)).toBe('established');
  second.says(ended);
  expect(states(tab).filter((state) => state.startsWith('ended'))).toHaveLength(1);
});

test('CD1 a call in a manager’s name says so, here and in the log', async () => {
  const { stage, tab } = await signedInStage();
  const behalf = { aor: 'sip:maya@x.test', name: 'Maya Chen' };
  await tab.send('call', { peer: BEN, video: false, behalf, tab: 'tab-1' });
  const [call] = stage.sip().calls;
  expect(call?.behalf).toBe(behalf.aor);
  expect(tab.last('call')?.call.onBehalfOf).toEqual(behalf);
  call?.says({ is: 'established' });
  call?.says(ended);
  await stage.pass(10);
  expect(tab.last('call-logged')?.row.onBehalfOf).toEqual(behalf);
});

test('CD1 whoever is no longer a delegate reads why the call was refused', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', {
    peer: BEN,
    video: false,
    behalf: { aor: 'sip:maya@x.test', name: 'Maya Chen' },
    tab: 'tab-1',
  });
  stage.sip().calls[0]?.says({ ...ended, status: 403, reason: 'Not their delegate' });
  expect(tab.last('call')?.call).toMatchObject({
    end: 'failed',
    why: 'The server took no call on behalf of Maya Chen: you may no longer be their delegate. You can call Ben in your own name.',
  });
});

test('CD1 who is called learns who speaks and for whom; Referred-By alone says nothing', async () => {
  const { stage, tab } = await signedInStage();
  const asserted = { name: 'P-Asserted-Identity', value: '"Maya Chen" <sip:maya@x.test>' };
  const call = stage.sip().rings({ headers: [asserted, { name: 'Referred-By', value: `<${BEN}>` }] });
  const onBehalfOf = { aor: 'sip:maya@x.test', name: 'Maya Chen' };
  expect(tab.last('call')?.call).toMatchObject({ peer: BEN, onBehalfOf });
  call.says(ended);
  await stage.pass(10);
  expect(tab.last('call-logged')?.row).toMatchObject({ conversation: BEN, end: 'missed', onBehalfOf });
  stage.sip().rings({ headers: [{ name: 'Referred-By', value: '<sip:maya@x.test>' }] });
  expect(tab.last('call')?.call.onBehalfOf).toBeUndefined();
});

test('CD2 the caller sees, and reads later, who answered in the place of whom they called', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('call', { peer: BEN, video: false, tab: 'tab-1' });
  const [call] = stage.sip().calls;
  const answeredBy = { aor: 'sip:dana@x.test', name: 'Dana Cole' };
  if (call) Object.assign(call, { answeredBy }).says({ is: 'established' });
  expect(tab.last('call')?.call.answerer).toEqual(answeredBy);
  call?.says(ended);
  await stage.pass(10);
  expect(tab.last('call-logged')?.row).toMatchObject({ end: 'hung-up', answeredBy: 'Dana Cole' });
});
