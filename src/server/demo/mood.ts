/** How a demo colleague is for a while, as data, and what their device then knows of them. */
import type { ShownLevel } from '../../protocol/access-levels.ts';
import type { OwnState } from '../../protocol/own-activities.ts';
import type { Band } from '../../protocol/rpid.ts';
import { DEMO_STATES } from './states.ts';

export type DemoState = 'available' | 'busy' | 'away' | 'brb' | 'dnd';

export interface Mood {
  /** A plain state, or one of the organisation's. */
  readonly state: DemoState | keyof typeof DEMO_STATES;
  /** Ends at a full or half hour, and says so. */
  readonly timed?: boolean;
  readonly note?: string;
  /** Minutes after which the note is gone. */
  readonly noteFor?: number;
  readonly location?: string;
  /** The least trusted level that is told the location; usual: all colleagues. */
  readonly locationFor?: ShownLevel;
}

/** Milliseconds. */
const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;

/** When a mood taken at `since` is over, `null` when it does not say. Never before a quarter of an hour. */
export function endOf(mood: Mood, since: number): number | null {
  return mood.timed === true ? Math.ceil((since + HALF_HOUR / 2) / HALF_HOUR) * HALF_HOUR : null;
}

/** The state as the colleague's device knows it. On the telephone, that is what counts. */
export function stateIn(
  mood: Mood,
  since: number,
  device: Pick<OwnState, 'aor' | 'instanceId' | 'now'>,
  isOnCall: boolean,
): OwnState {
  const until = endOf(mood, since);
  return {
    ...device,
    ...(isOnCall ? { manual: 'auto', call: { kind: 'call', since: device.now } } : plainAndCustom(mood)),
    manualSince: since,
    ...(until !== null && !isOnCall && { manualUntil: until }),
    lastInput: device.now,
    video: true,
    ...(isSaid(mood, since, device.now) && {
      note: mood.note,
      noteSince: since,
      ...(mood.noteFor !== undefined && { noteUntil: since + mood.noteFor * MINUTE }),
    }),
    ...(mood.location !== undefined && {
      location: mood.location,
      locationSince: since,
      locationFor: mood.locationFor ?? 'company',
    }),
  };
}

function isSaid(mood: Mood, since: number, now: number): mood is Mood & { readonly note: string } {
  return mood.note !== undefined && (mood.noteFor === undefined || now < since + mood.noteFor * MINUTE);
}

/** The nearest plain state of each band. */
const PLAIN: Readonly<Record<Band, DemoState>> = {
  ...{ available: 'available', busy: 'busy', dnd: 'dnd' },
  ...{ away: 'away', oof: 'away' },
};

function plainAndCustom({ state }: Mood): Pick<OwnState, 'manual' | 'custom'> {
  if (!isOurs(state)) return { manual: state };
  const { id, band, words } = DEMO_STATES[state];
  return { manual: PLAIN[band], custom: { id, band, text: words[''] } };
}

function isOurs(state: Mood['state']): state is keyof typeof DEMO_STATES {
  return Object.hasOwn(DEMO_STATES, state);
}
