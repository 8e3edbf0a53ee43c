/** Timed statuses (RFC 4481) as a schedule: of any calendar, ours or another's. */
import type { Tuple } from './pidf.ts';
import type { BusyTime } from './schedule.ts';

const DAY = 24 * 3_600_000;
const MOST = 100;
const MAX_SUBJECT = 200;

/** A day back and a week ahead, in order, each stretch once. */
export function scheduleIn(tuples: readonly Tuple[], now: number): BusyTime[] {
  const found = new Map<string, BusyTime>();
  for (const { timed, rpid } of tuples) {
    for (const { from, until, basic, note, kind } of timed) {
      // Of others' calendars only the times when somebody cannot be reached are known to be taken.
      if (until === undefined || until <= from || (kind === undefined && basic !== 'closed')) continue;
      if (until <= now - DAY || from >= now + 7 * DAY) continue;
      const subject = rpid.calendar ? note?.slice(0, MAX_SUBJECT) : undefined;
      found.set(`${from} ${until} ${subject ?? ''}`, {
        ...{ from, until, kind: kind ?? 'busy' },
        ...(subject && { subject }),
      });
    }
  }
  return [...found.values()].toSorted((a, b) => a.from - b.from || a.until - b.until).slice(0, MOST);
}
