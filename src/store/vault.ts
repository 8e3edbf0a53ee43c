/**
 * What the agent asks of its storage: one image at the start, and commits that happen wholly or not at all. Changes are
 * plain data, so that the decision core can ask for them and a simulation can lose them.
 */
import type { Meta } from './meta.ts';
import type {
  MessageState,
  OutboxRow,
  StoredAccount,
  StoredCall,
  StoredContacts,
  StoredConversation,
  StoredMessage,
  StoredPerson,
  StoredRevision,
  StoredWords,
} from './rows.ts';

export type Write =
  /** The whole commit is void (`duplicate`) when the row is there already. */
  | { readonly add: 'messages'; readonly row: StoredMessage }
  | { readonly put: 'messages'; readonly row: StoredMessage }
  /** Like a message: the commit is void when it is there already. The message it is about is put beside it. */
  | { readonly add: 'revisions'; readonly row: StoredRevision }
  /**
   * Moves the state of a row forward, never back, and reports the row. `place` holds whatever the state: a notice of
   * delivery may come before the answer that says when the message was accepted. No such row: nothing happens.
   */
  | {
      readonly advance: 'messages';
      readonly key: readonly [conversation: string, sender: string, id: string];
      readonly to: MessageState;
      readonly problem?: string;
      readonly undelivered?: readonly string[];
      readonly place?: number;
    }
  | { readonly remove: 'messages'; readonly key: readonly [string, string, string] }
  | { readonly put: 'outbox'; readonly row: OutboxRow }
  | { readonly remove: 'outbox'; readonly key: string }
  | { readonly put: 'conversations'; readonly row: StoredConversation }
  | { readonly put: 'people'; readonly row: StoredPerson }
  | { readonly put: 'calls'; readonly row: StoredCall }
  | { readonly put: 'account'; readonly row: StoredAccount }
  | { readonly put: 'contacts'; readonly row: StoredContacts }
  | { readonly put: 'settings'; readonly key: string; readonly row: unknown }
  | {
      readonly [M in keyof Meta]: { readonly put: 'meta'; readonly key: M; readonly row: Meta[M] };
    }[keyof Meta];

/** `changed`: the rows that `advance` moved, as they are now. `full` and `gone`: nothing was written. */
export type Committed =
  | { readonly is: 'done'; readonly changed: readonly StoredMessage[] }
  | { readonly is: 'duplicate' }
  | { readonly is: 'full' }
  | { readonly is: 'gone' };

/** Everything the agent keeps in memory. History stays in the store. */
export interface Image {
  readonly account: StoredAccount | null;
  readonly contacts: StoredContacts | null;
  readonly conversations: readonly StoredConversation[];
  readonly outbox: readonly OutboxRow[];
  readonly meta: Partial<Meta>;
}

export interface Vault {
  load(): Promise<Image>;
  commit(writes: readonly Write[]): Promise<Committed>;
  message(key: readonly [conversation: string, sender: string, id: string]): Promise<StoredMessage | null>;
  /** Whether each of these messages is here. */
  held(
    keys: readonly (readonly [conversation: string, sender: string, id: string])[],
  ): Promise<readonly boolean[]>;
  /** Revisions of a message, in no order. */
  revisionsOf(
    key: readonly [conversation: string, sender: string, target: string],
  ): Promise<readonly StoredRevision[]>;
  findMessages(id: string): Promise<readonly StoredMessage[]>;
  messagesAfter(conversation: string, order: number): Promise<readonly StoredMessage[]>;
  lastMessage(conversation: string): Promise<StoredMessage | null>;
  person(aor: string): Promise<StoredPerson | null>;
  /** One page, newest first, of what stands before that place; null: from the end. */
  messagesBefore(
    conversation: string,
    before: { readonly order: number; readonly id: string } | null,
    limit: number,
  ): Promise<readonly StoredMessage[]>;
  call(id: string): Promise<StoredCall | null>;
  /** One page, newest first; `before` in milliseconds. */
  callsBefore(before: number | null, limit: number): Promise<readonly StoredCall[]>;
  /** Makes messages findable that are not yet; goes on from where the last slice ended, null when all are. */
  indexSlice(after: StoredWords['message'] | null, limit: number): Promise<StoredWords['message'] | null>;
  /** Forgets up to `limit` messages older than that (milliseconds) and says which. */
  forgetBefore(time: number, limit: number): Promise<readonly StoredWords['message'][]>;
  /** Forgets the log of calls; the ids that were in it. */
  forgetCalls(): Promise<readonly string[]>;
  /** Drops the oldest history, in bulk, never the outbox. Returns how many messages went. */
  prune(): Promise<number>;
  /** Forgets the person; the installation keeps its instance id. */
  erase(): Promise<void>;
}
