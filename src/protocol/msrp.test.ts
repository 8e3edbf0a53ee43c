/*
 * Alice's tab                              Bob's tab
 *   writeMsrpRequest(SEND)  -- chunk -->     readMsrp
 *   readMsrp                <-- REPORT --    writeMsrpRequest(REPORT)
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type MsrpDraft,
  type MsrpReading,
  MOST_CHUNK,
  readMsrp,
  writeMsrpRequest,
  writeMsrpResponse,
} from './msrp.ts';
import { dataChannelUri, parseMsrpUri, sameMsrpUri } from './msrp-uri.ts';
import { encodeUtf8 } from './utf8.ts';

interface Fixture {
  readonly id: string;
  readonly data?: string;
  readonly text?: string;
}
function fixture(file: string): Map<string, string> {
  const text = readFileSync(new URL(`./fixtures/msrp/${file}.jsonl`, import.meta.url), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fixture);
  return new Map(rows.map((one) => [one.id, one.data ?? one.text ?? '']));
}
const malformed = fixture('malformed');
const printed = fixture('rfc-examples');
const read = (text: string): MsrpReading => readMsrp(encodeUtf8(text));
const readBad = (id: string): MsrpReading => read(malformed.get(id) ?? '');
/** What came of it in a word: a status, `incomplete`, or the message's kind and flag. */
function word(reading: MsrpReading): string {
  if (reading.is === 'bad') return String(reading.status);
  if (reading.is === 'incomplete') return 'incomplete';
  const { message } = reading;
  return message.is === 'response' ? `response ${message.status}` : `${message.method} ${message.flag}`;
}

const PATHS = { toPath: [dataChannelUri('their1')], fromPath: [dataChannelUri('our1')] };
const SEND: MsrpDraft = {
  ...{ id: 'a1b2c3d4', method: 'SEND', messageId: 'm1', ...PATHS, flag: '+' },
  ...{ byteRange: { start: 1, end: 5, total: 9 }, successReport: true, failureReport: 'no' },
  ...{ contentType: 'application/pdf', body: encodeUtf8('Hello') },
};

describe('I04 messages of file transfers', () => {
  test('a chunk arrives as it was sent', () => {
    const reading = readMsrp(writeMsrpRequest(SEND));
    expect(reading).toMatchObject({
      is: 'message',
      message: {
        ...{ is: 'request', id: 'a1b2c3d4', method: 'SEND', messageId: 'm1', ...PATHS, flag: '+' },
        ...{ byteRange: { start: 1, end: 5, total: 9 }, successReport: true, failureReport: 'no' },
        ...{ contentType: 'application/pdf', status: null },
      },
    });
    if (reading.is !== 'message' || reading.message.is !== 'request') throw new Error('no request');
    expect(reading.message.body).toEqual(encodeUtf8('Hello'));
    const answer = readMsrp(writeMsrpResponse(reading.message, 200, 'OK'));
    expect(answer).toMatchObject({
      message: { is: 'response', id: 'a1b2c3d4', status: 200, comment: 'OK', toPath: PATHS.fromPath },
    });
  });

  test('a report says how it went', () => {
    const report = writeMsrpRequest({
      ...{ id: 'r1r2r3r4', method: 'REPORT', messageId: 'm1', ...PATHS, flag: '$' },
      ...{ byteRange: { start: 1, end: 9, total: 9 }, status: { code: 200, comment: 'OK\r\nEvil: 1' } },
    });
    expect(readMsrp(report)).toMatchObject({ message: { method: 'REPORT', status: 200, body: null } });
  });

  test('any octets survive, in any number of messages after one another', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 4 }), (bodies) => {
        const parts = bodies.map((body, index) =>
          writeMsrpRequest({
            ...SEND,
            id: `tx-${index}aaaa`,
            byteRange: { start: 1, end: body.length, total: body.length },
            body,
          }),
        );
        const stream = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
        let at = 0;
        for (const part of parts) {
          stream.set(part, at);
          at += part.length;
        }
        at = 0;
        for (const body of bodies) {
          const reading = readMsrp(stream, at);
          if (reading.is !== 'message' || reading.message.is !== 'request') throw new Error('not read');
          expect(reading.message.body).toEqual(body);
          at = reading.next;
        }
        expect(at).toBe(stream.length);
      }),
      { numRuns: 200 },
    );
  });

  test('a large chunk costs no search through its body', () => {
    const body = new Uint8Array(MOST_CHUNK).fill(13);
    const chunk = writeMsrpRequest({
      ...SEND,
      byteRange: { start: 1, end: body.length, total: body.length },
      body,
    });
    const before = process.cpuUsage();
    for (let turn = 0; turn < 20; turn++) expect(readMsrp(chunk).is).toBe('message');
    expect(process.cpuUsage(before).user / 1000 / 20).toBeLessThan(5);
  });

  test('every message printed in the RFCs is read, but for those cut short or broken in print', () => {
    const folded = (text: string): string => text.replace(/ \\\r\n\s+/g, ' ').replace(/: +/g, ': ');
    const failed = [...printed].filter(([, text]) => read(folded(text)).is !== 'message').map(([id]) => id);
    expect(failed.map((id) => id.slice(-8))).toEqual([
      '4975-004',
      '4975-009',
      '4976-025',
      '4976-026',
      '4976-032',
    ]);
  });
});

describe('I04 F05 malformed messages', () => {
  test.each([
    ['end-line-other-tid', 'incomplete'],
    ['end-line-no-flag', 'incomplete'],
    ['end-flag-hash', 'SEND #'],
    ['byte-range-beyond-total', '400'],
    ['byte-range-huge', '413'],
    ['byte-range-star', 'SEND $'],
    ['no-to-path', '400'],
    ['no-from-path', '400'],
    ['from-path-before-to-path', '400'],
    ['other-users-session', 'SEND $'],
    ['tid-33-chars', '400'],
    ['tid-3-chars', '400'],
    ['tid-with-space', '400'],
    ['unknown-method', 'FROB $'],
    ['body-contains-own-end-line', 'SEND $'],
    ['header-injection-in-message-id', 'SEND $'],
    ['max-expect-report-storm', 'SEND $'],
    ['report-for-unknown', 'REPORT $'],
    ['status-garbage', 'REPORT $'],
    ['response-unknown-tid', 'response 200'],
    ['wrapped-cpim-in-cpim', 'SEND $'],
  ])('%s: %s', (id, expected) => {
    expect(malformed.has(id)).toBe(true);
    expect(word(readBad(id))).toBe(expected);
  });

  test('a body that holds its own end is cut there; what follows is no message', () => {
    const text = malformed.get('body-contains-own-end-line') ?? '';
    const reading = read(text);
    if (reading.is !== 'message') throw new Error('not read');
    expect(readMsrp(encodeUtf8(text), reading.next).is).not.toBe('message');
  });

  test('a status that is none is no status', () => {
    expect(readBad('status-garbage')).toMatchObject({ message: { status: null } });
  });

  test('nothing is waited for without end', () => {
    expect(read('M'.repeat(9000)).is).toBe('bad');
    const open = `MSRP a786hjs2 SEND\r\nTo-Path: ${dataChannelUri('a')}\r\nFrom-Path: ${dataChannelUri('b')}\r\nMessage-ID: 1\r\n`;
    expect(read(`${open}X: ${'y'.repeat(9000)}`).is).toBe('bad');
    expect(read(`${open}${'X: y\r\n'.repeat(80)}`).is).toBe('bad');
    expect(word(read(`${open}\r\n${'z'.repeat(MOST_CHUNK + 20_000)}`))).toBe('413');
    expect(read(`${open}\r\n${'z'.repeat(1000)}`).is).toBe('incomplete');
  });
});

test('I04 addresses of sessions', () => {
  expect(parseMsrpUri('msrps://Bob.Example.com:8888/9di4eae923wzd;tcp')).toEqual({
    ...{ secure: true, host: 'bob.example.com', port: 8888, session: '9di4eae923wzd', transport: 'tcp' },
  });
  expect(parseMsrpUri('msrps://2001:db8::3:54111/si438dsaodes;dc')).toMatchObject({ transport: 'dc' });
  for (const bad of [
    '',
    'http://a/b;tcp',
    'msrp://a/b',
    'msrp://a:99999/b;tcp',
    'msrp://a b/c;tcp',
    `msrp://${'a'.repeat(600)}/b;tcp`,
  ])
    expect(parseMsrpUri(bad)).toBeNull();
  expect(sameMsrpUri('msrp://A.b:1/x;tcp', 'msrp://a.B:1/x;TCP')).toBe(true);
  expect(sameMsrpUri('msrp://a.b:1/x;tcp', 'msrp://a.b:1/X;tcp')).toBe(false);
});
