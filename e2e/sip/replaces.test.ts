/**
 * One dialog takes the place of another (RFC 3891):
 *
 *   bob ---INVITE c1--------------> alice       up
 *   bob ---INVITE c2, Replaces c1-> alice       answered without ringing
 *       <--BYE c1------------------             once c2 is up
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { header } from '../../src/protocol/sip-message.ts';
import { client, type Client } from './client.ts';
import { bobCalls, callBob, inviteLines, online, pass, type BobsCall } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SDP = 'v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';

async function up(): Promise<{ alice: Client; bob: BobsCall; value: string }> {
  const alice = client();
  await online(alice);
  const bob = await bobCalls(alice);
  const dialog = bob.call.dialog;
  return { alice, bob, value: `c1;to-tag=${dialog?.localTag};from-tag=${dialog?.remoteTag}` };
}

/** An INVITE from `from` with these further lines; the status that it got, 0 for none yet. */
async function invite(alice: Client, lines: string[], from = 'bob'): Promise<number> {
  const before = alice.server.responses.length;
  const head = inviteLines('c2', 1, ['Content-Type: application/sdp', ...lines]).map((line) =>
    line.startsWith('From') ? `From: <sip:${from}@example.org>;tag=new` : line,
  );
  alice.server.ask('INVITE sip:alice@example.org', head, SDP);
  await pass(5);
  return alice.server.responses.at(before)?.status ?? 0;
}

describe('a call is replaced', () => {
  test.each([
    ['the far end from another of its devices', 'bob', []],
    ['ourselves from another device', 'alice', []],
    ['somebody whom the far end has sent', 'carol', ['Referred-By: "Bob" <sip:bob@example.org>']],
  ])('P18 N03 by %s', async (_, from, more) => {
    const { alice, bob, value } = await up();
    expect(await invite(alice, [`Replaces: ${value}`, 'Require: replaces', ...more], from)).toBe(0);
    const call = alice.calls[1];
    expect(call?.replaces).toBe(bob.call);
    await call?.accept(new FakeMedia(), { video: false });
    await pass(5);
    expect(alice.server.responses.at(-1)).toMatchObject({ status: 200, callId: 'c2' });
    expect(alice.server.sent('BYE')).toHaveLength(0);
    const tag = alice.server.responses.at(-1)?.to.params.get('tag');
    const head = [`From: <sip:${from}@example.org>;tag=new`, `To: <sip:alice@example.org>;tag=${tag}`];
    const more2 = ['Call-ID: c2', 'CSeq: 1 ACK', 'Max-Forwards: 70'];
    alice.server.ask('ACK sip:alice@000000000000.invalid', [...head, ...more2]);
    await pass(5);
    const bye = alice.server.last('BYE');
    expect(bye).toMatchObject({ callId: 'c1' });
    expect(header(bye, 'Reason')).toBe(`SIP;cause=200;text="Replaced by sip:${from}@example.org"`);
    expect(alice.facts).toMatchObject([
      { is: 'established' },
      { is: 'established' },
      { is: 'ended', by: 'us', reason: 'replaced' },
    ]);
    expect(bob.media.closed).toBe(1);
  });
});

describe('a call is not replaced, and goes on', () => {
  test.each<[string, number, (value: string) => string[], string?]>([
    ['by a stranger', 481, (value) => [`Replaces: ${value}`], 'mallory'],
    [
      'by a stranger sent by nobody known',
      481,
      (value) => [`Replaces: ${value}`, 'Referred-By: <sip:eve@example.org>'],
      'mallory',
    ],
    ['under another Call-ID', 481, (value) => [`Replaces: ${value.replace('c1', 'c9')}`]],
    [
      'with the tags the wrong way round',
      481,
      (value) => [
        `Replaces: ${value.replace('to-tag', 'x').replace('from-tag', 'to-tag').replace('x', 'from-tag')}`,
      ],
    ],
    ['only while early', 486, (value) => [`Replaces: ${value};early-only`]],
    ['without a tag', 400, () => ['Replaces: c1;to-tag=a']],
    ['by two at once', 400, (value) => [`Replaces: ${value}`, `Replaces: ${value}`]],
    ['by a list', 400, (value) => [`Replaces: ${value}, ${value}`]],
    ['by one that goes on for ever', 400, (value) => [`Replaces: ${value};x=${'a'.repeat(2000)}`]],
    [
      'with an option that nobody knows',
      420,
      (value) => [`Replaces: ${value}`, 'Require: replaces, teleport'],
    ],
  ])('P18 N03 %s: %i', async (_, status, lines, from) => {
    const { alice, bob, value } = await up();
    expect(await invite(alice, lines(value), from)).toBe(status);
    expect(alice.calls).toHaveLength(1);
    expect(alice.facts).toEqual([{ is: 'established' }]);
    bob.invite();
    await pass(5);
    expect(bob.status).toBe(200);
  });

  test('P18 one that has just ended is declined, and one that rings is not for others to take', async () => {
    const { alice, bob, value } = await up();
    bob.ask('BYE');
    await pass(5);
    expect(await invite(alice, [`Replaces: ${value}`])).toBe(603);
    await pass(33_000);
    expect(await invite(alice, [`Replaces: ${value}`])).toBe(481);
    const other = client();
    await online(other);
    other.server.ask(
      'INVITE sip:alice@example.org',
      inviteLines('c1', 1, ['Content-Type: application/sdp']),
      SDP,
    );
    await pass(5);
    const tag = other.server.responses.at(-1)?.to.params.get('tag');
    expect(await invite(other, [`Replaces: c1;to-tag=${tag};from-tag=bob`])).toBe(481);
  });

  test('P18 Replaces belongs to INVITE', async () => {
    const { bob, value } = await up();
    bob.ask('OPTIONS', [`Replaces: ${value}`]);
    await pass(5);
    expect(bob.status).toBe(400);
  });
});

test('P18 N03 what it writes: checked parts, required, and nothing of it injected', async () => {
  const alice = client();
  await online(alice);
  const bob = await callBob(alice);
  const { callId, localTag, remoteTag } = bob.call.dialog ?? { callId: '', localTag: '', remoteTag: '' };
  const dial = (replaces: { callId: string; toTag: string; fromTag: string }, referredBy?: string) =>
    alice.agent.call({
      ...{ to: 'sip:bob@example.org', media: new FakeMedia(), video: false, replaces },
      ...(referredBy !== undefined && { referredBy }),
    });
  dial({ callId, toTag: remoteTag, fromTag: localTag }, 'sip:bob@example.org?X=y');
  await pass(20);
  const invite = alice.server.last('INVITE');
  expect(header(invite, 'Replaces')).toBe(`${callId};to-tag=${remoteTag};from-tag=${localTag}`);
  expect(header(invite, 'Require')).toBe('replaces');
  expect(header(invite, 'Supported')).toContain('replaces');
  expect(header(invite, 'Referred-By')).toBe('<sip:bob@example.org>');
  const sent = alice.server.sent('INVITE').length;
  const evil = 'x\r\nRoute: <sip:evil.example>';
  for (const parts of [
    { callId: evil, toTag: 'a', fromTag: 'b' },
    { callId: 'c', toTag: evil, fromTag: 'b' },
    { callId: 'c', toTag: 'a', fromTag: 'b;early-only' },
  ]) {
    const facts: unknown[] = [];
    dial(parts).onFact((fact) => facts.push(fact));
    await pass(20);
    expect(facts).toMatchObject([{ is: 'ended', status: 400 }]);
  }
  expect(alice.server.sent('INVITE')).toHaveLength(sent);
});
