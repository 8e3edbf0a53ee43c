/**
 * What becomes of calls to a person, kept at the server and done there with every page closed (features.md CF1, TC1 to
 * TC4, CD1 to CD4, SN1). One XCAP document for each person, at `<root>/urn:parley:call-handling/users/<xui>/index`:
 *
 *   <call-handling xmlns="urn:parley:call-handling:1">
 *     <forward to="sip:ben@example.org"/>            every call; or to "tel:+4722334455", or to "voicemail"
 *     <busy to="voicemail"/>                         declined, or in a call
 *     <unreachable to="tel:+4722334455"/>            no device is there
 *     <unanswered to="voicemail" after="20"/>        seconds
 *     <ring own="false">                             what rings; own="false": not the person's own devices (CD3)
 *       <delegates after="0"/>                       … the delegates too, after so many seconds
 *       <team after="15"/>
 *       <number after="0">tel:+4799887766</number>
 *     </ring>
 *     <delegate uri="sip:dana@example.org"/>         answers, and places calls on behalf
 *     <member uri="sip:priya@example.org"/>          of the team
 *     <hours zone="Europe/Oslo" days="mon tue wed thu fri" from="08:00" to="17:00" outside="usual"/>
 *   </call-handling>
 *
 * Every part may be missing; elements we do not know are passed over. What the parts mean together says `plan-call.ts`,
 * which documents are refused `call-handling-check.ts`.
 */
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import { aorOf } from './sip-uri.ts';
import { type XmlElement, attribute, childElement, childElements, parseXml, textOf } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const CALL_HANDLING = {
  auid: 'urn:parley:call-handling',
  contentType: 'application/vnd.parley.call-handling+xml',
} as const;

/** Where a call goes on. Numbers are `tel:+` and digits (E.164), persons AORs. */
export type CallTarget =
  | { readonly is: 'person'; readonly aor: string }
  | { readonly is: 'number'; readonly uri: string }
  | { readonly is: 'voicemail' };

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `from` and `to` are minutes after midnight; `to` before `from` is on the day after. */
export interface WorkingHours {
  /** IANA, `Europe/Oslo`. */
  readonly zone: string;
  readonly days: readonly Weekday[];
  readonly from: number;
  readonly to: number;
  /** What becomes of a call at other times: the own devices ring alone, or it goes to voicemail at once. */
  readonly outside: 'usual' | 'voicemail';
}

/** Seconds after which somebody rings too; 0 is at once. */
export type After = number;

export interface CallHandling {
  /** Every call, whatever else is set. */
  readonly forward: CallTarget | null;
  readonly busy: CallTarget | null;
  readonly unreachable: CallTarget | null;
  readonly unanswered: { readonly to: CallTarget; readonly after: After } | null;
  readonly ring: {
    readonly own: boolean;
    readonly delegates: After | null;
    readonly team: After | null;
    readonly numbers: readonly { readonly uri: string; readonly after: After }[];
  };
  /** AORs, each once and in one of the two. */
  readonly delegates: readonly string[];
  readonly team: readonly string[];
  /** Null: at every hour. */
  readonly hours: WorkingHours | null;
}

/** Of whoever has no document: their devices ring. */
export const USUAL_HANDLING: CallHandling = {
  forward: null,
  busy: null,
  unreachable: null,
  unanswered: null,
  ring: { own: true, delegates: null, team: null, numbers: [] },
  delegates: [],
  team: [],
  hours: null,
};

/** Octets of a document: 25 delegates, 25 of the team and five numbers need a quarter. */
export const MAX_HANDLING = 32_768;
/** So much is read; the check refuses what is more than somebody may have. */
const MAX_READ = 200;
const NUMBER = /^tel:\+[1-9]\d{4,14}$/;
const TIME = /^([01]\d|2[0-4]):([0-5]\d)$/;

/** Decode a whole document. What cannot be understood is refused, not left out: a call would go somewhere else. */
export function decodeCallHandling(text: string): Decoded<CallHandling> {
  const xml = parseXml(text, { size: MAX_HANDLING });
  return xml.ok ? readCallHandling(xml.value) : xml;
}

/** The same of a document that is parsed already. */
export function readCallHandling(root: XmlElement): Decoded<CallHandling> {
  if (root.ns !== NS.parleyCalls || root.name !== 'call-handling')
    return refused('not a call-handling document');
  const faults: string[] = [];
  const fault = (why: string): null => {
    faults.push(why);
    return null;
  };
  const child = (name: string): XmlElement | undefined => childElement(root, NS.parleyCalls, name);
  const target = (at: XmlElement | undefined): CallTarget | null =>
    at ? (targetOf(attribute(at, 'to') ?? '') ?? fault(`<${at.name}> leads nowhere`)) : null;
  const after = (at: XmlElement | undefined): After | null =>
    at ? (secondsOf(attribute(at, 'after') ?? '') ?? fault(`<${at.name}> without seconds`)) : null;
  const people = (name: string): string[] =>
    childElements(root, NS.parleyCalls, name)
      .slice(0, MAX_READ)
      .flatMap((one) => aorOf(attribute(one, 'uri') ?? '') ?? fault(`<${name}> is no SIP address`) ?? []);
  const unanswered = child('unanswered');
  const to = target(unanswered);
  const seconds = after(unanswered);
  const ring = child('ring');
  const hours = child('hours');
  const handling: CallHandling = {
    forward: target(child('forward')),
    busy: target(child('busy')),
    unreachable: target(child('unreachable')),
    unanswered: to !== null && seconds !== null ? { to, after: seconds } : null,
    ring: {
      own: !ring || attribute(ring, 'own') !== 'false',
      delegates: after(ring && childElement(ring, NS.parleyCalls, 'delegates')),
      team: after(ring && childElement(ring, NS.parleyCalls, 'team')),
      numbers: childElements(ring ?? root, NS.parleyCalls, 'number')
        .slice(0, MAX_READ)
        .flatMap((one) => {
          const uri = textOf(one);
          const when = after(one);
          if (!NUMBER.test(uri)) fault('<number> is no telephone number');
          return when === null ? [] : [{ uri, after: when }];
        }),
    },
    delegates: people('delegate'),
    team: people('member'),
    hours: hours ? (hoursOf(hours) ?? fault('<hours> cannot be understood')) : null,
  };
  return faults.length === 0 ? decoded(handling) : refused(faults.join('; '));
}

/** Encode: the whole document. */
export function encodeCallHandling(handling: CallHandling): string {
  const { forward, busy, unreachable, unanswered, ring, delegates, team, hours } = handling;
  const part = (name: string, attributes: Record<string, string | undefined>): XmlElement =>
    element(NS.parleyCalls, name, attributes);
  const children = [
    forward !== null && part('forward', { to: targetText(forward) }),
    busy !== null && part('busy', { to: targetText(busy) }),
    unreachable !== null && part('unreachable', { to: targetText(unreachable) }),
    unanswered !== null &&
      part('unanswered', { to: targetText(unanswered.to), after: String(unanswered.after) }),
    element(NS.parleyCalls, 'ring', { own: ring.own ? undefined : 'false' }, [
      ring.delegates !== null && part('delegates', { after: String(ring.delegates) }),
      ring.team !== null && part('team', { after: String(ring.team) }),
      ...ring.numbers.map((one) =>
        element(NS.parleyCalls, 'number', { after: String(one.after) }, [one.uri]),
      ),
    ]),
    ...delegates.map((uri) => part('delegate', { uri })),
    ...team.map((uri) => part('member', { uri })),
    hours !== null &&
      part('hours', {
        zone: hours.zone,
        days: hours.days.join(' '),
        from: timeText(hours.from),
        to: timeText(hours.to),
        outside: hours.outside,
      }),
  ];
  return writeXml(element(NS.parleyCalls, 'call-handling', {}, children));
}

/** A target as it stands in the document; null when it is none. */
export function targetOf(text: string): CallTarget | null {
  if (text === 'voicemail') return { is: 'voicemail' };
  if (NUMBER.test(text)) return { is: 'number', uri: text };
  const aor = aorOf(text);
  return aor === null ? null : { is: 'person', aor };
}

function targetText(target: CallTarget): string {
  return target.is === 'voicemail' ? 'voicemail' : target.is === 'number' ? target.uri : target.aor;
}

function secondsOf(text: string): After | null {
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

function hoursOf(at: XmlElement): WorkingHours | null {
  const zone = attribute(at, 'zone') ?? '';
  const named = (attribute(at, 'days') ?? '').split(/\s+/).filter((day) => day !== '');
  const days = WEEKDAYS.filter((day) => named.includes(day));
  const [from, to] = [minutesOf(attribute(at, 'from') ?? ''), minutesOf(attribute(at, 'to') ?? '')];
  const outside = attribute(at, 'outside') ?? 'usual';
  if (from === null || to === null || days.length !== named.length || !isZone(zone)) return null;
  if (outside !== 'usual' && outside !== 'voicemail') return null;
  return { zone, days, from, to, outside };
}

function minutesOf(text: string): number | null {
  const [, hours, minutes] = TIME.exec(text) ?? [];
  const sum = Number(hours) * 60 + Number(minutes);
  return sum <= 1440 ? sum : null;
}

function timeText(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function isZone(zone: string): boolean {
  if (zone === '' || zone.length > 64) return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
