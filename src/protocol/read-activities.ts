/** The activities of one person element (RFC 4480 §3.2 and our own words) to one band of the badge. */
import { CLOCK_SKEW } from './choices.ts';
import type { Activity } from './availability.ts';
import type { Activities, Rpid, RpidActivity } from './rpid.ts';

/** What one person element says. `away` may be a mere guess from idleness; the fold decides. */
export interface Reading {
  readonly availability: 'available' | 'busy' | 'dnd' | 'urgent' | 'away' | 'oof';
  readonly activity?: Activity;
  readonly custom?: { readonly text: string; readonly id?: string };
  readonly since?: number;
  readonly until?: number;
}

const OOF: readonly RpidActivity[] = ['vacation', 'holiday', 'permanent-absence'];
const AWAY: readonly RpidActivity[] = [
  'away',
  'breakfast',
  'dinner',
  'in-transit',
  'lunch',
  'meal',
  'shopping',
  'sleeping',
  'travel',
];
const MEETING: readonly RpidActivity[] = ['meeting', 'appointment'];
const BUSY: readonly RpidActivity[] = ['busy', 'performance', 'steering', 'worship'];

/** Reads one person; activities outside their `from`/`until` do not count. */
export function readActivities({ activities }: Rpid, now: number): Reading {
  if (activities === undefined || !holds(activities, now)) return { availability: 'available' };
  const { words, own, custom, from, until } = activities;
  const says = (list: readonly RpidActivity[]): boolean => words.some((word) => list.includes(word));
  const base = {
    ...(custom && { custom }),
    ...(from !== undefined && { since: from }),
    ...(until !== undefined && { until }),
  };
  const activity: Activity | undefined = own.includes('conference')
    ? 'conference'
    : words.includes('on-the-phone')
      ? 'call'
      : words.includes('presentation')
        ? 'presenting'
        : says(MEETING)
          ? 'meeting'
          : undefined;
  const doing = { ...base, ...(activity && { activity }) };
  if (own.includes('urgent')) return { availability: 'urgent', ...doing };
  if (own.includes('dnd')) return { availability: 'dnd', ...doing };
  if (custom) return { availability: custom.band, ...doing };
  if (activity !== undefined || says(BUSY)) return { availability: 'busy', ...doing };
  if (own.includes('oof') || says(OOF)) return { availability: 'oof', ...base };
  if (own.includes('brb')) return { availability: 'away', activity: 'brb', ...base };
  if (says(AWAY)) return { availability: 'away', ...base };
  return { availability: 'available', ...base };
}

function holds({ from, until }: Activities, now: number): boolean {
  return (from === undefined || from <= now + CLOCK_SKEW) && (until === undefined || until > now);
}

const BANDS: Readonly<Record<Reading['availability'], number>> = {
  available: 0,
  away: 1,
  oof: 2,
  busy: 3,
  dnd: 4,
  urgent: 5,
};
const DETAILS: Readonly<Record<Activity, number>> = {
  brb: 1,
  meeting: 1,
  presenting: 2,
  call: 3,
  conference: 4,
};

/** Of what several devices say, the strongest: who is in a call on one of them is in a call. First wins a tie. */
export function strongest(readings: readonly Reading[]): Reading {
  let best: Reading = { availability: 'available' };
  for (const one of readings) if (weight(one) > weight(best)) best = one;
  return best;
}

function weight({ availability, activity, custom }: Reading): number {
  return BANDS[availability] * 10 + (activity ? DETAILS[activity] : custom ? 0.5 : 0);
}
