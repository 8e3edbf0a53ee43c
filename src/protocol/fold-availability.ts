/**
 * Many devices to one state (features.md P13 to P26). Servers append the devices' documents to each other; what
 * they mean together is decided here, the same for every client:
 *
 *   no open service of the person's own           offline
 *   the newest choice by hand, unless `auto`      that, and nothing the devices guess
 *   urgent > dnd > busy > oof > away > available   the strongest a device says
 *   every device that tells is idle               inactive, or busy and inactive
 */
import type { ManualState, Presence } from './availability.ts';
import type { PersonElement } from './data-model.ts';
import type { Pidf, Tuple } from './pidf.ts';
import { CLOCK_SKEW, type Reading, readActivities, strongest } from './read-activities.ts';
import type { UserInput } from './rpid.ts';
import { schemeOf } from './safe-link.ts';

const MAX_WORDS = 500;
/** "Away 28,000,000 min" helps nobody: older times are not shown. */
const OLDEST = 366 * 24 * 3_600_000;

/**
 * Fold documents, newest first, as heard at `now` (server's clock, milliseconds). An empty list is a subscription
 * that is active without a body: offline, or nothing to see; both look the same on purpose.
 */
export function foldAvailability(documents: readonly Pidf[], now: number): Presence {
  const services = documents.flatMap((one) => one.tuples).filter(isOwnService);
  const open = services.filter((one) => one.basic !== 'closed');
  const persons = newestFirst(documents, now);
  const manual = newestChoice(persons, now);
  const words = wordsOf(documents, persons, open, manual);
  if (open.length === 0 || manual?.rpid.manual?.state === 'offline') {
    const since = recent(Math.max(...services.map((one) => one.timestamp ?? 0), 0), now);
    return { availability: 'offline', ...words, ...(since && { since }), messages: true, asOf: now };
  }
  const inputs = inputsOf(documents, open, persons);
  const idle = inputs.length > 0 && inputs.every((one) => one.idle);
  const automatic = strongest(guesses(persons, inputs, now));
  const reading = manual === undefined ? automatic : byHand(manual, automatic, now);
  const state = withIdleness(reading, idle);
  const lastInput = Math.max(...inputs.map((one) => one.lastInput ?? 0), 0);
  // "Away 25 min" counts from the last touch; a call or a choice counts from when it began.
  const fromInput = state === 'inactive' || state === 'busy-inactive' || (state === 'away' && !manual);
  const since = recent((fromInput && lastInput) || (reading.since ?? manual?.rpid.manual?.since ?? 0), now);
  const { activity, custom, until } = reading;
  return {
    availability: state,
    ...(activity && { activity }),
    ...(custom && { custom: custom.slice(0, MAX_WORDS) }),
    ...words,
    ...(since !== undefined && { since }),
    ...(until !== undefined && until < now + OLDEST && { until }),
    ...(open.every((one) => isMobile(one, documents)) && { mobile: true }),
    messages: open.some(takesMessages),
    asOf: now,
  };
}

/** Mail and web addresses are always "open" and say nothing; an assistant's service is another person's. */
function isOwnService({ contact, rpid }: Tuple): boolean {
  const scheme = contact === undefined ? 'sip' : schemeOf(contact);
  if (scheme === 'mailto' || scheme === 'http' || scheme === 'https') return false;
  return rpid.relationship === undefined || rpid.relationship === 'self';
}

/** Persons by their own timestamp where it can be believed, else as the server ordered them. */
function newestFirst(documents: readonly Pidf[], now: number): PersonElement[] {
  const persons = documents.flatMap((one) => one.persons);
  const believed = persons.map(({ timestamp = 0, ...rest }): PersonElement =>
    timestamp <= now + CLOCK_SKEW ? { ...rest, timestamp } : rest,
  );
  return believed.toSorted((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0));
}

const CHOICES: readonly ManualState[] = ['auto', 'available', 'busy', 'dnd', 'brb', 'away', 'offline'];

/** The person element with the newest choice by hand that still holds; `undefined` when that choice is `auto`. */
function newestChoice(persons: readonly PersonElement[], now: number): PersonElement | undefined {
  let newest: PersonElement | undefined;
  for (const one of persons) {
    const choice = one.rpid.manual;
    if (choice === undefined || choice.since > now + CLOCK_SKEW) continue;
    if (!CHOICES.some((known) => known === choice.state)) continue;
    if (newest?.rpid.manual === undefined || choice.since > newest.rpid.manual.since) newest = one;
  }
  const until = newest?.rpid.activities?.until;
  if (newest?.rpid.manual?.state === 'auto' || (until !== undefined && until <= now)) return undefined;
  return newest;
}

/**
 * A choice hides what the devices guess, but for calls, which are no guess: a chosen Busy says which, and a chosen
 * Available gives way to a call that began after the choice.
 */
function byHand(person: PersonElement, automatic: Reading, now: number): Reading {
  const chosen = readActivities(person.rpid, now);
  if (automatic.availability !== 'busy' || chosen.activity || chosen.custom) return chosen;
  if (chosen.availability === 'busy') return automatic;
  const calling = automatic.activity === 'call' || automatic.activity === 'conference';
  const later = (automatic.since ?? now) >= (person.rpid.manual?.since ?? 0);
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
    if (reading.availability === 'available' && !rpid.userInput?.idle && rpid.class !== 'calendar') {
      presentSince = Math.max(presentSince, timestamp);
    }
    if (reading.availability === 'away' && (atSomeDevice || presentSince > timestamp)) continue;
    readings.push(reading);
  }
  return readings;
}

/** In a call one does not type: idleness says nothing then. */
function withIdleness({ availability, activity }: Reading, idle: boolean): Presence['availability'] {
  if (!idle) return availability;
  if (availability === 'available') return 'inactive';
  const engaged = activity === 'call' || activity === 'conference' || activity === 'presenting';
  return availability === 'busy' && !engaged ? 'busy-inactive' : availability;
}

/** Note and place: of the choice by hand, then of the newest person, then whatever the document carries. */
function wordsOf(
  documents: readonly Pidf[],
  persons: readonly PersonElement[],
  open: readonly Tuple[],
  manual: PersonElement | undefined,
): Pick<Presence, 'note' | 'location'> {
  const order = manual === undefined ? persons : [manual, ...persons];
  const notes = [...order, ...documents, ...open].flatMap((one) => one.notes.map(({ text }) => text));
  const note = notes[0] ?? order.find((one) => one.rpid.activities?.note)?.rpid.activities?.note;
  const placed = order.find(({ rpid }) => rpid.location || rpid.placeTypes?.[0])?.rpid;
  const location = placed && (placed.location || placeWords(placed.placeTypes?.[0] ?? ''));
  return {
    ...(note && { note: note.slice(0, MAX_WORDS) }),
    ...(location && { location: location.slice(0, MAX_WORDS) }),
  };
}

/** Location types (RFC 4589) in the words of the product. */
function placeWords(type: string): string {
  if (type === 'residence') return 'Home';
  const words = type.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function isMobile({ deviceId }: Tuple, documents: readonly Pidf[]): boolean {
  if (deviceId === undefined) return false;
  return documents.some((one) =>
    one.devices.some((device) => device.deviceId === deviceId && device.mobility === 'mobile'),
  );
}

function takesMessages({ capabilities, contact }: Tuple): boolean {
  return capabilities?.message !== false && !contact?.startsWith('tel:');
}

function recent(ms: number, now: number): number | undefined {
  if (ms <= now - OLDEST || ms > now + CLOCK_SKEW) return undefined;
  return Math.min(ms, now);
}
