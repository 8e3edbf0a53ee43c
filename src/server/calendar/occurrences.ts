/** When an event takes place (RFC 5545 §3.8.5): its own time, its rules and dates, less what is taken out. Bounded. */
import ICAL from 'ical.js';
import type { Span } from './contract.ts';
import { momentOf } from './time-zones.ts';

/** Steps of recurrence that a calendar may cost in all. */
export interface Budget {
  left: number;
}

/** Thrown when a calendar asks for more than `Budget`; the event is left out. */
export class TooMuch extends Error {}

/** More rules, or dates beside them, than an honest event has. */
const MOST_RULES = 8;
const MOST_DATES = 2_000;
/** An interval beyond this is walked step by step for ever. */
const LONGEST = 10_000;

export interface Occurrence extends Span {
  /** The component that speaks for it: the event, or what replaces it from here on. */
  readonly of: ICAL.Component;
}

/**
 * The occurrences of one event, with what replaces some of them (RECURRENCE-ID), that touch `span`. Throws `TooMuch`,
 * or ical.js's error on what it cannot read.
 */
export function occurrencesOf(
  event: ICAL.Component,
  replacements: readonly ICAL.Component[],
  span: Span,
  floating: ICAL.Timezone,
  budget: Budget,
): Occurrence[] {
  const start = timeOf(event, 'dtstart');
  if (start === null) throw new Error('an event without a start');
  const at = (time: ICAL.Time): number => momentOf(time, floating);
  const length = lengthOf(event, start, floating);
  const out = new Set(datesOf(event, 'exdate').map(keyOf(floating)));
  const later: { from: number; shift: number; length: number; of: ICAL.Component }[] = [];
  const found: Occurrence[] = [];
  const add = (from: number, until: number, of: ICAL.Component): void => {
    if (from < span.until && (until > span.from || (until === from && from >= span.from)))
      found.push({ from, until, of });
  };
  for (const one of replacements) {
    const id = timeOf(one, 'recurrence-id');
    const begin = timeOf(one, 'dtstart');
    if (id === null || begin === null) continue;
    out.add(keyOf(floating)(id));
    const its = lengthOf(one, begin, floating);
    add(at(begin), at(begin) + its, one);
    if (one.getFirstProperty('recurrence-id')?.getFirstParameter('range') === 'THISANDFUTURE')
      later.push({ from: at(id), shift: at(begin) - at(id), length: its, of: one });
  }
  later.sort((a, b) => b.from - a.from);

  const seen = new Set<number>();
  const take = (time: ICAL.Time): number => {
    const from = at(time);
    if (seen.has(from)) return from;
    seen.add(from);
    if (out.has(String(from)) || out.has(dayKey(time))) return from;
    const ruled = later.find((one) => one.from <= from);
    if (ruled === undefined) add(from, from + length, event);
    else add(from + ruled.shift, from + ruled.shift + ruled.length, ruled.of);
    return from;
  };
  take(start);
  for (const date of datesOf(event, 'rdate')) take(date);
  /** A shifted occurrence may come from outside; a week is more than anybody moves a series. */
  const slack = later.length > 0 ? 7 * DAY : 0;
  for (const property of event.getAllProperties('rrule').slice(0, MOST_RULES)) {
    const rule = property.getFirstValue() as ICAL.Recur;
    if (rule.freq === 'SECONDLY' || rule.freq === 'MINUTELY' || rule.interval > LONGEST) throw new TooMuch();
    const iterator = rule.iterator(leap(rule, start, span.from - length - slack, floating));
    for (let time = iterator.next() as ICAL.Time | null; time; time = iterator.next() as ICAL.Time | null) {
      if (--budget.left < 0) throw new TooMuch();
      if (take(time.clone()) >= span.until + slack) break;
    }
  }
  return found;
}

const DAY = 86_400_000;

/**
 * A start for the rule not long before `from`, so that a daily event of ten years costs no more than one of today.
 * Only where whole periods may be left out without changing what follows.
 */
function leap(rule: ICAL.Recur, start: ICAL.Time, from: number, floating: ICAL.Timezone): ICAL.Time {
  const days = rule.freq === 'DAILY' ? 1 : rule.freq === 'WEEKLY' ? 7 : 0;
  if (days === 0 || rule.count !== null || 'BYSETPOS' in rule.parts) return start;
  const period = days * Math.max(1, rule.interval);
  const periods = Math.floor((from - 2 * DAY - momentOf(start, floating)) / (period * DAY)) - 1;
  if (periods <= 0) return start;
  const later = start.clone();
  later.adjust(periods * period, 0, 0, 0);
  return later;
}

/** Milliseconds from start to end; a whole day when only a day is given (RFC 5545 §3.6.1). */
export function lengthOf(component: ICAL.Component, start: ICAL.Time, floating: ICAL.Timezone): number {
  const end = timeOf(component, 'dtend');
  if (end !== null) return Math.max(0, momentOf(end, floating) - momentOf(start, floating));
  const duration = component.getFirstPropertyValue('duration');
  if (duration instanceof ICAL.Duration) return Math.max(0, duration.toSeconds() * 1000);
  return start.isDate ? DAY : 0;
}

/** The time of a property; null when there is none. */
export function timeOf(component: ICAL.Component, name: string): ICAL.Time | null {
  const value = component.getFirstPropertyValue(name);
  return value instanceof ICAL.Time ? value : null;
}

function datesOf(component: ICAL.Component, name: string): ICAL.Time[] {
  const values = component.getAllProperties(name).flatMap((property) => property.getValues() as unknown[]);
  if (values.length > MOST_DATES) throw new TooMuch();
  return values.flatMap((value) =>
    value instanceof ICAL.Time ? [value] : value instanceof ICAL.Period ? [value.start] : [],
  );
}

/** What is taken out is named by its moment, or by its day alone. */
const keyOf =
  (floating: ICAL.Timezone) =>
  (time: ICAL.Time): string =>
    time.isDate ? dayKey(time) : String(momentOf(time, floating));

function dayKey({ year, month, day }: ICAL.Time): string {
  return `${year}-${month}-${day}`;
}
