/**
 * The outbox: every message and notice that must reach its peer once, in lanes. A lane keeps the order of one
 * conversation; notices have lanes of their own, so that they never hold up a message.
 *
 *   waiting --online--> preparing --committed--> flying --2xx-----------> gone (sent)
 *      ^                                           |----final refusal---> gone (failed)
 *      |                                           |----415-------------> waiting, as plain text
 *      +-----------------pause, or next online-----+----anything else, cut, no answer
 *
 * A message to a group without a focus is one row for each of its people, each in a lane of that person. What it says is
 * the same in all; it is `sent` when all have it, and when somebody was refused it is `failed`, naming them, once the
 * others have theirs. The refused rows stay written down until then.
 *
 * `preparing` writes the CSeq and the stamp down before they are used: what went out once is never sent differently.
 */
import { messageOf } from '../../store/outbox.ts';
import type { OutboxRow } from '../../store/rows.ts';
import type { Write } from '../../store/vault.ts';
import { listNames } from './groups.ts';
import { placeOf, stampAfter } from './order.ts';
import { judgeRefusal } from './refusal.ts';

interface Lane {
  readonly rows: readonly OutboxRow[];
  readonly phase: 'waiting' | 'preparing' | 'flying';
  /** Agent time before which the lane rests. */
  readonly restUntil: number;
}

export interface OutboxState {
  readonly me: string;
  readonly online: boolean;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly nextSeq: number;
  /** Newest stamp given out in a conversation, so that a burst keeps its order. */
  readonly stamped: ReadonlyMap<string, number>;
  /** Copies refused for good, by message, while others of it are on their way. */
  readonly refused: ReadonlyMap<string, readonly OutboxRow[]>;
}

/** Requests under way at once: a message to a hundred people does not go out as a burst. */
const MOST_FLYING = 16;

/** `now`: agent time. `serverNow`: server time. `random`: 0 <= x < 1, for the pause. */
export interface OutboxMoment {
  readonly now: number;
  readonly serverNow: number;
  readonly random: number;
  /** Order of the newest message seen in a conversation. */
  readonly lastOrder: (conversation: string) => number;
  readonly plain: (conversation: string) => boolean;
}

/** What is known of a try. `acceptedAt`: the server's Date, milliseconds. */
export type TryOutcome =
  | { readonly is: 'accepted'; readonly acceptedAt: number | null }
  | { readonly is: 'refused'; readonly status: number }
  | { readonly is: 'unknown' };

export type OutboxEvent =
  | { readonly is: 'online' }
  | { readonly is: 'offline' }
  | { readonly is: 'enqueued'; readonly rows: readonly OutboxRow[] }
  | { readonly is: 'prepared'; readonly id: string; readonly ok: boolean }
  | { readonly is: 'ended'; readonly id: string; readonly outcome: TryOutcome }
  | { readonly is: 'discarded'; readonly id: string }
  | { readonly is: 'woken' };

export type OutboxEffect =
  /** Commit, then answer with `prepared`. */
  | { readonly do: 'prepare'; readonly row: OutboxRow; readonly writes: readonly Write[] }
  /** Transmit, then answer with `ended`. */
  | { readonly do: 'transmit'; readonly row: OutboxRow }
  | { readonly do: 'commit'; readonly writes: readonly Write[] }
  | { readonly do: 'wake'; readonly inMs: number }
  | { readonly do: 'go-plain'; readonly conversation: string };

export interface OutboxStep {
  readonly state: OutboxState;
  readonly effects: readonly OutboxEffect[];
}

/** The state after a start: everything that was on its way is waiting again. */
export function openOutbox(me: string, rows: readonly OutboxRow[], nextSeq: number): OutboxState {
  const empty: OutboxState = {
    me,
    online: false,
    lanes: new Map(),
    nextSeq,
    stamped: new Map(),
    refused: new Map(),
  };
  return rows.reduce(enqueue, empty);
}

const laneOf = (row: OutboxRow): string => `${row.kind} ${row.conversation}${row.to ? ` ${row.to.aor}` : ''}`;

function enqueue(state: OutboxState, row: OutboxRow): OutboxState {
  if (row.refused !== undefined) return withRefused(state, row);
  const lane = state.lanes.get(laneOf(row)) ?? { rows: [], phase: 'waiting', restUntil: 0 };
  if (lane.rows.some((one) => one.id === row.id)) return state;
  const lanes = new Map(state.lanes).set(laneOf(row), { ...lane, rows: [...lane.rows, row] });
  return { ...state, lanes, nextSeq: Math.max(state.nextSeq, row.seq + 1) };
}

export function stepOutbox(state: OutboxState, event: OutboxEvent, moment: OutboxMoment): OutboxStep {
  switch (event.is) {
    case 'online': {
      const lanes = new Map([...state.lanes].map(([key, lane]) => [key, { ...lane, restUntil: 0 }]));
      return start({ ...state, online: true, lanes }, moment, []);
    }
    case 'offline':
      return { state: { ...state, online: false }, effects: [] };
    case 'enqueued':
      return start(event.rows.reduce(enqueue, state), moment, []);
    case 'woken':
      return start(state, moment, []);
    case 'prepared':
      return prepared(state, event.id, event.ok, moment);
    case 'ended':
      return ended(state, event.id, event.outcome, moment);
    case 'discarded':
      return { state: without(state, event.id), effects: [] };
  }
}

/** Gives every lane that may go its next row. */
function start(state: OutboxState, moment: OutboxMoment, before: readonly OutboxEffect[]): OutboxStep {
  if (!state.online) return { state, effects: before };
  const effects: OutboxEffect[] = [...before];
  const lanes = new Map(state.lanes);
  const stamped = new Map(state.stamped);
  let flying = [...lanes.values()].filter(({ phase }) => phase !== 'waiting').length;
  for (const key of state.lanes.keys()) {
    const lane = lanes.get(key);
    const head = lane?.rows[0];
    if (!lane || !head || lane.phase !== 'waiting' || flying >= MOST_FLYING) continue;
    if (lane.restUntil > moment.now) {
      effects.push({ do: 'wake', inMs: lane.restUntil - moment.now });
      continue;
    }
    const { conversation } = head;
    const last = Math.max(moment.lastOrder(conversation), stamped.get(conversation) ?? 0);
    const stamp = head.stamp ?? stampAfter(moment.serverNow, last);
    stamped.set(conversation, Math.max(stamp, stamped.get(conversation) ?? 0));
    const row = { ...head, cseq: head.cseq + 1, tries: head.tries + 1, stamp };
    lanes.set(key, { ...lane, rows: [row, ...lane.rows.slice(1)], phase: 'preparing' });
    flying++;
    const copies = head.stamp === null && head.to ? stampCopies(lanes, row, stamp) : [];
    effects.push({
      do: 'prepare',
      row,
      writes: [row, ...copies].map((one) => ({ put: 'outbox', row: one })),
    });
  }
  return { state: { ...state, lanes, stamped }, effects };
}

/** All copies of a message say the same time. Changes `lanes`; gives the rows that are another now. */
function stampCopies(lanes: Map<string, Lane>, row: OutboxRow, stamp: number): OutboxRow[] {
  const changed: OutboxRow[] = [];
  for (const [key, lane] of lanes) {
    if (!lane.rows.some((one) => one.message === row.message && one.stamp === null)) continue;
    const rows = lane.rows.map((one) => {
      if (one.message !== row.message || one.stamp !== null) return one;
      const copy = { ...one, stamp };
      changed.push(copy);
      return copy;
    });
    lanes.set(key, { ...lane, rows });
  }
  return changed;
}

function find(state: OutboxState, id: string): { key: string; lane: Lane; head: OutboxRow } | null {
  for (const [key, lane] of state.lanes) {
    const head = lane.rows[0];
    if (head?.id === id) return { key, lane, head };
  }
  return null;
}

function prepared(state: OutboxState, id: string, ok: boolean, moment: OutboxMoment): OutboxStep {
  const found = find(state, id);
  if (found?.lane.phase !== 'preparing') return { state, effects: [] };
  if (!ok || !state.online) return start(rest(state, found.key, found.lane, moment), moment, []);
  const lanes = new Map(state.lanes).set(found.key, { ...found.lane, phase: 'flying' });
  return { state: { ...state, lanes }, effects: [{ do: 'transmit', row: found.head }] };
}

function ended(state: OutboxState, id: string, outcome: TryOutcome, moment: OutboxMoment): OutboxStep {
  const found = find(state, id);
  if (!found) return { state, effects: [] };
  const { head, key, lane } = found;
  const peer = head.to?.aor ?? head.conversation;
  const wrapped = head.kind === 'notice' || !moment.plain(peer);
  const byFocus = !head.to && head.extras?.marks?.conversation !== undefined;
  const verdict = outcome.is === 'refused' ? judgeRefusal(outcome.status, wrapped, byFocus) : null;
  if (outcome.is === 'unknown' || verdict?.is === 'retry')
    return start(rest(state, key, lane, moment), moment, []);
  if (verdict?.is === 'plain' && head.kind === 'message') {
    const lanes = new Map(state.lanes).set(key, { ...lane, phase: 'waiting', restUntil: 0 });
    // The shell notes the conversation as plain before it handles what follows.
    return { state: { ...state, lanes }, effects: [{ do: 'go-plain', conversation: peer }] };
  }
  if (head.to) return copyEnded(state, head, verdict?.is === 'failed' ? verdict.why : null, outcome, moment);
  const writes: Write[] = [{ remove: 'outbox', key: id }];
  if (head.kind === 'message') {
    const messageKey = [head.conversation, state.me, id] as const;
    if (outcome.is === 'accepted') {
      const order = placeOf(head.stamp, outcome.acceptedAt, moment.serverNow);
      writes.push({ advance: 'messages', key: messageKey, to: 'sent', place: order });
    } else if (verdict?.is === 'failed') {
      writes.push({ advance: 'messages', key: messageKey, to: 'failed', problem: verdict.why });
    }
  }
  return start(without(state, id), moment, [{ do: 'commit', writes }]);
}

/** One copy of several has ended. `why`: it was refused for good. The last one says what became of the message. */
function copyEnded(
  before: OutboxState,
  head: OutboxRow,
  why: string | null,
  outcome: TryOutcome,
  moment: OutboxMoment,
): OutboxStep {
  const message = messageOf(head);
  const kept = why === null ? null : { ...head, refused: why };
  const bare = without(before, head.id);
  const state = kept ? withRefused(bare, kept) : bare;
  const writes: Write[] = [kept ? { put: 'outbox', row: kept } : { remove: 'outbox', key: head.id }];
  const isLast = ![...state.lanes.values()].some(({ rows }) =>
    rows.some((row) => messageOf(row) === message),
  );
  if (!isLast) return start(state, moment, [{ do: 'commit', writes }]);
  const refused = state.refused.get(message) ?? [];
  const key = [head.conversation, state.me, message] as const;
  for (const row of refused) writes.push({ remove: 'outbox', key: row.id });
  if (refused.length > 0) {
    const undelivered = refused.flatMap(({ to }) => to?.aor ?? []);
    writes.push({ advance: 'messages', key, to: 'failed', problem: undeliveredWords(refused), undelivered });
  } else {
    const acceptedAt = outcome.is === 'accepted' ? outcome.acceptedAt : null;
    writes.push({
      ...{ advance: 'messages', key, to: 'sent' },
      place: placeOf(head.stamp, acceptedAt, moment.serverNow),
    });
  }
  const left = new Map(state.refused);
  left.delete(message);
  return start({ ...state, refused: left }, moment, [{ do: 'commit', writes }]);
}

function withRefused(state: OutboxState, row: OutboxRow): OutboxState {
  const message = messageOf(row);
  const rows = [...(state.refused.get(message) ?? []), row];
  return { ...state, refused: new Map(state.refused).set(message, rows) };
}

function undeliveredWords(refused: readonly OutboxRow[]): string {
  const names = refused.flatMap(({ to }) => (to ? to.name || to.aor.replace(/^sips?:/, '') : []));
  return `Not delivered to ${listNames(names)}: ${refused[0]?.refused ?? ''}`;
}

/** Doubling from one second to one minute, spread so that many clients do not come at once. */
function rest(state: OutboxState, key: string, lane: Lane, moment: OutboxMoment): OutboxState {
  const tries = lane.rows[0]?.tries ?? 1;
  const pause = Math.min(60_000, 1000 * 2 ** Math.min(tries - 1, 6)) * (0.5 + moment.random / 2);
  const lanes = new Map(state.lanes).set(key, { ...lane, phase: 'waiting', restUntil: moment.now + pause });
  return { ...state, lanes };
}

function without(state: OutboxState, id: string): OutboxState {
  const lanes = new Map(state.lanes);
  const goes = (row: OutboxRow | undefined): boolean => row?.id === id || row?.message === id;
  for (const [key, lane] of state.lanes) {
    if (!lane.rows.some(goes)) continue;
    const rows = lane.rows.filter((row) => !goes(row));
    const phase = goes(lane.rows[0]) ? 'waiting' : lane.phase;
    if (rows.length === 0) lanes.delete(key);
    else lanes.set(key, { ...lane, rows, phase, restUntil: phase === lane.phase ? lane.restUntil : 0 });
  }
  return { ...state, lanes };
}
