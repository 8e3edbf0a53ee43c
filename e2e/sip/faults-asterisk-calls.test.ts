/** The faults of sip.js seen against Asterisk that happen inside calls: one test each, cured. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { client } from './client.ts';
import { answering, bobCalls, callBob, online, pass } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('2: no rollback after a refused re-INVITE', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  alice.server.script = (request) => {
    if (request.method === 'INVITE') alice.server.answer(request, { status: 488, toTag: 'bob' });
    return request.method === 'INVITE';
  };
  const refused = bob.call.renegotiate({ video: true, iceRestart: false });
  await pass(50);
  expect(await refused).toEqual({ ok: false, status: 488, reason: 'Not Acceptable Here' });
  expect(bob.media.said.at(-1)).toBe('rollback');
  alice.server.script = () => false;
  answering(alice);
  const next = bob.call.renegotiate({ video: false, iceRestart: false });
  await pass(50);
  expect(await next).toEqual({ ok: true });
  bob.invite();
  await pass(20);
  expect(bob.status).toBe(200);
});

test('3: glare while our offer is being prepared: theirs is answered first, ours follows', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  const { promise, resolve } = Promise.withResolvers<string>();
  const own = bob.media.getDescription.bind(bob.media);
  bob.media.getDescription = () => promise;
  const renegotiated = bob.call.renegotiate({ video: true, iceRestart: false });
  bob.invite();
  await pass(5);
  expect(alice.server.responses).toHaveLength(0);
  bob.media.getDescription = own;
  bob.media.said.length = 0;
  resolve('v=0\r\n');
  await pass(5);
  expect(bob.media.said).toEqual(['rollback', 'set', 'get']);
  expect(bob.status).toBe(200);
  bob.ask('ACK');
  await pass(20);
  expect(await renegotiated).toEqual({ ok: true });
  expect(bob.media.said).toEqual(['rollback', 'set', 'get', 'get video', 'set']);
});

test('3: glare on the wire: 491, rolled back, again after 2.1 to 4 s', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  let refusals = 1;
  const before = alice.server.script;
  alice.server.script = (request, socket) => {
    if (request.method !== 'INVITE' || refusals-- <= 0) return before(request, socket);
    alice.server.answer(request, { status: 491, toTag: 'bob' });
    return true;
  };
  const renegotiated = bob.call.renegotiate({ video: false, iceRestart: false });
  await pass(2000);
  expect(bob.media.said.at(-1)).toBe('rollback');
  expect(alice.server.sent('INVITE')).toHaveLength(2);
  await pass(2100);
  expect(alice.server.sent('INVITE')).toHaveLength(3);
  expect(await renegotiated).toEqual({ ok: true });
});

test('4: requests between 200 and ACK are not dropped', async () => {
  const alice = client();
  await online(alice);
  alice.server.script = (request) => {
    if (request.method !== 'INVITE') return false;
    const tag = request.from.params.get('tag');
    alice.server.answer(request, {
      status: 200,
      toTag: 'bob',
      headers: [{ name: 'Contact', value: '<sip:bob@far.invalid>' }],
      contentType: 'application/sdp',
      body: 'v=0\r\n',
    });
    // The welcome of a room, one millisecond behind the 200.
    setTimeout(() => {
      alice.server.ask(
        'MESSAGE sip:alice@000000000000.invalid',
        [
          'From: <sip:bob@example.org>;tag=bob',
          `To: <sip:alice@example.org>;tag=${tag}`,
          `Call-ID: ${request.callId}`,
          'CSeq: 1 MESSAGE',
          'Content-Type: application/json',
        ],
        '{}',
      );
    }, 2);
    return true;
  };
  const media = new FakeMedia();
  media.setDescription = () => new Promise((resolve) => setTimeout(resolve, 3000));
  alice.agent.call({ to: 'sip:bob@example.org', media, video: false });
  await pass(100);
  expect(alice.messages).toMatchObject([{ contentType: 'application/json', body: '{}' }]);
  expect(alice.server.responses.at(-1)).toMatchObject({ status: 200 });
  expect(alice.server.sent('ACK')).toHaveLength(1);
});

test('4: ... nor between our 200 and the ACK to it', async () => {
  const alice = client();
  await online(alice);
  const bob = await bobCalls(alice, false);
  bob.ask('MESSAGE', ['Content-Type: text/plain'], 'hi');
  await pass(5);
  expect(alice.messages).toHaveLength(1);
  expect(alice.server.responses.find((response) => response.cseq.method === 'MESSAGE')?.status).toBe(200);
});

test('12: a REFER that would write headers, or comes outside a call, is refused and never followed', async () => {
  const alice = client();
  await online(alice);
  const bob = await bobCalls(alice);
  bob.ask('REFER', ['Refer-To: <sip:premium@example.org?Replaces=a%0D%0ARoute:%20x>']);
  await pass(5);
  expect(bob.status).toBe(400);
  alice.server.ask('REFER sip:alice@example.org', [
    'From: <sip:eve@example.org>;tag=e',
    'To: <sip:alice@example.org>',
    'Call-ID: r1',
    'CSeq: 1 REFER',
    'Refer-To: <sip:premium@example.org>',
  ]);
  await pass(1000);
  expect(alice.server.responses.at(-1)?.status).toBe(603);
  expect(alice.server.sent('INVITE')).toHaveLength(0);
  expect(alice.server.sent('NOTIFY')).toHaveLength(0);
});

test('15: options of our offer do not stick to the answers after it', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  const done = bob.call.renegotiate({ video: false, iceRestart: true });
  await pass(20);
  await done;
  bob.invite();
  await pass(20);
  expect(bob.media.said.slice(-2)).toEqual(['set', 'get']);
});
