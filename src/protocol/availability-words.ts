/** The state of a person in the product's words (design README "Presence badge"). */
import type { Activity, Presence } from './availability.ts';

const BUSY: Readonly<Partial<Record<Activity, string>>> = {
  call: 'In a call',
  conference: 'In a conference',
  meeting: 'In a meeting',
  presenting: 'Presenting',
};

/**
 * Words for a row or card. `now` by the server's clock, milliseconds; `clock` writes a time of day in the reader's
 * zone ("17:42"), without it times of day are left out.
 */
export function availabilityWords(presence: Presence, now: number, clock?: (ms: number) => string): string {
  const { availability, activity, custom, since } = presence;
  switch (availability) {
    case 'available':
      return custom ?? 'Available';
    case 'inactive':
      return lasting('Inactive', since, now);
    case 'busy':
      return withEnd(custom ?? (activity && BUSY[activity]) ?? 'Busy', presence, now, clock);
    case 'busy-inactive':
      return `${custom ?? (activity && BUSY[activity]) ?? 'Busy'}, inactive`;
    case 'dnd':
      return custom ?? 'Do not disturb';
    case 'urgent':
      return 'Urgent interruptions only';
    case 'away':
      return custom ?? (activity === 'brb' ? 'Be right back' : lasting('Away', since, now));
    case 'oof':
      return custom ?? 'Out of office';
    case 'offline':
      return since !== undefined && clock && now - since < DAY ? `Offline since ${clock(since)}` : 'Offline';
    case 'blocked':
      return 'Blocked';
    case 'unknown':
      return 'Presence unknown';
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "Away 25 min": whole minutes, then hours, then days; nothing below a minute. */
function lasting(word: string, since: number | undefined, now: number): string {
  const ms = since === undefined ? 0 : now - since;
  if (ms >= DAY) return `${word} ${Math.floor(ms / DAY)} d`;
  if (ms >= HOUR) return `${word} ${Math.floor(ms / HOUR)} h`;
  return ms >= MINUTE ? `${word} ${Math.floor(ms / MINUTE)} min` : word;
}

/** "In a meeting until 11:30". */
function withEnd(word: string, { until }: Presence, now: number, clock?: (ms: number) => string): string {
  return until !== undefined && clock && until > now && until - now < DAY
    ? `${word} until ${clock(until)}`
    : word;
}
