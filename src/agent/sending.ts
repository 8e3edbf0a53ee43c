/** Runs the outbox: carries out what core/outbox.ts decides, and brings the answers back to it. */
import type { MessageOutcome, SipUserAgent } from '../sip/contract.ts';
import { messageOf } from '../store/outbox.ts';
import type { OutboxRow } from '../store/rows.ts';
import type { Write } from '../store/vault.ts';
import { wrap } from './core/envelope.ts';
import {
  openOutbox,
  stepOutbox,
  type OutboxEvent,
  type OutboxState,
  type TryOutcome,
} from './core/outbox.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import { dateOf, type ServerTime } from './server-time.ts';

export interface SendingDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly me: Presentee;
  readonly rows: readonly OutboxRow[];
  readonly lastOrder: (conversation: string) => number;
  readonly plain: (conversation: string) => boolean;
  /** Commits, tells the tabs and keeps the conversation's row in step. */
  readonly commit: (writes: readonly Write[]) => Promise<void>;
  readonly goPlain: (conversation: string) => void;
}

export interface Sending {
  nextSeq(): number;
  online(sip: SipUserAgent): void;
  offline(): void;
  /** Rows that are committed already. */
  enqueue(rows: readonly OutboxRow[]): void;
  /** Takes a message, with all its copies, off the way. */
  discard(id: string): void;
  /** Rows that are on their way with a message. */
  keysOf(id: string): string[];
  /** A try of the message has been made and nothing is known of it yet. */
  isUnderway(id: string): boolean;
  stop(): void;
}

export function createSending(deps: SendingDeps): Sending {
  const { env, keeper, time, me } = deps;
  let state: OutboxState = openOutbox(me.aor, deps.rows, 1);
  let sip: SipUserAgent | null = null;
  let stopped = false;
  let wakeAt = Infinity;
  let cancelWake = (): void => undefined;

  function dispatch(event: OutboxEvent): void {
    if (stopped) return;
    const step = stepOutbox(state, event, {
      now: env.clock.now(),
      serverNow: time.now(),
      random: env.clock.random(),
      lastOrder: deps.lastOrder,
      plain: deps.plain,
    });
    state = step.state;
    for (const effect of step.effects) {
      switch (effect.do) {
        case 'prepare':
          void keeper.keep(effect.writes).then((kept) => {
            dispatch({ is: 'prepared', id: effect.row.id, ok: kept.is === 'done' });
          });
          break;
        case 'transmit':
          void transmit(effect.row);
          break;
        case 'commit':
          void deps.commit(effect.writes);
          break;
        case 'wake':
          wake(effect.inMs);
          break;
        case 'go-plain':
          deps.goPlain(effect.conversation);
          dispatch({ is: 'woken' });
      }
    }
  }

  async function transmit(row: OutboxRow): Promise<void> {
    if (!sip) {
      dispatch({ is: 'ended', id: row.id, outcome: { is: 'unknown' } });
      return;
    }
    const { conversation, callId, cseq, id } = row;
    const to = row.to?.aor ?? conversation;
    const envelope = wrap(row, me, deps.plain(to));
    const outcome = await sip.sendMessage({ to, callId, cseq, ...envelope });
    dispatch({ is: 'ended', id, outcome: tried(outcome) });
  }

  function wake(inMs: number): void {
    const at = env.clock.now() + inMs;
    if (at >= wakeAt) return;
    cancelWake();
    wakeAt = at;
    cancelWake = env.clock.after(inMs, () => {
      wakeAt = Infinity;
      dispatch({ is: 'woken' });
    });
  }

  return {
    nextSeq: () => state.nextSeq,
    online(agent) {
      sip = agent;
      dispatch({ is: 'online' });
    },
    offline() {
      dispatch({ is: 'offline' });
    },
    enqueue(rows) {
      dispatch({ is: 'enqueued', rows });
    },
    isUnderway: (id) =>
      [...state.lanes.values()].some((lane) =>
        lane.rows.some((row) => messageOf(row) === id && row.stamp !== null),
      ),
    keysOf: (id) =>
      [...state.lanes.values()].flatMap(({ rows }) =>
        rows.filter((row) => messageOf(row) === id).map((row) => row.id),
      ),
    discard(id) {
      dispatch({ is: 'discarded', id });
    },
    stop() {
      stopped = true;
      sip = null;
      cancelWake();
    },
  };
}

function tried(outcome: MessageOutcome): TryOutcome {
  if (outcome.is === 'accepted') return { is: 'accepted', acceptedAt: dateOf(outcome.headers) };
  return outcome.is === 'refused' ? { is: 'refused', status: outcome.status } : { is: 'unknown' };
}
