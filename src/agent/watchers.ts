/**
 * Who follows me (RFC 3857): told to the tabs whenever somebody comes, goes or waits for an answer. A server without
 * watcher information refuses, and nobody is told anything.
 */
import type { Newcomers } from '../protocol/access-levels.ts';
import { decodeWatcherinfo, WATCHERINFO_TYPE } from '../protocol/watcherinfo.ts';
import type { SipUserAgent, Subscription, SubscriptionFact } from '../sip/contract.ts';
import type { Aor, Watcher } from './contract.ts';
import { afterNotice, followersIn, NOBODY_WATCHES, type Follower } from './core/watcher-roll.ts';
import type { Env } from './env.ts';
import type { ServerTime } from './server-time.ts';

export interface Watchers {
  readonly list: () => readonly Watcher[];
  /** The levels or the names of people are others. */
  refresh(): void;
  online(sip: SipUserAgent): void;
  stop(): void;
}

export interface WatchersDeps {
  readonly env: Env;
  readonly time: ServerTime;
  readonly me: Aor;
  /** Prepared once for many questions. */
  readonly levels: () => (aor: Aor) => { readonly level: Newcomers };
  /** The contact's own name; undefined for those who are not in the list. */
  readonly nameOf: (aor: Aor) => string | undefined;
}

const EXPIRES = 3600;

export function createWatchers({ env, time, me, levels, nameOf }: WatchersDeps): Watchers {
  let roll = NOBODY_WATCHES;
  let watchers: readonly Watcher[] = [];
  let agent: SipUserAgent | null = null;
  let subscription: Subscription | null = null;
  let turn = 0;

  function show(): void {
    const followers = followersIn(roll, me);
    // To know levels the whole list is read: not before there is somebody to have one.
    const next = followers.length > 0 ? described(followers) : [];
    if (JSON.stringify(next) === JSON.stringify(watchers)) return;
    watchers = next;
    env.tell({ fact: 'watchers', watchers });
  }

  function described(followers: readonly Follower[]): Watcher[] {
    const levelOf = levels();
    return followers.map((one) => {
      const { level } = levelOf(one.aor);
      const name = nameOf(one.aor) ?? one.name;
      // Who is asked about is told nothing until there is an answer.
      return { ...one, ...(name && { name }), level: level === 'ask' ? 'blocked' : level };
    });
  }

  function heard(sip: SipUserAgent, fact: SubscriptionFact): void {
    if (fact.is === 'ended' || fact.is === 'pending') {
      if (fact.is === 'ended') env.log(`watchers: ${fact.status ?? ''} ${fact.reason}`);
      roll = NOBODY_WATCHES;
      show();
      return;
    }
    if (fact.is === 'stale' || !fact.contentType.toLowerCase().startsWith(WATCHERINFO_TYPE)) return;
    const notice = decodeWatcherinfo(fact.body);
    if (!notice.ok) {
      env.log(`watchers cannot be read: ${notice.why}`);
      return;
    }
    const next = afterNotice(roll, notice.value, time.now());
    if (next === null) {
      // Before the full state there is nothing to add to; it is on its way.
      if (roll.version === null) return;
      env.log('watchers: a notification was lost, asking anew');
      subscribe(sip);
      return;
    }
    roll = next;
    show();
  }

  /** A new subscription begins with the full state. */
  function subscribe(sip: SipUserAgent): void {
    subscription?.close();
    roll = { ...roll, version: null };
    const mine = ++turn;
    const options = { target: me, event: 'presence.winfo', accept: [WATCHERINFO_TYPE], expires: EXPIRES };
    const made = sip.subscribe(options, (fact) => {
      if (mine === turn) heard(sip, fact);
    });
    if (mine === turn) subscription = made;
  }

  return {
    list: () => watchers,
    refresh: show,
    online(sip) {
      if (agent === sip) return;
      agent = sip;
      subscribe(sip);
    },
    stop() {
      turn++;
      agent = null;
      subscription?.close();
      subscription = null;
    },
  };
}
