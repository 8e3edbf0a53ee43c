import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOggOpus, type OggOpusFile } from './ogg-opus.ts';
import { LOST, opusSamples } from './opus.ts';
import { startRecording, type Recording } from './recording.ts';
import { rtpPacket, rtpPayload } from './rtp.ts';
import { TONE } from './tone.ts';

const FRAME = 960;
const voice = (n: number): Buffer => Buffer.concat([Buffer.of(0x78), Buffer.alloc(30, n)]);

describe('a recording', () => {
  let folder: string;
  let path: string;
  let now = 0;
  let recording: Recording;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-recording-'));
    path = join(folder, 'one.opus');
    now = 0;
    recording = startRecording({ path, payloadType: 111, longestSeconds: 180, now: () => now });
  });
  afterEach(() => {
    recording.end();
    rmSync(folder, { recursive: true });
  });
  const say = (n: number, more: { seq?: number; time?: number; ssrc?: number; type?: number } = {}): void =>
    recording.take(
      rtpPacket({ type: 111, seq: n & 0xffff, time: n * FRAME, ssrc: 1, payload: voice(n), ...more }),
    );
  const kept = (): OggOpusFile => readOggOpus(readFileSync(path));
  const numbers = (): (number | 'lost')[] =>
    kept().packets.map((packet) => (packet.equals(LOST) ? 'lost' : (packet[1] ?? -1)));

  it('keeps what was said in its order, and says what was lost', () => {
    now = 10_000;
    for (const n of [65_534, 65_535, 65_537, 65_536, 65_538, 65_538, 65_541]) say(n);
    recording.end();
    const low = (n: number): number => n & 0xff;
    expect(numbers()).toEqual([
      ...[65_534, 65_535, 65_536, 65_537, 65_538].map(low),
      'lost',
      'lost',
      low(65_541),
    ]);
  });

  it('goes on with a new stream, and leaves out other kinds, rubbish and feedback', () => {
    now = 10_000;
    say(1);
    say(9, { type: 0 });
    recording.take(Buffer.of(0x80, 200, 0, 1, 0, 0, 0, 1));
    for (const bytes of [
      [],
      [0x80],
      [0xff, 111],
      [0x8f, 111, 0, 2],
      [0xa0, 111, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 99],
    ])
      recording.take(Buffer.from(bytes));
    recording.take(
      rtpPacket({ type: 111, seq: 2, time: FRAME * 2, ssrc: 1, payload: Buffer.of(0xff, 0x3f) }),
    );
    say(40_000, { ssrc: 2 });
    recording.end();
    expect(numbers()).toEqual([1, 40_000 & 0xff]);
  });

  it('grows no faster than time passes, whatever the stamps say, and ends at its limit', () => {
    say(0);
    say(1, { time: 0x7000_0000 });
    for (let n = 2; n < 3_000; n += 1) say(n);
    recording.end();
    expect(kept().samples).toBeLessThanOrEqual(48_000);
    recording = startRecording({ path, payloadType: 111, longestSeconds: 2, now: () => now });
    now = 60_000;
    for (let n = 0; n < 3_000; n += 1) say(n);
    recording.end();
    expect(kept().samples).toBeLessThanOrEqual(2 * 48_000);
    expect(kept().samples).toBeGreaterThan(1.8 * 48_000);
  });

  it('can be read while it is still being written', () => {
    now = 100_000;
    for (let n = 0; n < 500; n += 1) say(n);
    expect(kept().packets.length).toBeGreaterThanOrEqual(440);
  });
});

describe('an Opus packet', () => {
  it('lasts as long as its first octet says', () => {
    expect(TONE.every((packet) => opusSamples(packet) === FRAME)).toBe(true);
    const cases: [number[], number | null][] = [
      [[], null],
      [[0x00], 480],
      [[0x18, 1], 2_880],
      [[0x60], 480],
      [[0x80, 1], 120],
      [[0xf9, 1, 2], 1_920],
      [[0xf9, 1], null],
      [[0xfa, 1, 7, 7], 1_920],
      [[0xfa, 9, 7], null],
      [[0xfb], null],
      [[0xfb, 0x03, 1, 2, 3], 2_880],
      [[0xfb, 0x03, 1, 2], null],
      [[0xfb, 0x07, ...Array<number>(7).fill(0)], null],
      [[0xfb, 0x82, 1, 5, 6], 1_920],
      [[0xfb, 0x82, 9, 5], null],
      [[0xfb, 0x41, 2, 5, 0, 0], FRAME],
      [[0xfb, 0x41, 255], null],
    ];
    for (const [octets, samples] of cases)
      expect(opusSamples(Uint8Array.from(octets)), String(octets)).toBe(samples);
  });
});

it('RTP is read past its extensions and padding', () => {
  const packet = rtpPacket({
    type: 111,
    seq: 5,
    time: 6,
    ssrc: 7,
    payload: Buffer.from('\0\0\0\x01extsvoicex\x02'),
  });
  packet[0] = 0xb0;
  expect(rtpPayload(packet)).toEqual({ type: 111, seq: 5, time: 6, ssrc: 7, payload: Buffer.from('voice') });
});
