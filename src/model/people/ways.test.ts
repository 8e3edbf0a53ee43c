import { expect, test } from 'vitest';
import { waysTo } from './ways.ts';

type Seen = Parameters<typeof waysTo>[0];
const grace: Seen = {
  shape: 'available',
  device: null,
  isBlocked: false,
  isNumber: false,
  firstName: 'Grace',
  person: { email: 'grace@larkfield.example' },
};
const kinds = (change: Partial<Seen>): string =>
  waysTo({ ...grace, ...change }, null)
    .map(({ kind }) => kind)
    .join(' ');

test.each<[string, Partial<Seen>, string]>([
  ['available', {}, 'message call video mail'],
  ['in a call', { shape: 'busy' }, 'message call video mail'],
  ['urgent only', { shape: 'urgent' }, 'message call video mail'],
  ['on a desk phone', { device: 'phone' }, 'call message mail'],
  ['on a mobile', { device: 'mobile' }, 'message call video mail'],
  ['do not disturb', { shape: 'dnd' }, 'message mail call video'],
  ['offline', { shape: 'offline' }, 'message mail call video'],
  ['unknown', { shape: 'unknown' }, 'message mail call video'],
  ['out of office', { shape: 'oof' }, 'mail message call video'],
  ['blocked', { isBlocked: true, shape: 'blocked' }, 'mail message call video'],
  ['without mail', { person: {} }, 'message call video'],
  ['a number', { isNumber: true }, ''],
])('C11 %s: %o is reached by %s', (_, change, expected) => {
  expect(kinds(change)).toBe(expected);
});

test('P25 whoever I blocked is reached by none of our ways until unblocked', () => {
  const why = waysTo({ ...grace, isBlocked: true, shape: 'blocked' }, null).map((way) => way.why);
  expect(why).toEqual([null, 'Unblock Grace first.', 'Unblock Grace first.', 'Unblock Grace first.']);
});

test('what keeps this window from calling is said of calls only', () => {
  const why = waysTo(grace, 'You’re offline.').map((way) => way.why);
  expect(why).toEqual([null, 'You’re offline.', 'You’re offline.', null]);
});
