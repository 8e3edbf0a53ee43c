/** What the library audit read in the source (reliability.md §4.2): each is done properly here. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { client } from './client.ts';
import { callBob, online, pass, ring } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';
import { header } from '../../src/protocol/sip-message.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what the audit read', () => {
  test('an unknown Require is 420', async () => {
    const alice = client();
    await online(alice);
    ring(alice, ['Require: 100rel, replaces, x-magic']);
    await pass(5);
    const answer = alice.server.responses.at(-1);
    expect(answer?.status).toBe(420);
    expect(answer && header(answer, 'Unsupported')).toBe('x-magic');
  });

  test('P-Asserted-Identity and Remote-Party-ID of a peer are not who calls', async () => {
    const alice = client();
    await online(alice);
    ring(alice, [
      'P-Asserted-Identity: "CEO" <sip:ceo@example.org>',
      'Remote-Party-ID: <sip:ceo@example.org>',
    ]);
    expect(alice.calls[0]).toMatchObject({ peer: 'sip:bob@example.org', peerName: 'Bob' });
  });

  test('a repeated MESSAGE is delivered once and answered each time, also while it is being stored', async () => {
    const alice = client();
    const { promise, resolve } = Promise.withResolvers<number>();
    alice.store = () => promise;
    await online(alice);
    const send = () =>
      alice.server.ask(
        'MESSAGE sip:alice@example.org',
        [
          'From: <sip:bob@example.org>;tag=b',
          'To: <sip:alice@example.org>',
          'Call-ID: m',
          'CSeq: 1 MESSAGE',
          'Content-Type: text/plain',
        ],
        'once',
      );
    send();
    send();
    await pass(5);
    expect(alice.server.responses).toHaveLength(0);
    resolve(200);
    await pass(5);
    send();
    await pass(5);
    expect(alice.server.responses.map((response) => response.status)).toEqual([200, 200, 200]);
    expect(alice.messages).toHaveLength(1);
  });

  test('a message that could not be stored is 500 and may come again', async () => {
    const alice = client();
    alice.store = () => Promise.reject(new Error('disk full'));
    await online(alice);
    const send = () =>
      alice.server.ask(
        'MESSAGE sip:alice@example.org',
        [
          'From: <sip:bob@example.org>;tag=b',
          'To: <sip:alice@example.org>',
          'Call-ID: m',
          'CSeq: 1 MESSAGE',
          'Content-Type: text/plain',
        ],
        'x',
      );
    send();
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(500);
    alice.store = () => Promise.resolve(202);
    send();
    await pass(5);
    expect(alice.server.responses.at(-1)?.status).toBe(202);
  });

  test('a reliable 180 is confirmed with PRACK, and ours is repeated until it is', async () => {
    const alice = client();
    await online(alice);
    alice.server.script = (request) => {
      if (request.method !== 'INVITE') return false;
      alice.server.answer(request, {
        status: 180,
        toTag: 'bob',
        headers: [
          { name: 'Contact', value: '<sip:bob@far.invalid>' },
          { name: 'Require', value: '100rel' },
          { name: 'RSeq', value: '7' },
        ],
      });
      return true;
    };
    alice.agent.call({ to: 'sip:bob@example.org', media: new FakeMedia(), video: false });
    await pass(20);
    expect(header(alice.server.last('PRACK'), 'RAck')).toBe('7 1 INVITE');
    ring(alice, ['Require: 100rel']);
    await pass(1600);
    const ringing = alice.server.responses.filter((response) => response.status === 180);
    expect(ringing).toHaveLength(3);
    const [first] = ringing;
    const rseq = first && header(first, 'RSeq');
    const tag = first?.to.params.get('tag');
    alice.server.ask('PRACK sip:alice@000000000000.invalid', [
      'From: "Bob" <sip:bob@example.org>;tag=bob',
      `To: <sip:alice@example.org>;tag=${tag}`,
      'Call-ID: c1',
      'CSeq: 2 PRACK',
      `RAck: ${rseq} 1 INVITE`,
    ]);
    await pass(10_000);
    expect(alice.server.responses.filter((response) => response.status === 180)).toHaveLength(3);
    expect(alice.server.responses.at(-1)).toMatchObject({ status: 200, cseq: { method: 'PRACK' } });
  });

  test('Service-Route is preloaded and the GRUU is the Contact', async () => {
    const alice = client();
    alice.server.script = (request) => {
      if (request.method !== 'REGISTER') return false;
      const own = `${header(request, 'Contact')};expires=600;pub-gruu="sip:alice@example.org;gr=abc"`;
      alice.server.answer(request, {
        status: 200,
        headers: [
          { name: 'Contact', value: own },
          { name: 'Service-Route', value: '<sip:edge.example;lr>, <sip:home.example;lr>' },
        ],
      });
      return true;
    };
    await online(alice);
    await callBob(alice);
    void alice.agent.sendMessage({
      to: 'sip:bob@example.org',
      contentType: 'text/plain',
      body: 'x',
      callId: 'p',
      cseq: 1,
    });
    for (const method of ['INVITE', 'MESSAGE']) {
      const routes = alice.server.last(method).headers.filter((field) => field.name === 'Route');
      expect(
        routes.map((field) => field.value),
        method,
      ).toEqual(['<sip:edge.example;lr>', '<sip:home.example;lr>']);
    }
    expect(header(alice.server.last('INVITE'), 'Contact')).toBe('<sip:alice@example.org;gr=abc>');
  });
});
