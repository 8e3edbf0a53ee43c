/**
 * When to say "is composing" and how long to believe it (RFC 3994 §3). Two pure machines; times in milliseconds.
 *
 *   sender:    idle --key--> active --no key for 15 s, or sent--> idle
 *                            active --key, refresh due--> active (said again)
 *   receiver:  idle --active--> active --message, idle, or no refresh in time--> idle
 */
import type { IsComposing } from './is-composing.ts';

/** Without a key for this long the writer is idle again (§3.2, `active-idle`). */
const IDLE_AFTER = 15_000;
/** How often an active writer repeats itself; at least 60 s by the RFC (§3.2). */
const REFRESH = 60_000;
/** A receiver believes an active state without refresh interval this long (§3.3). */
const BELIEVE = 120_000;
/** The longest a sender can make us believe it types. */
const LONGEST = 600_000;

/** `said`: when active was last sent, null when idle. `key`: last keystroke. */
export interface SenderState {
  readonly said: number | null;
  readonly key: number;
}
export const QUIET: SenderState = { said: null, key: 0 };

/** `say` is the document to send now, if any; `wake`: call `passed` again then. */
export interface SenderStep {
  readonly state: SenderState;
  readonly say: IsComposing | null;
  readonly wake: number | null;
}

/** A key was pressed (the field is not empty afterwards). */
export function typed(state: SenderState, now: number): SenderStep {
  if (state.said !== null && now - state.said < REFRESH) {
    return { state: { said: state.said, key: now }, say: null, wake: now + IDLE_AFTER };
  }
  return {
    state: { said: now, key: now },
    say: { active: true, contentType: 'text/plain', refresh: REFRESH / 1000 },
    wake: now + IDLE_AFTER,
  };
}

/** The field was emptied: idle is said at once. */
export function cleared(state: SenderState): SenderStep {
  return { state: QUIET, say: state.said === null ? null : idle(state.key), wake: null };
}

/** The message went out: it ends the state at the other side by itself (§3.3), nothing is said. */
export function messageSent(): SenderStep {
  return { state: QUIET, say: null, wake: null };
}

/** Time passed: idle after 15 s without a key. */
export function passed(state: SenderState, now: number): SenderStep {
  if (state.said === null) return { state, say: null, wake: null };
  if (now - state.key < IDLE_AFTER) return { state, say: null, wake: state.key + IDLE_AFTER };
  return cleared(state);
}

function idle(lastActive: number): IsComposing {
  return { active: false, contentType: 'text/plain', ...(lastActive > 0 && { lastActive }) };
}

/** Until when the other side is shown as composing after this document; null: not. */
export function composingUntil(heard: IsComposing, now: number): number | null {
  if (!heard.active) return null;
  const refresh = heard.refresh === undefined ? BELIEVE : heard.refresh * 1000;
  // One refresh may be late by the network; a fifth more covers it.
  return now + Math.min(LONGEST, Math.max(IDLE_AFTER, refresh * 1.2));
}
