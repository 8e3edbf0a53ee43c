/**
 * What is kept for good of what people write to each other, for each of them (features.md H01, AR1). Written in the
 * transaction that promises the message to its sender: what got its 202 is in the archive.
 */
import type { HistoryPolicy, StateChange } from '../../protocol/history-api.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import type { Log } from '../log.ts';
import type { Writer } from '../store/database.ts';
import type { Keeping, NewMessage } from '../store/messages.ts';
import { callTable, type CallTable } from './calls.ts';
import { conversationTable, type ConversationTable } from './conversations.ts';
import { stateText } from './ids.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { readContent, type ArchivedContent } from './archived-content.ts';
import { createPruning } from './pruning.ts';

/** Whose it is, and which conversation it belongs to as they see it. */
export interface Keeper {
  /** AOR. */
  readonly owner: string;
  /** AOR of the other, a focus's URI, or `urn:uuid:…` */
  readonly conversation: string;
}

/** A message as it goes into the archive, without what only its delivery needs. */
export type Keepsake = Pick<
  NewMessage,
  'sender' | 'id' | 'from' | 'to' | 'callId' | 'headers' | 'body' | 'binary'
>;

export interface Archive extends Keeping {
  readonly ledger: Ledger;
  readonly policy: HistoryPolicy;
  /** Inside a transaction of the durable writer. Keeps a message once for each keeper; who has it already is left out. */
  keep(message: Keepsake, at: number, keepers: readonly Keeper[]): void;
  readonly conversations: ConversationTable;
  readonly calls: CallTable;
  /** Where an owner's history stands, as their devices are told. */
  statesOf(owner: string): StateChange;
  onChange(listener: (owner: string) => void): () => void;
  /** Forgets what is older than the policy says; `now` in milliseconds. */
  prune(now: number): Promise<void>;
}

export interface ArchiveOptions {
  readonly writer: Writer;
  readonly policy: HistoryPolicy;
  readonly log: Log;
  /** Whether somebody has an account here. */
  readonly isOwn: (aor: string) => boolean;
  /** Octets that one person may have kept; another organisation, all its people together. */
  readonly quota?: number;
}

const QUOTA = 4 * 1024 ** 3;

/** Beside its body: numbers, addresses, indexes. */
const OVERHEAD = 300;

export function createArchive(options: ArchiveOptions): Archive {
  const { writer, policy, log, isOwn, quota = QUOTA } = options;
  const { database } = writer;
  const ledger = createLedger(database, log);
  const conversations = conversationTable(database, ledger);
  const insert = database.prepare(
    'INSERT INTO archive_messages (sender, id, at, target, payer, size, envelope, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const enter = database.prepare(
    'INSERT INTO archive_entries (owner, sequence, changed, message, conversation, sender, at, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const entryOf = database.prepare(
    `SELECT e.sequence, e.conversation, e.at, e.state FROM archive_messages m JOIN archive_entries e ON e.message = m.key
     WHERE m.sender = ? AND m.id = ? AND e.owner = ? AND (e.conversation = ? OR ? IS NULL)`,
  );
  const setState = database.prepare(
    'UPDATE archive_entries SET state = ?, changed = ? WHERE owner = ? AND sequence = ?',
  );
  const index = database.prepare('INSERT INTO archive_text (rowid, text, who) VALUES (?, ?, ?)');
  const changedBy = database.prepare(
    `SELECT m.key FROM archive_messages m JOIN archive_entries e ON e.message = m.key
     WHERE m.sender = ? AND m.id = ? AND e.owner = ? AND e.conversation = ?
     UNION SELECT m.key FROM archive_messages m JOIN archive_entries e ON e.message = m.key
     WHERE m.sender = ? AND m.target = ? AND e.owner = ? AND e.conversation = ?`,
  );
  const findable = database.prepare('SELECT who FROM archive_text WHERE rowid = ?');
  const findableBy = database.prepare('UPDATE archive_text SET who = ? WHERE rowid = ?');
  const unindex = database.prepare('DELETE FROM archive_text WHERE rowid = ?');
  const prune = createPruning(writer, ledger);

  /** Another organisation answers for all its people together: it could invent any number of them. */
  const payerOf = (sender: string): string => (isOwn(sender) ? sender : domainOf(sender));

  /** One owner finds the words of a message no more. */
  const hide = (message: number, owner: number): void => {
    const before = String(findable.get(message)?.['who'] ?? '').split(' ');
    const who = before.filter((one) => one !== `o${owner}`);
    if (who.length === 0) unindex.run(message);
    else if (who.length < before.length) findableBy.run(who.join(' '), message);
  };
  const keep = (
    message: Keepsake,
    at: number,
    keepers: readonly Keeper[],
    content: ArchivedContent & { readonly is: 'message' },
  ): void => {
    const { sender, id, from, to, callId, headers, body, binary } = message;
    const fresh = keepers
      .map((keeper) => ({ ...keeper, key: ledger.keyOf(keeper.owner) }))
      .filter(({ key, conversation }) => !entryOf.get(sender, id, key, conversation, conversation));
    if (fresh.length === 0) return;
    const envelope = JSON.stringify({ from, to, callId, headers, binary });
    const size = envelope.length + Buffer.byteLength(body) + OVERHEAD;
    const payer = ledger.keyOf(payerOf(sender));
    ledger.spend(payer, size);
    if (content.target !== null) {
      // Written over or taken back: its words are found no more, for anybody who got both.
      for (const { key, conversation } of fresh) {
        const where = [sender, content.target, key, conversation] as const;
        for (const row of changedBy.all(...where, ...where)) hide(Number(row['key']), key);
      }
    }
    const stored = insert.run(sender, id, at, content.target, payer, size, envelope, body).lastInsertRowid;
    for (const { owner, key, conversation } of fresh) {
      const sequence = ledger.next(owner, key, 'Message');
      enter.run(key, sequence, sequence, stored, conversation, sender, at, content.kind);
      conversations.grew(owner, key, conversation, { at, sequence, subject: content.subject });
    }
    if (content.text !== '') index.run(stored, content.text, fresh.map(({ key }) => `o${key}`).join(' '));
  };

  /** `from` has said to `author` what became of the message with this id. */
  const noticed = (
    from: string,
    author: string,
    id: string,
    status: 'delivered' | 'displayed',
    dropped: boolean,
  ): void => {
    const [reader, writerKey] = [ledger.knownKey(from), ledger.knownKey(author)];
    // Only who has got the message can say anything of it.
    const got = reader === null ? undefined : entryOf.get(author, id, reader, null, null);
    if (reader === null || !got || from === author) return;
    if (status === 'displayed') {
      const mark = { at: Number(got['at']), sequence: Number(got['sequence']) };
      conversations.read(from, reader, String(got['conversation']), mark);
    }
    const sent = writerKey === null || dropped ? undefined : entryOf.get(author, id, writerKey, from, from);
    if (writerKey === null || !sent) return;
    const before = sent['state'];
    if (before === status || before === 'displayed') return;
    setState.run(status, ledger.next(author, writerKey, 'Message'), writerKey, Number(sent['sequence']));
  };

  const contentOf = ({ headers, body }: Keepsake): ArchivedContent =>
    readContent(headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '', body);

  const keepWhole: Archive['keep'] = (message, at, keepers) => {
    const content = policy.archived ? contentOf(message) : null;
    if (content?.is === 'message') keep(message, Math.round(at), keepers, content);
  };

  return {
    ledger,
    policy,
    conversations,
    calls: callTable(database, ledger),
    statesOf(owner) {
      const { Message, Conversation, CallRecord } = ledger.states(owner);
      const states = {
        Message: stateText(Message),
        Conversation: stateText(Conversation),
        CallRecord: stateText(CallRecord),
      };
      return { '@type': 'StateChange', changed: { [owner]: states } };
    },
    onChange: ledger.onChange,
    keep: keepWhole,
    hasRoom: ({ sender, body }) =>
      !policy.archived || ledger.octets(payerOf(sender)) + Buffer.byteLength(body) <= quota,
    posted(message, at, owners) {
      keepWhole(
        message,
        at,
        owners.map((owner) => ({ owner, conversation: message.recipient })),
      );
    },
    accepted(message, at, dropped, copied) {
      if (!policy.archived) return;
      const { sender, recipient } = message;
      const content = contentOf(message);
      if (content.is === 'notice') {
        if (content.status !== null) noticed(sender, recipient, content.of, content.status, dropped);
        return;
      }
      const keepers: Keeper[] = [];
      if (copied) keepers.push({ owner: sender, conversation: content.conversation ?? recipient });
      // Who has blocked the sender has not got it; the sender cannot tell (features.md A05).
      if (!dropped && (sender !== recipient || !copied)) {
        keepers.push({ owner: recipient, conversation: content.conversation ?? sender });
      }
      keep(message, at, keepers, content);
    },
    prune: (now) =>
      policy.retentionDays > 0 ? prune(now - policy.retentionDays * 86_400_000) : Promise.resolve(),
  };
}
