/**
 * Everybody's calendar: read again and again, and told to those who watch at each begin and end of a meeting, whether
 * the person has a page open or not.
 *
 *   (none) --set--> reading --read--> kept --5 min--> reading (unchanged: kept)
 *   reading --failed--> kept with a problem --5 min, 10 min … 1 h--> reading
 */
import { calendarDocument } from '../../protocol/calendar-document.ts';
import type { CalendarSource, CalendarStatus } from '../../protocol/service-api.ts';
import type { Log } from '../log.ts';
import type { Aor, Clock } from '../sip/contract.ts';
import type {
  CalendarStore,
  Found,
  GuardRules,
  KeptReading,
  Reader,
  Span,
  StoredCalendar,
} from './contract.ts';
import { seal, unseal } from './sealed.ts';

export interface Calendars {
  status(aor: Aor): Promise<CalendarStatus>;
  /** Takes another source and reads it at once; a sentence when the source itself is refused. */
  set(aor: Aor, source: CalendarSource): Promise<CalendarStatus | { readonly refused: string }>;
  /** Tells what was kept, then begins to read. */
  start(): Promise<void>;
  /** Another node over the same store took another source for this person. */
  reload(aor: Aor): Promise<void>;
  stop(): void;
}

export interface CalendarsOptions {
  readonly store: CalendarStore;
  readonly read: Reader;
  /** Seals addresses and passwords. */
  readonly key: Buffer;
  readonly rules: GuardRules;
  readonly clock: Clock;
  readonly log: Log;
  /** Says it of the person to whoever may see it; null: nothing is said any more. */
  readonly publish: (aor: Aor, pidf: string | null) => void;
  /** Null: there is no such account any more. */
  readonly entryOf: (aor: Aor) => Promise<{ readonly email?: string } | null>;
  /** The demo office's days. */
  readonly demo?: { readonly people: readonly Aor[]; readonly day: (aor: Aor, now: number) => Found };
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const POLL = 5 * MINUTE;
const SLOWEST = 60 * MINUTE;
const MOST_DOUBLED = 4;
/** What is read: yesterday to two days ahead, and half a day more, for which an unchanged calendar is not read anew. */
const BACK = DAY;
const AHEAD = 2 * DAY;
const MORE = DAY / 2;
/** Everybody's first reading after a start is spread over this long. */
const WARM_UP = 20_000;
/** An answer to PUT waits no longer for the first reading. */
const FIRST_READING = 13_000;

interface Kept {
  readonly aor: Aor;
  /** With its password. */
  readonly source: CalendarSource;
  reading: KeptReading | null;
  /** When it was last known to be so. */
  readAt: number | null;
  problem: string | null;
  failures: number;
  stopPoll: () => void;
  stopEdge: () => void;
}

const nothing = (): void => undefined;

export function createCalendars(options: CalendarsOptions): Calendars {
  const { store, read, key, rules, clock, log, demo } = options;
  const all = new Map<Aor, Kept>();
  let stopped = false;

  const enter = (aor: Aor, source: CalendarSource, reading: KeptReading | null): Kept => {
    const before = all.get(aor);
    before?.stopPoll();
    before?.stopEdge();
    const readAt = reading?.at ?? null;
    const idle = { problem: null, failures: 0, stopPoll: nothing, stopEdge: nothing };
    const kept: Kept = { aor, source, reading, readAt, ...idle };
    all.set(aor, kept);
    return kept;
  };
  const keep = ({ aor, source, reading }: Kept): Promise<void> =>
    store.put({ aor, source: seal(key, JSON.stringify(source), aor), reading });
  /** None when it was sealed with another key: the person chooses again. */
  const open = ({ aor, source, reading }: StoredCalendar): Kept => {
    const opened = unseal(key, source, aor);
    if (opened === null) return enter(aor, { is: 'none' }, null);
    return enter(aor, JSON.parse(opened) as CalendarSource, reading);
  };

  /** Says what is so now, and wakes up when it is no longer so. */
  const tell = (kept: Kept): void => {
    kept.stopEdge();
    kept.stopEdge = nothing;
    const { aor, reading } = kept;
    const now = clock.now();
    if (reading === null) return options.publish(aor, null);
    const absent = reading.absences.filter(({ from, until }) => from <= now && until > now);
    const absence = absent.find(({ text }) => text !== '') ?? absent[0] ?? null;
    options.publish(aor, calendarDocument(aor, reading.busy, absence, now));
    const edges = [...reading.busy, ...reading.absences]
      .flatMap(({ from, until }) => [from, until])
      .filter((at) => at > now);
    // Also once a day without any: the day itself moves on.
    const next = Math.min(now + DAY / 4, ...edges);
    if (!stopped) kept.stopEdge = clock.after(Math.max(0, next - now), () => tell(kept));
  };

  const pollLater = (kept: Kept, wait: number): void => {
    kept.stopPoll();
    if (!stopped && kept.source.is !== 'none')
      kept.stopPoll = clock.after(wait, () => {
        poll(kept).catch((error: unknown) => {
          log.error('calendar-failed', { error });
          pollLater(kept, POLL);
        });
      });
  };
  const pause = ({ failures }: Kept): number =>
    Math.min(SLOWEST, POLL * 2 ** Math.min(failures, MOST_DOUBLED)) * (0.8 + 0.4 * clock.random());

  /** One reading, and what follows from it. */
  const poll = async (kept: Kept): Promise<void> => {
    const { aor, source, reading } = kept;
    if (source.is === 'none') return;
    const now = clock.now();
    const span: Span = { from: now - BACK, until: now + AHEAD + MORE };
    if (source.is === 'demo') {
      if (demo !== undefined) take(kept, { ...demo.day(aor, now), at: now, span, validator: null });
      return pollLater(kept, pause(kept));
    }
    const covers = reading !== null && reading.span.until >= now + AHEAD;
    const entry = await options.entryOf(aor);
    if (entry === null) return forget(kept);
    const answer = await read({
      source,
      span,
      zone: source.zone ?? 'UTC',
      validator: covers ? reading.validator : null,
      rules,
      ...(entry.email === undefined ? {} : { email: entry.email }),
    });
    // Another source was chosen meanwhile.
    if (stopped || all.get(aor) !== kept) return;
    if (answer.is === 'failed') {
      kept.problem = answer.why;
      kept.failures = answer.refused ? MOST_DOUBLED : kept.failures + 1;
    } else {
      kept.failures = 0;
      kept.readAt = now;
      if (answer.is === 'read') {
        const { busy, absences, omitted, validator } = answer;
        take(kept, { busy, absences, omitted, validator, at: now, span });
        await keep(kept);
      }
      kept.problem = omission(kept.reading?.omitted ?? 0);
    }
    pollLater(kept, pause(kept));
  };
  const forget = (kept: Kept): void => {
    kept.stopEdge();
    all.delete(kept.aor);
    options.publish(kept.aor, null);
  };
  const take = (kept: Kept, reading: KeptReading): void => {
    kept.reading = reading;
    kept.readAt = reading.at;
    tell(kept);
  };
  const statusOf = (kept: Kept | null): CalendarStatus => {
    const now = clock.now();
    const busy = kept?.reading?.busy ?? [];
    return {
      source: shown(kept?.source ?? { is: 'none' }),
      readAt: kept?.readAt ?? null,
      problem: kept?.problem ?? null,
      today: busy.filter(({ from, until }) => until > now - DAY && from < now + DAY),
    };
  };

  return {
    status: async (aor) => statusOf(all.get(aor) ?? null),
    async set(aor, wanted) {
      if (wanted.is === 'demo' && demo === undefined) return { refused: 'This is not the demo office.' };
      const source = withPassword(wanted, all.get(aor)?.source);
      if (source === null)
        return { refused: 'The password is missing: it is only kept for the address it was given for.' };
      const kept = enter(aor, source, null);
      await keep(kept);
      let cancel = nothing;
      const late = new Promise<void>((resolve) => (cancel = clock.after(FIRST_READING, resolve)));
      const reading = poll(kept).catch((error: unknown) => log.error('calendar-failed', { error }));
      await Promise.race([reading, late]);
      cancel();
      if (kept.reading === null && all.get(aor) === kept) tell(kept);
      return statusOf(all.get(aor) ?? null);
    },
    async start() {
      for (const row of await store.list()) open(row);
      for (const aor of demo?.people ?? []) if (!all.has(aor)) enter(aor, { is: 'demo' }, null);
      for (const kept of all.values()) {
        tell(kept);
        if (kept.source.is === 'demo') await poll(kept);
        else pollLater(kept, clock.random() * WARM_UP);
      }
    },
    async reload(aor) {
      const row = await store.get(aor);
      if (row === null) return;
      const kept = open(row);
      tell(kept);
      pollLater(kept, 0);
    },
    stop() {
      stopped = true;
      for (const kept of all.values()) {
        kept.stopPoll();
        kept.stopEdge();
      }
    },
  };
}

/** Never with a password. */
function shown(source: CalendarSource): CalendarSource {
  if (source.is !== 'caldav') return source;
  const { is, url, username, zone } = source;
  return { is, url, username, ...(zone === undefined ? {} : { zone }) };
}

/**
 * With the password that is kept where none is given: only for the same name at the same server, or anybody with the
 * account could have it sent elsewhere. Null: one is missing.
 */
function withPassword(wanted: CalendarSource, before: CalendarSource | undefined): CalendarSource | null {
  if (wanted.is !== 'caldav' || wanted.password !== undefined) return wanted;
  if (before?.is !== 'caldav' || before.password === undefined || before.username !== wanted.username)
    return null;
  const isSame = URL.parse(before.url)?.origin === URL.parse(wanted.url)?.origin;
  return isSame ? { ...wanted, password: before.password } : null;
}

function omission(omitted: number): string | null {
  if (omitted === 0) return null;
  return omitted === 1
    ? 'One entry could not be understood and is left out.'
    : `${omitted} entries could not be understood and are left out.`;
}
