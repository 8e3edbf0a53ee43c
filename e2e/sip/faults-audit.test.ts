/** One test for each defect of the library audit (reliability.md §4.1), by its number there: cured, or impossible. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { client } from './client.ts';
import { bobCalls, inviteLines, online, pass, ring, watch } from './ladder.ts';
import { registered } from './scripted-server.ts';
import { header } from '../../src/protocol/sip-message.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('1: a 200 to REGISTER without Contact is a registration', async () => {
  const alice = client();
  alice.server.script = (request) => {
    if (request.method === 'REGISTER') alice.server.answer(request, { status: 200 });
    return request.method === 'REGISTER';
  };
  await online(alice);
  expect(alice.states.at(-1)).toMatchObject({ is: 'online', clockOffset: null });
  await pass(520_000);
  expect(alice.server.sent('REGISTER')).toHaveLength(2);
});

describe('2, 3, 5: the time a registrar grants is clamped, the refresh comes at 50 to 85 %', () => {
  test.each([
    ['an Expires header instead of the parameter', '', '600', 300_000, 510_000],
    ['above 2^31 ms', ';expires=4294967295', null, 43_200_000, 73_440_000],
    ['zero', ';expires=0', null, 30_000, 51_000],
    ['not a number', ';expires=soon', null, 300_000, 510_000],
    ['negative', ';expires=-5', null, 300_000, 510_000],
    ['as wished', ';expires=600', null, 300_000, 510_000],
  ])('%s', async (_name, param, expires, least, most) => {
    const alice = client();
    alice.server.script = (request) => {
      if (request.method !== 'REGISTER') return false;
      const own = header(request, 'Contact') ?? '';
      alice.server.answer(request, {
        status: 200,
        headers: [
          { name: 'Contact', value: `${own}${param}` },
          ...(expires ? [{ name: 'Expires', value: expires }] : []),
        ],
      });
      return true;
    };
    await online(alice);
    await pass(least - 100);
    expect(alice.server.sent('REGISTER')).toHaveLength(1);
    await pass(most - least + 200);
    expect(alice.server.sent('REGISTER').length).toBeGreaterThanOrEqual(2);
    expect(alice.server.sent('REGISTER').length).toBeLessThanOrEqual(3);
  });
});

test('4: 423 without end is followed three times, then backed off', async () => {
  const alice = client();
  let least = 600;
  alice.server.script = (request) => {
    if (request.method !== 'REGISTER') return false;
    least += 600;
    alice.server.answer(request, { status: 423, headers: [{ name: 'Min-Expires', value: String(least) }] });
    return true;
  };
  await online(alice);
  await pass(4000);
  expect(alice.server.sent('REGISTER').length).toBeLessThanOrEqual(4);
});

test('6: a REGISTER in flight at a cut does not block the next: same Call-ID, higher CSeq, at once', async () => {
  const alice = client();
  await online(alice);
  alice.server.script = (request) => request.method === 'REGISTER' && alice.server.sockets.length === 1;
  while (alice.server.sent('REGISTER').length < 2) await pass(1000);
  alice.server.socket.cut();
  await pass(500);
  const [, blocked, next] = alice.server.sent('REGISTER');
  expect(next?.callId).toBe(blocked?.callId);
  expect(next?.cseq.seq).toBe((blocked?.cseq.seq ?? 0) + 1);
  expect(alice.states.at(-1)?.is).toBe('online');
});

test('7: retry-after of a terminated subscription counts in seconds', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'terminated;reason=probation;retry-after=60');
  await pass(59_000);
  expect(alice.server.sent('SUBSCRIBE')).toHaveLength(1);
  await pass(15_000);
  expect(alice.server.sent('SUBSCRIBE')).toHaveLength(2);
});

test('8: a subscription lost after a failed refresh is resumed in a new dialog', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'active;expires=600');
  let failed = 0;
  alice.server.script = (request) => {
    if (request.method !== 'SUBSCRIBE' || failed++ > 0) return false;
    alice.server.answer(request, { status: 503 });
    return true;
  };
  await pass(540_000);
  const sent = alice.server.sent('SUBSCRIBE');
  expect(sent.map((request) => request.to.params.has('tag'))).toEqual([false, true, false]);
  watched.notify(1, 'active;expires=600', '<again/>');
  await pass(5);
  expect(watched.facts.map((fact) => fact.is)).toEqual(['active', 'stale', 'active']);
});

test('8: ... and after 481 at once', async () => {
  const alice = client();
  await online(alice);
  const watched = watch(alice);
  await pass(10);
  watched.notify(1, 'active;expires=600');
  alice.server.script = (request) => {
    const refresh = request.method === 'SUBSCRIBE' && request.to.params.has('tag');
    if (refresh) alice.server.answer(request, { status: 481 });
    return refresh;
  };
  alice.server.socket.cut();
  await pass(500);
  expect(alice.server.sent('SUBSCRIBE').map((request) => request.to.params.has('tag'))).toEqual([
    false,
    true,
    false,
  ]);
});

test('9: a PUBLISH survives 503, keeps its entity tag, and is afresh after 412', async () => {
  const alice = client();
  const answers = [
    { status: 503 },
    { status: 200, headers: [{ name: 'SIP-ETag', value: 'one' }] },
    { status: 412 },
    { status: 200, headers: [{ name: 'SIP-ETag', value: 'two' }] },
    { status: 200, headers: [{ name: 'SIP-ETag', value: 'three' }] },
  ];
  alice.server.script = (request) => {
    const answer = request.method === 'PUBLISH' ? answers.shift() : undefined;
    if (answer) alice.server.answer(request, answer);
    return answer !== undefined;
  };
  await online(alice);
  const publication = alice.agent.publish('presence', 3600);
  publication.set('text/plain', 'a');
  await pass(10_000);
  publication.set('text/plain', 'b');
  await pass(50);
  publication.set('text/plain', 'c');
  await pass(50);
  expect(
    alice.server.sent('PUBLISH').map((request) => [request.body, header(request, 'SIP-If-Match')]),
  ).toEqual([
    ['a', undefined],
    ['a', undefined],
    ['b', 'one'],
    ['b', undefined],
    ['c', 'two'],
  ]);
  expect(publication.lastStatus).toBe(200);
});

test('10: three quick publications make two requests, one after the other, the newest last', async () => {
  const alice = client();
  await online(alice);
  let waiting = 0;
  let most = 0;
  alice.server.script = (request) => {
    if (request.method !== 'PUBLISH') return false;
    most = Math.max(most, ++waiting);
    setTimeout(() => {
      waiting--;
      alice.server.answer(request, { status: 200, headers: [{ name: 'SIP-ETag', value: 'e' }] });
    }, 20);
    return true;
  };
  const publication = alice.agent.publish('presence', 3600);
  for (const body of ['a', 'b', 'c']) publication.set('text/plain', body);
  await pass(200);
  expect(most).toBe(1);
  expect(alice.server.sent('PUBLISH').map((request) => request.body)).toEqual(['a', 'c']);
});

test('11: a listener that throws bricks nothing', async () => {
  const alice = client();
  alice.states.push = () => {
    throw new Error('a fault above');
  };
  await online(alice);
  alice.server.socket.cut();
  await pass(500);
  alice.server.socket.silent = true;
  await pass(20_000);
  expect(alice.server.sockets).toHaveLength(3);
  expect(alice.server.sent('REGISTER')).toHaveLength(3);
});

describe('12: what used to throw in the stack', () => {
  test.each([
    [
      'a response with a bad CSeq',
      'SIP/2.0 200 OK\r\nVia: SIP/2.0/WS x;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: x REGISTER\r\nContent-Length: 0\r\n\r\n',
      undefined,
    ],
    [
      'an unknown scheme in the Request-URI',
      'INVITE urn:service:sos SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <urn:service:sos>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@b>\r\nContent-Length: 0\r\n\r\n',
      416,
    ],
    [
      'a Content-Length that cuts a surrogate pair',
      'MESSAGE sip:alice@example.org SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:alice@example.org>\r\nCall-ID: x\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n👋',
      400,
    ],
    [
      'a header named like a member of every object',
      'INVITE sip:alice@example.org SIP/2.0\r\nVia: SIP/2.0/WS x;branch=z9hG4bKx\r\nconstructor: 1\r\n__proto__: 1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:alice@example.org>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:a@b>\r\nContent-Length: 0\r\n\r\n',
      180,
    ],
  ])('%s', async (_name, text, status) => {
    const alice = client();
    await online(alice);
    alice.server.socket.deliver(text);
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(status);
    expect(alice.server.sockets).toHaveLength(1);
  });

  test('tel: in From, a foreign binding in mailto: and a broken one', async () => {
    const alice = client();
    alice.server.script = (request) => {
      if (request.method !== 'REGISTER') return false;
      const parts = registered(request);
      const foreign = ['<mailto:alice@example.org>', 'rubbish;;', '<sip:alice@other.invalid>;expires=30'].map(
        (value) => ({ name: 'Contact', value }),
      );
      alice.server.answer(request, { ...parts, headers: [...foreign, ...(parts.headers ?? [])] });
      return true;
    };
    await online(alice);
    expect(alice.states.at(-1)?.is).toBe('online');
    const lines = inviteLines().map((line) =>
      line.startsWith('From') ? 'From: <tel:+4930123456>;tag=t' : line,
    );
    alice.server.ask('INVITE sip:alice@example.org', lines);
    await pass(5);
    expect(alice.calls[0]?.peer).toBe('tel:+4930123456');
    expect(alice.server.responses.at(-1)?.status).toBe(180);
  });
});

test('13: an INVITE with an unknown Content-Disposition is 415, or its body left out when that is optional', async () => {
  const alice = client();
  await online(alice);
  ring(alice, ['Content-Disposition: x-strange']);
  await pass(5);
  expect(alice.server.responses.at(-1)?.status).toBe(415);
  expect(alice.calls).toHaveLength(0);
  ring(alice, ['Content-Disposition: x-strange;handling=optional']);
  await pass(5);
  expect(alice.server.responses.at(-1)?.status).toBe(180);
  expect(alice.calls[0]?.offersVideo).toBe(false);
});

test('15: two From, two To, two Call-ID, two CSeq are refused', async () => {
  const alice = client();
  await online(alice);
  for (const double of [
    'f: <sip:ceo@example.org>;tag=x',
    'To: <sip:alice@example.org>',
    'i: other',
    'CSeq: 1 MESSAGE',
  ]) {
    alice.server.ask(
      'MESSAGE sip:alice@example.org',
      [
        'From: <sip:eve@example.org>;tag=e',
        'To: <sip:alice@example.org>',
        'Call-ID: d',
        'CSeq: 1 MESSAGE',
        double,
        'Content-Type: text/plain',
      ],
      'x',
    );
    await pass(5);
    expect(alice.server.responses.at(-1)?.status, double).toBe(400);
  }
  expect(alice.messages).toHaveLength(0);
});

test('16: 20,000 Vias are refused in no time', async () => {
  const alice = client();
  await online(alice);
  const vias = Array.from({ length: 20_000 }, (_, i) => `Via: SIP/2.0/TCP h${i}.example;branch=z9hG4bK${i}`);
  // This process's own work: what else the machine does is no fault of the reader.
  const before = process.cpuUsage();
  alice.server.ask('MESSAGE sip:alice@example.org', [
    ...vias,
    'From: <sip:e@x>;tag=e',
    'To: <sip:alice@example.org>',
    'Call-ID: v',
    'CSeq: 1 MESSAGE',
  ]);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(1_000);
  expect(alice.messages).toHaveLength(0);
});

test('17: the HA1 is in no log', async () => {
  const alice = client();
  await online(alice);
  await bobCalls(alice);
  expect(alice.lines.join('\n')).not.toMatch(/\b[0-9a-f]{32}\b.*ha1|secret/i);
});
