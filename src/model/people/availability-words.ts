import type { Activity, Availability, Presence } from '../../protocol/availability.ts';
import { lazily } from '../lazily.ts';

const plain: Readonly<Record<Availability, string>> = {
  available: 'Available',
  inactive: 'Inactive',
  busy: 'Busy',
  'busy-inactive': 'Busy, inactive',
  dnd: 'Do not disturb',
  urgent: 'Urgent interruptions only',
  away: 'Away',
  oof: 'Out of office',
  offline: 'Offline',
  blocked: 'Blocked',
  unknown: 'Presence unknown',
};

const busyWith: Readonly<Partial<Record<Activity, string>>> = {
  call: 'In a call',
  conference: 'In a conference',
  meeting: 'In a meeting',
  presenting: 'Presenting',
};

/** States that say nothing but themselves, whatever else was published. */
const SILENT: ReadonlySet<Availability> = new Set(['offline', 'blocked', 'unknown']);

/** The words beside a badge, e.g. "In a call", "Inactive 8 min", "Offline since 17:42". Times by our own clock. */
export function availabilityWords(presence: Presence, now: number): string {
  const { availability, activity, since } = presence;
  if (presence.custom && !SILENT.has(availability)) return presence.custom;
  // A reception screen is nobody's desk: it is there or not.
  if (presence.kiosk && (availability === 'available' || availability === 'inactive')) return 'At reception';
  const word = activity === 'brb' && availability === 'away' ? 'Be right back' : null;
  if (word) return word;
  if (activity && (availability === 'busy' || availability === 'dnd')) {
    const doing = busyWith[activity];
    if (doing && (availability === 'busy' || activity === 'presenting')) return doing;
  }
  if (since !== undefined && since <= now) {
    if (availability === 'inactive' || availability === 'away')
      return `${plain[availability]} ${spanWords(now - since)}`;
    if (availability === 'offline') return `Offline since ${momentWords(since, now)}`;
  }
  return plain[availability];
}

/** "until 14:00", "until about 10:45" for what a calendar foresees, "until 16 Oct"; empty where nothing is said. */
export function untilWords(presence: Presence, now: number): string {
  const { availability, activity, until } = presence;
  if (until === undefined || until <= now || SILENT.has(availability)) return '';
  const isForeseen = activity === 'meeting' || activity === 'conference';
  const days = Math.round((startOfDay(until) - startOfDay(now)) / 86_400_000);
  if (days === 0) return `until ${isForeseen ? 'about ' : ''}${clockTime().format(until)}`;
  return days === 1 ? 'until tomorrow' : `until ${dayOnly().format(until)}`;
}

/** Where somebody is reached just now, where that is not a computer. */
export function deviceWords(device: 'phone' | 'mobile' | 'kiosk' | null): string {
  if (device === 'phone') return 'on a desk phone';
  if (device === 'kiosk') return 'at a reception screen';
  return device === 'mobile' ? 'on a mobile' : '';
}

/** The name of a state by itself. */
export function stateWord(availability: Availability): string {
  return plain[availability];
}

/** What fits beside a name in a list (design README, "Presence badge"); null: the words themselves. */
export function tightWords(words: string): string | null {
  return words === plain.urgent ? 'Urgent only' : null;
}

/** "8 min", "2 h", "3 days": as short as a row needs. */
function spanWords(span: number): string {
  const minutes = Math.max(1, Math.floor(span / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}

const clockTime = lazily(
  () => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
);
const dayOnly = lazily(() => new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }));

/** "10:12" today, "yesterday", "13 Oct" before that. */
export function momentWords(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days <= 0) return clockTime().format(at);
  return days === 1 ? 'yesterday' : dayOnly().format(at);
}

/** "10:12", 24 hours. */
export function timeWords(at: number): string {
  return clockTime().format(at);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
