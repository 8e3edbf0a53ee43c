/**
 * What a person chose by hand, each choice with its own time, so that their devices agree: the newest one counts. It
 * travels in an element of ours inside a person of class `self`, which no watcher but the person is given.
 */
import type { ShownLevel } from './access-levels.ts';
import { SHOWN_LEVELS } from './access-levels.ts';
import type { ManualState } from './availability.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';
import { NS } from './namespaces.ts';
import { type XmlElement, attribute, childElement, textOf } from './xml.ts';
import { element } from './xml-writer.ts';

/** The class of what only the person's own devices read. */
export const SELF_CLASS = 'self';

export const MANUAL_STATES: readonly ManualState[] = [
  'auto',
  'available',
  'busy',
  'dnd',
  'brb',
  'away',
  'offline',
];

/** Times in milliseconds by the server's clock. What is absent was not said. */
export interface Choices {
  readonly state?: {
    readonly manual: ManualState;
    readonly since: number;
    readonly until?: number;
    /** Id of the organisation's state. */
    readonly custom?: string;
  };
  /** An empty text: the note was taken away. */
  readonly note?: { readonly text: string; readonly since: number; readonly until?: number };
  /** `for`: the least trusted level that sees it. */
  readonly location?: { readonly text: string; readonly since: number; readonly for: ShownLevel };
}

/** The choices in a person element; a choice without a usable time is none. */
export function decodeChoices(person: XmlElement): Choices | undefined {
  const all = childElement(person, NS.parleyPresence, 'choices');
  if (all === undefined) return undefined;
  const part = (name: string) => {
    const one = childElement(all, NS.parleyPresence, name);
    const since = one && parseDateTime(attribute(one, 'since'));
    const until = one && parseDateTime(attribute(one, 'until'));
    return one && since !== undefined
      ? { one, since, text: textOf(one), times: { since, ...(until !== undefined && { until }) } }
      : undefined;
  };
  const state = part('state');
  const manual = MANUAL_STATES.find((each) => each === state?.text);
  const custom = state && attribute(state.one, 'custom');
  const note = part('note');
  const location = part('location');
  const least = SHOWN_LEVELS.find((each) => location && each === attribute(location.one, 'for'));
  return {
    ...(state && manual && { state: { manual, ...state.times, ...(custom && { custom }) } }),
    ...(note && { note: { text: note.text, ...note.times } }),
    ...(location && { location: { text: location.text, since: location.since, for: least ?? 'team' } }),
  };
}

/** The element to write. */
export function encodeChoices({ state, note, location }: Choices): XmlElement {
  const part = (
    name: string,
    { since, until }: { readonly since: number; readonly until?: number },
    text: string,
    attributes: Record<string, string | undefined> = {},
  ): XmlElement => {
    const times = {
      since: formatDateTime(since),
      until: until === undefined ? undefined : formatDateTime(until),
    };
    return element(NS.parleyPresence, name, { ...times, ...attributes }, [text]);
  };
  return element(NS.parleyPresence, 'choices', {}, [
    state && part('state', state, state.manual, { custom: state.custom }),
    note && part('note', note, note.text),
    location && part('location', location, location.text, { for: location.for }),
  ]);
}

/** Of each choice the newest; ones from the future (a wrong clock) do not count. The first wins a tie. */
export function newestChoices(all: readonly Choices[], now: number): Choices {
  const newest = <T extends { readonly since: number }>(choices: readonly (T | undefined)[]): T | undefined =>
    choices.reduce(
      (best, one) => (one && one.since <= now + CLOCK_SKEW && one.since > (best?.since ?? -1) ? one : best),
      undefined,
    );
  const state = newest(all.map((one) => one.state));
  const note = newest(all.map((one) => one.note));
  const location = newest(all.map((one) => one.location));
  return { ...(state && { state }), ...(note && { note }), ...(location && { location }) };
}

/** How far a sender's clock may run ahead before its times are not believed, milliseconds. */
export const CLOCK_SKEW = 5 * 60_000;
