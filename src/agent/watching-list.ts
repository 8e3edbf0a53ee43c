/**
 * The presence of the whole contact list in one subscription (RFC 4662), where the server offers it:
 *
 *   idle --open--> asking --list NOTIFY--> on --no list for 10 s while connected--> lost --list NOTIFY--> on
 *                    |  no answer in 5 s --> lost
 *                    +--refused, or answered like a person--> off
 *
 * A server without lists takes the URI for the person: an ordinary PIDF, 404, 489 or 421 means that there are none.
 */
import { parseMediaType } from '../protocol/multipart.ts';
import { PIDF_TYPE } from '../protocol/pidf.ts';
import { decodeListNotification, RLMI_TYPE } from '../protocol/rlmi.ts';
import type { SipUserAgent, Subscription, SubscriptionFact } from '../sip/contract.ts';
import type { Aor } from './contract.ts';
import { tell, type Coverage, type ListStanding, type Told } from './core/list-cover.ts';
import type { Env } from './env.ts';

export interface ListWatch {
  readonly standing: () => ListStanding;
  readonly coverage: () => Coverage;
  /** Subscribes, when that has not been tried with this user agent. */
  ask(agent: SipUserAgent): void;
  online(): void;
  offline(): void;
  /** Forgets everything: another user agent, or the end. */
  stop(): void;
}

export interface ListListener {
  told(news: Told & { readonly full: boolean }): void;
  /** The standing is another one. `status`: why the list ended, null when it was not by an answer. */
  stands(status: number | null): void;
}

const MULTIPART = 'multipart/related';
const EXPIRES = 3600;
const ANSWER_WITHIN = 5_000;
const BACK_WITHIN = 10_000;
/** A server whose versions mean nothing must not be asked without end. */
const ASK_ANEW = 60_000;

export function createListWatch(env: Env, me: Aor, listener: ListListener): ListWatch {
  let standing: ListStanding = 'asking';
  let coverage: Coverage = new Map();
  let turn = 0;
  let asked = false;
  let away = false;
  let subscription: Subscription | null = null;
  let cancelTimer: (() => void) | null = null;
  let agent: SipUserAgent | null = null;
  let version = 0;
  let anewAt = -ASK_ANEW;

  function becomes(next: ListStanding, status: number | null = null): void {
    cancelTimer?.();
    cancelTimer = null;
    if (next === standing) return;
    standing = next;
    listener.stands(status);
  }

  /** Without a word from the list until then, it counts as lost; it may come back. */
  function expect(within: number): void {
    if (asked && !away && (standing === 'asking' || standing === 'on'))
      cancelTimer ??= env.clock.after(within, () => becomes('lost'));
  }

  function off(status: number | null): void {
    turn++;
    subscription?.close();
    subscription = null;
    coverage = new Map();
    becomes('off', status);
  }

  function heard(fact: SubscriptionFact): void {
    if (fact.is === 'ended') {
      env.log(`contact list subscription ended: ${fact.status ?? ''} ${fact.reason}`);
      off(fact.status);
    } else if (fact.is === 'stale') {
      // Tried again by the SIP layer. What was told stands for a while.
      expect(BACK_WITHIN);
    } else read(fact.contentType, fact.body);
  }

  function read(contentType: string, body: string): void {
    const { type } = parseMediaType(contentType);
    if (type !== MULTIPART && type !== RLMI_TYPE) {
      if (standing !== 'on' || body.trim() !== '') off(null);
      return;
    }
    const list = decodeListNotification(contentType, body);
    if (!list.ok) {
      env.log(`contact list presence cannot be read: ${list.why}`);
      return;
    }
    // RFC 4662 §5.2: the versions of one subscription rise by one. A full state needs nothing before it.
    const isGap = !list.value.full && list.value.version > version + 1;
    version = list.value.version;
    const news = tell(coverage, list.value);
    coverage = news.coverage;
    cancelTimer?.();
    cancelTimer = null;
    const moved = news.moved || standing !== 'on';
    standing = 'on';
    listener.told({ ...news, moved, full: list.value.full });
    if (isGap && env.clock.now() - anewAt >= ASK_ANEW) {
      env.log('contact list presence: a notification was lost, asking anew');
      anewAt = env.clock.now();
      if (agent) subscribe(agent);
    }
  }

  /** A new subscription begins with the full state; until it comes, what was told stands. */
  function subscribe(sip: SipUserAgent): void {
    const mine = ++turn;
    subscription?.close();
    subscription = null;
    const options = {
      target: `${me};list=contacts`,
      event: 'presence',
      accept: [MULTIPART, RLMI_TYPE, PIDF_TYPE],
      expires: EXPIRES,
      supported: ['eventlist'],
    };
    const made = sip.subscribe(options, (fact) => {
      if (mine === turn) heard(fact);
    });
    // Refused before it was made.
    if (mine !== turn) return;
    subscription = made;
    expect(ANSWER_WITHIN);
  }

  return {
    standing: () => standing,
    coverage: () => coverage,
    ask(sip) {
      if (asked) return;
      asked = true;
      agent = sip;
      subscribe(sip);
    },
    online() {
      // The full state comes again with a new connection only.
      const back = away;
      away = false;
      if (back) expect(BACK_WITHIN);
    },
    offline() {
      away = true;
      cancelTimer?.();
      cancelTimer = null;
    },
    stop() {
      turn++;
      subscription?.close();
      subscription = null;
      asked = false;
      agent = null;
      version = 0;
      standing = 'asking';
      coverage = new Map();
      cancelTimer?.();
      cancelTimer = null;
    },
  };
}
