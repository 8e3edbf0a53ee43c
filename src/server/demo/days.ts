/**
 * Calendars of the demo office, made up from the time alone: whoever looks in at any hour of any day finds a few people
 * in a meeting, one out of office, and a day on most cards. The same hour always gives the same meetings.
 */
import type { BusyTime } from '../../protocol/schedule.ts';
import type { Found } from '../calendar/contract.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Three of these at a time are in a meeting, in turns of an hour; nobody whose part is played. */
const ROTA = [
  'aiden.murphy',
  'lucia.rossi',
  'marcus.bell',
  'samir.patel',
  'owen.pritchard',
  'chloe.martin',
  'jonas.weber',
];
const AWAY = 'isabel.santos';
/** Most enter as her: she has plans, and is in no meeting when they come. */
const NEWCOMER = 'amara.okafor';
const SUBJECTS = [
  'Deck drawings',
  'Bearing schedule',
  'Site safety review',
  'Tender review',
  'Programme meeting',
  'Load test results',
  'Interview',
  'Budget',
];

/** The calendar of `aor` around `now`. */
export function demoDay(aor: string, now: number): Found {
  const user = /^sip:([^@]+)@/.exec(aor)?.[1] ?? aor;
  if (user === AWAY) return absence(now);
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const days = [midnight - DAY, midnight, midnight + DAY].flatMap((day) => workday(user, day));
  const rota = turns(user, now);
  const isClear = (one: BusyTime): boolean =>
    !rota.some((turn) => one.from < turn.until && one.until > turn.from);
  const own = user === NEWCOMER ? days.map((one) => ({ ...one, kind: 'tentative' as const })) : days;
  const busy = [...rota, ...own.filter(isClear)].sort((a, b) => a.from - b.from);
  return { busy, absences: [], omitted: 0 };
}

/** One to four appointments between nine and half past five, some of them not certain. */
function workday(user: string, day: number): BusyTime[] {
  const luck = chance(`${user} ${Math.round(day / DAY)}`);
  const starts = [9, 10.5, 13, 14.5, 16].filter(() => luck() < 0.45);
  return (starts.length === 0 ? [13] : starts).map((start, place) => {
    const from = day + start * HOUR + Math.floor(luck() * 2) * 30 * MINUTE;
    const until = from + (1 + Math.floor(luck() * 2)) * 30 * MINUTE;
    const kind = place > 0 && luck() < 0.3 ? 'tentative' : 'busy';
    return { from, until, kind, subject: SUBJECTS[Math.floor(luck() * SUBJECTS.length)] ?? 'Meeting' };
  });
}

/** The person's turns in the hours around now, wherever the night falls. */
function turns(user: string, now: number): BusyTime[] {
  const place = ROTA.indexOf(user);
  if (place < 0) return [];
  const hour = Math.floor(now / HOUR);
  return [-3, -2, -1, 0, 1, 2, 3]
    .map((step) => hour + step)
    .filter((one) => [0, 2, 4].some((offset) => (one + offset) % ROTA.length === place))
    .map((one) => ({
      from: one * HOUR,
      until: (one + 1) * HOUR,
      kind: 'busy',
      subject: SUBJECTS[(one + place) % SUBJECTS.length] ?? 'Meeting',
    }));
}

/** Since yesterday morning, until nine on the second day from now that is no weekend. */
function absence(now: number): Found {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  let back = midnight + 2 * DAY + 12 * HOUR;
  while ([0, 6].includes(new Date(back).getDay())) back += DAY;
  const from = new Date(midnight - 12 * HOUR).setHours(9, 0, 0, 0);
  const until = new Date(back).setHours(9, 0, 0, 0);
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long' }).format(until);
  const text = `On leave, back on ${weekday}. Peter Nowak knows where things are.`;
  return {
    busy: [{ from, until, kind: 'oof', subject: 'Leave' }],
    absences: [{ from, until, text }],
    omitted: 0,
  };
}

/** A sequence between 0 and 1 that belongs to the words. */
function chance(words: string): () => number {
  let state = 2_166_136_261;
  for (const character of words) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}
