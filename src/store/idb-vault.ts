/** The vault over IndexedDB. One commit is one transaction. */
import type { IDBPTransaction } from 'idb';
import { ACCOUNT_KEY, readAccount } from './account.ts';
import { readCalls } from './calls.ts';
import { CONTACTS_KEY, readContacts } from './contacts.ts';
import { readConversations } from './conversations.ts';
import { TABLES, type Database, type TableName, type Tables } from './database.ts';
import { advanced, findMessages, readMessages, readMessagesAfter } from './messages.ts';
import { readMeta } from './meta.ts';
import { readOutbox } from './outbox.ts';
import { readPerson } from './people.ts';
import type { StoredMessage } from './rows.ts';
import type { Committed, Vault, Write } from './vault.ts';
import { forgetBefore, indexAgain, indexMessages, indexSlice, unindexMessage } from './words.ts';

/** How many of the oldest messages go when the disk is full. */
const PRUNE = 2000;

export function createIdbVault(db: Database): Vault {
  return {
    async load() {
      const [account, contacts, conversations, outbox, meta] = await Promise.all([
        readAccount(db),
        readContacts(db),
        readConversations(db),
        readOutbox(db),
        readMeta(db),
      ]);
      return { account: account ?? null, contacts: contacts ?? null, conversations, outbox, meta };
    },
    commit: (writes) => commit(db, writes),
    message: async (key) => (await db.get('messages', [...key])) ?? null,
    async held(keys) {
      const { store } = db.transaction('messages');
      const found = await Promise.all(keys.map((key) => store.getKey([...key])));
      return found.map((key) => key !== undefined);
    },
    revisionsOf: (key) => db.getAllFromIndex('revisions', 'by-target', [...key]),
    findMessages: (id) => findMessages(db, id),
    messagesAfter: (conversation, order) => readMessagesAfter(db, conversation, order),
    lastMessage: async (conversation) => (await readMessages(db, conversation, { limit: 1 }))[0] ?? null,
    person: async (aor) => (await readPerson(db, aor)) ?? null,
    messagesBefore: (conversation, before, limit) =>
      readMessages(db, conversation, { ...(before && { before }), limit }),
    call: async (id) => (await db.get('calls', id)) ?? null,
    callsBefore: (before, limit) => readCalls(db, { ...(before !== null && { before }), limit }),
    indexSlice: (after, limit) => indexSlice(db, after, limit),
    forgetBefore: (time, limit) => forgetBefore(db, time, limit),
    async forgetCalls() {
      const tx = db.transaction('calls', 'readwrite');
      const ids = await tx.store.getAllKeys();
      await tx.store.clear();
      await tx.done;
      return ids;
    },
    prune: () => prune(db),
    async erase() {
      const kept = TABLES.filter((table) => table !== 'meta' && table !== 'settings');
      const tx = db.transaction([...kept, 'meta'], 'readwrite');
      const meta = tx.objectStore('meta');
      const gone = (['history', 'shown'] as const).map((key) => meta.delete(key));
      await Promise.all([...kept.map((table) => tx.objectStore(table).clear()), ...gone, tx.done]);
    },
  };
}

async function commit(db: Database, writes: readonly Write[]): Promise<Committed> {
  if (writes.length === 0) return { is: 'done', changed: [] };
  let tx: Tx | undefined;
  try {
    tx = db.transaction([...new Set(writes.flatMap(tablesOf))], 'readwrite');
    tx.done.catch(() => undefined);
    const changed: StoredMessage[] = [];
    for (const run of runs(writes)) {
      if (Array.isArray(run)) await addMessages(tx, run);
      else await apply(tx, run, changed);
    }
    await tx.done;
    return { is: 'done', changed };
  } catch (error) {
    // One request that fails aborts the transaction, and with it the others: the transaction knows the reason.
    const reason = tx?.error ?? error;
    const name = reason instanceof DOMException ? reason.name : '';
    if (name === 'ConstraintError') return { is: 'duplicate' };
    return { is: name === 'QuotaExceededError' ? 'full' : 'gone' };
  }
}

type Tx = IDBPTransaction<Tables, TableName[], 'readwrite'>;

/** The writes in their order; new messages that follow each other are one. */
function runs(writes: readonly Write[]): (Exclude<Write, AddMessage> | StoredMessage[])[] {
  const all: (Exclude<Write, AddMessage> | StoredMessage[])[] = [];
  for (const write of writes) {
    const last = all.at(-1);
    if (!isAddMessage(write)) all.push(write);
    else if (Array.isArray(last)) last.push(write.row);
    else all.push([write.row]);
  }
  return all;
}
type AddMessage = Extract<Write, { add: 'messages' }>;
function isAddMessage(write: Write): write is AddMessage {
  return 'add' in write && write.add === 'messages';
}

async function addMessages(tx: Tx, rows: readonly StoredMessage[]): Promise<void> {
  const store = tx.objectStore('messages');
  await Promise.all([...rows.map((row) => store.add(row)), indexMessages(tx, rows)]);
}

async function apply(tx: Tx, write: Exclude<Write, AddMessage>, changed: StoredMessage[]): Promise<void> {
  if ('add' in write) {
    await tx.objectStore(write.add).add(write.row);
  } else if ('advance' in write) {
    const store = tx.objectStore('messages');
    const row = await store.get([...write.key]);
    const moved = row && advanced(row, write);
    if (!moved) return;
    await store.put(moved);
    changed.push(moved);
  } else if ('remove' in write) {
    if (write.remove === 'messages') {
      await tx.objectStore('messages').delete([...write.key]);
      await unindexMessage(tx, [...write.key]);
    } else await tx.objectStore('outbox').delete(write.key);
  } else if (write.put === 'account') {
    await tx.objectStore('account').put(write.row, ACCOUNT_KEY);
  } else if (write.put === 'contacts') {
    await tx.objectStore('contacts').put(write.row, CONTACTS_KEY);
  } else if (write.put === 'meta' || write.put === 'settings') {
    await tx.objectStore(write.put).put(write.row, write.key);
  } else {
    await tx.objectStore(write.put).put(write.row as never);
    if (write.put === 'messages') await indexAgain(tx, write.row);
  }
}

/** What is found by its words has an entry of those too. */
function tablesOf(write: Write): TableName[] {
  if ('advance' in write) return [write.advance];
  const table = 'add' in write ? write.add : 'remove' in write ? write.remove : write.put;
  return table === 'messages' ? ['messages', 'words'] : [table];
}

async function prune(db: Database): Promise<number> {
  const tx = db.transaction(['messages', 'words'], 'readwrite');
  const messages = tx.objectStore('messages');
  const rows: { at: number; key: [string, string, string] }[] = [];
  for (let cursor = await messages.openCursor(); cursor; cursor = await cursor.continue()) {
    const { at, state } = cursor.value;
    if (state !== 'queued') rows.push({ at, key: cursor.primaryKey });
  }
  rows.sort((a, b) => a.at - b.at);
  const gone = rows.slice(0, Math.min(PRUNE, Math.ceil(rows.length / 2)));
  for (const { key } of gone) {
    await messages.delete(key);
    await unindexMessage(tx as never, key);
  }
  await tx.done;
  return gone.length;
}
