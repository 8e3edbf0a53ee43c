import { expect, test } from 'vitest';
import type { Presence } from '../../protocol/availability.ts';
import { availabilityWords, deviceWords, untilWords } from './availability-words.ts';

const now = new Date(2026, 9, 13, 10, 12).getTime();
const minute = 60_000;
function words(presence: Partial<Presence>): string {
  return availabilityWords({ availability: 'available', messages: true, asOf: now, ...presence }, now);
}

test.each<[string, Partial<Presence>]>([
  ['Available', {}],
  ['Inactive 8 min', { availability: 'inactive', since: now - 8 * minute }],
  ['Away 2 h', { availability: 'away', since: now - 125 * minute }],
  ['Be right back', { availability: 'away', activity: 'brb', since: now - minute }],
  ['In a call', { availability: 'busy', activity: 'call' }],
  ['In a conference', { availability: 'busy', activity: 'conference' }],
  ['In a meeting', { availability: 'busy', activity: 'meeting' }],
  ['In court', { availability: 'busy', custom: 'In court' }],
  ['Do not disturb', { availability: 'dnd', activity: 'call' }],
  ['Presenting', { availability: 'dnd', activity: 'presenting' }],
  ['Urgent interruptions only', { availability: 'urgent' }],
  ['Busy, inactive', { availability: 'busy-inactive', activity: 'call' }],
  ['Out of office', { availability: 'oof' }],
  ['Offline since 09:42', { availability: 'offline', since: now - 30 * minute }],
  ['Offline since yesterday', { availability: 'offline', since: now - 17 * 60 * minute }],
  ['Offline', { availability: 'offline', custom: 'In court' }],
  ['Blocked', { availability: 'blocked', custom: 'In court' }],
  ['Presence unknown', { availability: 'unknown', custom: 'In court' }],
  ['At reception', { kiosk: true }],
  ['At reception', { kiosk: true, availability: 'inactive', since: now - minute }],
  ['Offline', { kiosk: true, availability: 'offline' }],
  ['At the summer fair', { availability: 'available', custom: 'At the summer fair' }],
  ['Busy', { availability: 'busy', mobile: true }],
  ['Out of office', { availability: 'oof', note: 'Back on Monday' }],
  ['Presence unknown', { availability: 'unknown' }],
  ['Away', { availability: 'away', since: now + 5 * minute }],
])('%s', (expected, presence) => {
  expect(words(presence)).toBe(expected);
});

test.each<[string, Partial<Presence>]>([
  ['', {}],
  ['until 11:00', { availability: 'dnd', until: now + 48 * minute }],
  ['until about 11:00', { availability: 'busy', activity: 'meeting', until: now + 48 * minute }],
  ['until about 11:00', { availability: 'busy', activity: 'conference', until: now + 48 * minute }],
  ['until tomorrow', { availability: 'oof', until: now + 24 * 60 * minute }],
  ['', { availability: 'busy', until: now - minute }],
  ['', { availability: 'offline', until: now + minute }],
])('"%s" after the words', (expected, presence) => {
  expect(untilWords({ availability: 'available', messages: true, asOf: now, ...presence }, now)).toBe(
    expected,
  );
});

test('P26 where somebody is reached', () => {
  expect([deviceWords('phone'), deviceWords('mobile'), deviceWords('kiosk'), deviceWords(null)]).toEqual([
    'on a desk phone',
    'on a mobile',
    'at a reception screen',
    '',
  ]);
});
