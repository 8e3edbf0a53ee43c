/**
 * What one device of the account publishes about its person: the counterpart of `fold-availability.ts`. On a server
 * that keeps access levels apart, four variants, each labelled with its class and no watcher given more than one; on
 * any other, the Company variant alone, without a label.
 *
 *   personal  everything                      company  no times, no parked calls
 *   team      Do Not Disturb reads `urgent`   public   available, busy, dnd or away, and nothing else
 *   self      what was chosen and when, for the person's other devices
 */
import { SHOWN_LEVELS, type ShownLevel } from './access-levels.ts';
import type { Presence } from './availability.ts';
import { type Choices, SELF_CLASS } from './choices.ts';
import type { DeviceElement, PersonElement } from './data-model.ts';
import { cutToLevel } from './document-levels.ts';
import { foldAvailability } from './fold-availability.ts';
import { type IdleTimes, IDLE_TIMES, type OwnState, activitiesFor, ownActivities } from './own-activities.ts';
import type { Pidf, Tuple } from './pidf.ts';
import type { Activities, Manual, Rpid, UserInput } from './rpid.ts';
import { utf8Length } from './utf8.ts';

/** Octets as written. Four elements carry them, and the whole has to stay below what one message may be. */
const MAX_NOTE = 1200;
const MAX_PLACE = 200;

/** Own first tuple id per device: Kamailio drops a document whose first id another device already uses. */
export function tupleIdOf(instanceId: string): string {
  return (
    't' +
    instanceId
      .replace(/^urn:uuid:/i, '')
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 40)
  );
}

/**
 * The document to publish. `kept`: the server gives each watcher only the variant of their level. Choosing Offline
 * publishes a bare closed service, exactly what is left of somebody who is gone, so that nobody can tell the two apart.
 */
export function publishedDocument(own: OwnState, kept = false, times: IdleTimes = IDLE_TIMES): Pidf {
  const base = { entity: own.aor, notes: [] };
  const id = tupleIdOf(own.instanceId);
  const label: Rpid = kept ? { class: SELF_CLASS } : {};
  if (own.manual === 'offline') {
    const gone: Tuple = { id, basic: 'closed', rpid: label, timed: [], notes: [] };
    return { ...base, tuples: [gone], persons: kept ? [self(own, 'p')] : [], devices: [] };
  }
  const all = ownActivities(own, times);
  if (!kept) {
    const only = variant(own, 'company', all, times);
    const person = { ...only.person, choices: choicesOf(own, false) };
    return { ...base, tuples: [only.tuple], persons: [person], devices: [...only.devices] };
  }
  const variants = SHOWN_LEVELS.map((level) => labelled(variant(own, level, all, times), level));
  return {
    ...base,
    tuples: variants.map((one) => one.tuple),
    persons: [...variants.map((one) => one.person), self(own, 'p')],
    devices: variants.flatMap((one) => one.devices),
  };
}

/**
 * The choice that must hold while no device is there (RFC 4827): persons only, so that it makes nobody look online.
 * `null` when nothing was chosen that outlives the devices.
 */
export function hardStateDocument(own: OwnState): Pidf | null {
  const lasts = own.manual === 'dnd' || own.manual === 'offline' || own.manualUntil !== undefined;
  const isKept = own.manual !== 'auto' && lasts;
  if (!isKept) return null;
  const { aor, instanceId, now, manual, manualSince, manualUntil, custom, video } = own;
  // Calls end with the devices.
  const chosen: OwnState = {
    ...{ aor, instanceId, now, manual, manualSince, video, lastInput: now },
    ...(manualUntil !== undefined && { manualUntil }),
    ...(custom && { custom }),
  };
  const all = ownActivities(chosen, IDLE_TIMES);
  const persons = SHOWN_LEVELS.map((level): PersonElement => {
    const activities = activitiesFor(level, all);
    const rpid = { ...(activities && { activities }), manual: manualFor(own, level), class: level };
    return { id: `h-${level}`, rpid, cipid: {}, notes: [] };
  });
  // Of Appear Offline nobody may read anything.
  const shown = own.manual === 'offline' ? [] : persons;
  return { entity: own.aor, tuples: [], persons: [...shown, self(own, 'h')], devices: [], notes: [] };
}

/** What somebody of that level sees of this device alone. */
export function viewAs(own: OwnState, level: ShownLevel, kept = true): Presence {
  return foldAvailability([cutToLevel(publishedDocument(own, kept), level)], own.now, { level });
}

/** When the document would change by idleness alone, `null` when it will not: the publisher's next timer. */
export function nextIdleChange(own: OwnState, times: IdleTimes = IDLE_TIMES): number | null {
  const due = [own.lastInput + times.inactive, own.lastInput + times.away].filter((at) => at > own.now);
  return due.length === 0 ? null : Math.min(...due);
}

interface Variant {
  readonly tuple: Tuple;
  readonly person: PersonElement;
  readonly devices: readonly DeviceElement[];
}

function variant(own: OwnState, level: ShownLevel, all: Activities | undefined, times: IdleTimes): Variant {
  const id = tupleIdOf(own.instanceId);
  const timed = level === 'personal' || level === 'team';
  const limited = level === 'public';
  const activities = activitiesFor(level, all);
  const note = limited ? '' : within(own.note, MAX_NOTE);
  return {
    tuple: {
      ...{ id, basic: 'open', rpid: {}, timed: [], notes: [], contact: own.aor },
      ...(!limited && { deviceId: own.instanceId }),
      capabilities: { audio: true, message: true, video: own.video },
      ...(timed && { timestamp: own.now }),
    },
    person: {
      id: `p${id}`,
      rpid: {
        ...(activities && { activities }),
        ...placeOf(own, level),
        userInput: inputFor(own, level, all, times),
        ...(timed && own.parked?.length && { parked: own.parked }),
        ...(own.manualSince > 0 && { manual: manualFor(own, level) }),
      },
      cipid: {},
      notes: note ? [{ text: note }] : [],
      ...(timed && { timestamp: own.now }),
    },
    devices: limited
      ? []
      : [
          {
            ...{ id: `d${id}`, deviceId: own.instanceId, notes: [] },
            rpid: own.kiosk ? { kiosk: true } : {},
            mobility: own.mobile ? 'mobile' : 'fixed',
          },
        ],
  };
}

/** The label, and ids of its own: the first keeps the plain one, by which servers know the device. */
function labelled({ tuple, person, devices }: Variant, level: ShownLevel): Variant {
  const mark = <T extends { readonly id: string; readonly rpid: Rpid }>(one: T): T => ({
    ...one,
    id: level === 'personal' ? one.id : `${one.id}-${level}`,
    rpid: { ...one.rpid, class: level },
  });
  return { tuple: mark(tuple), person: mark(person), devices: devices.map(mark) };
}

/** What the person's other devices adopt. */
function self(own: OwnState, prefix: string): PersonElement {
  const id = `${prefix}${tupleIdOf(own.instanceId)}-self`;
  return { id, rpid: { class: SELF_CLASS }, cipid: {}, notes: [], choices: choicesOf(own, true) };
}

/** `all`: with what only the person may know. */
function choicesOf(own: OwnState, all: boolean): Choices {
  const { manual, manualSince, manualUntil, custom, noteSince, noteUntil, locationSince } = own;
  const least = own.locationFor ?? 'team';
  const placed = all || (own.location !== undefined && isTrusted('company', least));
  return {
    ...(manualSince > 0 && {
      state: {
        ...{ manual, since: manualSince },
        ...(custom?.id && { custom: custom.id }),
        ...(all && manualUntil !== undefined && { until: manualUntil }),
      },
    }),
    ...(noteSince && {
      note: {
        ...{ text: within(own.note, MAX_NOTE), since: noteSince },
        ...(all && noteUntil !== undefined && { until: noteUntil }),
      },
    }),
    ...(locationSince &&
      placed && {
        location: { text: within(own.location, MAX_PLACE), since: locationSince, for: least },
      }),
  };
}

function manualFor({ manual, manualSince, manualUntil, custom }: OwnState, level: ShownLevel): Manual {
  if (level === 'personal' || level === 'team') {
    return { state: manual, since: manualSince, ...(manualUntil !== undefined && { until: manualUntil }) };
  }
  // Be right back is an activity, which Public is not told.
  const plain = level === 'public' && (manual === 'brb' || custom?.band === 'oof') ? 'away' : manual;
  return { state: plain, since: 0 };
}

/** RPID has one idle flag; Busy turns inactive later than Available does. */
function inputFor(
  own: OwnState,
  level: ShownLevel,
  all: Activities | undefined,
  times: IdleTimes,
): UserInput {
  const idleFor = own.now - own.lastInput;
  // Public sees Away and never Inactive, so idleness says no more there than Away does.
  if (level === 'public') return { idle: own.manual === 'auto' && isAway(all) && idleFor >= times.away };
  const busy = all?.words.includes('busy') || all?.words.includes('on-the-phone');
  const threshold = busy ? times.away : times.inactive;
  const idle = idleFor >= threshold;
  if (level === 'company') return { idle };
  return { idle, lastInput: own.lastInput, threshold: Math.round(threshold / 1000) };
}

function isAway(activities: Activities | undefined): boolean {
  return activities?.words.includes('away') === true;
}

function placeOf(own: OwnState, level: ShownLevel): Rpid {
  if (!own.location || !isTrusted(level, own.locationFor ?? 'team')) return {};
  const place = PLACES[own.location.toLowerCase()];
  return { location: within(own.location, MAX_PLACE), ...(place && { placeTypes: [place] }) };
}

/** Names that other clients know as location types (RFC 4589). */
const PLACES: Readonly<Record<string, string>> = { office: 'office', home: 'residence' };

/** Whether `level` is at least as trusted as `least`. */
function isTrusted(level: ShownLevel, least: ShownLevel): boolean {
  return SHOWN_LEVELS.indexOf(level) <= SHOWN_LEVELS.indexOf(least);
}

/** As much of a text as its escaped form leaves room for. */
function within(text: string | undefined, octets: number): string {
  let left = octets;
  let kept = '';
  for (const character of text ?? '') {
    left -= /[&<>\r]/.test(character) ? 5 : utf8Length(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}
