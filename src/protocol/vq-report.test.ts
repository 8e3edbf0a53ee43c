import { expect, test } from 'vitest';
import { estimateMos } from './voice-quality.ts';
import { readVqReport, writeVqReport, type VqReport } from './vq-report.ts';

const report: VqReport = {
  callId: '6dg37f1890463',
  localId: 'sip:alice@example.org',
  remoteId: 'sip:bill@example.net',
  origId: 'sip:alice@example.org',
  local: { ip: '10.10.1.100', port: 5000, ssrc: 0x1a3b5c7d },
  remote: { ip: '0.0.0.0', port: 0, ssrc: 0 },
  start: Date.UTC(2026, 9, 10, 18, 23, 43),
  stop: Date.UTC(2026, 9, 10, 18, 26, 2),
  quality: {
    ...{ codec: 'opus', hertz: 48000, lossIn: 0.05, lossOut: 0.012, jitter: 13, roundTrip: 200, mos: 4.1 },
  },
};

test('T20 MO1 a report is written as RFC 6035 has it, says that MOS is an estimate, and reads back', () => {
  const text = writeVqReport(report);
  expect(text.split('\r\n')).toEqual([
    'VQSessionReport: CallTerm',
    'CallID: 6dg37f1890463',
    'LocalID: <sip:alice@example.org>',
    'RemoteID: <sip:bill@example.net>',
    'OrigID: <sip:alice@example.org>',
    'LocalAddr: IP=10.10.1.100 PORT=5000 SSRC=0x1a3b5c7d',
    'RemoteAddr: IP=0.0.0.0 PORT=0 SSRC=0x00000000',
    'LocalMetrics:',
    'Timestamps: START=2026-10-10T18:23:43.000Z STOP=2026-10-10T18:26:02.000Z',
    'SessionDesc: PD=opus SR=48000',
    'PacketLoss: NLR=5.0',
    'Delay: RTD=200 IAJ=13',
    'QualityEst: MOSLQ=4.1 QoEEstAlg=estimate-G.107',
    'RemoteMetrics:',
    'PacketLoss: NLR=1.2',
    '',
  ]);
  expect(readVqReport(text)).toEqual({ ok: true, value: report });
});

test('T20 what is not known is left out', () => {
  const bare = { ...report, quality: { ...report.quality, lossOut: null, jitter: null, roundTrip: null } };
  expect(readVqReport(writeVqReport(bare))).toEqual({ ok: true, value: bare });
});

test('T20 nothing gets a line of its own into a report', () => {
  const text = writeVqReport({ ...report, callId: 'a\r\nOrigID: <sip:eve@example.org>' });
  expect(text.match(/^OrigID/gm)).toHaveLength(1);
});

const good = writeVqReport(report);
test.each([
  ['nothing', ''],
  ['an interval report', good.replace('VQSessionReport: CallTerm', 'VQIntervalReport')],
  ['no caller', good.replace(/LocalID.*\r\n/, '')],
  ['a caller that is no address', good.replace('<sip:alice@example.org>', '<javascript:x>')],
  ['no call', good.replace(/CallID.*\r\n/, '')],
  ['a call id without end', good.replace('6dg37', 'x'.repeat(400))],
  ['no times', good.replace(/Timestamps.*\r\n/, '')],
  ['an end before the beginning', good.replace('STOP=2026', 'STOP=2025')],
  ['a port that is none', good.replace('PORT=5000', 'PORT=70000')],
  ['a source that is none', good.replace('0x1a3b5c7d', '0xzz')],
  ['more lost than sent', good.replace('NLR=5.0', 'NLR=500')],
  ['a score that is none', good.replace('MOSLQ=4.1', 'MOSLQ=NaN')],
  ['a thousand lines', good + 'X: y\r\n'.repeat(1000)],
])('T20 %s is no report', (_case, text) => {
  expect(readVqReport(text).ok).toBe(false);
});

test('MO1 the estimate falls with loss and delay and stays in its range', () => {
  const best = estimateMos(0, 20, 2);
  expect(best).toBeGreaterThan(4.2);
  expect(estimateMos(0.02, 20, 2)).toBeLessThan(best);
  expect(estimateMos(0.1, 20, 2)).toBeLessThan(3);
  expect(estimateMos(0, 900, 2)).toBeLessThan(3.5);
  expect(estimateMos(1, 5000, 500)).toBe(1);
  expect(estimateMos(0, null, null)).toBeLessThanOrEqual(4.5);
});
