import type { Availability } from '../../protocol/availability.ts';

/** What a page outside says of a state: the plain words, never an activity, a time or a note. */
export const PUBLIC_WORDS: Readonly<Record<Availability, string>> = {
  available: 'Available',
  inactive: 'Inactive',
  busy: 'Busy',
  'busy-inactive': 'Busy, inactive',
  dnd: 'Do not disturb',
  urgent: 'Do not disturb',
  away: 'Away',
  oof: 'Out of office',
  offline: 'Offline',
  blocked: 'Offline',
  unknown: 'Presence unknown',
};
