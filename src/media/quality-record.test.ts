import { expect, test } from 'vitest';
import { TREND } from '../protocol/voice-quality.ts';
import { QualityRecord } from './quality-record.ts';
import type { Flow } from './statistics.ts';

const report = new Map<string, object>([
  ['c', { id: 'c', type: 'codec', mimeType: 'audio/opus', clockRate: 48000 }],
  ['o', { id: 'o', type: 'outbound-rtp', kind: 'audio', ssrc: 7 }],
  ['i', { id: 'i', type: 'inbound-rtp', kind: 'audio', ssrc: 9, codecId: 'c' }],
  ['t', { id: 't', type: 'transport', selectedCandidatePairId: 'p' }],
  ['p', { id: 'p', type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r' }],
  ['l', { id: 'l', type: 'local-candidate', address: '10.0.0.5', port: 5000 }],
  ['r', { id: 'r', type: 'remote-candidate' }],
]) as unknown as RTCStatsReport;

const flow = (second: number, more: Partial<Flow> = {}): Flow => ({
  ...{
    packetsIn: 50 * second,
    packetsOut: 50 * second,
    lost: 0,
    lostThere: second,
    framesIn: 0,
    framesOut: 0,
  },
  ...{ freezes: 0, heard: 0, said: 0, roundTrip: 30, jitter: 4, checks: 0, limitedBy: null },
  ...more,
});

test('MO1 a call is summed up: loss both ways, delay, codec, and where it went', () => {
  const record = new QualityRecord();
  for (let second = 0; second <= 10; second += 1) record.add(flow(second, { lost: second * 2 }), report);
  const measured = record.finish();
  expect(measured).toMatchObject({
    quality: { codec: 'opus', hertz: 48000, roundTrip: 30, jitter: 4, lossOut: 0.02 },
    local: { ip: '10.0.0.5', port: 5000, ssrc: 7 },
    remote: { ip: '0.0.0.0', port: 0, ssrc: 9 },
  });
  expect(measured?.quality.lossIn).toBeCloseTo(20 / 520, 3);
  expect(measured?.quality.mos).toBeLessThan(4.2);
  expect(measured?.quality.trend).toHaveLength(2);
});

test('MO1 a long call has a trend no longer than a short one, and keeps its worst moment', () => {
  const record = new QualityRecord();
  for (let second = 0; second < 7200; second += 1) {
    record.add(
      flow(second, { lost: second > 3600 ? 50 * 60 : 0, roundTrip: second === 5000 ? 2000 : 30 }),
      report,
    );
  }
  const trend = record.finish()?.quality.trend ?? [];
  expect(trend.length).toBeGreaterThan(TREND / 4);
  expect(trend.length).toBeLessThan(TREND);
  expect(Math.min(...trend)).toBeLessThan(3);
});

test('MO1 nothing is said of a call of seconds, or of silence', () => {
  const short = new QualityRecord();
  for (let second = 0; second < 3; second += 1) short.add(flow(second), report);
  expect(short.finish()).toBeNull();
  const silent = new QualityRecord();
  for (let second = 0; second < 30; second += 1) silent.add(flow(second, { packetsIn: 0 }), report);
  expect(silent.finish()).toBeNull();
});
