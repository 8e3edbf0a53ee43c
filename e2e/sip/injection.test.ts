/** Nothing that a person, a peer or a server supplies can put a line into a message of ours (reliability.md §8, 22). */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SipRequest } from '../../src/protocol/sip-message.ts';
import { client } from './client.ts';
import { answering, inviteLines, online, pass } from './ladder.ts';
import { FakeMedia } from './scripted-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\0',
        '\x7f',
        '"',
        '\\',
        '<',
        '>',
        ';',
        ' ',
        '%0D%0A',
        '\r\nRoute: <sip:evil.example;lr>',
        '\r\n\r\n',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
const target = fc.oneof(
  fc.constant('sip:bob@example.org'),
  nasty.map((text) => `sip:bob@example.org${text}`),
  nasty,
);

/** Field names a message of ours may have; a forged line would add another. */
const OURS = new Set(
  'Via Max-Forwards From To Call-ID CSeq Contact Expires Supported Allow User-Agent Content-Type Content-Length Event Accept Subject SIP-If-Match Authorization Session-Expires Min-SE'.split(
    ' ',
  ),
);

function expectWhole(requests: readonly SipRequest[]): void {
  for (const request of requests) {
    for (const { name, value } of request.headers) {
      expect(OURS, `${request.method}: ${name}: ${value}`).toContain(name);
      expect(value).not.toContain('evil.example;lr>\r');
    }
  }
}

test('every field a caller can fill: sent whole or not at all', async () => {
  await fc.assert(
    fc.asyncProperty(target, nasty, nasty, nasty, nasty, async (to, name, type, event, body) => {
      const alice = client({ displayName: name });
      await online(alice);
      answering(alice);
      const { agent } = alice;
      const outcome = agent.sendMessage({ to, contentType: type, body, callId: `c${event}`, cseq: 1 });
      agent.subscribe(
        { target: to, event, accept: [type], expires: 600, supported: [name] },
        () => undefined,
      );
      agent.publish(event, 600).set(type, body);
      agent.call({ to, media: new FakeMedia(), video: false, subject: name });
      agent.setPush({ provider: 'webpush', prid: type, param: event });
      void agent.options(to);
      await pass(100);
      // The scripted server throws at anything that cannot be read; here it is looked at field by field.
      expectWhole(alice.server.requests);
      expect(['accepted', 'refused', 'unknown']).toContain((await outcome).is);
      expect(alice.states.at(-1)?.is).toBe('online');
      void agent.stop(0);
      await pass(1);
    }),
    { numRuns: 150 },
  );
});

test('every field a peer can fill comes back in our answers as one line', async () => {
  await fc.assert(
    fc.asyncProperty(nasty, nasty, async (display, tag) => {
      const alice = client();
      await online(alice);
      const head = inviteLines('c1', 1).map((line) =>
        line.startsWith('From') ? `From: "${display}" <sip:bob@example.org>;tag=${tag}` : line,
      );
      alice.server.ask('INVITE sip:alice@example.org', head);
      await pass(20);
      for (const response of alice.server.responses) {
        expect(response.headers.filter((field) => field.name === 'Route')).toEqual([]);
        expect([180, 400]).toContain(response.status);
      }
      void alice.agent.stop(0);
      await pass(1);
    }),
    { numRuns: 150 },
  );
});
