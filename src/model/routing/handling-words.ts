/** Call handling in sentences: what is in force, and why something cannot be. */
import type { CallHandlingState } from '../../agent/contract.ts';
import type { CallTarget, Weekday, WorkingHours } from '../../protocol/call-handling.ts';
import { checkCallHandling } from '../../protocol/call-handling-check.ts';

export type Handling = NonNullable<CallHandlingState['handling']>;
export type { CallTarget, Weekday, WorkingHours } from '../../protocol/call-handling.ts';
type NameOf = (aor: string) => string;

const DAYS: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};
const ORDER = Object.keys(DAYS) as Weekday[];

export function dayName(day: Weekday): string {
  return DAYS[day];
}

/** "voicemail", "Ben Farrow", "+47 22 33 44 55". */
export function targetWords(target: CallTarget, nameOf: NameOf): string {
  if (target.is === 'voicemail') return 'voicemail';
  return nameOf(target.is === 'person' ? target.aor : target.uri);
}

/** Everybody whom it names. */
export function peopleIn({
  forward,
  busy,
  unreachable,
  unanswered,
  delegates,
  team,
}: Handling): readonly string[] {
  const targets = [forward, busy, unreachable, unanswered?.to ?? null];
  return [...targets.flatMap((one) => (one?.is === 'person' ? [one.aor] : [])), ...delegates, ...team];
}

/** "1 second", "20 seconds". */
export function secondsWords(seconds: number): string {
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

/** "Calls ring here for 20 seconds, then go to voicemail.": everything that is in force. */
export function inForce(handling: Handling, nameOf: NameOf): string {
  const { forward, busy, unreachable, unanswered, hours } = handling;
  const to = (target: CallTarget): string => targetWords(target, nameOf);
  const sentences: string[] = [];
  if (forward) sentences.push(`Every call goes to ${to(forward)} without ringing here.`);
  else {
    const [first, ...later] = ringsOf(handling);
    const isShort = unanswered !== null && later.length === 0;
    const end = isShort ? ` for ${secondsWords(unanswered.after)}, then go to ${to(unanswered.to)}` : '';
    sentences.push(`Calls ring ${placesWords(first?.places ?? [])}${end}.`);
    for (const { after, places } of later)
      sentences.push(`After ${secondsWords(after)} they ring ${placesWords(places)} too.`);
    if (unanswered && !isShort)
      sentences.push(`After ${secondsWords(unanswered.after)} they go to ${to(unanswered.to)}.`);
    if (busy) sentences.push(`While you’re on a call, or when you decline, they go to ${to(busy)}.`);
    if (unreachable) sentences.push(`When none of your devices is there, they go to ${to(unreachable)}.`);
  }
  if (hours) sentences.push(`Outside ${hoursWords(hours)}, ${outsideWords(hours)}.`);
  return sentences.join(' ');
}

/** Behind a name of the team, or of a delegate: when they ring. */
export function ringWords(after: number | null): string {
  if (after === null) return 'Doesn’t ring';
  return after === 0 ? 'Rings at once' : `Rings after ${secondsWords(after)}`;
}

/** "Monday to Friday, 08:00 to 18:00" */
export function hoursWords({ days, from, to }: WorkingHours): string {
  return `${daysWords(days)}, ${clockWords(from)} to ${clockWords(to)}`;
}

export function outsideWords({ outside }: WorkingHours): string {
  return outside === 'voicemail' ? 'calls go to voicemail' : 'calls ring only your own devices';
}

/** Minutes after midnight as people write and `<input type="time">` wants them. */
export function clockWords(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Days in a row are a span; others are listed. */
function daysWords(days: readonly Weekday[]): string {
  const at = days.map((day) => ORDER.indexOf(day));
  const [first] = days;
  const last = days.at(-1);
  if (!first || !last) return 'no day';
  const isSpan = days.length > 2 && at.every((place, i) => place === (at[0] ?? 0) + i);
  return isSpan ? `${DAYS[first]} to ${DAYS[last]}` : listWords(days.map((day) => DAYS[day]));
}

/** One step of a call: who rings then, and where it ends. */
export interface Step {
  readonly is: 'you' | 'number' | 'delegates' | 'team' | 'voicemail' | 'forward';
  readonly words: string;
  /** Seconds after the call came. */
  readonly after: number;
}

/** What happens to a call, in order, as the page draws it. */
export function stepsOf(handling: Handling, nameOf: NameOf): readonly Step[] {
  const { forward, ring, delegates, team, unanswered } = handling;
  const end = (target: CallTarget, after: number): Step => ({
    is: target.is === 'voicemail' ? 'voicemail' : 'forward',
    words: target.is === 'voicemail' ? 'Voicemail' : targetWords(target, nameOf),
    after,
  });
  if (forward) return [end(forward, 0)];
  const steps: Step[] = [
    ...(ring.own ? [{ is: 'you', words: 'You', after: 0 } as const] : []),
    ...ring.numbers.map(({ uri, after }): Step => ({ is: 'number', words: nameOf(uri), after })),
    ...(ring.delegates !== null && delegates.length > 0
      ? [
          {
            is: 'delegates',
            words: peopleWords(delegates, 'Delegates', nameOf),
            after: ring.delegates,
          } as const,
        ]
      : []),
    ...(ring.team !== null && team.length > 0
      ? [{ is: 'team', words: peopleWords(team, 'Team call', nameOf), after: ring.team } as const]
      : []),
  ];
  const inOrder = steps.sort((one, other) => one.after - other.after);
  return unanswered ? [...inOrder, end(unanswered.to, unanswered.after)] : inOrder;
}

function peopleWords(people: readonly string[], words: string, nameOf: NameOf): string {
  const [only] = people;
  return people.length === 1 && only ? nameOf(only) : `${words}, ${people.length} people`;
}

interface Ring {
  readonly after: number;
  readonly places: readonly string[];
}

/** Who rings when, the first at once: who waits for nobody does not wait. */
function ringsOf({ ring, delegates, team }: Handling): readonly Ring[] {
  const all: (readonly [number, string])[] = [
    ...(ring.own ? [[0, 'here'] as const] : []),
    ...ring.numbers.map(({ uri, after }) => [after, `on ${numberWords(uri)}`] as const),
    ...(ring.delegates !== null && delegates.length > 0
      ? [[ring.delegates, 'at your delegates'] as const]
      : []),
    ...(ring.team !== null && team.length > 0 ? [[ring.team, 'at your team'] as const] : []),
  ];
  const first = Math.min(...all.map(([after]) => after));
  const times = [...new Set(all.map(([after]) => after))].sort((one, other) => one - other);
  return times.map((time) => ({
    after: time - first,
    places: all.filter(([after]) => after === time).map(([, place]) => place),
  }));
}

function numberWords(uri: string): string {
  return uri.replace(/^tel:/, '');
}

function placesWords(places: readonly string[]): string {
  return places.length === 0 ? 'nowhere' : listWords(places);
}

function listWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** Why a choice is not taken, with people's names; null when it can be. */
export function refusalOf(
  handling: Handling,
  me: string,
  managers: readonly string[],
  nameOf: NameOf,
): string | null {
  const fault = checkCallHandling(handling, me, new Set(managers));
  if (!fault) return null;
  const name = fault.who === undefined ? 'Somebody' : nameOf(fault.who);
  switch (fault.is) {
    case 'twice':
      return `${name} is there already.`;
    case 'two-roles':
      return `${name} can’t be both: a delegate, and in your team.`;
    case 'manager-in-team':
      return `You’re a delegate for ${name}, who therefore can’t be in your team.`;
    default:
      return fault.says;
  }
}
