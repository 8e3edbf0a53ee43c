/**
 * Wakes devices for calls and messages (RFC 8599). What is sent says who and what kind, so that the browser can look the
 * person up in its own store; never a text.
 */
import { createHash } from 'node:crypto';
import { type PushNotice, encodePushNotice } from '../../protocol/push-notice.ts';
import { PUSH_PROVIDER, readPushParams } from '../../protocol/push-params.ts';
import type { Log } from '../log.ts';
import type { Aor, Binding, Clock, Locations, Wake } from '../sip/contract.ts';
import { tokenBucket } from '../sip/limits.ts';
import type { PushOutcome, PushSender } from './web-push-sender.ts';

export interface WakeOptions {
  readonly send: PushSender;
  readonly publicKey: string;
  readonly locations: Pick<Locations, 'forget'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WakeWithEnd extends Wake {
  stop(): void;
}

/** Seconds. A call is held for less than this; a message waits anyway. */
const CALL_TTL = 60;
const MESSAGE_TTL = 7 * 86_400;
/** Milliseconds before the second, third and last try. */
const RETRIES = [1_000, 4_000, 15_000] as const;
/** Messages of one person to one device within this time are one push, and one more at the end. */
const MESSAGE_PAUSE = 5_000;
/** Pushes of one device waiting or on their way. */
const MAX_PENDING = 1_000;

/** Pushes to one endpoint: a second in the long run, and at once. */
const PACE = { rate: 0.5, burst: 30 };
const MAX_PACES = 20_000;

/** One push to one device until it is taken or given up. */
interface Errand {
  readonly binding: Binding;
  readonly notice: PushNotice;
  /** Milliseconds since the epoch. */
  readonly until: number;
  tries: number;
  over: boolean;
}

export function createWake({ send, publicKey, locations, clock, log }: WakeOptions): WakeWithEnd {
  const calls = new Map<string, Errand[]>();
  /** Per device and conversation: what came while it paused. */
  const pauses = new Map<string, { again: (() => void) | null }>();
  const paces = new Map<string, (now: number) => boolean>();
  const timers = new Set<() => void>();
  let pending = 0;
  let stopped = false;

  const later = (ms: number, run: () => void): void => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel);
      run();
    });
    timers.add(cancel);
  };

  /** Whoever registers an address and rings themselves must not have this server knock there without end. */
  const isInPace = (endpoint: string): boolean => {
    let bucket = paces.get(endpoint);
    if (!bucket) {
      if (paces.size >= MAX_PACES) paces.clear();
      bucket = tokenBucket(PACE.rate, PACE.burst, clock.now());
      paces.set(endpoint, bucket);
    }
    return bucket(clock.now());
  };

  const go = (errand: Errand): void => {
    const { binding, notice } = errand;
    const to = binding.push === null ? null : readPushParams(binding.push);
    if (to === null) return locations.forget(binding);
    if (pending >= MAX_PENDING || !isInPace(to.endpoint))
      return log.warn('push-overload', { kind: notice.kind });
    pending += 1;
    const isCall = notice.kind !== 'message';
    const ttl = Math.max(1, Math.round((errand.until - clock.now()) / 1000));
    const topic = topicOf(notice);
    send({ to, text: encodePushNotice(notice), ttl, urgency: isCall ? 'high' : 'normal', topic })
      .catch((error: unknown): PushOutcome => {
        log.error('push-broken', { error });
        return { is: 'refused', why: 'a fault of this server' };
      })
      .then((outcome) => {
        pending -= 1;
        if (!stopped) settle(errand, outcome);
      })
      .catch((error: unknown) => log.error('push-broken', { error }));
  };

  const settle = (errand: Errand, outcome: PushOutcome): void => {
    const { binding, notice } = errand;
    if (outcome.is === 'taken') return;
    if (outcome.is === 'gone') return locations.forget(binding);
    const wait = RETRIES[errand.tries];
    errand.tries += 1;
    const after = outcome.is === 'later' && wait !== undefined ? Math.max(outcome.after ?? 0, wait) : null;
    if (after === null || clock.now() + after >= errand.until) {
      return log.warn('push-failed', { kind: notice.kind, why: outcome.why, tries: errand.tries });
    }
    later(after, () => {
      if (!errand.over) go(errand);
    });
  };

  const begin = (binding: Binding, notice: PushNotice): Errand => {
    const seconds = notice.kind === 'message' ? MESSAGE_TTL : CALL_TTL;
    const errand = { binding, notice, until: clock.now() + seconds * 1000, tries: 0, over: false };
    go(errand);
    return errand;
  };

  const message = (binding: Binding, from: Aor, group: Aor | undefined): void => {
    const key = `${binding.aor} ${binding.instance ?? binding.contact} ${group ?? from}`;
    const pause = pauses.get(key);
    if (pause !== undefined) {
      pause.again = () => message(binding, from, group);
      return;
    }
    begin(binding, { kind: 'message', from, ...(group !== undefined && { group }) });
    const begun: { again: (() => void) | null } = { again: null };
    pauses.set(key, begun);
    later(MESSAGE_PAUSE, () => {
      pauses.delete(key);
      begun.again?.();
    });
  };

  return {
    providers: [PUSH_PROVIDER],
    featureCaps: `*;+sip.pns="${PUSH_PROVIDER}";+sip.vapid="${publicKey}"`,
    wake(_aor, { kind, from, callId, group, intended, bindings }) {
      if (kind === 'message') {
        for (const binding of bindings) message(binding, from, group);
        return;
      }
      // A device that asks twice for one call (it registered anew) is not rung twice.
      const known = calls.get(callId) ?? [];
      const fresh = bindings.filter((one) => !known.some(({ binding }) => binding.contact === one.contact));
      const notice = { kind, from, callId, ...(intended !== undefined && { intended }) };
      calls.set(callId, [...known, ...fresh.map((binding) => begin(binding, notice))]);
      if (known.length === 0) later(CALL_TTL * 1000, () => calls.delete(callId));
    },
    over(aor, callId) {
      const all = calls.get(callId) ?? [];
      const rest = all.filter(({ binding }) => binding.aor !== aor);
      if (rest.length === 0) calls.delete(callId);
      else calls.set(callId, rest);
      for (const errand of all) {
        if (errand.binding.aor !== aor) continue;
        errand.over = true;
        begin(errand.binding, { kind: 'gone', from: errand.notice.from, callId });
      }
    },
    stop() {
      stopped = true;
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

/** The same for a call and its end, so that one replaces the other at the push service (RFC 8030 §5.4). */
function topicOf({ kind, from, callId, group }: PushNotice): string {
  const about = kind === 'message' ? `message ${group ?? from}` : `call ${callId ?? ''}`;
  return createHash('sha256').update(about).digest('base64url').slice(0, 32);
}
