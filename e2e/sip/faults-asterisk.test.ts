/** One test for each fault of sip.js that was seen against Asterisk: cured, or impossible here. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { client } from './client.ts';
import { answering, callBob, online, pass, ring, watch } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';
import { header, headers } from '../../src/protocol/sip-message.ts';
import { formatChallenge } from '../../src/protocol/digest.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('1, 16, 17, 22: its session description handler with one video, hold by guess, DTMF on sender 0, STUN', () => {
  test('nothing of sip.js but its core is imported', () => {
    const folder = new URL('../../src/sip/', import.meta.url).pathname;
    for (const file of readdirSync(folder).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    )) {
      for (const [, path] of readFileSync(folder + file, 'utf8').matchAll(/from '(sip\.js[^']*)'/g)) {
        expect(path, file).toMatch(/^sip\.js\/lib\/(core|grammar)\//);
      }
    }
  });
});

test('5: stop ends with an active subscription, and within its limit when nobody answers', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'active;expires=600');
  await pass(10);
  let stopped = 0;
  void alice.agent.stop(1000).then(() => stopped++);
  await pass(100);
  expect(stopped).toBe(1);
  expect(header(alice.server.last('SUBSCRIBE'), 'Expires')).toBe('0');
  expect(header(alice.server.last('REGISTER'), 'Expires')).toBe('0');
  expect(alice.server.socket.closedByClient).toBe(true);
  const deaf = client();
  await online(deaf);
  deaf.server.script = () => true;
  void deaf.agent.stop(1000).then(() => stopped++);
  await pass(1001);
  expect(stopped).toBe(2);
});

test('6: a SUBSCRIBE refresh keeps Supported and Accept', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice, {
    supported: ['eventlist'],
    accept: ['application/rlmi+xml', 'multipart/related'],
  });
  await pass(10);
  watched.notify(1, 'active;expires=600');
  await pass(520_000);
  const sent = alice.server.sent('SUBSCRIBE');
  expect(sent).toHaveLength(2);
  for (const request of sent) {
    expect(header(request, 'Supported')).toBe('eventlist');
    expect(header(request, 'Accept')).toBe('application/rlmi+xml, multipart/related');
    expect(header(request, 'Expires')).toBe('600');
  }
  expect(sent[1]?.to.params.get('tag')).toBe('server');
  expect(sent[1]?.uri).toBe('sip:watcher.example;transport=ws');
});

test('7: a failed SUBSCRIBE says its code; 423 is mended; Retry-After counts in seconds', async () => {
  const alice = client();
  await online(alice);
  const answers = [
    { status: 423, headers: [{ name: 'Min-Expires', value: '1800' }] },
    { status: 503, headers: [{ name: 'Retry-After', value: '60' }] },
    { status: 489 },
  ];
  alice.server.script = (request) => {
    const answer = request.method === 'SUBSCRIBE' ? answers.shift() : undefined;
    if (answer) alice.server.answer(request, answer);
    return answer !== undefined;
  };
  const watched = watch(alice);
  await pass(59_000);
  expect(alice.server.sent('SUBSCRIBE').map((request) => header(request, 'Expires'))).toEqual([
    '600',
    '1800',
  ]);
  expect(watched.facts).toEqual([{ is: 'stale', why: '503 Service Unavailable' }]);
  await pass(15_000);
  expect(watched.facts.at(-1)).toEqual({ is: 'ended', status: 489, reason: 'Bad Event' });
});

test('8, 9: after a dropped socket everything comes back by itself, and the states say the truth meanwhile', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'active;expires=600');
  alice.agent.publish('presence', 600).set('text/plain', 'here');
  const bob = await callBob(alice);
  const counts = () =>
    ['REGISTER', 'SUBSCRIBE', 'PUBLISH', 'INVITE'].map((method) => alice.server.sent(method).length);
  expect(counts()).toEqual([1, 1, 1, 1]);
  alice.server.socket.cut();
  expect(alice.states.at(-1)?.is).toBe('offline');
  expect(watched.facts.at(-1)?.is).toBe('stale');
  await pass(100);
  expect(alice.states.at(-1)?.is).toBe('online');
  expect(counts()).toEqual([2, 2, 2, 2]);
  expect(bob.media.said).toContain('get restart');
  expect(bob.facts.some((fact) => fact.is === 'ended')).toBe(false);
});

test('10: a dead path is noticed in less than 20 s and replaced at once', async () => {
  const alice = client();
  await online(alice);
  await pass(60_000);
  alice.server.socket.silent = true;
  await pass(19_900);
  expect(alice.server.sockets).toHaveLength(2);
  expect(alice.server.sockets[0]?.closedByClient).toBe(true);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('10: a server that leaves CRLF unanswered is pinged with OPTIONS', async () => {
  const alice = client();
  alice.server.answersCrlf = false;
  await online(alice);
  await pass(120_000);
  expect(alice.server.sockets).toHaveLength(1);
  expect(alice.server.sent('OPTIONS').length).toBeGreaterThan(5);
  expect(alice.server.pings).toBe(1);
  alice.server.socket.silent = true;
  await pass(19_900);
  expect(alice.server.sockets).toHaveLength(2);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('11: an unsolicited message-summary is taken, from the own domain only', async () => {
  const alice = client();
  await online(alice);
  const lines = (from: string, event: string) => [
    `From: <sip:voicemail@${from}>;tag=v`,
    'To: <sip:alice@example.org>',
    'Call-ID: mwi',
    'CSeq: 1 NOTIFY',
    `Event: ${event}`,
    'Subscription-State: active',
    'Content-Type: application/simple-message-summary',
  ];
  for (const [from, event, status] of [
    ['example.org', 'message-summary', 200],
    ['evil.example', 'message-summary', 481],
    ['example.org', 'presence', 481],
  ] as const) {
    alice.server.ask('NOTIFY sip:alice@example.org', lines(from, event), 'Messages-Waiting: yes\r\n');
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(status);
  }
  expect(alice.notices).toEqual([
    'message-summary application/simple-message-summary Messages-Waiting: yes\r\n',
  ]);
});

describe('13: Digest with MD5 only, and of several challenges only the last', () => {
  const challenge = (algorithm: 'MD5' | 'SHA-256', realm = 'example.org') => ({
    name: 'WWW-Authenticate',
    value: formatChallenge({
      realm,
      nonce: `n-${algorithm}`,
      algorithm,
      qop: ['auth'],
      opaque: null,
      stale: false,
    }),
  });
  test.each([
    ['SHA-256 alone', ['SHA-256'], 'SHA-256'],
    ['SHA-256 then MD5', ['SHA-256', 'MD5'], 'SHA-256'],
    ['MD5 then SHA-256', ['MD5', 'SHA-256'], 'SHA-256'],
    ['MD5 alone', ['MD5'], 'MD5'],
  ] as const)('%s', async (_name, offered, chosen) => {
    const alice = client();
    alice.server.script = (request) => {
      const challenged = header(request, 'Authorization') === undefined;
      if (challenged)
        alice.server.answer(request, { status: 401, headers: offered.map((one) => challenge(one)) });
      return challenged;
    };
    await online(alice);
    expect(alice.states.at(-1)?.is).toBe('online');
    expect(header(alice.server.last('REGISTER'), 'Authorization')).toContain(`algorithm=${chosen}`);
  });

  test('an INVITE is challenged by the proxy and then by its peer', async () => {
    const alice = client();
    await online(alice);
    answering(alice);
    const through = alice.server.script;
    alice.server.script = (request, socket) => {
      if (request.method === 'INVITE' && !header(request, 'Proxy-Authorization')) {
        const { value } = challenge('SHA-256', 'proxy');
        alice.server.answer(request, { status: 407, headers: [{ name: 'Proxy-Authenticate', value }] });
      } else if (request.method === 'INVITE' && !header(request, 'Authorization')) {
        alice.server.answer(request, { status: 401, headers: [challenge('MD5')] });
      } else return through(request, socket);
      return true;
    };
    const facts: string[] = [];
    alice.agent
      .call({ to: 'sip:bob@example.org', media: new FakeMedia(), video: false })
      .onFact((fact) => facts.push(fact.is));
    await pass(100);
    expect(facts).toEqual(['established']);
    expect(alice.server.sent('INVITE').map((request) => request.cseq.seq)).toEqual([1, 2, 3]);
  });
});

test('14: display names are escaped', async () => {
  const alice = client({ displayName: 'Jörg "JJ" \\ Müller, <ceo>' });
  await online(alice);
  await callBob(alice);
  for (const method of ['REGISTER', 'INVITE']) {
    expect(alice.server.last(method).from.display).toBe('Jörg "JJ" \\ Müller, <ceo>');
  }
});

test('18, 20: OPTIONS and 405 say what is served, and only that', async () => {
  const alice = client();
  await online(alice);
  const lines = (method: string) => [
    'From: <sip:bob@example.org>;tag=b',
    'To: <sip:alice@example.org>',
    `Call-ID: o-${method}`,
    `CSeq: 1 ${method}`,
  ];
  alice.server.ask('OPTIONS sip:alice@example.org', lines('OPTIONS'));
  await pass(5);
  const options = alice.server.responses.at(-1);
  if (!options) throw new Error('no answer');
  expect(options.status).toBe(200);
  expect(header(options, 'Accept')).toContain('message/cpim');
  const allowed = (header(options, 'Allow') ?? '').split(', ');
  expect(allowed).toContain('UPDATE');
  for (const method of ['REGISTER', 'SUBSCRIBE', 'PUBLISH', 'WHATEVER']) {
    alice.server.ask(`${method} sip:alice@example.org`, lines(method));
    await pass(5);
    expect(alice.server.responses.at(-1)?.status, method).toBe(405);
    expect(allowed).not.toContain(method);
  }
  alice.server.ask('UPDATE sip:alice@example.org', lines('UPDATE'));
  await pass(5);
  expect(alice.server.responses.at(-1)?.status).toBe(481);
  ring(alice);
  await alice.calls[0]?.accept(new FakeMedia(), { video: false });
  await pass(5);
  const ok = alice.server.responses.at(-1);
  expect(ok && headers(ok, 'Allow')).toEqual([allowed.join(', ')]);
});

test('19: the product is ours and the Contact stays the same over sockets', async () => {
  const alice = client();
  await online(alice);
  alice.server.socket.cut();
  await pass(500);
  const [first, second] = alice.server.sent('REGISTER');
  expect(first && header(first, 'User-Agent')).toBe('Parley');
  expect(first && header(first, 'Contact')).toBe(second && header(second, 'Contact'));
  expect(first?.callId).toBe(second?.callId);
  expect((second?.cseq.seq ?? 0) > (first?.cseq.seq ?? 0)).toBe(true);
});

test('21: no body and no credentials are logged', async () => {
  const alice = client();
  const log = vi.spyOn(console, 'log');
  alice.server.script = (request) => {
    const first = request.method === 'REGISTER' && header(request, 'Authorization') === undefined;
    if (first)
      alice.server.answer(request, {
        status: 401,
        headers: [{ name: 'WWW-Authenticate', value: 'Digest realm="example.org", nonce="abc", qop="auth"' }],
      });
    return first;
  };
  await online(alice);
  await callBob(alice);
  void alice.agent.sendMessage({
    to: 'sip:bob@example.org',
    contentType: 'text/plain',
    body: 'very private',
    callId: 'p',
    cseq: 1,
  });
  await pass(10);
  const all = alice.lines.join('\n');
  expect(all).toContain('MESSAGE');
  expect(all).not.toMatch(/very private|response="|ice-ufrag/);
  expect(log).not.toHaveBeenCalled();
  log.mockRestore();
});
