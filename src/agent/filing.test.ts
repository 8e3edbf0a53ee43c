/** Files: what becomes a row, what rings, who may ask for what. */
import { expect, test } from 'vitest';
import { withFileSession } from '../protocol/file-offer.ts';
import { dataChannelUri } from '../protocol/msrp-uri.ts';
import { BEN, signedInStage, type StageTab } from './testing/stage.ts';

const BROWSER =
  'v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n';
const FILE = {
  ...{ id: 'f1', name: 'plan.pdf', type: 'application/pdf', size: 1000, hash: 'ab'.repeat(32), from: 1 },
  ...{ sends: true, icon: null, stream: 0, path: dataChannelUri('abc') },
};
const offer = (change: Partial<typeof FILE> = {}): string =>
  withFileSession(BROWSER, { ...FILE, ...change }, true) ?? '';
const states = (tab: StageTab): string[] =>
  tab.facts.flatMap((fact) => (fact.fact === 'transfer' ? [fact.transfer.state] : []));
const picked = { id: 'f2', conversation: BEN, name: '../x/plan.pdf', type: 'application/pdf', size: 1000 };

test('I04 an offered file is a row, never a call, and is taken by one tab', async () => {
  const { stage, tab } = await signedInStage();
  tab.media = () => ({ ok: true, value: { sdp: 'sdp' } });
  const call = stage.sip().rings({ offer: offer() });
  await stage.pass(10);
  expect(tab.last('call')).toBeUndefined();
  expect(tab.last('messages')?.rows[0]).toMatchObject({
    ...{ id: 'f1', sender: BEN, mine: false, state: 'received', text: 'plan.pdf (1.0 kB)' },
    ...{ files: [{ name: 'plan.pdf', size: 1000 }], transfer: { is: 'offered', via: 'peer' } },
  });
  expect(await tab.send('accept-file', { id: 'f1' })).toMatchObject({ ok: true });
  expect(await tab.send('accept-file', { id: 'f1' })).toMatchObject({ ok: false });
  expect(call.did).toEqual(['accept audio']);
  expect(await call.media?.getDescription({ video: false, iceRestart: false })).toBeDefined();
  expect(tab.requests.at(-1)).toContain('describe-file');
  call.says({ is: 'established' });
  await tab.send('file-news', { id: 'f1', news: { is: 'moving', octets: 10 } });
  await tab.send('file-news', { id: 'f1', news: { is: 'whole' } });
  await stage.pass(10);
  expect(states(tab)).toEqual(['offered', 'accepted', 'moving', 'done']);
  expect(stage.shelves.calls.size).toBe(0);
  expect(tab.last('account')?.account?.presence.activity).toBeUndefined();
});

test('I04 a file goes out once it was read; its name carries no path', async () => {
  const { stage, tab } = await signedInStage();
  expect(await tab.send('offer-file', picked)).toEqual({ ok: true, value: { via: 'peer' } });
  expect(tab.last('messages')?.rows[0]).toMatchObject({
    id: 'f2',
    mine: true,
    files: [{ name: 'plan.pdf' }],
  });
  expect(stage.sip().calls).toEqual([]);
  await tab.send('file-hashed', { id: 'f2', hash: 'cd'.repeat(32) });
  const [call] = stage.sip().calls;
  call?.says({ is: 'ringing' });
  call?.says({ is: 'ended', by: 'them', status: 603, reason: '', elsewhere: false });
  await stage.pass(10);
  expect(tab.last('messages')?.rows[0]?.transfer).toEqual({
    is: 'declined',
    via: 'peer',
    why: 'ben declined it.',
  });
});

test('I04 only who was offered a file may ask for the rest of it', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('offer-file', picked);
  await tab.send('file-hashed', { id: 'f2', hash: null });
  const again = offer({ id: 'f2', sends: false, from: 500 });
  // It has failed: nothing is given any more.
  expect(stage.sip().rings({ offer: again }).did).toEqual(['reject 410']);
  await tab.send('offer-file', picked);
  await tab.send('file-hashed', { id: 'f2', hash: 'cd'.repeat(32) });
  stage.sip().calls[0]?.says({ is: 'established' });
  await tab.send('file-news', { id: 'f2', news: { is: 'moving', octets: 499 } });
  await tab.send('file-news', { id: 'f2', news: { is: 'cut', octets: 499 } });
  expect(stage.sip().rings({ offer: again, peer: 'sip:eve@x.test' }).did).toEqual(['reject 480']);
  expect(stage.sip().rings({ offer: offer({ id: 'other', sends: false, from: 5 }) }).did).toEqual([
    'reject 480',
  ]);
  expect(stage.sip().rings({ offer: again }).did).toEqual(['accept audio']);
});

test('I04 F05 what cannot be read is refused, and one person cannot fill the log', async () => {
  const { stage } = await signedInStage();
  expect(stage.sip().rings({ offer: offer().replace(/ size:\d+/, '') }).did).toEqual(['reject 488']);
  for (let n = 0; n < 20; n++) stage.sip().rings({ offer: offer({ id: `n${n}` }) });
  expect(stage.sip().rings({ offer: offer({ id: 'one-more' }) }).did).toEqual(['reject 486']);
});

test('I04 the tab of a file dies: the other side is told, the row says so', async () => {
  const { stage, tab } = await signedInStage();
  const other = await stage.tab('tab-2');
  await other.send('offer-file', picked);
  await other.send('file-hashed', { id: 'f2', hash: 'cd'.repeat(32) });
  other.die();
  await stage.pass(10);
  expect(stage.sip().calls[0]?.did).toEqual(['hang up']);
  expect(tab.last('messages')?.rows[0]?.transfer).toMatchObject({ is: 'failed' });
});
