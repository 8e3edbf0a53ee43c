/**
 * Cuts an iCalendar text into its components before anything is parsed: a fault in one entry leaves the others, and
 * what is years away costs nothing.
 */
import type { Span } from './contract.ts';

export interface Components {
  readonly zones: readonly string[];
  readonly events: readonly string[];
  /** VFREEBUSY and VAVAILABILITY. */
  readonly times: readonly string[];
  /** IANA zone of X-WR-TIMEZONE; null when the file does not say. */
  readonly zone: string | null;
  /** Entries without an end. */
  readonly broken: number;
}

const DAY = 86_400_000;

/** Null: this is no calendar at all. */
export function componentsOf(text: string, span: Span): Components | null {
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR\s*$/im.test(text.slice(0, 1_000))) return null;
  const zones: string[] = [];
  const events: string[] = [];
  const times: string[] = [];
  let broken = 0;
  const begin = /^BEGIN:(VEVENT|VTIMEZONE|VFREEBUSY|VAVAILABILITY)[ \t]*\r?$/gim;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const name = (match[1] ?? '').toUpperCase();
    const end = new RegExp(`^END:${name}[ \\t]*\\r?$`, 'gim');
    end.lastIndex = begin.lastIndex;
    const found = end.exec(text);
    if (found === null) {
      broken++;
      break;
    }
    const component = text.slice(match.index, end.lastIndex).trimEnd();
    begin.lastIndex = end.lastIndex;
    if (name === 'VTIMEZONE') zones.push(component);
    else if (name !== 'VEVENT') times.push(component);
    else if (mayTouch(component, span)) events.push(component);
  }
  const zone = /^X-WR-TIMEZONE(?:;[^:\r\n]*)?:([^\r\n]{1,100})/im.exec(text)?.[1]?.trim() ?? null;
  return { zones, events, times, zone, broken };
}

/** False only where the dates at the front of the entry say so for certain, a day's grace for any zone. */
function mayTouch(event: string, { from, until }: Span): boolean {
  if (/^(?:RRULE|RDATE|RECURRENCE-ID)/im.test(event)) return true;
  const start = dayOf(event, 'DTSTART');
  if (start === null) return true;
  if (start > until + DAY) return false;
  if (/^DURATION/im.test(event)) return true;
  return (dayOf(event, 'DTEND') ?? start) > from - 3 * DAY;
}

/** Midnight UTC of the property's day; null when it is not to be seen at a glance. */
function dayOf(event: string, name: string): number | null {
  const found = new RegExp(`^${name}[^:\\r\\n]*:(\\d{4})(\\d\\d)(\\d\\d)`, 'im').exec(event);
  return found === null ? null : Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
}
