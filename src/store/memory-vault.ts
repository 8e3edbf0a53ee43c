/**
 * The vault of a browser that keeps nothing (storage switched off), and of the simulation. Same promises, no disk:
 * a commit is one step.
 */
import { advanced } from './messages.ts';
import type { Meta } from './meta.ts';
import type {
  OutboxRow,
  StoredAccount,
  StoredCall,
  StoredContacts,
  StoredConversation,
  StoredMessage,
  StoredPerson,
  StoredRevision,
} from './rows.ts';
import type { Committed, Vault, Write } from './vault.ts';

/** What a memory vault holds; outlives the vault, as a disk outlives a process. */
export interface Shelves {
  account: StoredAccount | null;
  contacts: StoredContacts | null;
  meta: Partial<Meta>;
  readonly messages: Map<string, StoredMessage>;
  readonly revisions: Map<string, StoredRevision>;
  readonly conversations: Map<string, StoredConversation>;
  readonly outbox: Map<string, OutboxRow>;
  readonly people: Map<string, StoredPerson>;
  readonly calls: Map<string, StoredCall>;
  readonly settings: Map<string, unknown>;
}

export function emptyShelves(): Shelves {
  return {
    account: null,
    contacts: null,
    meta: {},
    messages: new Map(),
    revisions: new Map(),
    conversations: new Map(),
    outbox: new Map(),
    people: new Map(),
    calls: new Map(),
    settings: new Map(),
  };
}

export function createMemoryVault(shelves: Shelves = emptyShelves()): Vault {
  const sorted = (conversation: string) =>
    [...shelves.messages.values()]
      .filter((row) => row.conversation === conversation)
      .sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return {
    load: () =>
      Promise.resolve({
        account: shelves.account,
        contacts: shelves.contacts,
        conversations: [...shelves.conversations.values()],
        outbox: [...shelves.outbox.values()].sort((a, b) => a.seq - b.seq),
        meta: shelves.meta,
      }),
    commit: (writes) => Promise.resolve(commitTo(shelves, writes)),
    message: (key) => Promise.resolve(shelves.messages.get(key.join('\n')) ?? null),
    held: (keys) => Promise.resolve(keys.map((key) => shelves.messages.has(key.join('\n')))),
    revisionsOf: ([conversation, sender, target]) =>
      Promise.resolve(
        [...shelves.revisions.values()].filter(
          (row) => row.conversation === conversation && row.sender === sender && row.target === target,
        ),
      ),
    findMessages: (id) => Promise.resolve([...shelves.messages.values()].filter((row) => row.id === id)),
    messagesAfter: (conversation, order) =>
      Promise.resolve(sorted(conversation).filter((row) => row.order > order)),
    lastMessage: (conversation) => Promise.resolve(sorted(conversation).at(-1) ?? null),
    person: (aor) => Promise.resolve(shelves.people.get(aor) ?? null),
    messagesBefore: (conversation, before, limit) =>
      Promise.resolve(
        sorted(conversation)
          .filter(
            (row) =>
              !before || row.order < before.order || (row.order === before.order && row.id < before.id),
          )
          .reverse()
          .slice(0, limit),
      ),
    call: (id) => Promise.resolve(shelves.calls.get(id) ?? null),
    callsBefore: (before, limit) =>
      Promise.resolve(
        [...shelves.calls.values()]
          .filter((row) => before === null || row.at < before)
          .sort((a, b) => b.at - a.at)
          .slice(0, limit),
      ),
    // Nobody searches in a memory: windows read a database or nothing.
    indexSlice: () => Promise.resolve(null),
    forgetBefore(time, limit) {
      const old = [...shelves.messages.values()].filter((row) => row.order < time).slice(0, limit);
      for (const row of old) shelves.messages.delete(keyOf(row));
      return Promise.resolve(old.map((row) => [row.conversation, row.sender, row.id]));
    },
    forgetCalls() {
      const ids = [...shelves.calls.keys()];
      shelves.calls.clear();
      return Promise.resolve(ids);
    },
    prune: () => Promise.resolve(0),
    erase: () => {
      const meta = { ...shelves.meta, history: null, shown: null };
      Object.assign(shelves, emptyShelves(), { meta, settings: shelves.settings });
      return Promise.resolve();
    },
  };
}

/** One commit, whole or not at all. */
export function commitTo(shelves: Shelves, writes: readonly Write[]): Committed {
  const added = new Set<string>();
  for (const write of writes) {
    if (!('add' in write)) continue;
    const [key, before] = [keyOf(write.row), added.size];
    added.add(`${write.add}\n${key}`);
    if (shelves[write.add].has(key) || added.size === before) return { is: 'duplicate' };
  }
  const changed: StoredMessage[] = [];
  for (const write of writes) apply(shelves, write, changed);
  return { is: 'done', changed };
}

function apply(shelves: Shelves, write: Write, changed: StoredMessage[]): void {
  if ('add' in write) {
    if (write.add === 'messages') shelves.messages.set(keyOf(write.row), write.row);
    else shelves.revisions.set(keyOf(write.row), write.row);
  } else if ('advance' in write) {
    const row = shelves.messages.get(write.key.join('\n'));
    const moved = row && advanced(row, write);
    if (!moved) return;
    shelves.messages.set(keyOf(moved), moved);
    changed.push(moved);
  } else if ('remove' in write) {
    if (write.remove === 'messages') shelves.messages.delete(write.key.join('\n'));
    else shelves.outbox.delete(write.key);
  } else put(shelves, write);
}

function put(shelves: Shelves, write: Extract<Write, { readonly put: string }>): void {
  switch (write.put) {
    case 'account':
      shelves.account = write.row;
      break;
    case 'contacts':
      shelves.contacts = write.row;
      break;
    case 'meta':
      shelves.meta = { ...shelves.meta, [write.key]: write.row };
      break;
    case 'settings':
      shelves.settings.set(write.key, write.row);
      break;
    case 'messages':
      shelves.messages.set(keyOf(write.row), write.row);
      break;
    case 'people':
      shelves.people.set(write.row.aor, write.row);
      break;
    case 'outbox':
      shelves.outbox.set(write.row.id, write.row);
      break;
    case 'conversations':
      shelves.conversations.set(write.row.id, write.row);
      break;
    case 'calls':
      shelves.calls.set(write.row.id, write.row);
  }
}

const keyOf = (row: Pick<StoredMessage, 'conversation' | 'sender' | 'id'>): string =>
  `${row.conversation}\n${row.sender}\n${row.id}`;
