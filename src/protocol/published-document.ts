/** What one device of the account publishes about its person: the counterpart of `fold-availability.ts`. */
import type { ManualState } from './availability.ts';
import type { PersonElement } from './data-model.ts';
import type { Pidf } from './pidf.ts';
import type { Activities, OwnActivity, RpidActivity, UserInput } from './rpid.ts';

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
  /** Sharing a screen: nobody wants a toast in front of an audience (features.md P18). */
  readonly presenting?: boolean;
  /** A state the organisation defined (features.md P27). */
  readonly custom?: Activities['custom'];
  /** When the person last touched this device. */
  readonly lastInput: number;
  readonly note?: string;
  readonly location?: string;
  readonly mobile?: boolean;
  readonly video: boolean;
}

/** After how long without input, milliseconds (features.md P20 to P22). */
export interface IdleTimes {
  readonly inactive: number;
  readonly away: number;
}
export const IDLE_TIMES: IdleTimes = { inactive: 5 * 60_000, away: 15 * 60_000 };

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
 * The document to publish. Choosing Offline publishes a bare closed service, exactly what is left of somebody who
 * is gone, so that nobody can tell the two apart.
 */
export function publishedDocument(own: OwnState, times: IdleTimes = IDLE_TIMES): Pidf {
  const id = tupleIdOf(own.instanceId);
  const tuple = { id, rpid: {}, timed: [], notes: [], timestamp: own.now };
  const base = { entity: own.aor, notes: [], devices: [] };
  if (own.manual === 'offline') return { ...base, tuples: [{ ...tuple, basic: 'closed' }], persons: [] };
  return {
    ...base,
    tuples: [
      {
        ...tuple,
        basic: 'open',
        contact: own.aor,
        deviceId: own.instanceId,
        capabilities: { audio: true, message: true, video: own.video },
      },
    ],
    persons: [person(own, 'p' + id, times)],
    devices: [
      {
        id: 'd' + id,
        deviceId: own.instanceId,
        rpid: {},
        mobility: own.mobile ? 'mobile' : 'fixed',
        notes: [],
      },
    ],
  };
}

/** When the document would change by idleness alone, `null` when it will not: the publisher's next timer. */
export function nextIdleChange(own: OwnState, times: IdleTimes = IDLE_TIMES): number | null {
  const due = [own.lastInput + times.inactive, own.lastInput + times.away].filter((at) => at > own.now);
  return due.length === 0 ? null : Math.min(...due);
}

function person(own: OwnState, id: string, times: IdleTimes): PersonElement {
  const activities = activitiesOf(own, times);
  const idleFor = own.now - own.lastInput;
  const busy = activities?.words.includes('busy') || activities?.words.includes('on-the-phone');
  // RPID has one idle flag; Busy turns inactive later than Available does.
  const threshold = busy ? times.away : times.inactive;
  const userInput: UserInput = {
    idle: idleFor >= threshold,
    lastInput: own.lastInput,
    threshold: Math.round(threshold / 1000),
  };
  const place = PLACES[own.location?.toLowerCase() ?? ''];
  return {
    id,
    rpid: {
      ...(activities && { activities }),
      ...(own.location && { location: own.location }),
      ...(place && { placeTypes: [place] }),
      userInput,
      ...(own.manualSince > 0 && { manual: { state: own.manual, since: own.manualSince } }),
    },
    cipid: {},
    notes: own.note ? [{ text: own.note }] : [],
    timestamp: own.now,
  };
}

/** Names that other clients know as location types (RFC 4589). */
const PLACES: Readonly<Record<string, string>> = { office: 'office', home: 'residence' };

function activitiesOf(own: OwnState, times: IdleTimes): Activities | undefined {
  const from = own.manualSince > 0 ? own.manualSince : undefined;
  const chosen = (words: RpidActivity[], ours: OwnActivity[] = []): Activities => ({
    words,
    own: ours,
    ...(from !== undefined && { from }),
    ...(own.manualUntil !== undefined && { until: own.manualUntil }),
  });
  switch (own.manual) {
    case 'available':
      // A call that began after the choice is no guess.
      if (own.call && own.call.since >= own.manualSince) return inCall(own);
      return own.custom && { words: [], own: [], custom: own.custom };
    case 'dnd':
      return chosen(['busy'], ['dnd']);
    case 'brb':
      return chosen(['away'], ['brb']);
    case 'away':
      return chosen(['away']);
    case 'busy':
      return own.call ? inCall(own) : chosen(['busy']);
    default:
      return automatic(own, times);
  }
}

function automatic(own: OwnState, times: IdleTimes): Activities | undefined {
  if (own.presenting) {
    const activities = own.call ? inCall(own) : { words: [], own: [] };
    return {
      ...activities,
      words: ['busy', ...withoutBusy(activities.words), 'presentation'],
      own: ['dnd', ...activities.own],
    };
  }
  if (own.call) return inCall(own);
  if (own.custom) {
    const words: RpidActivity[] = own.custom.band === 'busy' || own.custom.band === 'dnd' ? ['busy'] : [];
    return { words, own: [], custom: own.custom, other: own.custom.text };
  }
  if (own.now - own.lastInput >= times.away) return { words: ['away'], own: [], from: own.lastInput };
  return undefined;
}

function inCall({ call }: OwnState): Activities {
  const ours: OwnActivity[] = call?.kind === 'conference' ? ['conference'] : [];
  return { words: ['busy', 'on-the-phone'], own: ours, ...(call && { from: call.since }) };
}

function withoutBusy(words: readonly RpidActivity[]): RpidActivity[] {
  return words.filter((word) => word !== 'busy');
}
