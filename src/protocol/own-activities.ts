/** What a person is doing as one of their devices knows it (features.md Table 2): the choice by hand, or a guess. */
import type { ManualState } from './availability.ts';
import type { ShownLevel } from './access-levels.ts';
import type { ParkedCall } from './parked-call.ts';
import { readActivities } from './read-activities.ts';
import type { Activities, Band, OwnActivity, RpidActivity } from './rpid.ts';

/** The account's state as this device knows it. Times in milliseconds by the server's clock. */
export interface OwnState {
  readonly aor: string;
  /** `urn:uuid:…` of this installation. */
  readonly instanceId: string;
  readonly now: number;
  readonly manual: ManualState;
  /** When the choice was made, on whichever device; 0 when none ever was. */
  readonly manualSince: number;
  readonly manualUntil?: number;
  /** `conference`: more than two, or the far end is a focus. */
  readonly call?: { readonly kind: 'call' | 'conference'; readonly since: number };
  /** Calls that wait for somebody of the Team to pick them up. */
  readonly parked?: readonly ParkedCall[];
  /** Sharing a screen: nobody wants a toast in front of an audience (features.md P18). */
  readonly presenting?: boolean;
  /** A state the organisation defined (features.md P27), chosen by hand; `manual` is its nearest plain state. */
  readonly custom?: { readonly id?: string; readonly band: Band; readonly text: string };
  /** When the person last touched this device. */
  readonly lastInput: number;
  readonly note?: string;
  readonly noteSince?: number;
  readonly noteUntil?: number;
  readonly location?: string;
  readonly locationSince?: number;
  /** The least trusted level that sees the location; absent: `team`. */
  readonly locationFor?: ShownLevel;
  readonly mobile?: boolean;
  /** A reception screen. */
  readonly kiosk?: boolean;
  readonly video: boolean;
}

/** After how long without input, milliseconds (features.md P20 to P22). */
export interface IdleTimes {
  readonly inactive: number;
  readonly away: number;
}
export const IDLE_TIMES: IdleTimes = { inactive: 5 * 60_000, away: 15 * 60_000 };

/** Everything there is to say: the Personal level. `undefined`: there, and free. */
export function ownActivities(own: OwnState, times: IdleTimes): Activities | undefined {
  if (own.custom && own.manual !== 'offline') return customActivities(own, own.custom);
  switch (own.manual) {
    case 'available':
      // A call that began after the choice is no guess.
      return own.call && own.call.since >= own.manualSince ? inCall(own) : undefined;
    case 'dnd':
      return chosen(own, ['busy'], ['dnd']);
    case 'brb':
      return chosen(own, ['away'], ['brb']);
    case 'away':
      return chosen(own, ['away']);
    case 'busy':
      return own.call ? inCall(own) : chosen(own, ['busy']);
    default:
      return automatic(own, times);
  }
}

/** What of it a watcher of that level is told (access-levels.ts). */
export function activitiesFor(level: ShownLevel, all: Activities | undefined): Activities | undefined {
  if (all === undefined || level === 'personal') return all;
  if (level === 'team') {
    // Team comes through, and is told so (features.md A07).
    return { ...all, own: all.own.map((word) => (word === 'dnd' ? 'urgent' : word)) };
  }
  const { words, own, custom, other, note } = all;
  if (level === 'company') {
    return { words, own, ...(custom && { custom }), ...(other && { other }), ...(note && { note }) };
  }
  const { availability } = readActivities({ activities: { words, own, ...(custom && { custom }) } }, 0);
  return LIMITED[availability];
}

/** The little that Public is told. */
const LIMITED: Readonly<Record<string, Activities | undefined>> = {
  busy: { words: ['busy'], own: [] },
  dnd: { words: ['busy'], own: ['dnd'] },
  away: { words: ['away'], own: [] },
  oof: { words: ['away'], own: [] },
};

function chosen(
  { manualSince, manualUntil }: OwnState,
  words: readonly RpidActivity[],
  own: readonly OwnActivity[] = [],
): Activities {
  return {
    ...{ words, own },
    ...(manualSince > 0 && { from: manualSince }),
    ...(manualUntil !== undefined && { until: manualUntil }),
  };
}

function customActivities(own: OwnState, custom: NonNullable<OwnState['custom']>): Activities {
  const [words, ours] = WORDS_OF_BAND[custom.band];
  return { ...chosen(own, words, ours), custom, other: custom.text };
}

/** What clients that do not know our states read. */
const WORDS_OF_BAND: Readonly<Record<Band, readonly [readonly RpidActivity[], readonly OwnActivity[]]>> = {
  available: [[], []],
  busy: [['busy'], []],
  dnd: [['busy'], ['dnd']],
  away: [['away'], []],
  oof: [['away'], ['oof']],
};

function automatic(own: OwnState, times: IdleTimes): Activities | undefined {
  if (own.presenting) {
    const activities = own.call ? inCall(own) : { words: [], own: [] };
    const words = activities.words.filter((word) => word !== 'busy');
    return { ...activities, words: ['busy', ...words, 'presentation'], own: ['dnd', ...activities.own] };
  }
  if (own.call) return inCall(own);
  if (own.now - own.lastInput >= times.away) return { words: ['away'], own: [], from: own.lastInput };
  return undefined;
}

function inCall({ call }: OwnState): Activities {
  const ours: OwnActivity[] = call?.kind === 'conference' ? ['conference'] : [];
  return { words: ['busy', 'on-the-phone'], own: ours, ...(call && { from: call.since }) };
}
