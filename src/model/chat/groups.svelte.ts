import type { AgentLink, Aor, Outcome } from '../../agent/contract.ts';
import type { ListRef } from '../people/tree-rows.ts';
import type { Conversation } from './conversation.svelte.ts';

/** Who is to be in a conversation before it is made, or to come into one. */
export interface Gathering {
  /** Chosen already. */
  readonly people: readonly Aor[];
  /** Shown to choose from: a list of the directory. */
  readonly list?: ListRef;
  /** Comes into this one; absent: a new conversation. */
  readonly into?: Conversation;
  /** From a conversation of two: it stays what it is. */
  readonly from?: Aor;
}

export interface GroupsOptions {
  readonly link: AgentLink;
  /** Shows a conversation. */
  readonly open: (id: Aor) => void;
  readonly say: (level: 'info' | 'problem', words: string) => void;
}

/** features.md I07; the server's limit, me included. */
export const MOST_PEOPLE = 100;

/** What can be done with conversations of several people, and the question who is to be in one. */
export class Groups {
  readonly #options: GroupsOptions;
  #gathering = $state.raw<Gathering | null>(null);

  constructor(options: GroupsOptions) {
    this.#options = options;
  }

  /** Asked for now; null: nothing. */
  get gathering(): Gathering | null {
    return this.#gathering;
  }
  gather(gathering: Gathering): void {
    this.#gathering = gathering;
  }
  dismiss(): void {
    this.#gathering = null;
  }

  /** Starts a conversation with these people and shows it. Null, or why not. */
  async start(members: readonly Aor[], subject = ''): Promise<string | null> {
    const outcome = await this.#options.link.send('start-group', { members, ...(subject && { subject }) });
    if (!outcome.ok) return outcome.why;
    this.#options.open(outcome.value.conversation);
    return null;
  }
  async add(conversation: Conversation, members: readonly Aor[]): Promise<string | null> {
    return why(await this.#options.link.send('add-members', { conversation: conversation.id, members }));
  }
  remove(conversation: Conversation, member: Aor): Promise<boolean> {
    return this.#did(this.#options.link.send('remove-member', { conversation: conversation.id, member }));
  }
  leave(conversation: Conversation): Promise<boolean> {
    return this.#did(this.#options.link.send('leave-conversation', { conversation: conversation.id }));
  }
  rename(conversation: Conversation, subject: string): Promise<boolean> {
    return this.#did(
      this.#options.link.send('rename-conversation', { conversation: conversation.id, subject }),
    );
  }

  /** The same, where there is no dialog that could say why not. */
  async startNow(members: readonly Aor[]): Promise<void> {
    const problem = await this.start(members);
    if (problem !== null) this.#options.say('problem', problem);
  }
  async addNow(conversation: Conversation, members: readonly Aor[]): Promise<void> {
    const problem = await this.add(conversation, members);
    if (problem !== null) this.#options.say('problem', problem);
  }

  /** The people of a conversation are on screen. Returns how to stop. */
  watch(conversation: Conversation): () => void {
    const { link } = this.#options;
    void link.send('watch-group', { conversation: conversation.id, on: true });
    return () => void link.send('watch-group', { conversation: conversation.id, on: false });
  }

  async #did(doing: Promise<Outcome>): Promise<boolean> {
    const outcome = await doing;
    if (!outcome.ok) this.#options.say('problem', outcome.why);
    return outcome.ok;
  }
}

function why(outcome: Outcome): string | null {
  return outcome.ok ? null : outcome.why;
}
