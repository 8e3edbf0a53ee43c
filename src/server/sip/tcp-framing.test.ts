import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFraming } from './tcp-framing.ts';

const LIMITS = { head: 2000, message: 4000 };

function message(body: string, length: string | null = `Content-Length: ${Buffer.byteLength(body)}`): string {
  return ['MESSAGE sip:a@b SIP/2.0', 'To: <sip:a@b>', ...(length === null ? [] : [length]), '', body].join(
    '\r\n',
  );
}

function read(chunks: readonly (string | Uint8Array)[]): { frames: string[]; broken: string | null } {
  const frames: string[] = [];
  let broken: string | null = null;
  const framing = createFraming({
    ...LIMITS,
    onFrame: (frame) => void frames.push(Buffer.from(frame).toString()),
    onBroken(why) {
      expect(broken).toBe(null);
      broken = why;
    },
  });
  for (const chunk of chunks) framing.push(Buffer.from(chunk));
  return { frames, broken };
}

describe('SIP on a stream', () => {
  it('finds the same messages however the stream is cut', () => {
    const sent = [message('grüße 🙂'), '\r\n\r\n', message(''), message('a\r\n\r\nb', 'l : 6')];
    const octets = Buffer.from(sent.join(''));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: octets.length - 1 })), (cuts) => {
        const places = [0, ...[...new Set(cuts)].sort((a, b) => a - b), octets.length];
        const chunks = places.slice(1).map((end, i) => octets.subarray(places[i] ?? 0, end));
        expect(read(chunks)).toEqual({ frames: sent, broken: null });
      }),
    );
  });

  it('hands keep-alives on: a ping, an answer to one before a message', () => {
    expect(read(['\r\n\r\n']).frames).toEqual(['\r\n\r\n']);
    expect(read(['\r', '\n', '\r', '\n']).frames).toEqual(['\r\n\r\n']);
    expect(read([`\r\n${message('x')}`]).frames).toEqual(['\r\n', message('x')]);
  });

  it.each([
    ['no length', message('x', null)],
    ['a length that is no number', message('x', 'Content-Length: 1x')],
    ['a negative length', message('x', 'Content-Length: -1')],
    ['two lengths', message('x', 'Content-Length: 1\r\nl: 900')],
    ['a bare CR', '\rINVITE'],
  ])('ends a connection with %s', (_what, text) => {
    const { frames, broken } = read([text, message('after')]);
    expect(frames).toEqual([]);
    expect(broken).not.toBe(null);
  });

  it('takes the same length given twice, as proxies write it', () => {
    expect(read([message('x', 'Content-Length: 1\r\nContent-Length: 1')]).frames).toHaveLength(1);
  });

  it('keeps no more than a message: a head or a body without end ends the connection', () => {
    expect(read([`MESSAGE sip:a@b SIP/2.0\r\nX: ${'x'.repeat(3000)}`]).broken).toBe('Head too large');
    expect(read(Array.from({ length: 50 }, () => 'A: b\r\n'.repeat(10))).broken).toBe('Head too large');
    expect(read([message('x', 'Content-Length: 4000')]).broken).toBe('Message too large');
    expect(read([message('x'.repeat(3500))]).frames).toHaveLength(1);
  });

  it('never throws and never waits for more than a message, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }), (chunks) => {
        read(chunks);
      }),
    );
  });
});
