/** The account's own state: what was chosen, what runs out, what the tabs report. Pure; times by the server's clock. */
import type { ManualState } from '../../protocol/availability.ts';
import type { IdleTimes, OwnState } from '../../protocol/own-activities.ts';
import { nextIdleChange } from '../../protocol/published-document.ts';

export interface Chosen {
  readonly manual: ManualState;
  readonly manualSince: number;
  readonly manualUntil: number | null;
  readonly note: string;
  readonly noteUntil: number | null;
  readonly location: string;
}

/** What one tab last reported. `lastInput` by the server's clock. */
export interface TabActivity {
  readonly lastInput: number;
  readonly locked: boolean;
}

/** Choices whose time is over are given back. */
export function withoutExpired(chosen: Chosen, now: number): Chosen {
  const { manualUntil, noteUntil } = chosen;
  const stateOver = manualUntil !== null && manualUntil <= now;
  const noteOver = noteUntil !== null && noteUntil <= now;
  if (!stateOver && !noteOver) return chosen;
  return {
    ...chosen,
    ...(stateOver && { manual: 'auto', manualSince: manualUntil, manualUntil: null }),
    ...(noteOver && { note: '', noteUntil: null }),
  };
}

/** When the person last touched this device. A locked screen means that nobody sits there, whatever moved. */
export function lastInputOf(
  tabs: Iterable<TabActivity>,
  since: number,
  now: number,
  times: IdleTimes,
): number {
  let last = since;
  let locked = false;
  for (const tab of tabs) {
    last = Math.max(last, Math.min(tab.lastInput, now));
    locked ||= tab.locked;
  }
  return locked ? Math.min(last, now - times.inactive) : last;
}

/** When something changes by itself; null when nothing will. */
export function nextChange(own: OwnState, chosen: Chosen, times: IdleTimes): number | null {
  const due = [nextIdleChange(own, times), chosen.manualUntil, chosen.noteUntil].filter(
    (at): at is number => at !== null && at > own.now,
  );
  return due.length === 0 ? null : Math.min(...due);
}
