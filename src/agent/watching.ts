/**
 * The presence of others. One subscription a person, opened a few at a time, kept by the SIP layer; what comes is
 * folded to one state and told to the tabs in batches.
 */
import { blockedPresence, unknownPresence, type Presence } from '../protocol/availability.ts';
import { foldAvailability } from '../protocol/fold-availability.ts';
import { decodePidf, PIDF_TYPE } from '../protocol/pidf.ts';
import type { SipUserAgent, Subscription, SubscriptionFact } from '../sip/contract.ts';
import type { Aor } from './contract.ts';
import type { Env } from './env.ts';
import type { ServerTime } from './server-time.ts';

export interface Watching {
  readonly snapshot: () => (readonly [Aor, Presence])[];
  readonly of: (aor: Aor) => Presence | undefined;
  /** Who is in the list now, and who of them is blocked. */
  follow(contacts: readonly Aor[], blocked: readonly Aor[]): void;
  /** Somebody a tab looks at. `off` for a tab that died. */
  watch(aor: Aor, tab: string, on: boolean): void;
  tabGone(tab: string): void;
  online(sip: SipUserAgent): void;
  offline(): void;
  stop(): void;
}

/** Subscriptions opened at once, and per step after that: far below the server's 50 requests a second. */
const BURST = 40;
const STEP = 8;
const PACE = 400;
const EXPIRES = 3600;
const BATCH = 12;
/** After this long without a connection, what was known stands for nothing. */
const STALE = 3_600_000;
const REOPEN = 60_000;

export function createWatching(env: Env, time: ServerTime, me: Aor): Watching {
  const known = new Map<Aor, Presence>();
  const open = new Map<Aor, Subscription>();
  const looks = new Map<Aor, Set<string>>();
  let contacts: ReadonlySet<Aor> = new Set();
  let blocked: ReadonlySet<Aor> = new Set();
  let waiting: Aor[] = [];
  let sip: SipUserAgent | null = null;
  let batch = new Map<Aor, Presence>();
  let allowed = BURST;
  let filledAt = env.clock.now();
  const cancels = {
    pace: null as null | (() => void),
    batch: null as null | (() => void),
    stale: null as null | (() => void),
    reopen: null as null | (() => void),
  };

  function change(aor: Aor, presence: Presence): void {
    const shown = blocked.has(aor) ? blockedPresence(time.now()) : presence;
    known.set(aor, shown);
    batch.set(aor, shown);
    cancels.batch ??= env.clock.after(BATCH, () => {
      cancels.batch = null;
      const changes = [...batch];
      batch = new Map();
      env.tell({ fact: 'presence', changes });
    });
  }

  function heard(aor: Aor, fact: SubscriptionFact): void {
    switch (fact.is) {
      case 'active':
        change(aor, read(aor, fact));
        break;
      case 'pending':
      case 'ended':
        if (fact.is === 'ended') reopenLater(aor, fact.status);
        change(aor, unknownPresence(time.now()));
        break;
      case 'stale':
        break;
    }
  }

  /**
   * Ended for good: asked again when somebody looks anew. A password that holds for the registration and not here is
   * the server's trouble, which passes.
   */
  function reopenLater(aor: Aor, status: number | null): void {
    open.delete(aor);
    if (status !== 401 && status !== 407) return;
    cancels.reopen ??= env.clock.after(REOPEN, () => {
      cancels.reopen = null;
      adjust();
    });
  }

  function read(aor: Aor, { contentType, body }: { contentType: string; body: string }): Presence {
    // Active without a body: nothing to see, which looks the same as offline on purpose.
    if (body.trim() === '') return foldAvailability([], time.now());
    const document = contentType.toLowerCase().startsWith(PIDF_TYPE) ? decodePidf(body) : null;
    if (document?.ok) return foldAvailability([document.value], time.now());
    env.log(`presence of a contact cannot be read: ${document ? document.why : 'unknown type'}`);
    return known.get(aor) ?? unknownPresence(time.now());
  }

  function wanted(): Set<Aor> {
    return new Set([...contacts, ...looks.keys()].filter((aor) => aor.startsWith('sip:') && aor !== me));
  }

  function adjust(): void {
    const all = wanted();
    for (const [aor, subscription] of open) {
      if (all.has(aor)) continue;
      subscription.close();
      open.delete(aor);
      known.delete(aor);
    }
    // Those somebody looks at come first.
    const missing = [...all].filter((aor) => !open.has(aor));
    waiting = [...missing.filter((aor) => looks.has(aor)), ...missing.filter((aor) => !looks.has(aor))];
    if (!cancels.pace) openSome();
  }

  /** A bucket: a burst at once, then so many a step, whoever asks for them. */
  function openSome(): void {
    cancels.pace = null;
    const agent = sip;
    if (!agent) return;
    const now = env.clock.now();
    allowed = Math.min(BURST, allowed + ((now - filledAt) / PACE) * STEP);
    filledAt = now;
    for (const aor of waiting.splice(0, Math.floor(allowed))) {
      allowed -= 1;
      const options = { target: aor, event: 'presence', accept: [PIDF_TYPE], expires: EXPIRES };
      open.set(
        aor,
        agent.subscribe(options, (fact) => {
          if (sip === agent) heard(aor, fact);
        }),
      );
    }
    if (waiting.length > 0) cancels.pace = env.clock.after(PACE, openSome);
  }

  return {
    snapshot: () => [...known],
    of: (aor) => known.get(aor),
    follow(list, blockedList) {
      const before = blocked;
      contacts = new Set(list);
      blocked = new Set(blockedList);
      for (const aor of blocked) if (!before.has(aor)) change(aor, blockedPresence(time.now()));
      for (const aor of before) {
        if (blocked.has(aor)) continue;
        // Subscribed afresh: what was heard meanwhile was not kept.
        open.get(aor)?.close();
        open.delete(aor);
        change(aor, unknownPresence(time.now()));
      }
      adjust();
    },
    watch(aor, tab, on) {
      const tabs = looks.get(aor) ?? new Set<string>();
      if (on) tabs.add(tab);
      else tabs.delete(tab);
      if (tabs.size > 0) looks.set(aor, tabs);
      else looks.delete(aor);
      adjust();
    },
    tabGone(tab) {
      for (const [aor, tabs] of looks) if (tabs.delete(tab) && tabs.size === 0) looks.delete(aor);
      adjust();
    },
    online(agent) {
      cancels.stale?.();
      cancels.stale = null;
      if (sip === agent) return;
      sip = agent;
      open.clear();
      adjust();
    },
    offline() {
      cancels.stale ??= env.clock.after(STALE, () => {
        for (const aor of known.keys()) change(aor, unknownPresence(time.now()));
      });
    },
    stop() {
      for (const cancel of Object.values(cancels)) cancel?.();
      for (const subscription of open.values()) subscription.close();
      open.clear();
      sip = null;
    },
  };
}
