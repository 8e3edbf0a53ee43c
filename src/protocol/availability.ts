/**
 * What a watcher is shown of a person (features.md Table 2, design README "Presence badge"). The fold from the
 * devices' documents to one state is a pure function so that a table can test it.
 */
import type { ParkedCall } from './parked-call.ts';
import type { BusyTime } from './schedule.ts';

/** The badge: one shape each. `unknown` is never shown as any colour. */
export type Availability =
  | 'available'
  | 'inactive'
  | 'busy'
  | 'busy-inactive'
  | 'dnd'
  | 'urgent'
  | 'away'
  | 'oof'
  | 'offline'
  | 'blocked'
  | 'unknown';

/** Why somebody is in that state; refines the words, never the badge. */
export type Activity = 'call' | 'conference' | 'meeting' | 'presenting' | 'brb';

/** What a person chooses by hand. `auto` gives the choice back to the devices. */
export type ManualState = 'auto' | 'available' | 'busy' | 'dnd' | 'brb' | 'away' | 'offline';

/** One person's state as last heard. Times are milliseconds since the epoch, by the server's clock. */
export interface Presence {
  readonly availability: Availability;
  readonly activity?: Activity;
  /** Words of a custom state defined by the administrator ("In court"). */
  readonly custom?: string;
  /** Its id in the organisation's document, for its words in another language. */
  readonly customId?: string;
  readonly note?: string;
  readonly location?: string;
  /** Since when the device has been idle or the state has held, where the document says so. */
  readonly since?: number;
  /** Until when it is meant to hold ("In a meeting until 11:30"). */
  readonly until?: number;
  /** What the calendar says of today, as far as the watcher may see it. */
  readonly schedule?: readonly BusyTime[];
  /** Calls of theirs that wait to be picked up, for Personal and Team. */
  readonly parked?: readonly ParkedCall[];
  /** At a kiosk: a reception screen, nobody's own device. */
  readonly kiosk?: boolean;
  /** Only on a mobile device. */
  readonly mobile?: boolean;
  /** False when every device refuses messages (a desk phone). */
  readonly messages: boolean;
  /** When this was heard. */
  readonly asOf: number;
}

/** Nothing was heard, or what was heard is too old to stand for anything. */
export function unknownPresence(now: number): Presence {
  return { availability: 'unknown', messages: true, asOf: now };
}

/** Somebody of the own Blocked list: shown as such here, whatever is heard (features.md P25). */
export function blockedPresence(now: number): Presence {
  return { availability: 'blocked', messages: false, asOf: now };
}
