/**
 * Why something ended, and how long to wait before trying again. Pure: chance is passed in. Whatever a server
 * answers, one purpose (the registration, one subscription, one publication) makes no more than one request in
 * 5 s on average (reliability.md §8, 15): the table says when to try, `takeTurn` enforces the average.
 * All times in milliseconds unless named seconds; `random` is 0 <= x < 1.
 */

/** How a request or a standing thing ended. `retryAfter` in seconds, as sent. */
export type Ended =
  | { readonly why: 'socket-lost' }
  /** No answer (408 of our own timer, RFC 3261 §17.1.2). */
  | { readonly why: 'timeout' }
  /** A final response above 299. */
  | { readonly why: 'response'; readonly status: number; readonly retryAfter?: number }
  /** NOTIFY `terminated` (RFC 6665 §4.1.3); '' when no reason was given. */
  | { readonly why: 'terminated'; readonly reason: string; readonly retryAfter?: number };

const FLOOR = 5_000;
/** A server may ask for more, but no person waits longer for a list to come back. */
const LONGEST_WAIT = 3_600_000;

/**
 * How long until the next try after `failures` tries in a row that ended badly (1 for the first), or null: no use
 * in trying again until something else changes (a new sign-in, a new socket). A lost socket is 0: the new socket
 * itself is the wait. The table, first match:
 *
 *   socket lost                                      at once: the new socket was the wait
 *   terminated rejected, noresource, invariant       never
 *   401, 403, 404, 405, 410, 415, 420, 489, 604 …    never
 *   retry-after given                                that, 5 s to 1 h, spread
 *   412, 423, 481, 500                               at once, 3 times: the caller sends something else
 *   terminated deactivated, timeout                  at once (RFC 6665), then as below
 *   480, 486, 5xx, no answer, giveup, probation …    5 s doubling to 5 min, spread
 */
export function retryDelay(ended: Ended, failures: number, random: number): number | null {
  if (ended.why === 'socket-lost') return 0;
  const another = ended.why === 'response' && ANOTHER_TRY.has(ended.status) && failures <= 3;
  const asked = ended.why === 'timeout' ? undefined : ended.retryAfter;
  if (ended.why === 'terminated' && FINAL_REASONS.has(ended.reason)) return null;
  if (ended.why === 'response' && FINAL_STATUS.has(ended.status)) return null;
  if (asked !== undefined && asked > 0) return spread(clamp(asked * 1000, FLOOR, LONGEST_WAIT), random);
  if (another) return 0;
  if (ended.why === 'terminated' && AT_ONCE.has(ended.reason) && failures <= 1) return 0;
  return againDelay(failures, random);
}

/** The plain rule where nothing better is known: 5 s, doubling to 5 min, spread. */
export function againDelay(failures: number, random: number): number {
  return spread(Math.min(FLOOR * 2 ** clamp(failures - 1, 0, 10), 300_000), random);
}

/** The request was wrong in a way the caller mends: longer expiry, no entity tag, a new dialog, published afresh. */
const ANOTHER_TRY = new Set([412, 423, 481, 500]);
const FINAL_REASONS = new Set(['rejected', 'noresource', 'invariant']);
const AT_ONCE = new Set(['deactivated', 'timeout']);
const FINAL_STATUS = new Set([
  400, 401, 402, 403, 404, 405, 406, 407, 410, 413, 414, 415, 416, 420, 421, 484, 485, 489, 493, 501, 505,
  513, 603, 604, 606,
]);

/**
 * Wait before opening a socket again after `failures` failures in a row (1 for the first): at once, at most 250 ms,
 * so that a hiccup is over before it is noticed; then doubling to 30 s, each anywhere between half and whole, so
 * that a thousand clients of a restarted server do not come at once.
 */
export function reconnectDelay(failures: number, random: number): number {
  if (failures <= 1) return Math.round(random * 250);
  const longest = Math.min(500 * 2 ** clamp(failures - 2, 0, 10), 30_000);
  return Math.round(longest * (0.5 + random / 2));
}

/** Turns of one purpose: three in hand, one more every 5 s. */
export interface Pace {
  readonly turns: number;
  readonly at: number;
}
const BURST = 3;

export const FULL_PACE: Pace = { turns: BURST, at: 0 };

/** Take a turn at `now`: how long to wait before sending (0: send), and the pace afterwards. */
export function takeTurn(pace: Pace, now: number): { readonly wait: number; readonly pace: Pace } {
  // A clock set back gives nothing and takes nothing.
  const earned = Math.max(0, now - pace.at) / FLOOR;
  const turns = Math.min(BURST, pace.turns + earned);
  return { wait: Math.max(0, Math.ceil((1 - turns) * FLOOR)), pace: { turns: turns - 1, at: now } };
}

/** Anywhere between the time itself and a fifth more: never earlier than asked. */
function spread(ms: number, random: number): number {
  return Math.round(ms * (1 + random * 0.2));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
