/** Subscriptions against a scripted notifier (RFC 6665): order, forks, endings. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { header } from '../../src/protocol/sip-message.ts';
import { client } from './client.ts';
import { online, pass, watch } from './ladder.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a NOTIFY before the 200 makes the dialog', async () => {
  const alice = client();
  await online(alice);
  alice.server.script = (request) => {
    if (request.method !== 'SUBSCRIBE') return false;
    setTimeout(
      () => alice.server.answer(request, { status: 200, headers: [{ name: 'Expires', value: '600' }] }),
      50,
    );
    return true;
  };
  const watched = watch(alice);
  watched.notify(1, 'active;expires=600', '<early/>');
  await pass(1);
  expect(watched.facts).toMatchObject([{ is: 'active', body: '<early/>' }]);
  await pass(100);
  watched.notify(2, 'active;expires=600', '<late/>');
  await pass(1);
  expect(watched.facts).toHaveLength(2);
});

test('a NOTIFY of another branch is 481', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'active;expires=600', '<one/>');
  watched.notify(1, 'active;expires=600', '<two/>', 'other');
  await pass(5);
  expect(alice.server.responses.map((response) => response.status)).toEqual([200, 481]);
  expect(watched.facts).toHaveLength(1);
});

test('out of order: a lower CSeq is refused, a repeated one answered, neither is shown', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  for (const seq of [5, 5, 4, 6]) watched.notify(seq, 'active;expires=600', `<n${seq}/>`);
  await pass(5);
  expect(alice.server.responses.map((response) => response.status)).toEqual([200, 200, 500, 200]);
  expect(watched.facts.map((fact) => 'body' in fact && fact.body)).toEqual(['<n5/>', '<n6/>']);
});

test('another package in the same dialog is 489', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice, { event: 'presence' });
  await pass(10);
  const subscribe = alice.server.last('SUBSCRIBE');
  alice.server.ask('NOTIFY sip:alice@example.org', [
    'From: <sip:bob@example.org>;tag=server',
    `To: <sip:alice@example.org>;tag=${subscribe.from.params.get('tag')}`,
    `Call-ID: ${subscribe.callId}`,
    'CSeq: 1 NOTIFY',
    'Event: dialog',
    'Subscription-State: active',
  ]);
  await pass(5);
  expect(alice.server.responses.at(-1)?.status).toBe(489);
  expect(watched.facts).toHaveLength(0);
});

test('pending and active, an empty body included', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'pending;expires=600');
  watched.notify(2, 'active;expires=600');
  await pass(5);
  expect(watched.facts).toEqual([
    { is: 'pending', contentType: '', body: '' },
    { is: 'active', contentType: '', body: '' },
  ]);
});

test('closing ends it, unsubscribes and still answers the last NOTIFY', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'active;expires=600');
  await pass(5);
  watched.close();
  watched.close();
  await pass(5);
  expect(header(alice.server.last('SUBSCRIBE'), 'Expires')).toBe('0');
  watched.notify(2, 'terminated;reason=timeout', '<last/>');
  await pass(5);
  expect(alice.server.responses.at(-1)?.status).toBe(200);
  watched.notify(3, 'active;expires=600');
  await pass(5);
  expect(alice.server.responses.at(-1)?.status).toBe(481);
  expect(watched.facts.map((fact) => fact.is)).toEqual(['active', 'ended']);
});

test('closed before the first answer: unsubscribed when the dialog is there', async () => {
  const alice = client();
  await online(alice);
  alice.server.script = (request) => {
    if (request.method !== 'SUBSCRIBE' || header(request, 'Expires') === '0') return false;
    setTimeout(() => alice.server.answer(request, { status: 200 }), 50);
    return true;
  };
  const watched = watch(alice);
  watched.close();
  await pass(5);
  watched.notify(1, 'active;expires=600');
  await pass(100);
  expect(alice.server.sent('SUBSCRIBE').map((request) => header(request, 'Expires'))).toEqual(['600', '0']);
  expect(watched.facts.map((fact) => fact.is)).toEqual(['ended']);
});

test('subscribed while offline: asked for as soon as there is a registration', async () => {
  const alice = client();
  watch(alice);
  await pass(10);
  expect(alice.server.sent('SUBSCRIBE')).toHaveLength(0);
  await online(alice);
  expect(alice.server.sent('SUBSCRIBE')).toHaveLength(1);
});

test('no NOTIFY for 32 s: asked again in a new dialog', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(45_000);
  expect(watched.facts).toEqual([{ is: 'stale', why: 'no NOTIFY' }]);
  expect(alice.server.sent('SUBSCRIBE').map((request) => request.to.params.has('tag'))).toEqual([
    false,
    false,
  ]);
});

test.each([
  ['rejected', { is: 'ended', status: null, reason: 'rejected' }],
  ['noresource', { is: 'ended', status: null, reason: 'noresource' }],
  ['deactivated', { is: 'stale', why: 'deactivated' }],
  ['giveup', { is: 'stale', why: 'giveup' }],
])('terminated: %s', async (reason, fact) => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, `terminated;reason=${reason}`);
  await pass(5);
  expect(watched.facts).toEqual([fact]);
});
