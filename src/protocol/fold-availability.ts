/**
 * Many devices to one state (features.md P13 to P27). Servers append the devices' documents to each other; what
 * they mean together is decided here, the same for every client:
 *
 *   variants of other levels                      as if they were not there
 *   no open service of the person's own           offline, or what the calendar says of now
 *   the newest choice by hand, unless `auto`      that, and nothing the devices guess
 *   urgent > dnd > busy > oof > away > available   the strongest a device or the calendar says
 *   every device that tells is idle               inactive, or busy and inactive
 */
import type { ShownLevel } from './access-levels.ts';
import type { Presence } from './availability.ts';
import { CLOCK_SKEW, MANUAL_STATES } from './choices.ts';
import type { PersonElement } from './data-model.ts';
import { cutToLevel, mostTrustedIn } from './document-levels.ts';
import { scheduleIn } from './fold-schedule.ts';
import { OLDEST, recent, wordsOf } from './fold-words.ts';
import type { Pidf, Tuple } from './pidf.ts';
import { type Reading, readActivities, strongest } from './read-activities.ts';
import type { Manual, UserInput } from './rpid.ts';
import { schemeOf } from './safe-link.ts';

const MAX_WORDS = 500;

/** `level`: which variant to read where several are given, as to oneself; else the most trusted one there is. */
export interface FoldOptions {
  readonly level?: ShownLevel;
}

/**
 * Fold documents, newest first, as heard at `now` (server's clock, milliseconds). An empty list is a subscription
 * that is active without a body: offline, or nothing to see; both look the same on purpose.
 */
export function foldAvailability(all: readonly Pidf[], now: number, options: FoldOptions = {}): Presence {
  const level = options.level ?? mostTrustedIn(all);
  const documents = all.map((one) => cutToLevel(one, level));
  const tuples = documents.flatMap((one) => one.tuples);
  const services = tuples.filter(isOwnService);
  const open = services.filter((one) => one.basic !== 'closed');
  const everybody = newestFirst(documents, now);
  const persons = everybody.filter((one) => !isOfCalendar(one));
  const calendar = strongest(everybody.filter(isOfCalendar).map(({ rpid }) => readActivities(rpid, now)));
  const schedule = scheduleIn(tuples, now);
  const choice = newestChoice(persons, now);
  const known = { ...(schedule.length > 0 && { schedule }), asOf: now };
  if (open.length === 0 || choice?.state === 'offline') {
    const since = recent(Math.max(...services.map((one) => one.timestamp ?? 0), 0), now);
    const words = wordsOf(documents, everybody, open, choice?.holders[0], false);
    // Somebody who says that they are gone is gone, whatever their calendar knows.
    const silent = services.length === 0 && choice?.state !== 'offline';
    const planned = silent ? awayAs(calendar) : null;
    if (planned === null) {
      return { availability: 'offline', ...words, ...(since && { since }), messages: true, ...known };
    }
    const text = wordsOf(documents, everybody, open, undefined, planned.availability === 'oof');
    return { ...shown(planned, now), ...text, messages: true, ...known };
  }
  const inputs = inputsOf(documents, open, persons);
  const automatic = strongest([...guesses(persons, inputs, now), calendar]);
  const reading = choice === undefined ? automatic : byHand(choice, automatic, now);
  const availability = withIdleness(reading, inputs);
  const lastInput = Math.max(...inputs.map((one) => one.lastInput ?? 0), 0);
  // "Away 25 min" counts from the last touch; a call or a choice counts from when it began.
  const guessed = availability === 'away' && choice === undefined;
  const idle = availability === 'inactive' || availability === 'busy-inactive' || guessed;
  const parked = persons.flatMap(({ rpid }) => rpid.parked ?? []);
  const since = recent((idle && lastInput) || (reading.since ?? choice?.since ?? 0), now);
  return {
    ...shown({ ...reading, availability }, now),
    ...wordsOf(documents, everybody, open, choice?.holders[0], availability === 'oof'),
    ...(since !== undefined && { since }),
    ...hintsOf(documents, open),
    ...(parked.length > 0 && { parked }),
    messages: open.some(takesMessages),
    ...known,
  };
}

/** A reading as it is shown, without its beginning. */
function shown(
  { availability, activity, custom, until }: Omit<Reading, 'availability'> & Pick<Presence, 'availability'>,
  now: number,
): Pick<Presence, 'availability' | 'activity' | 'custom' | 'customId' | 'until'> {
  return {
    availability,
    ...(activity && { activity }),
    ...(custom && { custom: custom.text.slice(0, MAX_WORDS) }),
    ...(custom?.id && { customId: custom.id.slice(0, MAX_WORDS) }),
    ...(until !== undefined && until < now + OLDEST && { until }),
  };
}

/** Mail and web addresses are always "open" and say nothing; an assistant's service is another person's. */
function isOwnService({ contact, rpid }: Tuple): boolean {
  const scheme = contact === undefined ? 'sip' : schemeOf(contact);
  if (rpid.calendar || scheme === 'mailto' || scheme === 'http' || scheme === 'https') return false;
  return rpid.relationship === undefined || rpid.relationship === 'self';
}

/** `calendar` as a class is how other servers' calendars say so. */
function isOfCalendar({ rpid }: PersonElement): boolean {
  return rpid.calendar === true || rpid.class === 'calendar';
}

/** With no device there, only a meeting or an absence that is written down says more than Offline. */
function awayAs(calendar: Reading): Reading | null {
  if (calendar.availability === 'oof') return calendar;
  return calendar.availability === 'busy' ? calendar : null;
}

/** Persons by their own timestamp where it can be believed, else as the server ordered them. */
function newestFirst(documents: readonly Pidf[], now: number): PersonElement[] {
  const persons = documents.flatMap((one) => one.persons);
  const believed = persons.map(({ timestamp = 0, ...rest }): PersonElement =>
    timestamp <= now + CLOCK_SKEW ? { ...rest, timestamp } : rest,
  );
  return believed.toSorted((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0));
}

/** The newest choice by hand, and the persons of all devices that have it. */
interface Choice extends Manual {
  readonly holders: readonly PersonElement[];
}

/** `undefined` when that choice is `auto`, or over. */
function newestChoice(persons: readonly PersonElement[], now: number): Choice | undefined {
  const made = persons.flatMap((person) => {
    const manual = person.rpid.manual;
    if (manual === undefined || !MANUAL_STATES.some((known) => known === manual.state)) return [];
    const since = manual.since || (person.choices?.state?.since ?? 0);
    const until = manual.until ?? person.rpid.activities?.until;
    return since > now + CLOCK_SKEW ? [] : [{ person, state: manual.state, since, until }];
  });
  const [first] = made;
  if (first === undefined) return undefined;
  const newest = made.reduce((best, one) => (one.since > best.since ? one : best), first);
  const isOver = newest.until !== undefined && newest.until <= now;
  if (newest.state === 'auto' || isOver) return undefined;
  const holders = made.filter((one) => one.state === newest.state && one.since === newest.since);
  // A time that only orders the choices is not one to show.
  const since = newest.person.rpid.manual?.since ?? 0;
  return { state: newest.state, since, holders: [newest, ...holders].map(({ person }) => person) };
}

/**
 * A choice hides what the devices guess, but for calls, which are no guess: a chosen Busy says which, and a chosen
 * Available gives way to a call that began after the choice.
 */
function byHand({ holders, since }: Choice, automatic: Reading, now: number): Reading {
  const chosen = strongest(holders.map(({ rpid }) => readActivities(rpid, now)));
  if (automatic.availability !== 'busy' || chosen.activity || chosen.custom) return chosen;
  const calling = automatic.activity === 'call' || automatic.activity === 'conference';
  if (chosen.availability === 'busy') return automatic;
  const later = (automatic.since ?? now) >= since;
  return chosen.availability === 'available' && calling && later ? automatic : chosen;
}

/** Who tells whether the person is at it: persons, open services and devices. */
function inputsOf(
  documents: readonly Pidf[],
  open: readonly Tuple[],
  persons: readonly PersonElement[],
): UserInput[] {
  const all = [...persons, ...open, ...documents.flatMap((one) => one.devices)];
  return all.flatMap(({ rpid }) => {
    if (rpid.userInput) return [rpid.userInput];
    return rpid.activities?.own.includes('inactive') ? [{ idle: true }] : [];
  });
}

/**
 * What each device says by itself. Choices that a newer one has overtaken are not guesses, and somebody who is
 * away from one device but at another, or said something newer, is not away.
 */
function guesses(persons: readonly PersonElement[], inputs: readonly UserInput[], now: number): Reading[] {
  const atSomeDevice = inputs.some((one) => !one.idle);
  const readings: Reading[] = [];
  let presentSince = 0;
  for (const { rpid, timestamp = 0 } of persons) {
    if (rpid.manual && rpid.manual.state !== 'auto') continue;
    const reading = readActivities(rpid, now);
    if (reading.availability === 'available' && !rpid.userInput?.idle) {
      presentSince = Math.max(presentSince, timestamp);
    }
    if (reading.availability === 'away' && (atSomeDevice || presentSince > timestamp)) continue;
    readings.push(reading);
  }
  return readings;
}

/** In a call one does not type: idleness says nothing then. */
function withIdleness(
  { availability, activity }: Reading,
  inputs: readonly UserInput[],
): Presence['availability'] {
  if (inputs.length === 0 || inputs.some((one) => !one.idle)) return availability;
  if (availability === 'available') return 'inactive';
  const engaged = activity === 'call' || activity === 'conference' || activity === 'presenting';
  return availability === 'busy' && !engaged ? 'busy-inactive' : availability;
}

/** What all open services have in common about their devices (features.md P26). */
function hintsOf(documents: readonly Pidf[], open: readonly Tuple[]): Pick<Presence, 'mobile' | 'kiosk'> {
  const devices = documents.flatMap((one) => one.devices);
  const all = (is: (device: (typeof devices)[number]) => boolean): boolean =>
    open.every(({ deviceId }) => devices.some((one) => deviceId === one.deviceId && is(one)));
  return {
    ...(all((one) => one.mobility === 'mobile') && { mobile: true }),
    ...(all((one) => one.rpid.kiosk === true) && { kiosk: true }),
  };
}

function takesMessages({ capabilities, contact }: Tuple): boolean {
  return capabilities?.message !== false && !contact?.startsWith('tel:');
}
