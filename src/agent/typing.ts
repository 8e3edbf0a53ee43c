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
import type { GroupInfo } from '../store/rows.ts';
import type { Env, Presentee } from './env.ts';

export interface Typing {
  online(sip: SipUserAgent): void;
  offline(): void;
  /** The account's own keys, as a tab reports them. `active` false: the field was emptied. */
  typed(conversation: string, active: boolean): void;
  /** A message went out: that ends typing without a word (RFC 3994 §3.3). */
  sent(conversation: string): void;
  heard(conversation: string, sender: string, state: IsComposing): void;
  /** A message of theirs arrived. */
  ended(conversation: string, sender: string): void;
}

/** More people do not write to one at the same time; strangers could make us hold a timer for each. */
const MOST = 200;

interface Writer {
  readonly state: SenderState;
  readonly cancel: () => void;
}

/** Typing is told to each of so many; in a larger group to nobody. */
const MOST_TOLD = 10;

/** `groupOf`: what is known of a conversation of several people. */
export function createTyping(
  env: Env,
  me: Presentee,
  groupOf: (conversation: string) => GroupInfo | undefined,
): Typing {
  const { clock } = env;
  let sip: SipUserAgent | null = null;
  const writers = new Map<string, Writer>();
  /** By conversation and who writes there. */
  const heardOf = new Map<string, () => void>();

  function say(conversation: string, document: IsComposing): void {
    const group = groupOf(conversation);
    const isSpread = group?.focus === false;
    const others = group?.members.filter(({ aor }) => aor !== me.aor) ?? [];
    const people = isSpread
      ? others.length <= MOST_TOLD
        ? others.map(({ aor }) => aor)
        : []
      : [conversation];
    const body = encodeIsComposing({ ...document, ...(isSpread && { conversation }) });
    for (const to of group?.left ? [] : people)
      void sip?.sendMessage({ to, contentType: IS_COMPOSING_TYPE, body, callId: env.uuid(), cseq: 1 });
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
  function ended(conversation: string, sender: string): void {
    const key = `${conversation} ${sender}`;
    const cancel = heardOf.get(key);
    if (!cancel) return;
    cancel();
    heardOf.delete(key);
    env.tell({ fact: 'composing', conversation, sender, until: null });
  }

  return {
    online(agent) {
      sip = agent;
    },
    offline() {
      sip = null;
      for (const { cancel } of writers.values()) cancel();
      writers.clear();
      for (const key of [...heardOf.keys()]) {
        const [conversation = '', sender = ''] = key.split(' ');
        ended(conversation, sender);
      }
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
    heard(conversation, sender, state) {
      const key = `${conversation} ${sender}`;
      const now = clock.now();
      const until = composingUntil(state, now);
      if (until === null) return ended(conversation, sender);
      if (!heardOf.has(key) && heardOf.size >= MOST) return;
      heardOf.get(key)?.();
      heardOf.set(
        key,
        clock.after(until - now, () => ended(conversation, sender)),
      );
      env.tell({ fact: 'composing', conversation, sender, until: Math.round(until) });
    },
    ended,
  };
}
