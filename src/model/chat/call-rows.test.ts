import { expect, test } from 'vitest';
import type { CallLogRow, MessageRow } from '../../agent/contract.ts';
import { callLine, logWords } from './call-outcome.ts';
import { callOf, withCalls } from './call-rows.ts';

const BEN = 'sip:ben@x.test';
const message = (id: string, order: number): MessageRow => ({
  ...{ id, conversation: BEN, sender: BEN, mine: false, text: id, state: 'received', at: order, order },
});
const call = (id: string, at: number, more: Partial<CallLogRow> = {}): CallLogRow => ({
  ...{ id, conversation: BEN, direction: 'in', video: false, at, end: 'missed' },
  ...more,
});

test('E02 calls stand where they were; those before the window only when nothing is left to read', () => {
  const calls = [call('late', 25), call('early', 5)];
  const rows = [message('a', 10), message('b', 20), message('c', 30)];
  expect(withCalls(rows, calls, false, String).map(({ id }) => id)).toEqual(['a', 'b', 'call late', 'c']);
  const all = withCalls(rows, calls, true, String);
  expect(all.map(({ id }) => id)).toEqual(['call early', 'a', 'b', 'call late', 'c']);
  expect(all.map((row) => callOf(row, calls)?.id ?? null)).toEqual(['early', null, null, 'late', null]);
});

test.each<[Partial<CallLogRow>, string]>([
  [{ duration: 180_000, end: 'hung-up' }, 'Voice call, 3 min'],
  [{ video: true, duration: 40_000, end: 'hung-up' }, 'Video call, 40 s'],
  [{}, 'Missed call'],
  [{ video: true }, 'Missed video call'],
  [{ end: 'hung-up' }, 'Voice call, answered'],
  [{ direction: 'out', end: 'hung-up' }, 'Voice call, answered'],
  [{ end: 'forwarded' }, 'Voice call, forwarded'],
  [{ end: 'elsewhere' }, 'Voice call, answered on another device'],
  [{ direction: 'out', end: 'no-answer' }, 'Voice call, no answer'],
  [{ end: 'elsewhere', answeredBy: 'Ben Farrow' }, 'Voice call, answered by Ben Farrow'],
  [{ end: 'forwarded', forwardedTo: BEN }, 'Voice call, forwarded to Ben'],
  [{ end: 'forwarded', forwardedTo: 'sip:voicemail@x.test' }, 'Voice call, forwarded to voicemail'],
  [{ end: 'elsewhere', forwardedTo: BEN }, 'Voice call, answered by Ben'],
  [
    { direction: 'out', end: 'hung-up', duration: 180_000, answeredBy: 'Dana' },
    'Voice call, 3 min, answered by Dana',
  ],
  [{ onBehalfOf: { aor: BEN, name: '' } }, 'Missed call on behalf of Ben'],
  [{ forUser: { aor: BEN, name: '' } }, 'Missed call for Ben'],
  [
    { forUser: { aor: 'sip:mei@x.test', name: 'Mei Tanaka' }, duration: 180_000 },
    'Voice call for Mei Tanaka, 3 min',
  ],
])('E02 N04 TC2 CD1 CD2 %j is "%s"', (more, words) => {
  const nameOf = (aor: string): string => (aor === BEN ? 'Ben' : aor.slice(4));
  expect(callLine(call('1', 1, more), nameOf)).toBe(words);
});

test.each<[Partial<CallLogRow>, string]>([
  [{ end: 'elsewhere', answeredBy: 'Ben Farrow' }, 'Answered by Ben Farrow'],
  [{ end: 'elsewhere', forwardedTo: BEN }, 'Answered by Ben'],
  [
    { direction: 'out', end: 'hung-up', duration: 180_000, onBehalfOf: { aor: BEN, name: '' } },
    '3 min, on behalf of Ben',
  ],
  [
    { direction: 'out', end: 'hung-up', duration: 180_000, answeredBy: 'Dana Cole' },
    '3 min, answered by Dana Cole',
  ],
])('CD1 CD2 in the log of calls %j is "%s"', (more, words) => {
  expect(logWords(call('1', 1, more), () => 'Ben')).toBe(words);
});
