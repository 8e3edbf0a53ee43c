import type { SipRequest, SipResponse } from '../../protocol/sip-message.ts';
import { popVia } from '../../protocol/sip-edit.ts';
import { bestResponse } from './best-response.ts';
import type { ClientTransaction } from './client-transaction.ts';
import type { Connection } from './connection.ts';
import type { Aor, Clock } from './contract.ts';
import type { ServedRequest } from './server-transaction.ts';
import type { Transactions } from './transactions.ts';

/** Timer C (RFC 3261 §16.6 step 11): how long a branch may ring without a word. */
const TIMER_C = 180_000;

/** After a CANCEL or a 6xx: how long branches that cannot be cancelled yet may delay the answer. */
const SETTLE = 4_000;

export const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
export const DECLINED = 'SIP;cause=603;text="Declined elsewhere"';

export interface Target {
  /** The device: no device is tried twice at the same time. */
  readonly key: string;
  /** Whose device it is. */
  readonly owner: Aor;
  readonly flow: Connection;
  /** The request as this target gets it, but for the Via. */
  readonly request: SipRequest;
  readonly branch: string;
}

interface Branch {
  readonly target: Target;
  client: ClientTransaction;
  final: SipResponse | 'lost' | null;
  stopTimer: () => void;
}

/**
 * The response context of one proxied request (RFC 3261 §16.7): branches out, one answer back.
 *
 *   open --2xx to non-INVITE, all branches final--> over
 *   open --2xx--> won (others cancelled; later 2xx still pass) --all final--> over
 *   open --CANCEL, 6xx--> ending (no new branches) --all final, or 4 s--> over
 *   open --all branches final--> whoever decides may go on with others (`onExhausted`), or serve it elsewhere (`leave`) --> over
 */
export interface Fork {
  /** False when it came too late, or the device rings already or has refused. */
  add(target: Target): boolean;
  /** Keeps the request open for devices on their way, `ms` at most; ends with the function it gives, or by `release`. */
  hold(ms: number): () => void;
  release(): void;
  /** Ends what rings, or what fits of it, and goes on without. */
  retire(reason: string, fits?: (target: Target) => boolean): void;
  /** Ends what rings; whoever calls this answers the request. */
  leave(reason: string): void;
  /** Call after the first `add`s: from here on it ends when nothing is left to wait for, or is cancelled. */
  start(): void;
}

export interface ForkOptions {
  readonly transaction: ServedRequest;
  readonly transactions: Transactions;
  readonly clock: Clock;
  /** Answer when no branch gave one. */
  readonly otherwise: number;
  readonly onOver: () => void;
  /** Reason for the others when one answered. */
  readonly elsewhere?: (answered: Target, other: Target) => string;
  /** What the caller gets of a device's provisional and good answers. */
  readonly seenAs?: (response: SipResponse, target: Target) => SipResponse;
  /** A 6xx: true when it ends no more than `target`, or everything was ended. */
  readonly onDeclined?: (target: Target) => boolean;
  /** Nothing rings any more: true when it goes on. */
  readonly onExhausted?: (refusals: readonly Refused[]) => boolean;
}

interface Refused {
  readonly owner: Aor;
  readonly status: number;
}

export function createFork(options: ForkOptions): Fork {
  const { transaction, transactions, clock } = options;
  const invite = transaction.request.method === 'INVITE';
  const branches: Branch[] = [];
  let state: 'open' | 'won' | 'ending' | 'over' = 'open';
  const holds = new Set<() => void>();
  let stopSettle = (): void => undefined;
  let wasCancelled = false;
  let started = false;

  const over = (): void => {
    if (state === 'over') return;
    state = 'over';
    stopHolds();
    stopSettle();
    for (const branch of branches) branch.stopTimer();
    options.onOver();
  };
  const settle = (): void => {
    if (!started || state === 'over' || holds.size > 0) return;
    if (branches.some((branch) => branch.final === null)) return;
    if (state === 'open' && options.onExhausted?.(refusals()) === true) return;
    conclude();
  };
  const stopHolds = (): void => {
    for (const stop of holds) stop();
    holds.clear();
  };
  const refusals = (): Refused[] =>
    branches.flatMap(({ target: { owner }, final }) =>
      final === null || final === 'lost' ? [] : [{ owner, status: final.status }],
    );
  const conclude = (): void => {
    if (state !== 'won') {
      const finals = branches.flatMap(({ final }) => (final === null || final === 'lost' ? [] : [final]));
      const best = wasCancelled ? null : bestResponse(finals);
      // 503 of one device says nothing about the person (§16.7 step 6).
      if (best && best.status !== 503) transaction.respond(best);
      else transaction.answer({ status: wasCancelled ? 487 : best ? 500 : options.otherwise });
    }
    over();
  };
  /** Ends all branches that still ring; the answer follows when they have said so. */
  const stopOthers = (reasonFor: (target: Target) => readonly string[]): void => {
    stopHolds();
    for (const branch of branches) {
      if (branch.final === null) branch.client.cancel(reasonFor(branch.target));
    }
    stopSettle();
    stopSettle = clock.after(SETTLE, conclude);
    settle();
  };
  const finished = (branch: Branch, final: SipResponse | 'lost'): void => {
    branch.stopTimer();
    branch.final ??= final;
    settle();
  };
  const received = (branch: Branch, response: SipResponse): void => {
    if (response.status === 100) return;
    const own = popVia(withoutIdentity(response));
    if (!own) return finished(branch, 'lost');
    const back = response.status < 300 ? (options.seenAs?.(own, branch.target) ?? own) : own;
    if (response.status < 200) {
      branch.stopTimer();
      branch.stopTimer = clock.after(TIMER_C, () => silent(branch));
      if (state === 'open' && branch.final === null) transaction.respond(back);
    } else if (response.status < 300) {
      branch.stopTimer();
      branch.final ??= back;
      if (invite || state !== 'won') transaction.respond(back);
      if (state === 'won' || state === 'over') return settle();
      state = 'won';
      stopOthers((other) => [options.elsewhere?.(branch.target, other) ?? ELSEWHERE]);
    } else {
      if (response.status >= 600 && state === 'open') {
        branch.final = back;
        branch.stopTimer();
        if (options.onDeclined?.(branch.target) === true) return settle();
        state = 'ending';
        return stopOthers(() => [DECLINED]);
      }
      finished(branch, back);
    }
  };
  const silent = (branch: Branch): void => {
    if (branch.final !== null) return;
    branch.client.cancel([]);
    finished(branch, 'lost');
  };

  const retire = (reason: string, fits: (target: Target) => boolean = () => true): void => {
    for (const branch of branches) {
      if (branch.final !== null || !fits(branch.target)) continue;
      branch.stopTimer();
      branch.final = 'lost';
      branch.client.cancel([reason]);
    }
  };

  return {
    add(target) {
      const taken = branches.some(({ target: { key }, final }) => key === target.key && final !== 'lost');
      if (state !== 'open' || taken) return false;
      const branch: Branch = {
        target,
        final: null,
        stopTimer: () => undefined,
        client: transactions.send(
          target.request,
          target.flow,
          {
            response: (response) => received(branch, response),
            lost: () => finished(branch, 'lost'),
          },
          target.branch,
        ),
      };
      branches.push(branch);
      if (invite) branch.stopTimer = clock.after(TIMER_C, () => silent(branch));
      return true;
    },
    hold(ms) {
      if (state !== 'open') return () => undefined;
      const release = (): void => {
        stop();
        if (holds.delete(stop)) settle();
      };
      const stop = clock.after(ms, () => release());
      holds.add(stop);
      return release;
    },
    release() {
      stopHolds();
      settle();
    },
    retire,
    leave(reason) {
      if (state !== 'open') return;
      retire(reason, () => true);
      over();
    },
    start() {
      started = true;
      transaction.onCancelled((reason) => {
        if (state !== 'open' && state !== 'ending') return;
        state = 'ending';
        wasCancelled = true;
        stopOthers(() => reason);
      });
      settle();
    },
  };
}

/** Nobody asserts an identity but this server (RFC 3325 §5). */
function withoutIdentity(response: SipResponse): SipResponse {
  const isForeign = (name: string): boolean =>
    name === 'P-Asserted-Identity' || name === 'P-Preferred-Identity';
  if (!response.headers.some((field) => isForeign(field.name))) return response;
  return { ...response, headers: response.headers.filter((field) => !isForeign(field.name)) };
}
