import type { AgentLink, Aor, Boot, ConversationRow, Fact, MessageRow } from '../../agent/contract.ts';
import { Conversation, type OfferFiles } from './conversation.svelte.ts';
import { HistoryKept } from './history-status.svelte.ts';
import type { History } from './history.ts';
import { FirstTime, Once } from './once.ts';

export type ArrivalListener = (row: MessageRow, conversation: Conversation) => void;

/** Every conversation of this account: one object per person for as long as the window lives. */
export class Conversations {
  /** Where what was said is kept. */
  readonly kept = new HistoryKept();
  readonly #all: Once<Conversation>;
  readonly #heard = new FirstTime(500);
  #arrivals: readonly ArrivalListener[] = [];
  #reads: readonly ((conversation: Conversation) => void)[] = [];
  #recent = $state.raw<readonly Conversation[]>([]);
  #unread = $state(0);

  constructor(link: AgentLink, history: History, offerFiles?: OfferFiles) {
    this.#all = new Once((id) => new Conversation(id, link, history, offerFiles));
  }

  boot(boot: Pick<Boot, 'conversations'> & Partial<Pick<Boot, 'history'>>): void {
    this.kept.boot(boot);
    this.#summarise(boot.conversations);
  }

  apply(fact: Fact): void {
    switch (fact.fact) {
      case 'conversations':
        return this.#summarise(fact.rows);
      case 'messages':
        return this.#take(fact.rows, fact.isOld === true);
      case 'messages-gone':
        for (const conversation of this.#all.all) conversation.applyGone(fact.ids);
        return;
      case 'composing':
        return this.of(fact.conversation).applyComposing(fact.sender, fact.until);
      case 'call-logged':
        return this.of(fact.row.conversation).applyCall(fact.row);
      default:
        return this.kept.apply(fact);
    }
  }

  /** The conversation with a person; made when there was none. */
  of(id: Aor): Conversation {
    return this.#all.of(id);
  }

  /** Those in which something was said, the latest first. */
  get recent(): readonly Conversation[] {
    return this.#recent;
  }

  /** Unread messages in all of them. */
  get unread(): number {
    return this.#unread;
  }

  /** Told of each message that comes in now (not of history). Returns how to stop. */
  onArrival(listener: ArrivalListener): () => void {
    this.#arrivals = [...this.#arrivals, listener];
    return () => {
      this.#arrivals = this.#arrivals.filter((each) => each !== listener);
    };
  }

  /** Told when nothing in a conversation is unread any more, wherever it was read. Returns how to stop. */
  onRead(listener: (conversation: Conversation) => void): () => void {
    this.#reads = [...this.#reads, listener];
    return () => {
      this.#reads = this.#reads.filter((each) => each !== listener);
    };
  }

  /** The window is leaving: drafts are written down. */
  keepDrafts(): void {
    for (const conversation of this.#all.all) conversation.keepDraft();
  }

  #summarise(rows: readonly ConversationRow[]): void {
    for (const row of rows) {
      const conversation = this.of(row.id);
      this.#unread += row.unread - conversation.unread;
      const wasUnread = conversation.unread > 0;
      conversation.applySummary(row);
      if (wasUnread && row.unread === 0) for (const listener of this.#reads) listener(conversation);
    }
    const spoken = this.#all.all.filter((each) => each.last !== null || each.group !== null);
    this.#recent = spoken.sort((one, other) => other.at - one.at);
  }

  #take(rows: readonly MessageRow[], isOld: boolean): void {
    for (const row of rows) {
      const conversation = this.of(row.conversation);
      const isNew =
        !isOld && row.state === 'received' && !row.mine && this.#heard.first(`${row.id} ${row.sender}`);
      conversation.applyRow(row);
      if (isNew) for (const listener of this.#arrivals) listener(row, conversation);
    }
  }
}
