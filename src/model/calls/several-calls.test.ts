import { afterEach, expect, test } from 'vitest';
import type { AgentLink, Boot, CallSnapshot, Commands, MediaRequests } from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { PeerConnections } from '../../media/peer-connections.ts';
import { Tones } from '../../media/tones.ts';
import { CallLog } from './call-log.svelte.ts';
import { Calls } from './calls.svelte.ts';
import { Ringer } from './ringer.ts';
import { USUAL } from '../../media/processing.ts';

const ingrid = 'sip:ingrid@larkfield.example';
const daniel = 'sip:daniel@larkfield.example';
type Serve = Parameters<AgentLink['serveMedia']>[0];
type Answers = { [C in keyof Commands]?: (input: Commands[C][0]) => Commands[C][1] };
const ok = { ok: true, value: null } as const;
const closes: (() => void)[] = [];
afterEach(() => closes.splice(0).forEach((close) => close()));

function set(answers: Answers) {
  let serve: Serve | null = null;
  const fake = fakeLink({} as Boot, answers);
  const link: AgentLink = { ...fake, serveMedia: (handler) => (serve = handler) };
  const peers = new PeerConnections(
    () => [],
    () => ({ microphone: null, camera: null, processing: USUAL }),
  );
  const ringer = new Ringer(new Tones());
  const log = new CallLog({ page: () => Promise.resolve([]) }, null);
  const calls = new Calls({ link, peers, ringer, log, isQuiet: () => true });
  closes.push(() => peers.all.forEach((peer) => peer.close()));
  const tell = (call: Partial<CallSnapshot>) => {
    const first = { id: 'in', peer: ingrid, peerName: '', direction: 'in', state: 'incoming' } as const;
    calls.apply({ fact: 'call', call: { ...first, video: false, owner: null, startedAt: 1, ...call } });
  };
  return {
    ...{ peers, calls, tell },
    asked: (command: string) =>
      fake.asked.filter((each) => each.command === command).map((each) => each.input),
    serve: <M extends keyof MediaRequests>(verb: M, input: MediaRequests[M][0]) => {
      if (!serve) throw new Error('media is not served');
      return serve(verb, input);
    },
  };
}

test('EV1 several calls at once: answering, calling and resuming hold the one that was heard', async () => {
  const { calls, tell, serve, asked, peers } = set({ renegotiate: () => ok });
  const up = async (id: string, peer: string) => {
    await serve('get-description', { call: id, video: false, iceRestart: false });
    tell({ id, peer, state: 'established', owner: 'tab-1' });
    const call = calls.current;
    if (call?.id !== id) throw new Error(`${id} is not heard`);
    return call;
  };
  const one = { id: 'one', owner: 'tab-1', direction: 'out' } as const;
  tell({ ...one, state: 'dialling' });
  const first = await up('one', ingrid);
  tell({ id: 'two', peer: daniel });
  const [rings] = calls.incoming;
  if (!rings) throw new Error('nothing rings');
  await calls.answer(rings, false);
  expect(peers.find('one')?.held).toBe(true);
  tell({ id: 'two', peer: daniel, state: 'answering', owner: 'tab-1' });
  const second = await up('two', daniel);
  expect(calls.held).toEqual([first]);
  expect(asked('hang-up')).toEqual([]);
  expect(asked('renegotiate')).toEqual([{ id: 'one' }]);
  await calls.resume(first);
  expect([calls.current, first.isHeld, second.isHeld]).toEqual([first, false, true]);
  expect(second.heldAt).not.toBeNull();
  // Muting is of the call that is heard alone.
  first.setMuted(true);
  expect([first.isMuted, second.isMuted]).toEqual([true, false]);
  // Who is waiting goes on waiting when the one that is heard ends.
  tell({ id: 'one', state: 'ended', owner: 'tab-1', end: 'hung-up' });
  calls.dismiss(first);
  expect([calls.current, second.isHeld, calls.held]).toEqual([second, true, []]);
});

test('EV1 a call taken in another window holds the one of this window, also when the other side does not agree', async () => {
  const { calls, tell, serve, peers } = set({ renegotiate: () => ({ ok: false, why: 'no', status: 488 }) });
  tell({ id: 'one', state: 'dialling', owner: 'tab-1', direction: 'out' });
  await serve('get-description', { call: 'one', video: false, iceRestart: false });
  tell({ id: 'one', state: 'established', owner: 'tab-1', direction: 'out' });
  tell({ id: 'two', peer: daniel, state: 'answering', owner: 'tab-2' });
  await expect.poll(() => calls.current?.problems).toEqual(['no']);
  expect(peers.find('one')?.held).toBe(true);
});

test('AC2 why a transfer failed stays on screen once the call is heard again', async () => {
  const { calls, tell, serve, peers } = set({ renegotiate: () => ok, transfer: () => ok });
  const up = { id: 'one', peer: ingrid, state: 'established', owner: 'tab-1', direction: 'out' } as const;
  tell({ ...up, state: 'dialling' });
  await serve('get-description', { call: 'one', video: false, iceRestart: false });
  tell(up);
  const call = calls.current;
  if (!call) throw new Error('no call');
  await calls.transfer(call, { aor: daniel, name: 'Daniel' });
  expect(peers.find('one')?.held).toBe(true);
  tell({
    ...up,
    transfer: { to: daniel, words: 'The transfer failed. Daniel declined the call.', failed: true },
  });
  await expect.poll(() => call.isHeld || call.isBusy).toBe(false);
  expect(call.problems).toEqual(['The transfer failed. Daniel declined the call.']);
  // Another try begins without it.
  await calls.transfer(call, { aor: daniel, name: 'Daniel' });
  expect(call.problems).toEqual([]);
});

const manager = { aor: daniel, name: 'Daniel' };
/** A call that I answered for somebody, and the call to them that is to take it over. */
async function passing(answers: Answers = {}) {
  const all = { renegotiate: () => ok, transfer: () => ok, 'hang-up': () => ok, ...answers };
  const set_ = set({ call: () => ({ ok: true, value: { id: 'two' } }), ...all });
  const { calls, tell, serve } = set_;
  const one = { id: 'one', peer: ingrid, owner: 'tab-1', direction: 'in' } as const;
  tell({ ...one, state: 'answering' });
  await serve('get-description', { call: 'one', video: false, iceRestart: false });
  tell({ ...one, state: 'established' });
  const call = calls.current;
  if (!call) throw new Error('no call');
  await Promise.all([1, 2].map(() => calls.pass(call, manager, 'Ingrid is on the line')));
  const two = { id: 'two', peer: daniel, owner: 'tab-1', direction: 'out' } as const;
  tell({ ...two, state: 'dialling' });
  return { ...set_, call, two, one };
}

test('CD1 a call is passed to whom it was for in one step: they are called, and connected when they answer', async () => {
  const { asked, tell, two, call } = await passing();
  expect(asked('call')).toMatchObject([{ peer: daniel, subject: 'Ingrid is on the line' }]);
  expect(call.isHeld).toBe(true);
  expect(asked('transfer')).toEqual([]);
  tell({ ...two, state: 'established' });
  await expect
    .poll(() => asked('transfer'))
    .toEqual([{ id: 'one', to: daniel, name: 'Daniel', joins: 'two' }]);
  tell({ ...two, state: 'ended', end: 'hung-up' });
  expect(call.isHeld).toBe(true);
});

test('CD1 AC2 it comes back when they do not answer, or cannot take it over', async () => {
  const { tell, two, call, calls } = await passing();
  tell({ ...two, state: 'ended', end: 'declined', why: 'Daniel declined the call.' });
  await expect.poll(() => call.isHeld || call.isBusy).toBe(false);
  expect([calls.current, call.problems]).toEqual([call, ['Daniel declined the call.']]);

  const why = 'Daniel’s device cannot take over a call.';
  const other = await passing({ transfer: () => ({ ok: false, why }) });
  other.tell({ ...other.two, state: 'established' });
  await expect.poll(() => other.asked('hang-up')).toEqual([{ id: 'two' }]);
  await expect.poll(() => [other.calls.current, other.call.problems]).toEqual([other.call, [why]]);
});

test('CD1 when the caller has hung up meanwhile, the other call is a call like any', async () => {
  const { tell, two, one, asked, calls } = await passing();
  tell({ ...one, state: 'ended', end: 'hung-up' });
  tell({ ...two, state: 'established' });
  expect(asked('transfer')).toEqual([]);
  expect(calls.current?.id).toBe('two');
});
