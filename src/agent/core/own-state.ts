/** The account's own state: what was chosen, what runs out, what the tabs report. Pure; times by the server's clock. */
import type { ShownLevel } from '../../protocol/access-levels.ts';
import type { ManualState } from '../../protocol/availability.ts';
import type { Choices } from '../../protocol/choices.ts';
import type { IdleTimes, OwnState } from '../../protocol/own-activities.ts';
import { nextIdleChange } from '../../protocol/published-document.ts';
import type { StoredAccount } from '../../store/rows.ts';

/** Each choice with its own time: of several devices the newest counts. 0: never made. */
export interface Chosen {
  readonly manual: ManualState;
  readonly manualSince: number;
  readonly manualUntil: number | null;
  /** Id of one of the organisation's states; `manual` is then its nearest plain one. */
  readonly custom: string | null;
  readonly note: string;
  readonly noteSince: number;
  readonly noteUntil: number | null;
  readonly location: string;
  readonly locationSince: number;
  readonly locationFor: ShownLevel;
}

/** What one tab last reported. `lastInput` by the server's clock. */
export interface TabActivity {
  readonly lastInput: number;
  readonly locked: boolean;
  /** It shares a screen or fills one. */
  readonly presenting: boolean;
}

/** What was chosen when this device last ran. */
export function chosenIn(row: StoredAccount): Chosen {
  const { manual, manualSince, manualUntil, note, noteUntil, location } = row;
  return {
    ...{ manual, manualSince, manualUntil, custom: row.custom ?? null },
    ...{ note, noteUntil, noteSince: row.noteSince ?? 0 },
    ...{ location, locationSince: row.locationSince ?? 0, locationFor: row.locationFor ?? 'team' },
  };
}

/** Choices whose time is over are given back. */
export function withoutExpired(chosen: Chosen, now: number): Chosen {
  const { manualUntil, noteUntil } = chosen;
  const stateOver = manualUntil !== null && manualUntil <= now;
  const noteOver = noteUntil !== null && noteUntil <= now;
  if (!stateOver && !noteOver) return chosen;
  return {
    ...chosen,
    ...(stateOver && { manual: 'auto', manualSince: manualUntil, manualUntil: null, custom: null }),
    ...(noteOver && { note: '', noteSince: noteUntil, noteUntil: null }),
  };
}

/** With what another device of the person chose later. The same object when there is nothing newer. */
export function adopted(chosen: Chosen, { state, note, location }: Choices): Chosen {
  let next = chosen;
  if (state && state.since > chosen.manualSince) {
    const { manual, since, until, custom } = state;
    next = { ...next, manual, manualSince: since, manualUntil: until ?? null, custom: custom ?? null };
  }
  if (note && note.since > chosen.noteSince) {
    next = { ...next, note: note.text, noteSince: note.since, noteUntil: note.until ?? null };
  }
  if (location && location.since > chosen.locationSince) {
    const { text, since } = location;
    next = { ...next, location: text, locationSince: since, locationFor: location.for };
  }
  return next;
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

/** When something changes by itself; null when nothing will. `until`: of what is shown now. */
export function nextChange(
  own: OwnState,
  chosen: Chosen,
  times: IdleTimes,
  until: number | undefined,
): number | null {
  const due = [nextIdleChange(own, times), chosen.manualUntil, chosen.noteUntil, until ?? null].filter(
    (at): at is number => at !== null && at > own.now,
  );
  return due.length === 0 ? null : Math.min(...due);
}
