/** Who is typing (RFC 3994), both ways. Never stored, never retried. */
import { encodeIsComposing, IS_COMPOSING_TYPE } from '../protocol/is-composing.ts';
import type { SipUserAgent } from '../sip/contract.ts';
import type { Env, Presentee } from './env.ts';

export interface Typing {
  online(sip: SipUserAgent): void;
  offline(): void;
  /** The account's own keystrokes, as a tab reports them. */
  typed(conversation: string, active: boolean): void;
  /** A message went out: that ends typing without a word (RFC 3994 §3.3). */
  sent(conversation: string): void;
  heard(conversation: string, active: boolean, refreshSeconds: number): void;
  /** A message of theirs arrived. */
  ended(conversation: string): void;
}

/** Said again this often while typing goes on, seconds; the other side forgets after it. */
const REFRESH = 60;

export function createTyping(env: Env, me: Presentee): Typing {
  let sip: SipUserAgent | null = null;
  const saidAt = new Map<string, number>();
  const heardOf = new Map<string, () => void>();

  function say(conversation: string, active: boolean): void {
    const id = env.uuid();
    const body = encodeIsComposing({
      active,
      contentType: 'text/plain',
      ...(active && { refresh: REFRESH }),
    });
    void sip?.sendMessage({ to: conversation, contentType: IS_COMPOSING_TYPE, body, callId: id, cseq: 1 });
  }
  function ended(conversation: string): void {
    const cancel = heardOf.get(conversation);
    if (!cancel) return;
    cancel();
    heardOf.delete(conversation);
    env.tell({ fact: 'composing', conversation, until: null });
  }

  return {
    online(agent) {
      sip = agent;
    },
    offline() {
      sip = null;
      saidAt.clear();
      for (const conversation of [...heardOf.keys()]) ended(conversation);
    },
    typed(conversation, active) {
      if (conversation === me.aor) return;
      const last = saidAt.get(conversation);
      const now = env.clock.now();
      if (active && (last === undefined || now - last > (REFRESH * 1000) / 2)) {
        saidAt.set(conversation, now);
        say(conversation, true);
      } else if (!active && last !== undefined) {
        saidAt.delete(conversation);
        say(conversation, false);
      }
    },
    sent(conversation) {
      saidAt.delete(conversation);
    },
    heard(conversation, active, refreshSeconds) {
      if (!active) {
        ended(conversation);
        return;
      }
      const ms = Math.min(Math.max(refreshSeconds, 10), 600) * 1000;
      heardOf.get(conversation)?.();
      heardOf.set(
        conversation,
        env.clock.after(ms, () => {
          ended(conversation);
        }),
      );
      env.tell({ fact: 'composing', conversation, until: Math.round(env.clock.now() + ms) });
    },
    ended,
  };
}
