/**
 * What a calendar says of its person, as a presence document: whoever keeps the calendar publishes it beside the
 * devices' documents. Its services are closed, so that it makes nobody look online. Labelled by level: Personal
 * reads subjects, Team and Company when somebody is busy, Public nothing.
 */
import type { ShownLevel } from './access-levels.ts';
import type { PersonElement } from './data-model.ts';
import { encodePidf, type Tuple } from './pidf.ts';
import type { Activities } from './rpid.ts';
import type { BusyTime } from './schedule.ts';
import { utf8Length } from './utf8.ts';

/** Out of office until then (milliseconds; null: nobody knows), with the words of the absence. */
export interface OutOfOffice {
  readonly until: number | null;
  readonly text: string;
}

const LEVELS: readonly ShownLevel[] = ['personal', 'team', 'company'];
const DAY = 24 * 3_600_000;
const MOST = 32;
const MAX_SUBJECT = 80;
const MAX_TEXT = 300;
/** Octets: three levels in one document, which becomes part of what every watcher gets. */
const MAX_SIZE = 12_000;

/**
 * The document as text; null when there is nothing to say. `busy` may be of any days; a day back and a day ahead are
 * said. Make it again at `nextCalendarChange`, for Company reads what holds now without times.
 */
export function calendarDocument(
  aor: string,
  busy: readonly BusyTime[],
  oof: OutOfOffice | null,
  now: number,
): string | null {
  const near = busy
    .filter(({ from, until }) => until > from && until > now - DAY && from < now + DAY)
    .toSorted((a, b) => a.from - b.from || a.until - b.until);
  const activities = activitiesAt(busy, oof, now);
  if (near.length === 0 && activities === null) return null;
  for (let most = MOST; ; most = Math.floor(most / 2)) {
    const text = write(aor, mostOf(near, most, now), activities, oof);
    if (most === 0 || utf8Length(text) <= MAX_SIZE) return text;
  }
}

/** What is over is the first that may be missing, then what is furthest ahead. */
function mostOf(near: readonly BusyTime[], most: number, now: number): readonly BusyTime[] {
  const ahead = near.filter(({ until }) => until > now).slice(0, most);
  const over = near.filter(({ until }) => until <= now);
  return [...over.slice(Math.max(0, over.length + ahead.length - most)), ...ahead];
}

/** When the document says something else by itself; null: not before the calendar changes. */
export function nextCalendarChange(
  busy: readonly BusyTime[],
  oof: OutOfOffice | null,
  now: number,
): number | null {
  const times = [...busy.flatMap(({ from, until }) => [from, until]), oof?.until ?? 0];
  const due = times.filter((at) => at > now);
  return due.length === 0 ? null : Math.min(...due);
}

function write(
  aor: string,
  busy: readonly BusyTime[],
  activities: Activities | null,
  oof: OutOfOffice | null,
): string {
  const tuples = LEVELS.map((level): Tuple => ({
    ...{ id: `calendar-${level}`, basic: 'closed', notes: [] },
    rpid: { class: level, calendar: true },
    timed: busy.map(({ from, until, kind, subject }) => ({
      ...{ from, until, kind },
      ...(level === 'personal' && subject && { note: subject.slice(0, MAX_SUBJECT) }),
    })),
  }));
  const persons = LEVELS.map((level): PersonElement => {
    const isOof = activities?.own.includes('oof') === true;
    const text = isOof && oof?.text ? oof.text.slice(0, MAX_TEXT) : '';
    const timeless = activities && { words: activities.words, own: activities.own };
    const said = level === 'company' ? timeless : activities;
    return {
      id: `calendar-person-${level}`,
      rpid: { ...(said && { activities: said }), class: level, calendar: true },
      cipid: {},
      notes: text ? [{ text }] : [],
    };
  });
  const shown = activities === null ? [] : persons;
  return encodePidf({ entity: aor, tuples, persons: shown, devices: [], notes: [] });
}

/** Out of office before a meeting, as nobody is in one who is not there; null: free. */
function activitiesAt(busy: readonly BusyTime[], oof: OutOfOffice | null, now: number): Activities | null {
  const holds = oof !== null && (oof.until === null || oof.until > now);
  const absent = stretchAt(busy, 'oof', now);
  if (holds || absent) {
    const until = holds ? oof.until : absent?.until;
    return { words: ['away'], own: ['oof'], ...(until != null && { until }) };
  }
  const meeting = stretchAt(busy, 'busy', now);
  return meeting && { words: ['meeting'], own: [], ...meeting };
}

/** What somebody is in at `now`, one appointment running into the next. */
function stretchAt(
  busy: readonly BusyTime[],
  kind: BusyTime['kind'],
  now: number,
): { from: number; until: number } | null {
  let stretch: { from: number; until: number } | null = null;
  for (const one of busy.filter((each) => each.kind === kind).toSorted((a, b) => a.from - b.from)) {
    if (stretch && one.from <= stretch.until) stretch.until = Math.max(stretch.until, one.until);
    else if (stretch === null || stretch.until <= now) stretch = { from: one.from, until: one.until };
  }
  return stretch && stretch.from <= now && now < stretch.until ? stretch : null;
}
