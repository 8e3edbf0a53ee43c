/**
 * UPDATE (RFC 3311) and session timers (RFC 4028):
 *
 *   bob ---INVITE, Session-Expires: 90--> alice
 *       <--200, who refreshes-----------
 *       <--UPDATE or re-INVITE---------    after half of it, or bob's; neither: BYE
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { header } from '../../src/protocol/sip-message.ts';
import { client, type Client } from './client.ts';
import { BobsCall, bobCalls, callBob, inviteLines, online, pass, ring } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SDP = 'v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const CONTACT = 'Contact: <sip:bob@far.invalid;transport=ws>';
const TYPE = 'Content-Type: application/sdp';

/** Bob's call with these lines in its INVITE, answered. */
async function answered(alice: Client, lines: string[]): Promise<BobsCall> {
  const call = ring(alice, lines);
  if (!call) throw new Error('nothing rang');
  const media = new FakeMedia();
  await call.accept(media, { video: false });
  await pass(5);
  const tag = alice.server.responses.at(-1)?.to.params.get('tag') ?? '';
  const [from = ''] = inviteLines();
  const bob = new BobsCall(alice, call, from, `To: <sip:alice@example.org>;tag=${tag}`, 'c1', 1);
  bob.ask('ACK');
  await pass(5);
  return Object.assign(bob, { media, facts: alice.facts });
}

const said = (alice: Client, name: string): string | undefined => {
  const last = alice.server.responses.at(-1);
  return last && header(last, name);
};

describe('the called side of a session timer', () => {
  test('N01 they refresh, and when they no longer do, the call is over', async () => {
    const alice = client();
    await online(alice);
    const bob = await answered(alice, ['Supported: timer', 'Session-Expires: 90']);
    const ok = alice.server.responses.find(({ status }) => status === 200);
    expect(ok && header(ok, 'Session-Expires')).toBe('90;refresher=uac');
    expect(ok && header(ok, 'Require')).toBe('timer');
    await pass(50_000);
    bob.ask('UPDATE', [CONTACT, 'Supported: timer', 'Session-Expires: 90;refresher=uac']);
    await pass(5);
    expect(bob.status).toBe(200);
    expect(said(alice, 'Session-Expires')).toBe('90;refresher=uac');
    await pass(50_000);
    expect(alice.server.sent('BYE')).toHaveLength(0);
    await pass(11_000);
    expect(alice.server.sent('BYE')).toHaveLength(1);
    expect(alice.facts.at(-1)).toMatchObject({ is: 'ended', by: 'network', status: 408 });
  });

  test.each([
    ['UPDATE', ['Allow: INVITE, ACK, BYE, UPDATE']],
    ['INVITE', ['Allow: INVITE, ACK, BYE']],
  ])('N01 we refresh by %s, again and again', async (method, allow) => {
    const alice = client();
    await online(alice);
    alice.server.script = (request) => {
      if (request.method !== 'INVITE' && request.method !== 'UPDATE') return false;
      const headers = [{ name: 'Contact', value: '<sip:bob@far.invalid>' }];
      const expires = { name: 'Session-Expires', value: '100;refresher=uac' };
      const body = request.method === 'INVITE' ? { contentType: 'application/sdp', body: SDP } : {};
      alice.server.answer(request, { status: 200, toTag: 'bob', headers: [...headers, expires], ...body });
      return true;
    };
    await answered(alice, [...allow, 'Session-Expires: 100;refresher=uas', 'Supported: timer']);
    expect(said(alice, 'Session-Expires')).toBe('100;refresher=uas');
    await pass(260_000);
    expect(alice.server.sent(method)).toHaveLength(5);
    expect(header(alice.server.last(method), 'Session-Expires')).toBe('100;refresher=uac');
    expect(alice.server.sent('BYE')).toHaveLength(0);
  });

  test('N01 too short an interval is refused before anything rings', async () => {
    const alice = client();
    await online(alice);
    ring(alice, ['Supported: timer', 'Session-Expires: 30']);
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(422);
    expect(said(alice, 'Min-SE')).toBe('90');
    expect(alice.calls).toHaveLength(0);
  });
});

test('N01 an UPDATE that finds no call there ends it; one that finds no UPDATE becomes a re-INVITE', async () => {
  for (const [status, ended] of [
    [481, true],
    [405, false],
  ] as const) {
    const alice = client();
    await online(alice);
    const bob = await answered(alice, [
      'Allow: INVITE, UPDATE',
      'Session-Expires: 100;refresher=uas',
      'Supported: timer',
    ]);
    alice.server.script = (request) => {
      if (request.method === 'UPDATE') alice.server.answer(request, { status, toTag: 'bob' });
      return request.method === 'UPDATE';
    };
    await pass(51_000);
    expect(bob.facts.some((fact) => fact.is === 'ended')).toBe(ended);
    expect(alice.server.sent('INVITE')).toHaveLength(ended ? 0 : 1);
  }
});

test('N01 the calling side asks for a timer, raises it once when told to, and refreshes', async () => {
  const alice = client();
  await online(alice);
  alice.server.script = (request) => {
    if (request.method !== 'INVITE') return false;
    const first = alice.server.sent('INVITE').length === 1;
    const contact = { name: 'Contact', value: '<sip:bob@far.invalid>' };
    const more = first
      ? [{ name: 'Min-SE', value: '3000' }]
      : [
          { name: 'Session-Expires', value: '3000;refresher=uac' },
          { name: 'Allow', value: 'UPDATE' },
        ];
    const parts = { toTag: 'bob', headers: [contact, ...more] };
    if (first) alice.server.answer(request, { ...parts, status: 422 });
    else alice.server.answer(request, { ...parts, status: 200, contentType: 'application/sdp', body: SDP });
    return true;
  };
  const call = alice.agent.call({ to: 'sip:bob@example.org', media: new FakeMedia(), video: false });
  const facts: string[] = [];
  call.onFact((fact) => facts.push(fact.is));
  await pass(100);
  const [before, after] = alice.server.sent('INVITE');
  expect(before && header(before, 'Session-Expires')).toBe('1800');
  expect(after && [header(after, 'Session-Expires'), header(after, 'Min-SE')]).toEqual(['3000', '3000']);
  expect(facts).toEqual(['established']);
  await pass(1_500_000);
  expect(alice.server.sent('UPDATE')).toHaveLength(1);
});

describe('UPDATE', () => {
  test('N01 with an offer it is answered, moves the far end, and needs no ACK', async () => {
    const alice = client();
    await online(alice);
    const bob = await bobCalls(alice);
    bob.ask('UPDATE', ['Contact: <sip:bob@moved.invalid;transport=ws>', TYPE], SDP);
    await pass(20);
    expect(alice.server.responses.at(-1)).toMatchObject({
      status: 200,
      body: expect.stringContaining('m=audio') as string,
    });
    expect(bob.media.said.slice(-2)).toEqual(['set', 'get']);
    bob.call.hangUp();
    await pass(5);
    expect(alice.server.last('BYE').uri).toContain('moved.invalid');
  });

  test('N01 what the media refuse is 488, another body 415, a second at once 500, and the call goes on', async () => {
    const alice = client();
    await online(alice);
    const bob = await bobCalls(alice);
    const statuses = () => alice.server.responses.map(({ status }) => status);
    bob.media.setDescription = () => Promise.reject(new Error('codec'));
    bob.ask('UPDATE', [CONTACT, TYPE], SDP);
    await pass(20);
    bob.ask('UPDATE', [CONTACT, 'Content-Type: text/plain'], 'hello');
    await pass(20);
    expect(statuses().slice(-2)).toEqual([488, 415]);
    bob.media.setDescription = () => new Promise((done) => setTimeout(done, 100));
    bob.ask('UPDATE', [CONTACT, TYPE], SDP);
    bob.ask('UPDATE', [CONTACT, TYPE], SDP);
    bob.invite();
    await pass(5);
    expect(statuses().slice(-2)).toEqual([500, 500]);
    await pass(200);
    expect(statuses().at(-1)).toBe(200);
    expect(bob.facts.filter((fact) => fact.is === 'ended')).toEqual([]);
  });

  test('N01 while our own offer is out it is 491', async () => {
    const alice = client();
    await online(alice);
    const bob = await callBob(alice);
    alice.server.script = (request) => request.method === 'INVITE';
    void bob.call.renegotiate({ video: false, iceRestart: false });
    await pass(20);
    bob.ask('UPDATE', [CONTACT, TYPE], SDP);
    await pass(20);
    expect(bob.status).toBe(491);
  });

  test('N01 before the answer: without an offer it is taken, with one it is too early', async () => {
    const alice = client();
    await online(alice);
    const call = ring(alice);
    await pass(5);
    const tag = alice.server.responses.at(-1)?.to.params.get('tag') ?? '';
    const [from = ''] = inviteLines();
    if (!call) throw new Error('nothing rang');
    const bob = new BobsCall(alice, call, from, `To: <sip:alice@example.org>;tag=${tag}`, 'c1', 1);
    bob.ask('UPDATE', [CONTACT]);
    await pass(5);
    expect(bob.status).toBe(200);
    bob.ask('UPDATE', [CONTACT, TYPE], SDP);
    await pass(5);
    expect(bob.status).toBe(500);
    expect(Number(said(alice, 'Retry-After'))).toBeGreaterThan(0);
    await call.accept(new FakeMedia(), { video: false });
    await pass(5);
    expect(bob.status).toBe(200);
  });

  test('N01 outside a dialog it is 481', async () => {
    const alice = client();
    await online(alice);
    const head = inviteLines('c9', 1).map((line) => line.replace('INVITE', 'UPDATE'));
    alice.server.ask('UPDATE sip:alice@example.org', head);
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(481);
  });
});
