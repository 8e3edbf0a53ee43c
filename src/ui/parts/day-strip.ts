/** A day as a strip: pure geometry and words for CalendarStrip, in the zone of the one who looks. */

/** As BusyTime of the protocol; milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly kind: 'busy' | 'tentative' | 'oof';
  readonly subject?: string;
}

export interface DayStrip {
  /** Positions and widths in per cent of the strip. */
  readonly blocks: readonly { readonly kind: Stretch['kind']; readonly at: number; readonly width: number }[];
  readonly now: number;
  /** "08", "10" …, evenly spread. */
  readonly hours: readonly string[];
  readonly kinds: readonly Stretch['kind'][];
  /** The whole day in a sentence. */
  readonly label: string;
  /** "Free at" and "10:45", "Free" and "all day". */
  readonly free: readonly [words: string, time: string];
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const names: Readonly<Record<Stretch['kind'], string>> = {
  busy: 'Busy',
  tentative: 'Tentative',
  oof: 'Out of office',
};

/** What is drawn and said of the day around `now`. The usual day is 8 to 18; meetings and the present widen it. */
export function dayStrip(schedule: readonly Stretch[], now: number): DayStrip {
  const day = new Date(now).setHours(0, 0, 0, 0);
  const next = new Date(day + DAY + 12 * HOUR).setHours(0, 0, 0, 0);
  const today = schedule
    .filter(({ from, until }) => from < next && until > day && until > from)
    .sort((a, b) => a.from - b.from || a.until - b.until);
  const edges = today.flatMap(({ from, until }) => [
    ...(from >= day ? [hourOf(from)] : []),
    ...(until <= next ? [until === next ? 24 : hourOf(until)] : []),
  ]);
  const marks = [hourOf(now), ...edges.filter((hour) => hour > 0 && hour < 24)];
  const first = Math.min(8, ...marks.map(Math.floor));
  const last = Math.max(18, ...marks.map(Math.ceil));
  const step = last - first > 12 ? 4 : 2;
  const begin = Math.floor(first / step) * step;
  const span = Math.ceil(last / step) * step - begin;
  const place = (at: number): number => {
    const hour = at <= day ? 0 : at >= next ? 24 : hourOf(at);
    return Math.min(100, Math.max(0, ((hour - begin) / span) * 100));
  };
  return {
    blocks: today.map(({ from, until, kind }) => ({
      kind,
      at: round(place(from)),
      // A quarter of an hour on a small screen is still to be seen.
      width: round(Math.max(0.8, place(until) - place(from))),
    })),
    now: place(now),
    hours: Array.from({ length: span / step + 1 }, (_, i) => String(begin + i * step).padStart(2, '0')),
    kinds: [...new Set(today.map(({ kind }) => kind))],
    label: sentence(today, day, next),
    free: freeAt(today, now, next),
  };
}

/** "12:12", in another zone; null for a zone this browser does not know. */
export function timeThere(now: number, zone: string): string | null {
  try {
    const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone } as const;
    return new Intl.DateTimeFormat(undefined, options).format(now);
  } catch {
    return null;
  }
}

/** "Nairobi" of `Africa/Nairobi`. */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

function sentence(today: readonly Stretch[], day: number, next: number): string {
  const parts = (['busy', 'tentative', 'oof'] as const).flatMap((kind) => {
    const times = today
      .filter((one) => one.kind === kind)
      .map(({ from, until }) => {
        if (from <= day && until >= next) return 'all day';
        if (from <= day) return `until ${clock.format(until)}`;
        return until >= next
          ? `from ${clock.format(from)}`
          : `${clock.format(from)} to ${clock.format(until)}`;
      });
    return times.length === 0 ? [] : [`${names[kind]} ${inWords(times)}.`];
  });
  return parts.length === 0 ? 'Free all day.' : parts.join(' ');
}

/** From when on nothing certain is in the calendar: tentative time counts as free. */
function freeAt(today: readonly Stretch[], now: number, next: number): readonly [string, string] {
  const fixed = today.filter(({ kind }) => kind !== 'tentative');
  let free = now;
  for (const { from, until } of fixed) if (from <= free && until > free) free = until;
  if (free >= next) return ['Not free', 'today'];
  if (free > now) return ['Free at', clock.format(free)];
  const coming = fixed.find(({ from }) => from > now);
  if (coming !== undefined) return ['Free until', clock.format(coming.from)];
  return ['Free', fixed.length > 0 ? 'for the rest of today' : 'all day'];
}

function round(share: number): number {
  return Math.round(share * 100) / 100;
}

function hourOf(at: number): number {
  const date = new Date(at);
  return date.getHours() + date.getMinutes() / 60;
}

function inWords(times: readonly string[]): string {
  if (times.length < 2) return times[0] ?? '';
  return `${times.slice(0, -1).join(', ')} and ${times.at(-1) ?? ''}`;
}
