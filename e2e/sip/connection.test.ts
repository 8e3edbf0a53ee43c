/** The connection: several addresses, sleep, networks that come and go, registrars that refuse. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { client } from './client.ts';
import { online, pass } from './ladder.ts';
import { testClock } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the addresses are tried in their order, the next at once', async () => {
  const alice = client({ servers: ['wss://a.example/', 'wss://b.example/', 'wss://c.example/'] });
  alice.server.refusing.add('wss://a.example/').add('wss://b.example/');
  await online(alice);
  expect(alice.server.opened).toEqual(['wss://a.example/', 'wss://b.example/', 'wss://c.example/']);
  expect(alice.states.at(-1)).toMatchObject({ is: 'online', server: 'wss://c.example/' });
  expect(alice.server.last('REGISTER').vias[0]?.transport).toBe('WSS');
});

test('a socket that never opens is given up after 5 s', async () => {
  const alice = client({ servers: ['wss://a.example/', 'wss://b.example/'] });
  alice.server.hanging.add('wss://a.example/');
  alice.agent.start();
  await pass(4_990);
  expect(alice.server.opened).toEqual(['wss://a.example/']);
  await pass(100);
  expect(alice.server.sockets[0]?.closedByClient).toBe(true);
  expect(alice.states.at(-1)).toMatchObject({ is: 'online', server: 'wss://b.example/' });
});

test('an address that the browser refuses is a failure like another', async () => {
  const alice = client({
    openSocket: () => {
      throw new SyntaxError('bad address');
    },
  });
  alice.agent.start();
  await pass(1000);
  expect(alice.states.at(-1)?.is).not.toBe('online');
  expect(alice.lines.join('\n')).toContain('bad address');
  void alice.agent.stop(0);
  await pass(1);
});

test('a first cut is mended at once', async () => {
  const alice = client();
  await online(alice);
  alice.server.socket.cut();
  await pass(10);
  expect(alice.states.map((state) => state.is)).toEqual([
    'connecting',
    'online',
    'offline',
    'connecting',
    'online',
  ]);
});

test('offline: nothing is tried until the network is back, and then at once', async () => {
  const alice = client();
  await online(alice);
  alice.agent.networkChanged(false);
  alice.server.socket.cut();
  expect(alice.states.at(-1)).toMatchObject({ is: 'offline', retryAt: null });
  await pass(60_000);
  expect(alice.server.sockets).toHaveLength(1);
  alice.agent.networkChanged(true);
  await pass(10);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('a probe replaces a half-open socket after 3 s, and leaves a living one alone', async () => {
  const alice = client();
  await online(alice);
  alice.agent.probe();
  await pass(3_100);
  expect(alice.server.sockets).toHaveLength(1);
  alice.server.socket.silent = true;
  alice.agent.probe();
  await pass(3_050);
  expect(alice.server.sockets).toHaveLength(2);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('after sleep the first thing is a probe with the short limit', async () => {
  let offset = 0;
  const clock = testClock();
  const alice = client({ clock: { ...clock, now: () => Date.now() + offset } });
  await online(alice);
  offset = 90_000;
  alice.server.socket.silent = true;
  // The timer that was due while the machine slept runs now, late by its own clock.
  await pass(14_000 + 3_050);
  expect(alice.server.sockets).toHaveLength(2);
});

test('a registrar that leaves REGISTER unanswered costs the socket after 8 s', async () => {
  const alice = client();
  alice.server.script = (request) => request.method === 'REGISTER' && alice.server.sockets.length === 1;
  alice.agent.start();
  await pass(9_000);
  expect(alice.server.sockets).toHaveLength(2);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('a wrong password is refused after one try and no more is sent', async () => {
  const alice = client();
  alice.server.script = (request) => {
    alice.server.answer(request, {
      status: 401,
      headers: [
        {
          name: 'WWW-Authenticate',
          value: 'Digest realm="example.org", nonce="x", qop="auth", algorithm=SHA-256',
        },
      ],
    });
    return true;
  };
  await online(alice);
  await pass(600_000);
  expect(alice.server.sent('REGISTER')).toHaveLength(2);
  expect(alice.states.at(-1)).toEqual({ is: 'refused', status: 401, why: 'Unauthorized' });
});

test('a registered device whose refresh fails stays online while its binding lasts', async () => {
  const alice = client();
  await online(alice);
  alice.server.script = (request) => {
    if (request.method === 'REGISTER') alice.server.answer(request, { status: 503 });
    return request.method === 'REGISTER';
  };
  await pass(515_000);
  expect(alice.states.at(-1)?.is).toBe('online');
  await pass(300_000);
  expect(alice.states.at(-1)?.is).toBe('offline');
  alice.server.script = () => false;
  await pass(400_000);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('push parameters go into the Contact, at once when registered', async () => {
  const alice = client();
  await online(alice);
  alice.agent.setPush({ provider: 'webpush', prid: 'https://push.example/a?b=c;d', param: 'k=1&l=2' });
  await pass(10);
  const contact = alice.server.last('REGISTER').headers.find((field) => field.name === 'Contact')?.value;
  expect(contact).toContain(
    ';pn-provider=webpush;pn-prid=https://push.example/a%3Fb%3Dc%3Bd;pn-param=k%3D1&l%3D2>',
  );
  alice.agent.setPush(null);
  await pass(10);
  expect(
    alice.server.last('REGISTER').headers.find((field) => field.name === 'Contact')?.value,
  ).not.toContain('pn-');
});

test('the clock of the server is measured', async () => {
  const alice = client();
  alice.server.script = (request) => {
    if (request.method === 'REGISTER')
      alice.server.answer(request, {
        status: 200,
        headers: [{ name: 'Date', value: new Date(Date.now() + 3_600_000).toUTCString() }],
      });
    return request.method === 'REGISTER';
  };
  await online(alice);
  const state = alice.states.at(-1);
  expect(state?.is === 'online' && Math.round((state.clockOffset ?? 0) / 10_000)).toBe(360);
});
