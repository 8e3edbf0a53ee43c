/** iCalendar (RFC 5545) to stretches of time. Runs in the worker: a hostile rule may cost all the time there is. */
import ICAL from 'ical.js';
import type { BusyTime } from '../../protocol/schedule.ts';
import { componentsOf } from './components.ts';
import type { Absence, Found, Span } from './contract.ts';
import { disjoint } from './disjoint.ts';
import { type Budget, TooMuch, lengthOf, occurrencesOf, timeOf } from './occurrences.ts';
import { forgetZones, momentOf, registerZones, zoneNamed } from './time-zones.ts';
import { absenceText, kindOf, subjectOf } from './what-it-says.ts';

export interface ReadingLimits {
  /** Steps of recurrence. */
  readonly steps: number;
  /** Entries that are looked into. */
  readonly entries: number;
  /** Stretches of the answer. */
  readonly stretches: number;
}

const READING_LIMITS: ReadingLimits = { steps: 100_000, entries: 20_000, stretches: 300 };

export interface ReadingOptions {
  readonly span: Span;
  /** IANA zone of whole days and floating times, where the calendar names none. */
  readonly zone: string;
  readonly email?: string;
  readonly limits?: ReadingLimits;
}

/** `texts`: one file, or the objects of a collection. Null when none of them is a calendar. */
export function readICalendar(texts: readonly string[], options: ReadingOptions): Found | null {
  const zones: string[] = [];
  try {
    return readTexts(texts, options, zones);
  } finally {
    forgetZones(zones);
  }
}

/** Adds to `zones` those that were made known for it. */
function readTexts(texts: readonly string[], options: ReadingOptions, zones: string[]): Found | null {
  const { span, limits = READING_LIMITS } = options;
  const collected: Collected = { busy: [], absences: [], omitted: 0 };
  const budget: Budget = { left: limits.steps };
  let entries = limits.entries;
  let isCalendar = texts.length === 0;
  for (const text of texts) {
    const parts = componentsOf(text, span);
    if (parts === null) continue;
    isCalendar = true;
    collected.omitted += parts.broken;
    // The same hundred for a collection as for a file.
    if (zones.length < 100) zones.push(...registerZones(text));
    const floating =
      (parts.zone === null ? null : zoneNamed(parts.zone)) ??
      zoneNamed(options.zone) ??
      ICAL.Timezone.utcTimezone;
    const events = parts.events.slice(0, Math.max(0, entries));
    entries -= events.length;
    collected.omitted += parts.events.length - events.length;
    const root = rootOf(parts.zones, [...events, ...parts.times.slice(0, 100)], collected);
    readEvents(root, { ...options, floating, budget }, collected);
    for (const one of root.getAllSubcomponents('vfreebusy')) readFreeBusy(one, span, floating, collected);
    for (const one of root.getAllSubcomponents('vavailability'))
      readAvailability(one, span, floating, collected);
  }
  if (!isCalendar) return null;
  const busy = collected.busy.sort((a, b) => a.from - b.from);
  const absences = collected.absences.sort((a, b) => a.from - b.from).slice(0, 20);
  const omitted = collected.omitted + Math.max(0, busy.length - limits.stretches);
  return { busy: disjoint(busy.slice(0, limits.stretches)), absences, omitted };
}

interface Collected {
  readonly busy: BusyTime[];
  readonly absences: Absence[];
  omitted: number;
}

interface EventOptions extends ReadingOptions {
  readonly floating: ICAL.Timezone;
  readonly budget: Budget;
}

/** One VCALENDAR of what could be parsed. */
function rootOf(zones: readonly string[], entries: readonly string[], collected: Collected): ICAL.Component {
  const parsed: unknown[] = [];
  const parse = (text: string): boolean => {
    try {
      parsed.push(ICAL.parse(text));
      return true;
    } catch {
      return false;
    }
  };
  // A zone that cannot be read leaves the one IANA has by that name.
  for (const zone of zones) parse(zone);
  for (const entry of entries) if (!parse(entry)) collected.omitted++;
  return new ICAL.Component(['vcalendar', [], parsed]);
}

function readEvents(root: ICAL.Component, options: EventOptions, collected: Collected): void {
  const masters: ICAL.Component[] = [];
  const replacing = new Map<string, ICAL.Component[]>();
  for (const event of root.getAllSubcomponents('vevent')) {
    if (event.hasProperty('recurrence-id')) {
      const uid = uidOf(event);
      replacing.set(uid, [...(replacing.get(uid) ?? []), event]);
    } else masters.push(event);
  }
  for (const event of masters) {
    const uid = uidOf(event);
    guarded(collected, () => readEvent(event, replacing.get(uid) ?? [], options, collected));
    replacing.delete(uid);
  }
  // Somebody was invited to one meeting of a series: there is no series in their calendar.
  for (const event of [...replacing.values()].flat())
    guarded(collected, () => readEvent(event, [], options, collected));
}

function readEvent(
  event: ICAL.Component,
  replacements: readonly ICAL.Component[],
  { span, floating, budget, email }: EventOptions,
  collected: Collected,
): void {
  for (const { from, until, of } of occurrencesOf(event, replacements, span, floating, budget)) {
    const kind = kindOf(of, email?.toLowerCase());
    if (kind === null || until === from) continue;
    const subject = subjectOf(of);
    collected.busy.push({ from, until, kind, ...(subject === undefined ? {} : { subject }) });
    if (kind === 'oof') collected.absences.push({ from, until, text: absenceText(of) });
  }
}

const FREE_BUSY: Readonly<Record<string, BusyTime['kind'] | null>> = {
  FREE: null,
  'BUSY-TENTATIVE': 'tentative',
  'BUSY-UNAVAILABLE': 'oof',
};

/** RFC 5545 §3.6.4: what a server answers to whoever may see no more. */
function readFreeBusy(
  component: ICAL.Component,
  span: Span,
  floating: ICAL.Timezone,
  collected: Collected,
): void {
  for (const property of component.getAllProperties('freebusy')) {
    guarded(collected, () => {
      const type = (property.getFirstParameter('fbtype') || 'BUSY').toUpperCase();
      const kind = type in FREE_BUSY ? FREE_BUSY[type] : 'busy';
      if (kind === null || kind === undefined) return;
      for (const period of property.getValues() as unknown[]) {
        if (!(period instanceof ICAL.Period)) continue;
        const from = momentOf(period.start, floating);
        const until = momentOf(period.getEnd(), floating);
        if (from < span.until && until > span.from) collected.busy.push({ from, until, kind });
      }
    });
  }
}

/**
 * RFC 7953. Only an absence: with AVAILABLE inside it describes working hours, and nobody is out of office every night.
 */
function readAvailability(
  component: ICAL.Component,
  span: Span,
  floating: ICAL.Timezone,
  collected: Collected,
): void {
  guarded(collected, () => {
    if (component.getFirstSubcomponent('available') !== null) return;
    const start = timeOf(component, 'dtstart');
    if (start === null) return;
    const from = momentOf(start, floating);
    const length = lengthOf(component, start, floating);
    const until = length > 0 ? from + length : span.until;
    if (from >= span.until || until <= span.from) return;
    const type = String(component.getFirstPropertyValue('busytype') ?? '').toUpperCase();
    const kind = type === 'BUSY' ? 'busy' : type === 'BUSY-TENTATIVE' ? 'tentative' : 'oof';
    collected.busy.push({ from, until, kind });
    if (kind === 'oof') collected.absences.push({ from, until, text: absenceText(component) });
  });
}

function guarded(collected: Collected, read: () => void): void {
  try {
    read();
  } catch (error) {
    // ical.js throws at whatever it does not understand; the other entries stand.
    if (error instanceof TooMuch || error instanceof Error) collected.omitted++;
    else throw error;
  }
}

function uidOf(event: ICAL.Component): string {
  return String(event.getFirstPropertyValue('uid') ?? '');
}
