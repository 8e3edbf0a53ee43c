/** How many voice messages wait for this account (RFC 3842), wherever they are kept. */
import { decodeMessageSummary, MESSAGE_SUMMARY_TYPE } from '../protocol/message-summary.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { SipUserAgent, Subscription } from '../sip/contract.ts';
import type { VoicemailWaiting } from './contract-values.ts';
import type { Aor } from './contract.ts';

export interface VoicemailWatch {
  online(agent: SipUserAgent): void;
  /** What the server says, asked or not. */
  heard(body: string): void;
  /** Null: this server has said nothing of voice messages. */
  waiting(): VoicemailWaiting | null;
  stop(): void;
}

const EVENT = 'message-summary';

export function createVoicemailWatch(me: Aor, changed: () => void): VoicemailWatch {
  let subscription: Subscription | null = null;
  let waiting: VoicemailWaiting | null = null;

  const heard = (body: string): void => {
    const read = decodeMessageSummary(body);
    if (!read.ok) return;
    const voice = read.value.counts.get('voice-message');
    // Whoever counts nothing says at least that something waits.
    const unread = voice?.unread ?? (read.value.waiting ? 1 : 0);
    const number = read.value.account === undefined ? null : aorOf(read.value.account);
    waiting = { unread, read: voice?.read ?? 0, ...(number !== null && number !== me && { number }) };
    changed();
  };
  return {
    heard,
    waiting: () => waiting,
    online(agent) {
      subscription ??= agent.subscribe(
        { target: me, event: EVENT, accept: [MESSAGE_SUMMARY_TYPE], expires: 3600 },
        (fact) => {
          if (fact.is === 'active' && fact.body !== '') heard(fact.body);
        },
      );
    },
    stop() {
      subscription?.close();
      subscription = null;
    },
  };
}
