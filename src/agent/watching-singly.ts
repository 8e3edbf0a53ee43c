/** Single subscriptions to presence: one a person, opened a few at a time, kept by the SIP layer. */
import { PIDF_TYPE } from '../protocol/pidf.ts';
import type { Clock, SipUserAgent, Subscription, SubscriptionFact } from '../sip/contract.ts';
import type { Aor } from './contract.ts';

export interface Singles {
  readonly open: { has(aor: Aor): boolean };
  /** Whom to watch from now on, the most urgent first. Everybody else is let go without a word. */
  want(people: readonly Aor[]): void;
  /** Let go of one, who is subscribed afresh when wanted again. */
  drop(aor: Aor): void;
  /** What is open belongs to the user agent before, and is gone with it. */
  online(agent: SipUserAgent): void;
  stop(): void;
}

/** Null while it is being made: the first fact may come before. */
interface Single {
  subscription: Subscription | null;
}

/** Subscriptions opened at once, and per step after that: far below the server's 50 requests a second. */
const BURST = 40;
const STEP = 8;
const PACE = 400;
const EXPIRES = 3600;

export function createSingles(clock: Clock, heard: (aor: Aor, fact: SubscriptionFact) => void): Singles {
  const open = new Map<Aor, Single>();
  let waiting: Aor[] = [];
  let sip: SipUserAgent | null = null;
  let allowed = BURST;
  let filledAt = clock.now();
  let cancelPace: (() => void) | null = null;

  /** A bucket: a burst at once, then so many a step, whoever asks for them. */
  function openSome(): void {
    cancelPace = null;
    const agent = sip;
    if (!agent) return;
    const now = clock.now();
    allowed = Math.min(BURST, allowed + ((now - filledAt) / PACE) * STEP);
    filledAt = now;
    for (const aor of waiting.splice(0, Math.floor(allowed))) {
      allowed -= 1;
      subscribe(agent, aor);
    }
    if (waiting.length > 0) cancelPace = clock.after(PACE, openSome);
  }

  function subscribe(agent: SipUserAgent, aor: Aor): void {
    const options = { target: aor, event: 'presence', accept: [PIDF_TYPE], expires: EXPIRES };
    const one: Single = { subscription: null };
    open.set(aor, one);
    one.subscription = agent.subscribe(options, (fact) => {
      if (open.get(aor) !== one) return;
      if (fact.is === 'ended') open.delete(aor);
      heard(aor, fact);
    });
  }

  function drop(aor: Aor): void {
    const one = open.get(aor);
    open.delete(aor);
    one?.subscription?.close();
  }

  return {
    open,
    drop,
    want(people) {
      const wanted = new Set(people);
      for (const aor of [...open.keys()]) if (!wanted.has(aor)) drop(aor);
      waiting = people.filter((aor) => !open.has(aor));
      if (!cancelPace) openSome();
    },
    online(agent) {
      sip = agent;
      open.clear();
    },
    stop() {
      cancelPace?.();
      sip = null;
      for (const aor of [...open.keys()]) drop(aor);
    },
  };
}
