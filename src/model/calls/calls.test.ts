import { afterEach, expect, test, vi } from 'vitest';
import type {
  AgentLink,
  Boot,
  CallLogRow,
  CallSnapshot,
  Commands,
  MediaRequests,
} from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { PeerConnections } from '../../media/peer-connections.ts';
import type { Tone } from '../../media/tones.ts';
import { Tones } from '../../media/tones.ts';
import { Conversations } from '../chat/conversations.svelte.ts';
import { Alerts } from './alerts.svelte.ts';
import { CallLog } from './call-log.svelte.ts';
import { isMissed, logWords } from '../chat/call-outcome.ts';
import { callWords, aboutWords, forWords, modeWords, timerWords } from './call-words.ts';
import { Calls } from './calls.svelte.ts';
import { Ringer } from './ringer.ts';
import { SystemNotices } from './system-notices.ts';
import { USUAL } from '../../media/processing.ts';

const ingrid = 'sip:ingrid@larkfield.example';
const daniel = 'sip:daniel@larkfield.example';
const choice = () => ({ microphone: null, camera: null, processing: USUAL });
type Serve = Parameters<AgentLink['serveMedia']>[0];
type Answers = { [C in keyof Commands]?: (input: Commands[C][0]) => Commands[C][1] };
const ok = { ok: true, value: null } as const;

/** Tones that are only written down. */
class Played extends Tones {
  readonly log: string[] = [];
  override play(tone: Tone): () => void {
    this.log.push(tone);
    return () => this.log.push(`${tone} stops`);
  }
}

const closes: (() => void)[] = [];
afterEach(() => closes.splice(0).forEach((close) => close()));

function set(answers: Answers = {}, quiet = { on: false }, wants = { text: true }) {
  let serve: Serve | null = null;
  const fake = fakeLink({} as Boot, { call: () => ({ ok: true, value: { id: 'out' } }), ...answers });
  const link: AgentLink = { ...fake, serveMedia: (handler) => (serve = handler) };
  const peers = new PeerConnections(() => [], choice);
  const tones = new Played();
  const ringer = new Ringer(tones);
  const log = new CallLog({ page: () => Promise.resolve([]) }, null);
  const calls = new Calls({ link, peers, ringer, log, isQuiet: () => quiet.on });
  const conversations = new Conversations(link, { page: () => Promise.resolve([]) });
  const alerts = new Alerts({
    ...{ calls, conversations, ringer, notices: new SystemNotices(window), nameOf: (aor) => aor },
    isQuiet: () => quiet.on,
    isUndisturbed: () => false,
    wants: () => ({ messages: true, calls: true, sounds: true, alertText: wants.text }),
  });
  closes.push(
    alerts.start(),
    () => peers.all.forEach((peer) => peer.close()),
    () => ringer.want(null),
  );
  const tell = (call: Partial<CallSnapshot>) =>
    calls.apply({
      fact: 'call',
      call: {
        ...{ id: 'in', peer: ingrid, peerName: '', direction: 'in', state: 'incoming', video: false },
        ...{ owner: null, startedAt: 1 },
        ...call,
      },
    });
  return {
    ...{ fake, peers, tones, calls, conversations, alerts, tell },
    asked: (command: string) =>
      fake.asked.filter((each) => each.command === command).map((each) => each.input),
    serve: <M extends keyof MediaRequests>(verb: M, input: MediaRequests[M][0]) => {
      if (!serve) throw new Error('media is not served');
      return serve(verb, input);
    },
  };
}

test('an incoming call rings, is answered for this window, and stops ringing', async () => {
  const { calls, tell, tones, asked } = set();
  tell({});
  expect(calls.incoming).toHaveLength(1);
  await expect.poll(() => tones.log).toEqual(['ring']);
  const [call] = calls.incoming;
  if (!call) throw new Error('nothing rings');
  await calls.answer(call, true);
  expect(asked('answer')).toEqual([{ id: 'in', video: true, tab: 'tab-1' }]);
  tell({ state: 'answering', owner: 'tab-1' });
  expect(calls.incoming).toEqual([]);
  expect(calls.current).toBe(call);
  expect(tones.log).toEqual(['ring', 'ring stops']);
  tell({ state: 'established', owner: 'tab-1' });
  expect(call.establishedAt).not.toBeNull();
});

test('EV2 a parked call that nobody picked up rings at whoever parked it, until it is taken back', async () => {
  const { calls, tell, tones, serve, asked } = set({ renegotiate: () => ok, park: () => ok });
  const up = { state: 'established', owner: 'tab-1' } as const;
  await serve('get-description', { call: 'in', video: false, iceRestart: false });
  tell(up);
  const call = calls.current;
  await call?.park();
  expect([asked('park'), call?.isHeld]).toEqual([[{ id: 'in', on: true }], true]);
  tell({ ...up, parking: 'parked' });
  expect(tones.log).toEqual([]);
  tell({ ...up, parking: 'back' });
  expect(call && callWords(call.snapshot, 'Ingrid')).toBe('Nobody picked it up. Ingrid is waiting');
  await expect.poll(() => tones.log).toEqual(['ring']);
  await call?.setHeld(false);
  expect(asked('park').at(-1)).toEqual({ id: 'in', on: false });
  tell({ ...up, parking: 'none' });
  expect(tones.log).toEqual(['ring', 'ring stops']);
});

test('a call that another window answers leaves this one, and can be ended from here', () => {
  const { calls, tell } = set();
  tell({});
  tell({ state: 'established', owner: 'tab-2' });
  expect(calls.incoming).toEqual([]);
  expect(calls.current).toBeNull();
  expect(calls.elsewhere?.id).toBe('in');
  tell({ state: 'ended', owner: 'tab-2', end: 'hung-up' });
  expect(calls.elsewhere).toBeNull();
});

test('answered on another device leaves a line; a missed call stays until it is dismissed', () => {
  const { calls, tell, alerts } = set();
  tell({});
  tell({ state: 'ended', end: 'elsewhere' });
  tell({ id: 'in2', peer: daniel });
  tell({ id: 'in2', peer: daniel, state: 'ended', end: 'missed' });
  expect(calls.incoming).toEqual([]);
  expect(alerts.list.map((alert) => `${alert.is} ${alert.person}`)).toEqual([
    `elsewhere ${ingrid}`,
    `missed ${daniel}`,
  ]);
  alerts.dismiss('in2');
  expect(alerts.list).toHaveLength(1);
});

test('N01 N04 TC2 CD1 words of an alert: for whom, sent on by whom, and who took it', () => {
  const { calls, tell, alerts } = set();
  const forUser = { aor: 'sip:mei@larkfield.example', name: 'Mei Tanaka' };
  tell({ forUser, forwardedBy: { aor: daniel, name: '' }, isInvitation: true, video: true });
  const [call] = calls.incoming;
  if (!call) throw new Error('nothing rings');
  const nameOf = (aor: string): string => (aor === daniel ? 'Daniel' : aor.slice(4));
  expect(modeWords(call.snapshot)).toBe('Invitation to a video conference');
  expect(forWords(call.snapshot, nameOf)).toBe(' for Mei Tanaka, forwarded by Daniel');
  const onBehalfOf = { aor: daniel, name: '' };
  expect(forWords({ onBehalfOf }, nameOf)).toBe(' on behalf of Daniel');
  const peer = daniel;
  expect(aboutWords({ peer, onBehalfOf }, nameOf)).toBe('On behalf of Daniel');
  expect(aboutWords({ peer, forUser, passed: 'Transferred by Ben' }, nameOf)).toBe(
    'For Mei Tanaka · Transferred by Ben',
  );
  expect(aboutWords({ peer, answerer: forUser }, nameOf)).toBe('Answered by Mei Tanaka for Daniel');
  expect(aboutWords({ peer }, nameOf)).toBe('');
  tell({ forUser, state: 'ended', end: 'elsewhere', answeredBy: 'Grace Mwangi' });
  expect(alerts.list).toMatchObject([{ is: 'elsewhere', by: 'Grace Mwangi', forUser }]);
});

test('Do not disturb rings nothing and pops nothing up, and still shows who calls', async () => {
  const { calls, tell, tones, conversations, alerts } = set({}, { on: true });
  tell({});
  const row = {
    id: 'm',
    conversation: ingrid,
    sender: ingrid,
    mine: false,
    text: 'Hi',
    state: 'received',
    at: 1,
    order: 1,
  } as const;
  conversations.apply({ fact: 'messages', rows: [row] });
  // Had anything asked to ring, it would hold this lock by now.
  await navigator.locks.request('parley-ring', () => undefined);
  expect(tones.log).toEqual([]);
  expect(alerts.list).toEqual([]);
  expect(calls.incoming).toHaveLength(1);
});

test('a message pops up unless its conversation is on screen; the reply goes where it came from', async () => {
  const { conversations, alerts, asked } = set({ send: () => ({ ok: true, value: { id: 'r' } }) });
  const row = (id: string) =>
    ({
      id,
      conversation: ingrid,
      sender: ingrid,
      mine: false,
      text: `text ${id}`,
      state: 'received',
      at: 1,
      order: 1,
    }) as const;
  const hide = conversations.of(ingrid).show();
  conversations.apply({ fact: 'messages', rows: [row('a')] });
  expect(alerts.list).toEqual([]);
  hide();
  conversations.apply({ fact: 'messages', rows: [row('b'), row('c')] });
  const [alert] = alerts.list;
  expect(alerts.list).toHaveLength(1);
  expect(alert).toMatchObject({ is: 'message', text: 'text c' });
  if (alert) await alerts.reply(alert, 'On my way');
  expect(asked('send')).toEqual([{ conversation: ingrid, text: 'On my way' }]);
  expect(alerts.list).toEqual([]);
});

test('an outgoing call says how far it is, rings back, and stays with its reason', async () => {
  const { calls, tell, tones } = set();
  await calls.place(ingrid, false);
  const out = { id: 'out', direction: 'out', owner: 'tab-1' } as const;
  tell({ ...out, state: 'dialling' });
  const call = calls.current;
  if (!call) throw new Error('no call');
  expect(callWords(call.snapshot, 'Ingrid')).toBe('Calling');
  tell({ ...out, state: 'ringing' });
  expect(callWords(call.snapshot, 'Ingrid')).toBe('Ringing');
  expect(tones.log).toEqual(['ringback']);
  tell({ ...out, state: 'ended', end: 'busy' });
  expect(callWords(call.snapshot, 'Ingrid')).toBe('Ingrid is busy');
  expect(tones.log).toEqual(['ringback', 'ringback stops', 'busy']);
  expect(calls.current).toBe(call);
  calls.dismiss(call);
  expect(calls.current).toBeNull();
});

test('a call that is over by itself leaves the stage after a moment', () => {
  vi.useFakeTimers();
  try {
    const { calls, tell } = set();
    const out = { id: 'out', direction: 'out', owner: 'tab-1' } as const;
    tell({ ...out, state: 'established' });
    tell({ ...out, state: 'ended', end: 'hung-up' });
    expect(calls.current?.state).toBe('ended');
    vi.advanceTimersByTime(1600);
    expect(calls.current).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test('the media of a call is reached over the port, mute and camera act on it, and it ends with the call', async () => {
  const { calls, tell, serve, asked, peers } = set({ renegotiate: () => ok });
  const out = { id: 'out', direction: 'out', owner: 'tab-1' } as const;
  tell({ ...out, state: 'dialling' });
  const offer = await serve('get-description', { call: 'out', video: false, iceRestart: false });
  expect(offer.ok && offer.value.sdp).toContain('m=audio');
  const far = new PeerConnections(() => [], choice);
  closes.push(() => far.all.forEach((peer) => peer.close()));
  if (!offer.ok) throw new Error(offer.why);
  await far.apply({ call: 'out', sdp: offer.value.sdp });
  const answer = await far.describe({ call: 'out', video: false, iceRestart: false });
  if (!answer.ok) throw new Error(answer.why);
  expect(await serve('set-description', { call: 'out', sdp: answer.value.sdp })).toEqual(ok);
  tell({ ...out, state: 'established' });
  const call = calls.current;
  if (!call) throw new Error('no call');
  await expect.poll(() => call.path).toBe('connected');
  call.setMuted(true);
  expect(call.isMuted).toBe(true);
  expect(peers.find('out')?.own.microphone?.enabled).toBe(false);
  await call.setCamera(true);
  expect(call.hasCamera).toBe(true);
  expect(call.selfView).not.toBeNull();
  expect(asked('renegotiate')).toEqual([{ id: 'out' }]);
  await expect.poll(() => call.flow?.packetsIn ?? 0, { timeout: 10_000 }).toBeGreaterThan(20);
  await serve('close', { call: 'out' });
  expect(peers.find('out')).toBeNull();
  expect(call.hasCamera).toBe(false);
});

test('a camera that the other side refuses goes off again, with the reason', async () => {
  const why = 'Ingrid’s phone shows no pictures.';
  const { calls, tell, serve } = set({ renegotiate: () => ({ ok: false, why }) });
  const out = { id: 'out', direction: 'out', owner: 'tab-1' } as const;
  tell({ ...out, state: 'dialling' });
  await serve('get-description', { call: 'out', video: false, iceRestart: false });
  tell({ ...out, state: 'established' });
  const call = calls.current;
  await call?.setCamera(true);
  expect(call?.hasCamera).toBe(false);
  expect(call?.problems).toEqual([why]);
});

test('a path that cannot be healed now is healed when the connection returns', async () => {
  let online = false;
  const { calls, tell, serve, asked, peers } = set({
    renegotiate: () => (online ? ok : { ok: false, why: 'Not connected.' }),
  });
  const out = { id: 'out', direction: 'out', owner: 'tab-1' } as const;
  tell({ ...out, state: 'dialling' });
  await serve('get-description', { call: 'out', video: false, iceRestart: false });
  tell({ ...out, state: 'established' });
  peers.networkChanged();
  await expect.poll(() => asked('renegotiate')).toHaveLength(1);
  online = true;
  calls.apply({ fact: 'connection', state: { is: 'online', since: 1, server: 's' }, clockOffset: 0 });
  await expect
    .poll(() => asked('renegotiate'))
    .toEqual([
      { id: 'out', iceRestart: true },
      { id: 'out', iceRestart: true },
    ]);
});

test('missed calls are counted until the log is looked at', async () => {
  const log = new CallLog({ page: () => Promise.resolve([]) }, null);
  await log.open();
  const row = (id: string, change: Partial<CallLogRow>): CallLogRow => ({
    ...{ id, conversation: ingrid, direction: 'in', video: false, at: 1000, end: 'missed' },
    ...change,
  });
  log.add(row('a', {}));
  log.add(row('b', { at: 2000, duration: 5000, end: 'hung-up' }));
  log.add(row('c', { at: 3000, end: 'elsewhere' }));
  expect(log.missed).toBe(1);
  log.markSeen();
  expect(log.missed).toBe(0);
  log.add(row('d', { at: 4000 }));
  expect(log.missed).toBe(1);
  expect(log.rows.map((each) => each.id)).toEqual(['d', 'c', 'b', 'a']);
});

test('log and timer in words', () => {
  const row: CallLogRow = {
    id: 'a',
    conversation: ingrid,
    direction: 'out',
    video: false,
    at: 1,
    end: 'busy',
  };
  expect(logWords(row, String)).toBe('Busy');
  expect(logWords({ ...row, end: 'hung-up', duration: 6 * 60_000 }, String)).toBe('6 min');
  expect(logWords({ ...row, end: 'hung-up', duration: 32 * 60_000, video: true }, String)).toBe(
    'Video, 32 min',
  );
  expect(logWords({ ...row, direction: 'in', end: 'cancelled' }, String)).toBe('Missed');
  expect(isMissed({ ...row, direction: 'in', end: 'declined' })).toBe(false);
  expect(timerWords(258_000)).toBe('04:18');
  expect(timerWords(3_858_000)).toBe('1:04:18');
});

const wrote = (id: string, change: object = {}) => ({
  fact: 'messages' as const,
  rows: [
    {
      ...{ id, conversation: ingrid, sender: ingrid, mine: false, text: 'Sheet 14\nis frozen' },
      ...{ state: 'received' as const, at: 1, order: 1 },
      ...change,
    },
  ],
});
const summary = (change: object) => ({
  fact: 'conversations' as const,
  rows: [{ id: ingrid, last: null, unread: 1, at: 1, ...change }],
});

test('N01 an alert says the words, or only who wrote, as the person wants it', () => {
  const { conversations, alerts } = set();
  conversations.apply(wrote('m1'));
  expect(alerts.list).toMatchObject([{ text: 'Sheet 14 is frozen', throughQuiet: false }]);
  conversations.apply(wrote('m2', { text: '', files: [{ name: 'plan.pdf', type: 'a/b', size: 1 }] }));
  expect(alerts.list).toMatchObject([{ id: 'm2', text: 'plan.pdf' }]);
  const silent = set({}, { on: false }, { text: false });
  silent.conversations.apply(wrote('m1'));
  expect(silent.alerts.list).toMatchObject([{ text: '' }]);
});

test('N01 an alert goes when its conversation was read anywhere', () => {
  const { conversations, alerts } = set();
  conversations.apply(summary({}));
  conversations.apply(wrote('m1'));
  expect(alerts.list).toHaveLength(1);
  conversations.apply(summary({ unread: 0 }));
  expect(alerts.list).toEqual([]);
});

test('N01 a muted conversation alerts nobody and still counts', async () => {
  const { conversations, alerts, tones, asked } = set();
  await conversations.of(ingrid).mute(true);
  expect(asked('mute-conversation')).toEqual([{ conversation: ingrid, muted: true }]);
  conversations.apply(summary({ muted: true }));
  conversations.apply(wrote('m1'));
  expect(alerts.list).toEqual([]);
  expect(tones.log).toEqual([]);
  expect(conversations.unread).toBe(1);
});
