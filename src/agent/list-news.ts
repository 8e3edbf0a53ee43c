/**
 * Learns that another device changed the contact documents:
 *
 *   asking --NOTIFY (RFC 5875)--> told at once
 *      |  no word in 10 s, or refused
 *      +--> looked up every minute, until the server does say something
 */
import type { SipUserAgent, Subscription } from '../sip/contract.ts';
import { XCAP_DIFF_TYPE } from '../protocol/xcap-diff.ts';
import type { Aor } from './contract.ts';
import type { Env } from './env.ts';

export interface ListNews {
  online(agent: SipUserAgent): void;
  offline(): void;
  stop(): void;
}

const ANSWER_WITHIN = 10_000;
const LOOK_EVERY = 60_000;
const EXPIRES = 3600;

/** `changed`: something may have; it is looked up conditionally, so being told too often costs little. */
export function createListNews(env: Env, me: Aor, changed: () => void): ListNews {
  let subscription: Subscription | null = null;
  let isTold = false;
  let cancel = (): void => undefined;

  function look(after: number): void {
    cancel();
    if (isTold) return;
    cancel = env.clock.after(after * (0.9 + env.clock.random() / 5), () => {
      changed();
      look(LOOK_EVERY);
    });
  }

  return {
    online(agent) {
      subscription ??= agent.subscribe(
        { target: me, event: 'xcap-diff', accept: [XCAP_DIFF_TYPE], expires: EXPIRES },
        (fact) => {
          isTold = fact.is === 'active';
          if (fact.is === 'active') {
            cancel();
            changed();
          } else if (fact.is === 'ended') look(LOOK_EVERY);
          else look(ANSWER_WITHIN);
        },
      );
      look(ANSWER_WITHIN);
    },
    offline() {
      cancel();
    },
    stop() {
      cancel();
      subscription?.close();
      subscription = null;
    },
  };
}
