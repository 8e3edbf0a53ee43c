/**
 * The presence of others: of the contact list in one subscription where the server offers that, of everybody else
 * singly. What comes is folded to one state and told to the tabs in batches.
 */
import { blockedPresence, unknownPresence, type Presence } from '../protocol/availability.ts';
import { foldAvailability } from '../protocol/fold-availability.ts';
import { PIDF_TYPE } from '../protocol/pidf.ts';
import type { SipUserAgent, SubscriptionFact } from '../sip/contract.ts';
import type { Aor } from './contract.ts';
import { divide, type Said } from './core/list-cover.ts';
import { documentOf } from './core/whose-document.ts';
import type { Env } from './env.ts';
import type { ServerTime } from './server-time.ts';
import { createListWatch } from './watching-list.ts';
import { createSingles } from './watching-singly.ts';

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

const BATCH = 12;
/** What was said longer ago than its subscription lasts without a refresh stands for nothing. */
const STALE = 3_600_000;
const SWEEP = 60_000;
/** An age that did not change is told again only when it is off by so much. */
const AGES = 600_000;
const REOPEN = 60_000;
/** A long list comes in pieces, over a slow line one after another for up to so long. */
const PIECES = 20_000;

/** `listed`: the server keeps the contact list, so that it may offer its presence in one subscription. */
export function createWatching(env: Env, time: ServerTime, me: Aor, listed: boolean): Watching {
  const known = new Map<Aor, Presence>();
  /** What the list told, also of people not yet in the list as it is known here. */
  const fromList = new Map<Aor, Presence>();
  /** When a single subscription last said something; by our clock. The list is heard as one. */
  const heardAt = new Map<Aor, number>();
  let listHeardAt = 0;
  const looks = new Map<Aor, Set<string>>();
  /** Not to be asked for again until somebody looks anew. */
  const ended = new Set<Aor>();
  let contacts: ReadonlySet<Aor> = new Set();
  let blocked: ReadonlySet<Aor> = new Set();
  let grace: ReadonlyMap<Aor, number> = new Map();
  let fullAt = 0;
  let sip: SipUserAgent | null = null;
  let batch = new Map<Aor, Presence>();
  const cancels = {
    batch: null as null | (() => void),
    stale: null as null | (() => void),
    reopen: null as null | (() => void),
    grace: null as null | (() => void),
  };

  const singles = createSingles(env.clock, heard);
  const list = createListWatch(env, me, {
    told({ coverage, news, moved, full }) {
      const now = time.now();
      listHeardAt = env.clock.now();
      if (full) fullAt = listHeardAt;
      if (moved) for (const aor of fromList.keys()) if (!coverage.has(aor)) fromList.delete(aor);
      const changed = new Set(news);
      for (const aor of full ? coverage.keys() : news) {
        const until = fromList.get(aor)?.until;
        // What has not changed is not read again, but for what was said to hold until a time.
        if (changed.has(aor) || (until !== undefined && until <= now)) readListed(aor, coverage.get(aor));
        else confirm(aor, now);
        showListed(aor);
      }
      if (!moved) return;
      if (env.clock.now() - fullAt < PIECES) grace = new Map();
      divideAgain();
    },
    stands(status) {
      if (status !== null) reopenLater(status);
      if (list.standing() === 'off') fromList.clear();
      divideAgain();
    },
  });

  function change(aor: Aor, presence: Presence): void {
    const shown = blocked.has(aor) ? blockedPresence(time.now()) : presence;
    known.set(aor, shown);
    batch.set(aor, shown);
    cancels.stale ??= env.clock.after(SWEEP, sweep);
    cancels.batch ??= env.clock.after(BATCH, () => {
      cancels.batch = null;
      const changes = [...batch];
      batch = new Map();
      env.tell({ fact: 'presence', changes });
    });
  }

  /** Forgets what nobody has confirmed in time: no connection, or a subscription that does not come back. */
  function sweep(): void {
    cancels.stale = null;
    const now = env.clock.now();
    let any = false;
    for (const [aor, { availability }] of known) {
      if (availability === 'unknown' || availability === 'blocked') continue;
      const at = Math.max(heardAt.get(aor) ?? 0, fromList.has(aor) ? listHeardAt : 0);
      if (now - at >= STALE) {
        fromList.delete(aor);
        change(aor, unknownPresence(time.now()));
      } else any = true;
    }
    if (any) cancels.stale ??= env.clock.after(SWEEP, sweep);
  }

  /** The list said the same as before. */
  function confirm(aor: Aor, now: number): void {
    const presence = fromList.get(aor);
    if (presence && now - presence.asOf >= AGES) fromList.set(aor, { ...presence, asOf: now });
  }

  function heard(aor: Aor, fact: SubscriptionFact): void {
    heardAt.set(aor, env.clock.now());
    switch (fact.is) {
      case 'active':
        change(aor, read(aor, fact));
        break;
      case 'pending':
        change(aor, unknownPresence(time.now()));
        break;
      case 'ended':
        ended.add(aor);
        reopenLater(fact.status);
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
  function reopenLater(status: number | null): void {
    if (status !== 401 && status !== 407) return;
    cancels.reopen ??= env.clock.after(REOPEN, () => {
      cancels.reopen = null;
      ended.clear();
      if (list.standing() === 'off') list.stop();
      adjust();
    });
  }

  function read(aor: Aor, { contentType, body }: { contentType: string; body: string }): Presence {
    // Active without a body: nothing to see, which looks the same as offline on purpose.
    if (body.trim() === '') return foldAvailability([], time.now());
    const document = contentType.toLowerCase().startsWith(PIDF_TYPE) ? documentOf(aor, body) : null;
    if (document?.ok) return foldAvailability([document.value], time.now());
    env.log(`presence of a contact cannot be read: ${document ? document.why : 'unknown type'}`);
    return known.get(aor) ?? unknownPresence(time.now());
  }

  function readListed(aor: Aor, said: Said | undefined): void {
    if (said?.is === 'unknown') fromList.set(aor, unknownPresence(time.now()));
    else if (said?.is !== 'state') fromList.delete(aor);
    else {
      const documents = said.documents.map((text) => documentOf(aor, text));
      const good = documents.flatMap((one) => (one.ok ? [one.value] : []));
      // Nonsense changes nothing.
      if (good.length > 0 || documents.length === 0) fromList.set(aor, foldAvailability(good, time.now()));
      else if (!fromList.has(aor)) fromList.set(aor, unknownPresence(time.now()));
    }
  }

  function showListed(aor: Aor): void {
    const presence = fromList.get(aor);
    if (!presence || known.get(aor) === presence || blocked.has(aor)) return;
    if (aor !== me && (contacts.has(aor) || looks.has(aor))) change(aor, presence);
  }

  function wanted(): Set<Aor> {
    return new Set([...contacts, ...looks.keys()].filter((aor) => aor.startsWith('sip:') && aor !== me));
  }

  /** Somebody came, went, or is looked at anew. */
  function adjust(): void {
    const all = wanted();
    for (const aor of [...known.keys()]) {
      if (all.has(aor) || blocked.has(aor)) continue;
      change(aor, unknownPresence(time.now()));
      known.delete(aor);
      heardAt.delete(aor);
    }
    for (const aor of all) if (!known.has(aor)) showListed(aor);
    if (sip && listed && contacts.size > 0) list.ask(sip);
    divideAgain();
  }

  /** Everybody watched singly whom the list does not tell of. */
  function divideAgain(): void {
    const now = env.clock.now();
    const answer = divide({
      ...{ contacts, looks, grace, now, open: singles.open, coverage: list.coverage() },
      list: listed ? list.standing() : 'off',
      wanted: [...wanted()].filter((aor) => !ended.has(aor)),
    });
    grace = answer.grace;
    cancels.grace?.();
    cancels.grace = null;
    if (answer.again !== null) {
      cancels.grace = env.clock.after(answer.again - now, () => {
        cancels.grace = null;
        divideAgain();
      });
    }
    singles.want(answer.singles);
  }

  return {
    snapshot: () => [...known],
    of: (aor) => known.get(aor),
    follow(people, blockedList) {
      const before = blocked;
      ended.clear();
      contacts = new Set(people);
      blocked = new Set(blockedList);
      for (const aor of blocked) if (!before.has(aor)) change(aor, blockedPresence(time.now()));
      for (const aor of before) {
        if (blocked.has(aor)) continue;
        // Subscribed afresh: what was heard meanwhile was not kept.
        singles.drop(aor);
        change(aor, unknownPresence(time.now()));
        showListed(aor);
      }
      adjust();
    },
    watch(aor, tab, on) {
      const tabs = looks.get(aor) ?? new Set<string>();
      ended.delete(aor);
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
      list.online();
      if (sip === agent) return;
      sip = agent;
      ended.clear();
      singles.online(agent);
      list.stop();
      adjust();
    },
    offline() {
      list.offline();
    },
    stop() {
      for (const cancel of Object.values(cancels)) cancel?.();
      list.stop();
      singles.stop();
      sip = null;
    },
  };
}
