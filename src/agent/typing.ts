/** Who is typing (RFC 3994), both ways. Never stored, never retried; the rules are protocol/composing.ts. */
import {
  cleared,
  composingUntil,
  messageSent,
  passed,
  QUIET,
  typed,
  type SenderState,
  type SenderStep,
} from '../protocol/composing.ts';
import { encodeIsComposing, IS_COMPOSING_TYPE, type IsComposing } from '../protocol/is-composing.ts';
import type { SipUserAgent } from '../sip/contract.ts';
import type { Env, Presentee } from './env.ts';

export interface Typing {
  online(sip: SipUserAgent): void;
  offline(): void;
  /** The account's own keys, as a tab reports them. `active` false: the field was emptied. */
  typed(conversation: string, active: boolean): void;
  /** A message went out: that ends typing without a word (RFC 3994 §3.3). */
  sent(conversation: string): void;
  heard(conversation: string, state: IsComposing): void;
  /** A message of theirs arrived. */
  ended(conversation: string): void;
}

/** More people do not write to one at the same time; strangers could make us hold a timer for each. */
const MOST = 200;

interface Writer {
  readonly state: SenderState;
  readonly cancel: () => void;
}

export function createTyping(env: Env, me: Presentee): Typing {
  const { clock } = env;
  let sip: SipUserAgent | null = null;
  const writers = new Map<string, Writer>();
  const heardOf = new Map<string, () => void>();

  function say(conversation: string, document: IsComposing): void {
    const body = encodeIsComposing(document);
    void sip?.sendMessage({
      ...{ to: conversation, contentType: IS_COMPOSING_TYPE, body, callId: env.uuid(), cseq: 1 },
    });
  }
  function take(conversation: string, { state, say: document, wake }: SenderStep): void {
    writers.get(conversation)?.cancel();
    writers.delete(conversation);
    if (wake !== null) {
      const idle = (): void => take(conversation, passed(state, clock.now()));
      writers.set(conversation, { state, cancel: clock.after(wake - clock.now(), idle) });
    }
    if (document) say(conversation, document);
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
      for (const { cancel } of writers.values()) cancel();
      writers.clear();
      for (const conversation of [...heardOf.keys()]) ended(conversation);
    },
    typed(conversation, active) {
      // Nobody hears it now; the first key after that says it.
      if (conversation === me.aor || !sip) return;
      const state = writers.get(conversation)?.state ?? QUIET;
      take(conversation, active ? typed(state, clock.now()) : cleared(state));
    },
    sent(conversation) {
      take(conversation, messageSent());
    },
    heard(conversation, state) {
      const now = clock.now();
      const until = composingUntil(state, now);
      if (until === null) return ended(conversation);
      if (!heardOf.has(conversation) && heardOf.size >= MOST) return;
      heardOf.get(conversation)?.();
      heardOf.set(
        conversation,
        clock.after(until - now, () => ended(conversation)),
      );
      env.tell({ fact: 'composing', conversation, until: Math.round(until) });
    },
    ended,
  };
}
