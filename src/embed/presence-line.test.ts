/**
 *   page: element a, element b     line                     server
 *     | follow a, follow b -->     | GET ?aor=a&aor=b ----> |
 *     | <-- presence               | <---- data: {…} ------ |
 *     | <-- null (unknown)         | <---- gone, silent --- |
 */
import { describe, expect, it } from 'vitest';
import type { EmbedPresence } from '../protocol/service-api.ts';
import { createPresenceLine, type LineParts } from './presence-line.ts';
import { createEventReader, readPresence } from './read-events.ts';

const A = 'sip:a@x.test';
const B = 'sip:b@x.test';
const said = (aor: string, availability: EmbedPresence['availability'] = 'available'): EmbedPresence => ({
  ...{ aor, name: 'N', availability, words: 'W' },
});
const line = (presence: EmbedPresence) => `data: ${JSON.stringify(presence)}\n\n`;
const settled = () => new Promise((next) => setTimeout(next, 0));

/** A server that answers when the test says, and a clock that goes when it says. */
function world() {
  const requests: { url: string; headers: Headers; signal: AbortSignal }[] = [];
  const answers: ((response: Response | null) => void)[] = [];
  const timers = new Set<{ ms: number; run: () => void }>();
  const parts: LineParts = {
    random: () => 0.5,
    after(ms, run) {
      const timer = { ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    fetch: (url, init) => {
      requests.push({
        url: String(url),
        headers: new Headers(init?.headers),
        signal: init?.signal as AbortSignal,
      });
      return new Promise((resolve, reject) => {
        answers.push((response) => (response ? resolve(response) : reject(new TypeError('gone'))));
      });
    },
  };
  return {
    parts,
    requests,
    async pass(ms: number) {
      for (const timer of [...timers].filter((one) => one.ms === ms)) {
        timers.delete(timer);
        timer.run();
      }
      await settled();
    },
    waits: () => [...timers].map(({ ms }) => ms),
    async refuse(status: number, headers: Record<string, string> = {}) {
      answers.shift()?.(new Response(null, { status, headers }));
      await settled();
    },
    async fail() {
      answers.shift()?.(null);
      await settled();
    },
    async open() {
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
      const body = new ReadableStream<Uint8Array>({ start: (one) => void (controller = one) });
      answers.shift()?.(new Response(body, { status: 200 }));
      await settled();
      return {
        async say(text: string) {
          controller?.enqueue(new TextEncoder().encode(text));
          await settled();
        },
        async end() {
          controller?.close();
          await settled();
        },
      };
    },
  };
}

describe('one line for all elements of a page', () => {
  it('asks for everybody in one request, with the token', async () => {
    const { parts, requests, pass } = world();
    const presence = createPresenceLine('https://p.test', 'secret', parts);
    presence.follow(A, () => undefined);
    presence.follow(B, () => undefined);
    await pass(50);
    expect(requests.map(({ url }) => url)).toEqual([
      `https://p.test/api/embed/presence?aor=${encodeURIComponent(A)}&aor=${encodeURIComponent(B)}`,
    ]);
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer secret');
  });

  it('tells each element of its person, in whatever pieces the text comes', async () => {
    const { parts, pass, open } = world();
    const presence = createPresenceLine('https://p.test', 't', parts);
    const heard: unknown[] = [];
    presence.follow(A, (one) => heard.push(one?.availability));
    await pass(50);
    const stream = await open();
    const text = `: here\n\n${line(said(B))}${line(said(A, 'busy'))}`;
    for (const piece of text.match(/.{1,7}/gs) ?? []) await stream.say(piece);
    expect(heard).toEqual(['busy']);
    presence.follow(A, (one) => heard.push(one?.availability));
    expect(heard).toEqual(['busy', 'busy']);
  });

  it.each(['ends', 'is silent'])('nothing stays green when the connection %s', async (how) => {
    const { parts, requests, pass, open } = world();
    const presence = createPresenceLine('https://p.test', 't', parts);
    const heard: unknown[] = [];
    presence.follow(A, (one) => heard.push(one && one.availability));
    await pass(50);
    const stream = await open();
    await stream.say(line(said(A)));
    if (how === 'ends') await stream.end();
    else {
      await pass(60_000);
      expect(requests[0]?.signal.aborted).toBe(true);
      await stream.end();
    }
    expect(heard).toEqual(['available', null]);
    await pass(1_000);
    expect(requests).toHaveLength(2);
  });

  it('stays away longer each time, and as long as the server says', async () => {
    const { parts, pass, refuse, fail, waits } = world();
    const presence = createPresenceLine('https://p.test', 't', parts);
    presence.follow(A, () => undefined);
    await pass(50);
    for (const ms of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      await fail();
      expect(waits()).toEqual([ms]);
      await pass(ms);
    }
    await refuse(503, { 'Retry-After': '120' });
    expect(waits()).toEqual([120_000]);
  });

  it.each([401, 403, 400])('does not ask again after %i', async (status) => {
    const { parts, pass, refuse, waits } = world();
    const heard: unknown[] = [];
    createPresenceLine('https://p.test', 't', parts).follow(A, (one) => heard.push(one));
    await pass(50);
    await refuse(status);
    expect(heard).toEqual([null]);
    expect(waits()).toEqual([]);
  });

  it('hangs up when the last element is gone', async () => {
    const { parts, requests, pass, open } = world();
    const presence = createPresenceLine('https://p.test', 't', parts);
    const leave = presence.follow(A, () => undefined);
    await pass(50);
    await open();
    leave();
    await pass(50);
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(requests).toHaveLength(1);
  });
});

describe('events', () => {
  it.each([
    '',
    'x',
    '{}',
    '[]',
    'null',
    JSON.stringify({ ...said(A), availability: 'green' }),
    JSON.stringify({ ...said(A), availability: 'constructor' }),
  ])('%s is none', (data) => {
    expect(readPresence(data)).toBeNull();
  });

  it('without end are refused', () => {
    const read = createEventReader();
    expect(() => read(`data: ${'x'.repeat(20_000)}`)).toThrow();
  });
});
