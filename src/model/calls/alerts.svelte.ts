import type { Aor, CallSnapshot, MessageRow, Outcome } from '../../agent/contract.ts';
import type { Conversation } from '../chat/conversation.svelte.ts';
import type { Conversations } from '../chat/conversations.svelte.ts';
import { rowWords } from '../chat/row-words.ts';
import type { Call } from './call.svelte.ts';
import { forWords, modeWords } from './call-words.ts';
import type { Calls } from './calls.svelte.ts';
import type { Ringer } from './ringer.ts';
import type { SystemNotices } from './system-notices.ts';

export type Alert =
  | {
      readonly is: 'message';
      readonly id: string;
      /** Its conversation. */
      readonly person: Aor;
      readonly sender: Aor;
      /** '' where the person wants no text in alerts. */
      readonly text: string;
      /** Came through Do not disturb because its sender is of the team. */
      readonly throughQuiet: boolean;
    }
  | {
      readonly is: 'missed';
      readonly id: string;
      readonly person: Aor;
      readonly at: number;
      readonly rang: number;
    }
  | {
      readonly is: 'elsewhere';
      readonly id: string;
      readonly person: Aor;
      /** The name of somebody else who took it; null: another device of mine. */
      readonly by: string | null;
      /** Whom the caller wanted, when that is not me. */
      readonly forUser: CallSnapshot['forUser'] | null;
    };

export interface AlertsOptions {
  readonly calls: Calls;
  readonly conversations: Conversations;
  readonly ringer: Ringer;
  readonly notices: SystemNotices;
  readonly nameOf: (aor: Aor) => string;
  /** Do not disturb, for this person: nothing pops up; what came is still counted. */
  readonly isQuiet: (from: Aor) => boolean;
  /** Do not disturb is on, for whomever. */
  readonly isUndisturbed: () => boolean;
  readonly wants: () => {
    readonly messages: boolean;
    readonly calls: boolean;
    readonly sounds: boolean;
    readonly alertText: boolean;
  };
}

/** At most this many stand at once; the oldest message leaves first, a missed call stays until it is dismissed. */
const MOST = 4;

/** What came in while the person looked at something else. */
export class Alerts {
  readonly #options: AlertsOptions;
  #list = $state.raw<readonly Alert[]>([]);

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Starts to listen. Returns how to stop. */
  start(): () => void {
    const stops = [
      this.#options.conversations.onArrival((row, conversation) => this.#message(row, conversation)),
      this.#options.conversations.onRead((conversation) => this.#read(conversation)),
      this.#options.calls.watch({ rang: (call) => this.#rang(call), ended: (call) => this.#callEnded(call) }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  get list(): readonly Alert[] {
    return this.#list;
  }

  dismiss(id: string): void {
    this.#list = this.#list.filter((alert) => alert.id !== id);
  }

  /** Answers a message where it popped up. The alert goes once the reply is kept. */
  async reply(alert: Alert, text: string): Promise<Outcome<{ id: string }>> {
    const outcome = await this.#options.conversations.of(alert.person).reply(text);
    if (outcome.ok) this.dismiss(alert.id);
    return outcome;
  }

  #rang(call: Call): void {
    const { notices, nameOf, isQuiet, wants } = this.#options;
    if (isQuiet(call.peer)) return;
    const { snapshot, subject } = call;
    const first = `${modeWords(snapshot)}${forWords(snapshot, nameOf)}`;
    const words = [first, wants().alertText ? subject : ''];
    void notices.call({
      ...{ id: call.id, person: call.peer, name: nameOf(call.peer) },
      words: words.filter((line) => line !== '').join('\n'),
    });
  }

  #message(row: MessageRow, conversation: Conversation): void {
    const { isQuiet, wants, notices, nameOf, ringer } = this.#options;
    if (isQuiet(row.sender) || !wants().messages || conversation.isShown || conversation.isMuted) return;
    const text = wants().alertText ? rowWords(row) : '';
    const person = row.conversation;
    const rest = this.#list.filter((alert) => alert.is !== 'message' || alert.person !== person);
    const alert = {
      ...{ is: 'message' as const, id: row.id, person, sender: row.sender, text },
      throughQuiet: this.#options.isUndisturbed(),
    };
    this.#list = [...rest, alert].slice(-MOST);
    if (wants().sounds) ringer.once('message');
    void notices.message({ person, name: nameOf(row.sender), text: text || 'wrote to you' });
  }

  /** Read here, in another window or on another device: nobody has to be told any more. */
  #read({ id }: Conversation): void {
    this.#list = this.#list.filter((alert) => alert.is !== 'message' || alert.person !== id);
    this.#options.notices.messageRead(id);
  }

  #callEnded(call: Call): void {
    const { end } = call.snapshot;
    this.#options.notices.callOver(call.id);
    if (call.direction === 'out' || call.establishedAt !== null) return;
    const person = call.peer;
    if (end === 'elsewhere') {
      const { answeredBy = null, forUser = null } = call.snapshot;
      const elsewhere = { is: 'elsewhere' as const, id: call.id, person, by: answeredBy, forUser };
      this.#list = [...this.#list, elsewhere].slice(-MOST);
    } else if (
      (end === 'missed' || end === 'cancelled' || end === 'no-answer') &&
      this.#options.wants().calls
    ) {
      const rang = Math.max(0, Date.now() - call.seenAt);
      const missed = { is: 'missed' as const, id: call.id, person, at: Date.now(), rang };
      this.#list = [...this.#list, missed].slice(-MOST);
    }
  }
}
