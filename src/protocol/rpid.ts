/** Rich presence elements (RFC 4480) inside a person, tuple or device, with our own few beside them. */
import { formatDateTime, parseDateTime } from './date-time.ts';
import { NS } from './namespaces.ts';
import { type ParkedCall, decodeParked, encodeParked } from './parked-call.ts';
import { imageLink } from './safe-link.ts';
import { type XmlElement, attribute, childElement, childElements, childText, textOf } from './xml.ts';
import { element } from './xml-writer.ts';

/** Words of `<activities>` (RFC 4480 §3.2); unknown ones are dropped at decoding. */
const ACTIVITIES = [
  'appointment',
  'away',
  'breakfast',
  'busy',
  'dinner',
  'holiday',
  'in-transit',
  'looking-for-work',
  'lunch',
  'meal',
  'meeting',
  'on-the-phone',
  'performance',
  'permanent-absence',
  'playing',
  'presentation',
  'shopping',
  'sleeping',
  'spectator',
  'steering',
  'travel',
  'tv',
  'unknown',
  'vacation',
  'working',
  'worship',
] as const;
export type RpidActivity = (typeof ACTIVITIES)[number];

/** What RPID has no word for, in our namespace: beside an RPID word, so that others still read Busy or Away. */
const OWN_ACTIVITIES = ['dnd', 'urgent', 'brb', 'inactive', 'conference', 'oof'] as const;
export type OwnActivity = (typeof OWN_ACTIVITIES)[number];

/** Band of a custom state: which badge it takes. */
export const BANDS = ['available', 'busy', 'dnd', 'away', 'oof'] as const;
export type Band = (typeof BANDS)[number];

/** `<activities>`: times in milliseconds, outside of which it does not hold. */
export interface Activities {
  readonly words: readonly RpidActivity[];
  readonly own: readonly OwnActivity[];
  /** An organisation's own state ("In court"); `id` names it in the organisation's document. */
  readonly custom?: { readonly band: Band; readonly text: string; readonly id?: string };
  /** `<other>`: free words. */
  readonly other?: string;
  readonly note?: string;
  readonly from?: number;
  readonly until?: number;
}

/** `<user-input>` (RFC 4480 §3.15). `threshold` in seconds. */
export interface UserInput {
  readonly idle: boolean;
  readonly lastInput?: number;
  readonly threshold?: number;
}

/** A choice by hand, in our namespace. Without times where the watcher is told none: `since` is 0 then. */
export interface Manual {
  readonly state: string;
  readonly since: number;
  readonly until?: number;
}

/** RPID elements that may stand in a person; tuples and devices use some of them. */
export interface Rpid {
  readonly activities?: Activities;
  readonly userInput?: UserInput;
  readonly manual?: Manual;
  readonly mood?: readonly string[];
  /** Words of `<place-type>`: location types (RFC 4589) as written, or free text in `location`. */
  readonly placeTypes?: readonly string[];
  readonly location?: string;
  readonly class?: string;
  readonly sphere?: string;
  readonly relationship?: string;
  readonly statusIcon?: string;
  /** Minutes east of UTC. */
  readonly timeOffset?: number;
  /** Ours: said by the calendar, not by a device; on a person or a tuple. */
  readonly calendar?: boolean;
  /** Ours: this device is a reception screen. */
  readonly kiosk?: boolean;
  /** Ours: calls that wait to be picked up; on a person. */
  readonly parked?: readonly ParkedCall[];
}

/** Read the RPID children of a person, tuple or device. Nonsense is left out, never an error. */
export function decodeRpid(parent: XmlElement): Rpid {
  const activities = decodeActivities(childElements(parent, NS.rpid, 'activities'));
  const userInput = decodeUserInput(childElement(parent, NS.rpid, 'user-input'));
  const manual = decodeManual(childElement(parent, NS.parleyPresence, 'manual'));
  const mood = childElement(parent, NS.rpid, 'mood');
  const moods = mood ? childElements(mood, NS.rpid).map(wordOf) : [];
  const place = childElement(parent, NS.rpid, 'place-type');
  const placeTypes = place ? childElements(place, NS.locationType).map((one) => one.name) : [];
  const location = place && (childText(place, NS.rpid, 'other') || childText(place, NS.rpid, 'note'));
  const klass = childText(parent, NS.rpid, 'class');
  const sphere = childElement(parent, NS.rpid, 'sphere');
  const relationship = childElement(parent, NS.rpid, 'relationship');
  const icon = imageLink(childText(parent, NS.rpid, 'status-icon'));
  const parked = decodeParked(parent);
  const offset = Number(childText(parent, NS.rpid, 'time-offset') || NaN);
  return {
    ...(activities && { activities }),
    ...(userInput && { userInput }),
    ...(manual && { manual }),
    ...(moods.length > 0 && { mood: moods }),
    ...(placeTypes.length > 0 && { placeTypes }),
    ...(location && { location }),
    ...(klass && { class: klass }),
    ...(sphere && { sphere: textOf(sphere) || wordOf(childElements(sphere, NS.rpid)[0]) }),
    ...(relationship && { relationship: wordOf(childElements(relationship, NS.rpid)[0]) }),
    ...(icon && { statusIcon: icon }),
    ...(Math.abs(offset) <= 14 * 60 && { timeOffset: offset }),
    ...(childElement(parent, NS.parleyPresence, 'calendar') && { calendar: true }),
    ...(childElement(parent, NS.parleyPresence, 'kiosk') && { kiosk: true }),
    ...(parked.length > 0 && { parked }),
  };
}

/** `<other>text</other>` is its text, any other element its name. */
function wordOf(one: XmlElement | undefined): string {
  if (one === undefined) return '';
  return one.name === 'other' ? textOf(one) : one.name;
}

/** Several `<activities>` in one person are against the schema but seen; the first with its times counts. */
function decodeActivities([first, ...more]: XmlElement[]): Activities | undefined {
  if (first === undefined) return undefined;
  const all = [first, ...more];
  const names = all.flatMap((one) => childElements(one, NS.rpid).map((child) => child.name));
  const ours = all.flatMap((one) => childElements(one, NS.parleyPresence));
  const custom = ours.find((child) => child.name === 'custom');
  const band = BANDS.find((one) => one === (custom && attribute(custom, 'band')));
  const text = textOf(custom);
  const id = custom && attribute(custom, 'id');
  const other = childText(first, NS.rpid, 'other');
  const note = childText(first, NS.rpid, 'note');
  const from = parseDateTime(attribute(first, 'from'));
  const until = parseDateTime(attribute(first, 'until'));
  return {
    words: ACTIVITIES.filter((word) => names.includes(word)),
    own: OWN_ACTIVITIES.filter((word) => ours.some((child) => child.name === word)),
    ...(band && text && { custom: { band, text, ...(id && { id }) } }),
    ...(other && { other }),
    ...(note && { note }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
}

function decodeUserInput(one: XmlElement | undefined): UserInput | undefined {
  const word = textOf(one);
  if (one === undefined || (word !== 'idle' && word !== 'active')) return undefined;
  const lastInput = parseDateTime(attribute(one, 'last-input'));
  const threshold = attribute(one, 'idle-threshold') ?? '';
  return {
    idle: word === 'idle',
    ...(lastInput !== undefined && { lastInput }),
    ...(/^\d{1,9}$/.test(threshold) && { threshold: Number(threshold) }),
  };
}

function decodeManual(one: XmlElement | undefined): Manual | undefined {
  if (one === undefined) return undefined;
  const since = parseDateTime(attribute(one, 'since')) ?? 0;
  const until = parseDateTime(attribute(one, 'until'));
  return { state: textOf(one), since, ...(until !== undefined && { until }) };
}

/** The RPID children to write into a person, tuple or device, in the order of the schema. */
export function encodeRpid(rpid: Rpid): XmlElement[] {
  const out: XmlElement[] = [];
  const plain = (name: string, text: string | undefined): void => {
    if (text) out.push(element(NS.rpid, name, {}, [text]));
  };
  if (rpid.activities) out.push(encodeActivities(rpid.activities));
  plain('class', rpid.class);
  if (rpid.mood?.length)
    out.push(
      element(
        NS.rpid,
        'mood',
        {},
        rpid.mood.map((word) => rpidWord(word)),
      ),
    );
  if (rpid.placeTypes?.length || rpid.location) {
    const types = (rpid.placeTypes ?? []).filter((word) => NAME.test(word)).slice(0, 1);
    // The schema has either location types, with a note before them, or one <other>.
    const location = rpid.location && element(NS.rpid, types.length ? 'note' : 'other', {}, [rpid.location]);
    const words = types.map((word) => element(NS.locationType, word));
    out.push(element(NS.rpid, 'place-type', {}, [location || undefined, ...words]));
  }
  if (rpid.relationship) out.push(element(NS.rpid, 'relationship', {}, [rpidWord(rpid.relationship)]));
  plain('sphere', rpid.sphere);
  plain('status-icon', rpid.statusIcon);
  if (rpid.timeOffset !== undefined) plain('time-offset', String(Math.round(rpid.timeOffset)));
  if (rpid.userInput) out.push(encodeUserInput(rpid.userInput));
  if (rpid.manual) {
    const { state, since, until } = rpid.manual;
    const times = { since: since > 0 ? formatDateTime(since) : undefined, until: timeOrNone(until) };
    out.push(element(NS.parleyPresence, 'manual', times, [state]));
  }
  if (rpid.calendar) out.push(element(NS.parleyPresence, 'calendar'));
  if (rpid.kiosk) out.push(element(NS.parleyPresence, 'kiosk'));
  out.push(...(rpid.parked ?? []).map(encodeParked));
  return out;
}

function timeOrNone(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDateTime(ms);
}

const NAME = /^[a-z][a-z-]*$/;

function rpidWord(word: string): XmlElement {
  return NAME.test(word) ? element(NS.rpid, word) : element(NS.rpid, 'other', {}, [word]);
}

function encodeActivities({ words, own, custom, other, note, from, until }: Activities): XmlElement {
  return element(
    NS.rpid,
    'activities',
    {
      from: timeOrNone(from),
      until: timeOrNone(until),
    },
    [
      note ? element(NS.rpid, 'note', {}, [note]) : undefined,
      ...words.map((word) => element(NS.rpid, word)),
      other ? element(NS.rpid, 'other', {}, [other]) : undefined,
      ...own.map((word) => element(NS.parleyPresence, word)),
      custom && element(NS.parleyPresence, 'custom', { band: custom.band, id: custom.id }, [custom.text]),
    ],
  );
}

function encodeUserInput({ idle, lastInput, threshold }: UserInput): XmlElement {
  return element(
    NS.rpid,
    'user-input',
    {
      'idle-threshold': threshold === undefined ? undefined : String(threshold),
      'last-input': timeOrNone(lastInput),
    },
    [idle ? 'idle' : 'active'],
  );
}
