/** Whatever a server answers: no purpose asks more than once in 5 s on average (reliability.md §8, target 15). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { client, type Client } from './client.ts';
import { online, pass, watch } from './ladder.ts';
import type { Header, SipRequest } from '../../src/protocol/sip-message.ts';
import type { ResponseParts } from '../../src/protocol/sip-writer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTES = 10;
/** Three in hand, then one every five seconds; a challenge doubles what is on the wire. */
const MOST = 4 + (MINUTES * 60) / 5;

const field = (name: string, value: string): Header => ({ name, value });
const challenge = field(
  'WWW-Authenticate',
  'Digest realm="example.org", nonce="n", qop="auth", algorithm=SHA-256',
);
let nonce = 0;
const answers: readonly (readonly [string, (request: SipRequest) => ResponseParts | null])[] = [
  ['200 with nothing', () => ({ status: 200 })],
  ['200, expires=0', () => ({ status: 200, headers: [field('Expires', '0'), field('SIP-ETag', 'x')] })],
  ['200, expires=1', () => ({ status: 200, headers: [field('Expires', '1'), field('SIP-ETag', 'x')] })],
  ['200, expires=4294967295', () => ({ status: 200, headers: [field('Expires', '4294967295')] })],
  ['200, expires=NaN', () => ({ status: 200, headers: [field('Expires', 'NaN')] })],
  ['202', () => ({ status: 202 })],
  ['302 to ourselves', () => ({ status: 302, headers: [field('Contact', '<sip:example.org>')] })],
  [
    '401 for ever, stale',
    () => ({
      status: 401,
      headers: [
        field('WWW-Authenticate', `Digest realm="example.org", nonce="n${nonce++}", qop="auth", stale=true`),
      ],
    }),
  ],
  ['401 for ever', () => ({ status: 401, headers: [challenge] })],
  ['407 without a challenge', () => ({ status: 407 })],
  ['403', () => ({ status: 403 })],
  ['404', () => ({ status: 404 })],
  ['408', () => ({ status: 408 })],
  ['412', () => ({ status: 412 })],
  [
    '423, Min-Expires growing',
    () => ({ status: 423, headers: [field('Min-Expires', String(1000 + nonce++))] }),
  ],
  ['423 without Min-Expires', () => ({ status: 423 })],
  ['439', () => ({ status: 439 })],
  ['481', () => ({ status: 481 })],
  ['489', () => ({ status: 489 })],
  ['491', () => ({ status: 491 })],
  ['500', () => ({ status: 500 })],
  ['500, Retry-After: 0', () => ({ status: 500, headers: [field('Retry-After', '0')] })],
  ['503, Retry-After: -1', () => ({ status: 503, headers: [field('Retry-After', '-1')] })],
  ['600', () => ({ status: 600 })],
  ['silence', () => null],
];

async function storm(
  alice: Client,
  method: string,
  parts: (request: SipRequest) => ResponseParts | null,
): Promise<number> {
  alice.server.script = (request) => {
    if (request.method !== method) return false;
    const answer = parts(request);
    if (answer) alice.server.answer(request, answer);
    return true;
  };
  if (method === 'REGISTER') alice.agent.start();
  else await online(alice);
  if (method === 'PUBLISH') alice.agent.publish('presence', 600).set('text/plain', 'x');
  if (method === 'SUBSCRIBE') watch(alice);
  await pass(MINUTES * 60_000);
  return alice.server.sent(method).length;
}

describe.each(['REGISTER', 'SUBSCRIBE', 'PUBLISH'])('%s', (method) => {
  test.each(answers)('%s', async (_name, parts) => {
    expect(await storm(client(), method, parts)).toBeLessThanOrEqual(MOST);
  });
});

describe('NOTIFY that ends the subscription at once', () => {
  test.each([
    'deactivated',
    'timeout',
    'probation',
    'probation;retry-after=0',
    'giveup',
    '',
    'x-other',
    'rejected',
    'noresource',
  ])('%s', async (reason) => {
    const alice = client();
    await online(alice);
    const watched = watch(alice);
    alice.server.script = (request) => {
      if (request.method !== 'SUBSCRIBE') return false;
      alice.server.answer(request, { status: 200 });
      setTimeout(() => watched.notify(1, `terminated${reason ? `;reason=${reason}` : ''}`), 2);
      return true;
    };
    watched.notify(1, `terminated${reason ? `;reason=${reason}` : ''}`);
    await pass(MINUTES * 60_000);
    expect(alice.server.sent('SUBSCRIBE').length).toBeLessThanOrEqual(
      reason === 'rejected' || reason === 'noresource' ? 1 : MOST,
    );
  });
});

test.each([
  ['closes', 1008, MOST],
  // Nobody asked: the path breaks. A person waits for it, so it is tried again within 1.5 s.
  ['breaks', 1006, MINUTES * 60 * 2],
])('a connection that %s as soon as we are in', async (_name, code, most) => {
  const alice = client();
  alice.server.script = (request, socket) => {
    if (request.method === 'REGISTER') setTimeout(() => socket.cut(code), 5);
    return false;
  };
  alice.agent.start();
  await pass(MINUTES * 60_000);
  expect(alice.server.sent('REGISTER').length).toBeLessThanOrEqual(most);
});

test('a thousand subscriptions are asked for fifty at a time', async () => {
  const alice = client();
  await online(alice);
  let asking = 0;
  let most = 0;
  alice.server.script = (request) => {
    if (request.method !== 'SUBSCRIBE') return false;
    most = Math.max(most, ++asking);
    setTimeout(() => {
      asking--;
      alice.server.answer(request, { status: 200 });
    }, 10);
    return true;
  };
  for (let i = 0; i < 1000; i++) watch(alice, { target: `sip:u${i}@example.org` });
  await pass(1000);
  expect(alice.server.sent('SUBSCRIBE')).toHaveLength(1000);
  expect(most).toBe(50);
});

test('a thousand clients of a restarted server do not come in one second', async () => {
  const clients = Array.from({ length: 1000 }, (_, i) => client({ seed: i * 7919 + 1 }));
  for (const one of clients) one.agent.start();
  await pass(100);
  const before = clients.map((one) => one.server.sent('REGISTER').length);
  expect(before.every((count) => count === 1)).toBe(true);
  for (const one of clients) {
    one.server.refusing.add('ws://one.example/');
    one.server.socket.cut();
  }
  await pass(10_000);
  for (const one of clients) one.server.refusing.clear();
  let peak = 0;
  let last = 1000;
  for (let second = 0; second < 40; second++) {
    await pass(1000);
    const now = clients.reduce((sum, one) => sum + one.server.sent('REGISTER').length, 0);
    peak = Math.max(peak, now - last);
    last = now;
  }
  expect(last).toBe(2000);
  expect(peak).toBeLessThan(300);
});
