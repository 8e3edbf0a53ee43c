/** Calls against a scripted far end: the races and the rare answers. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { header } from '../../src/protocol/sip-message.ts';
import type { CallFact } from '../../src/sip/contract.ts';
import { client, type Client } from './client.ts';
import { answering, bobCalls, callBob, inviteLines, online, pass, ring } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const CONTACT = { name: 'Contact', value: '<sip:bob@far.invalid;transport=ws>' };

function dial(alice: Client): {
  call: ReturnType<Client['agent']['call']>;
  facts: CallFact[];
  media: FakeMedia;
} {
  const media = new FakeMedia();
  const call = alice.agent.call({ to: 'sip:bob@example.org', media, video: false });
  const facts: CallFact[] = [];
  call.onFact((fact) => facts.push(fact));
  return { call, facts, media };
}

const ends = (facts: readonly CallFact[]) => facts.filter((fact) => fact.is === 'ended');

/** The server lets INVITE ring and waits. */
function ringing(alice: Client): void {
  alice.server.script = (request) => {
    if (request.method === 'CANCEL') {
      alice.server.answer(request, { status: 200 });
      const invite = alice.server.last('INVITE');
      alice.server.answer(invite, { status: 487, toTag: 'bob' });
      return true;
    }
    if (request.method !== 'INVITE') return false;
    alice.server.answer(request, { status: 180, toTag: 'bob', headers: [CONTACT] });
    return true;
  };
}

describe('calling', () => {
  test.each([480, 486, 487, 404, 408, 500, 603])('%i ends the call with that status', async (status) => {
    const alice = client();
    await online(alice);
    alice.server.script = (request) => {
      if (request.method === 'INVITE') alice.server.answer(request, { status });
      return request.method === 'INVITE';
    };
    const { facts, media } = dial(alice);
    await pass(100);
    expect(facts).toMatchObject([{ is: 'ended', by: 'them', status }]);
    expect(media.closed).toBe(1);
    expect(alice.server.sent('ACK')).toHaveLength(1);
  });

  test('hanging up before the answer sends CANCEL, and the 487 ends nothing twice', async () => {
    const alice = client();
    await online(alice);
    ringing(alice);
    const { call, facts } = dial(alice);
    await pass(50);
    call.hangUp();
    call.hangUp();
    await pass(50);
    expect(alice.server.sent('CANCEL')).toHaveLength(1);
    expect(facts).toMatchObject([{ is: 'ringing' }, { is: 'ended', by: 'us' }]);
  });

  test('a 200 that crosses our CANCEL is acknowledged and ended with BYE', async () => {
    const alice = client();
    await online(alice);
    ringing(alice);
    const { call, facts } = dial(alice);
    await pass(50);
    alice.server.script = (request) => {
      if (request.method !== 'CANCEL') return false;
      alice.server.answer(request, { status: 481 });
      const parts = {
        status: 200,
        toTag: 'bob',
        headers: [CONTACT],
        contentType: 'application/sdp',
        body: 'v=0\r\n',
      };
      alice.server.answer(alice.server.last('INVITE'), parts);
      return true;
    };
    call.hangUp();
    await pass(50);
    expect(alice.server.sent('ACK')).toHaveLength(1);
    expect(alice.server.sent('BYE')).toHaveLength(1);
    expect(ends(facts)).toHaveLength(1);
  });

  test('hanging up while our media are prepared sends nothing', async () => {
    const alice = client();
    await online(alice);
    const { call, facts, media } = dial(alice);
    call.hangUp();
    await pass(50);
    expect(alice.server.sent('INVITE')).toHaveLength(0);
    expect(facts).toMatchObject([{ is: 'ended', by: 'us' }]);
    expect(media.closed).toBe(1);
  });

  test('two branches answer: the first is the call, the second is ended', async () => {
    const alice = client();
    await online(alice);
    alice.server.script = (request) => {
      if (request.method !== 'INVITE') return false;
      for (const toTag of ['one', 'two']) {
        alice.server.answer(request, {
          status: 200,
          toTag,
          headers: [CONTACT],
          contentType: 'application/sdp',
          body: 'v=0\r\n',
        });
      }
      return true;
    };
    const { facts } = dial(alice);
    await pass(100);
    expect(facts).toEqual([{ is: 'established' }]);
    expect(alice.server.sent('ACK')).toHaveLength(2);
    expect(alice.server.sent('BYE').map((request) => request.to.params.get('tag'))).toEqual(['two']);
  });

  test('a redirection is followed, a loop of them is not', async () => {
    const alice = client();
    await online(alice);
    alice.server.script = (request) => {
      if (request.method !== 'INVITE') return false;
      const next = request.uri.includes('desk') ? 'sip:bob@example.org' : 'sip:desk@example.org';
      alice.server.answer(request, { status: 302, headers: [{ name: 'Contact', value: `<${next}>` }] });
      return true;
    };
    const { facts } = dial(alice);
    await pass(200);
    expect(alice.server.sent('INVITE').map((request) => request.uri)).toEqual([
      'sip:bob@example.org',
      'sip:desk@example.org',
    ]);
    expect(facts).toMatchObject([
      { is: 'forwarded', to: 'sip:desk@example.org' },
      { is: 'ended', by: 'them', status: 302 },
    ]);
  });

  test('six redirections in a row are one too many', async () => {
    const alice = client();
    await online(alice);
    let hop = 0;
    alice.server.script = (request) => {
      if (request.method !== 'INVITE') return false;
      const headers = [{ name: 'Contact', value: `<sip:hop${++hop}@example.org>` }];
      alice.server.answer(request, { status: 302, headers });
      return true;
    };
    const { facts } = dial(alice);
    await pass(500);
    expect(alice.server.sent('INVITE')).toHaveLength(6);
    expect(ends(facts)).toHaveLength(1);
  });

  test('nobody answers for three minutes', async () => {
    const alice = client();
    await online(alice);
    ringing(alice);
    const { facts } = dial(alice);
    await pass(181_000);
    expect(facts.at(-1)).toMatchObject({ is: 'ended', by: 'us', status: 408 });
    expect(alice.server.sent('CANCEL')).toHaveLength(1);
  });

  test('without a connection the call ends at once', async () => {
    const alice = client();
    const { facts } = dial(alice);
    await pass(1);
    expect(facts).toMatchObject([{ is: 'ended', by: 'network' }]);
  });

  test('media that do not come are not waited for', async () => {
    const alice = client();
    await online(alice);
    const media = new FakeMedia();
    media.getDescription = () => new Promise(() => undefined);
    const call = alice.agent.call({ to: 'sip:bob@example.org', media, video: false });
    const facts: CallFact[] = [];
    call.onFact((fact) => facts.push(fact));
    await pass(11_000);
    expect(facts).toMatchObject([{ is: 'ended', by: 'us', status: 488 }]);
  });

  test('an answer that does not fit ends the call with BYE', async () => {
    const alice = client();
    await online(alice);
    answering(alice);
    const media = new FakeMedia();
    media.setDescription = () => Promise.reject(new Error('m-lines'));
    const call = alice.agent.call({ to: 'sip:bob@example.org', media, video: false });
    const facts: CallFact[] = [];
    call.onFact((fact) => facts.push(fact));
    await pass(100);
    expect(facts).toMatchObject([{ is: 'ended', status: 488 }]);
    expect(header(alice.server.last('BYE'), 'Reason')).toContain('488');
  });
});

describe('being called', () => {
  test.each([
    ['SIP;cause=200;text="Call completed elsewhere"', true],
    ['Q.850;cause=26, SIP;cause=200', true],
    ['Q.850;cause=16', false],
    ['SIP;cause=487', false],
  ])('CANCEL with Reason %s', async (reason, elsewhere) => {
    const alice = client();
    await online(alice);
    ring(alice);
    await pass(5);
    const branch = alice.server.responses[0]?.vias[0]?.params.get('branch');
    alice.server.socket.deliver(
      [
        'CANCEL sip:alice@example.org SIP/2.0',
        `Via: SIP/2.0/WS server.example;branch=${branch}`,
        ...inviteLines('c1', 1).map((line) => line.replace('1 INVITE', '1 CANCEL')),
        `Reason: ${reason}`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
    await pass(5);
    expect(alice.facts).toMatchObject([{ is: 'ended', by: 'them', status: 487, elsewhere }]);
    expect(alice.server.responses.map((response) => response.status)).toEqual([180, 200, 487]);
    await alice.calls[0]?.accept(new FakeMedia(), { video: false });
    await pass(5);
    expect(alice.server.responses).toHaveLength(3);
  });

  test('rejecting answers with the status, once', async () => {
    const alice = client();
    await online(alice);
    ring(alice);
    alice.calls[0]?.reject(486);
    alice.calls[0]?.reject(603);
    alice.calls[0]?.hangUp();
    await pass(5);
    expect(alice.server.responses.map((response) => response.status)).toEqual([180, 486]);
    expect(alice.facts).toMatchObject([{ is: 'ended', by: 'us', status: 486 }]);
  });

  test('an INVITE without an offer is answered with ours, the ACK brings theirs', async () => {
    const alice = client();
    await online(alice);
    const call = ring(alice, [], '');
    const media = new FakeMedia();
    await call?.accept(media, { video: true });
    await pass(5);
    expect(media.said).toEqual(['get video']);
    const tag = alice.server.responses.at(-1)?.to.params.get('tag');
    const head = inviteLines('c1', 1).map((line) =>
      line.startsWith('To') ? `${line};tag=${tag}` : line.replace('INVITE', 'ACK'),
    );
    alice.server.ask(
      'ACK sip:alice@000000000000.invalid',
      [...head, 'Content-Type: application/sdp'],
      'v=0\r\n',
    );
    await pass(5);
    expect(media.said).toEqual(['get video', 'set']);
    expect(alice.facts).toEqual([{ is: 'established' }]);
  });

  test('hanging up before the ACK waits for it with the BYE', async () => {
    const alice = client();
    await online(alice);
    const bob = await bobCalls(alice, false);
    bob.call.hangUp();
    await pass(5);
    expect(alice.server.sent('BYE')).toHaveLength(0);
    bob.ask('ACK');
    await pass(5);
    expect(alice.server.sent('BYE')).toHaveLength(1);
    expect(alice.facts).toMatchObject([{ is: 'ended', by: 'us' }]);
  });

  test('an ACK that never comes ends the call after 32 s', async () => {
    const alice = client();
    await online(alice);
    await bobCalls(alice, false);
    await pass(33_000);
    expect(alice.facts).toMatchObject([{ is: 'ended', by: 'network', status: 408 }]);
  });

  test('a body that is no session description is 415', async () => {
    const alice = client();
    await online(alice);
    ring(alice, ['Content-Type: application/isup'], 'xyz');
    await pass(5);
    const answer = alice.server.responses.at(-1);
    expect(answer?.status).toBe(415);
    expect(answer && header(answer, 'Accept')).toBe('application/sdp');
  });
});

test('offers are made one at a time, in order', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  const results = [true, false, true].map((video) => bob.call.renegotiate({ video, iceRestart: false }));
  await pass(100);
  expect(await Promise.all(results)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
  expect(bob.media.said.slice(2)).toEqual(['get video', 'set', 'get', 'set', 'get video', 'set']);
});

test('491 for ever is told after six tries', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  alice.server.script = (request) => {
    if (request.method === 'INVITE') alice.server.answer(request, { status: 491, toTag: 'bob' });
    return request.method === 'INVITE';
  };
  const renegotiated = bob.call.renegotiate({ video: false, iceRestart: false });
  await pass(40_000);
  expect(await renegotiated).toMatchObject({ ok: false, status: 491 });
  expect(alice.server.sent('INVITE')).toHaveLength(7);
});

test('their offer that our media refuse is 488, and the call goes on', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  const set = bob.media.setDescription.bind(bob.media);
  bob.media.setDescription = () => Promise.reject(new Error('bundle'));
  bob.invite();
  await pass(20);
  expect(bob.status).toBe(488);
  bob.media.setDescription = set;
  bob.invite();
  await pass(20);
  expect(bob.status).toBe(200);
  expect(ends(bob.facts)).toHaveLength(0);
});

test('Allow, Contact and BYE with its reason', async () => {
  const alice = client();
  await online(alice);
  const bob = await bobCalls(alice);
  bob.ask('INFO', ['Content-Type: application/dtmf-relay'], 'Signal=5');
  await pass(5);
  expect(bob.status).toBe(469);
  bob.ask('BYE', ['Reason: SIP;cause=480;text="Gone to lunch"']);
  await pass(5);
  expect(bob.status).toBe(200);
  expect(ends(alice.facts)).toMatchObject([{ by: 'them', reason: 'Gone to lunch' }]);
  bob.ask('MESSAGE', ['Content-Type: text/plain'], 'late');
  await pass(5);
  expect(bob.status).toBe(481);
});
