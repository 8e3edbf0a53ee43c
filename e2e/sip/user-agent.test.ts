import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { client } from './client.ts';
import { FakeMedia } from './scripted-server.ts';
import type { CallFact, SubscriptionFact } from '../../src/sip/contract.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('registers and says so', async () => {
  const { agent, server, states } = client();
  agent.start();
  await pass(50);
  expect(states.at(-1)).toMatchObject({ is: 'online', server: 'ws://one.example/' });
  const register = server.last('REGISTER');
  expect(register.uri).toBe('sip:example.org');
  expect(register.from.display).toBe('Alice "Al" Miller');
  expect(register.headers.find((field) => field.name === 'Contact')?.value).toBe(
    '<sip:alice@000000000000.invalid;transport=ws>;reg-id=1;+sip.instance="<urn:uuid:00000000-0000-4000-8000-000000000001>";+parley.copies',
  );
});

test('sends and receives messages', async () => {
  const one = client();
  one.agent.start();
  await pass(50);
  const outcome = one.agent.sendMessage({
    to: 'sip:bob@example.org',
    contentType: 'text/plain',
    body: 'Grüße',
    callId: 'm1',
    cseq: 1,
  });
  await pass(50);
  expect(await outcome).toMatchObject({ is: 'accepted', status: 200 });
  expect(one.server.last('MESSAGE')).toMatchObject({ body: 'Grüße', callId: 'm1' });
  one.server.ask(
    'MESSAGE sip:alice@example.org',
    [
      'From: "Bob" <sip:bob@example.org>;tag=b',
      'To: <sip:alice@example.org>',
      'Call-ID: m2',
      'CSeq: 1 MESSAGE',
      'Max-Forwards: 70',
      'Content-Type: text/plain',
    ],
    'Hallo',
  );
  await pass(10);
  expect(one.messages).toMatchObject([
    { from: 'sip:bob@example.org', fromName: 'Bob', body: 'Hallo', date: null },
  ]);
  expect(one.server.responses.at(-1)).toMatchObject({ status: 200, callId: 'm2' });
});

test('subscribes, takes a NOTIFY, publishes', async () => {
  const { agent, server } = client();
  agent.start();
  await pass(50);
  const facts: SubscriptionFact[] = [];
  agent.subscribe(
    { target: 'sip:bob@example.org', event: 'presence', accept: ['application/pidf+xml'], expires: 600 },
    (fact) => facts.push(fact),
  );
  await pass(10);
  const subscribe = server.last('SUBSCRIBE');
  server.ask(
    'NOTIFY sip:alice@000000000000.invalid;transport=ws',
    [
      `From: <sip:bob@example.org>;tag=server`,
      `To: <sip:alice@example.org>;tag=${subscribe.from.params.get('tag')}`,
      `Call-ID: ${subscribe.callId}`,
      'CSeq: 1 NOTIFY',
      'Contact: <sip:server.example;transport=ws>',
      'Event: presence',
      'Subscription-State: active;expires=500',
      'Content-Type: application/pidf+xml',
    ],
    '<presence/>',
  );
  await pass(10);
  expect(server.responses.at(-1)?.status).toBe(200);
  expect(facts).toEqual([{ is: 'active', contentType: 'application/pidf+xml', body: '<presence/>' }]);
  agent.publish('presence', 600).set('application/pidf+xml', '<presence/>');
  await pass(10);
  expect(server.last('PUBLISH').body).toBe('<presence/>');
});

test('calls and hangs up', async () => {
  const { agent, server } = client();
  server.script = (request) => {
    if (request.method !== 'INVITE') return false;
    server.answer(request, { status: 180, headers: [{ name: 'Contact', value: '<sip:bob@far.invalid>' }] });
    server.answer(request, {
      status: 200,
      headers: [{ name: 'Contact', value: '<sip:bob@far.invalid>' }],
      contentType: 'application/sdp',
      body: 'v=0\r\n',
    });
    return true;
  };
  agent.start();
  await pass(50);
  const media = new FakeMedia();
  const call = agent.call({ to: 'sip:bob@example.org', media, video: false });
  const facts: CallFact[] = [];
  call.onFact((fact) => facts.push(fact));
  await pass(50);
  expect(facts).toEqual([{ is: 'ringing' }, { is: 'established' }]);
  expect(server.sent('ACK')).toHaveLength(1);
  call.hangUp();
  await pass(50);
  expect(server.last('BYE').uri).toBe('sip:bob@far.invalid');
  expect(facts.at(-1)).toMatchObject({ is: 'ended', by: 'us' });
  expect(media.closed).toBe(1);
});

test('is called, answers, is hung up on', async () => {
  const one = client();
  one.agent.start();
  await pass(50);
  const head = [
    'From: "Bob" <sip:bob@example.org>;tag=b',
    'Call-ID: c1',
    'Max-Forwards: 70',
    'Contact: <sip:bob@far.invalid>',
  ];
  one.server.ask(
    'INVITE sip:alice@example.org',
    [...head, 'To: <sip:alice@example.org>', 'CSeq: 1 INVITE', 'Content-Type: application/sdp'],
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 RTP/SAVPF 96\r\n',
  );
  await pass(10);
  expect(one.server.responses.map((response) => response.status)).toEqual([180]);
  const call = one.calls[0];
  expect(call).toMatchObject({ peer: 'sip:bob@example.org', peerName: 'Bob', offersVideo: true });
  const media = new FakeMedia();
  await call?.accept(media, { video: false });
  await pass(10);
  const ok = one.server.responses.at(-1);
  expect(ok?.status).toBe(200);
  const to = `To: <sip:alice@example.org>;tag=${ok?.to.params.get('tag')}`;
  one.server.ask('ACK sip:alice@000000000000.invalid', [...head, to, 'CSeq: 1 ACK']);
  await pass(10);
  expect(one.facts).toEqual([{ is: 'established' }]);
  one.server.ask('BYE sip:alice@000000000000.invalid', [...head, to, 'CSeq: 2 BYE']);
  await pass(10);
  expect(one.facts.at(-1)).toMatchObject({ is: 'ended', by: 'them' });
});

test('I03 asks a focus to bring somebody in and to send somebody away, and hears how it goes', async () => {
  const { agent, server } = client();
  agent.start();
  await pass(50);
  const focus = 'sip:conf-7@example.org';
  const brought = agent.refer({ focus, person: 'sip:bob@example.org', goes: false });
  await pass(50);
  expect(await brought).toEqual({ is: 'accepted' });
  const first = server.last('REFER');
  const value = (request: typeof first, name: string) =>
    request.headers.find((field) => field.name === name)?.value;
  expect([first.uri, value(first, 'Refer-To'), value(first, 'Refer-Sub')]).toEqual([
    focus,
    '<sip:bob@example.org>',
    'false',
  ]);
  server.ask(
    'NOTIFY sip:alice@example.org',
    [
      `From: <${focus}>;tag=f`,
      `To: <sip:alice@example.org>;tag=${first.from.params.get('tag') ?? ''}`,
      `Call-ID: ${first.callId}`,
      'CSeq: 1 NOTIFY',
      'Max-Forwards: 70',
      'Event: refer',
      'Subscription-State: terminated;reason=noresource',
      'Content-Type: message/sipfrag',
    ],
    'SIP/2.0 200 OK',
  );
  await pass(10);
  expect(server.responses.at(-1)).toMatchObject({ status: 200, callId: first.callId });
  const sentAway = agent.refer({
    focus,
    person: 'sip:bob@example.org?Replaces=a%0D%0AX:1',
    goes: true,
  });
  await pass(50);
  expect(await sentAway).toEqual({ is: 'accepted' });
  expect(value(server.last('REFER'), 'Refer-To')).toBe('<sip:bob@example.org;method=BYE>');
  expect(await agent.refer({ focus, person: 'mailto:bob@example.org', goes: false })).toMatchObject({
    is: 'refused',
  });
});
