/** Calls whose socket goes away: established ones go on, ringing ones wait for the server to ask again. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallFact } from '../../src/sip/contract.ts';
import { client } from './client.ts';
import { callBob, online, pass, ring } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ends = (facts: readonly CallFact[]) => facts.filter((fact) => fact.is === 'ended');

describe('without a socket', () => {
  test('an established call goes on, and a hang-up meanwhile is told afterwards', async () => {
    const alice = client();
    await online(alice);
    const bob = await callBob(alice);
    alice.server.refusing.add('ws://one.example/');
    alice.server.socket.cut();
    await pass(5000);
    expect(ends(bob.facts)).toHaveLength(0);
    bob.call.hangUp();
    expect(ends(bob.facts)).toHaveLength(1);
    alice.server.refusing.clear();
    await pass(10_000);
    expect(alice.server.sent('BYE')).toHaveLength(1);
  });

  test('an offer in flight is rolled back and made again with a restart', async () => {
    const alice = client();
    await online(alice);
    const bob = await callBob(alice);
    const before = alice.server.script;
    alice.server.script = (request) => request.method === 'INVITE';
    const renegotiated = bob.call.renegotiate({ video: true, iceRestart: false });
    await pass(50);
    alice.server.script = before;
    alice.server.socket.cut();
    await pass(500);
    expect(await renegotiated).toEqual({ ok: true });
    expect(bob.media.said).toEqual(['get', 'set', 'get video', 'rollback', 'get video restart', 'set']);
    expect(alice.server.sent('INVITE')).toHaveLength(3);
    bob.invite();
    await pass(20);
    expect(bob.status).toBe(200);
  });

  test('a call that rings us goes on ringing when the server asks again', async () => {
    const alice = client();
    await online(alice);
    ring(alice);
    alice.server.socket.cut();
    await pass(500);
    ring(alice);
    await pass(5);
    expect(alice.calls).toHaveLength(1);
    expect(alice.server.responses.map((response) => response.status)).toEqual([180, 180]);
    await alice.calls[0]?.accept(new FakeMedia(), { video: false });
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(200);
  });

  test('... and ends when it does not', async () => {
    const alice = client();
    await online(alice);
    ring(alice);
    alice.server.socket.cut();
    await pass(21_000);
    expect(alice.facts).toMatchObject([{ is: 'ended', by: 'network' }]);
  });

  test('a peer that forgot the call ends it', async () => {
    const alice = client();
    await online(alice);
    const bob = await callBob(alice);
    alice.server.script = (request) => {
      if (request.method === 'INVITE') alice.server.answer(request, { status: 481 });
      return request.method === 'INVITE';
    };
    alice.server.socket.cut();
    await pass(500);
    expect(ends(bob.facts)).toMatchObject([{ by: 'network', status: 481 }]);
  });
});
