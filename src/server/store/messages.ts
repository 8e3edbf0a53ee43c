/**
 * Messages on their way, kept for every device of both ends (reliability.md §7).
 *
 * A message stands once in `messages` and once in each owner's `mailbox` under that owner's next number. A device
 * has a cursor: it holds everything up to that number.
 */
import type { StoreModule, Writer } from './database.ts';
import { MAILBOX_LIMITS, mailboxRoom, type MailboxLimits } from './mailbox-limits.ts';

export interface NewMessage {
  readonly sender: string;
  readonly recipient: string;
  /** Message-ID of the CPIM wrapper, or made from Call-ID and body. Unique for a sender and recipient. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Fields to pass on, Content-Type among them. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: string;
  readonly binary: boolean;
}

export interface StoredMessage extends NewMessage {
  /** Number in the mailbox it was read from; grows by one, is never used twice. */
  readonly sequence: number;
  /** When it was accepted, milliseconds. */
  readonly at: number;
}

/**
 * `fresh` is false for a repeat, which changes nothing; `at` is when the message was first accepted, milliseconds. Not
 * kept: the mailbox is `full`, or holds too many of this sender that are `unread`, or the sender's `archive` is full.
 */
export type Accepted =
  | { readonly kept: true; readonly fresh: boolean; readonly at: number }
  | { readonly kept: false; readonly why: 'full' | 'unread' | 'archive' };

/** Whoever keeps messages for longer than they wait for devices. */
export interface Keeping {
  /** Whether one more of this sender can be kept; otherwise it is refused. */
  hasRoom(message: NewMessage): boolean;
  /** Called in the transaction that accepts a message to a person, as `accept` was. */
  accepted(message: NewMessage, at: number, dropped: boolean, copied: boolean): void;
  /** … to a conversation of several, of which these people have it now. */
  posted(message: NewMessage, at: number, owners: readonly string[]): void;
}

/**
 * A message for many mailboxes. `known` is a repeat, which changes nothing. `without`: owners whose mailbox had no room;
 * the others have it all the same.
 */
export type Posted =
  | { readonly is: 'known'; readonly at: number }
  | { readonly is: 'posted'; readonly at: number; readonly without: readonly string[] };

export interface MessageStore {
  /**
   * Kept safely when the promise settles. Rejects when the disk refuses. `dropped`: the recipient never gets it, which
   * the sender and all their devices cannot tell. `copied`: false for a sender who has no devices here.
   */
  accept(message: NewMessage, now: number, dropped?: boolean, copied?: boolean): Promise<Accepted>;
  /** When it was accepted, milliseconds, if it was; only inside a `durable.write`. */
  acceptedAt(message: Pick<NewMessage, 'sender' | 'recipient' | 'id'>): number | null;
  /** Whether one more message of its sender can be kept for good; only inside a `durable.write`. */
  hasRoom(message: NewMessage): boolean;
  /** One message into the mailboxes of `owners`; only inside a `durable.write`, with whatever else belongs to it. */
  post(message: NewMessage, owners: readonly string[], now: number): Posted;
  /** Beyond number `after`, oldest first, accepted at `since` or later. */
  pending(owner: string, after: number, since: number, limit: number): Promise<StoredMessage[]>;
  /** Where the device stands; a device never seen stands at 0, a plain contact where its kind stands. */
  cursor(owner: string, device: string): Promise<number>;
  /** The device holds everything up to `sequence`. Never moves back. */
  confirm(owner: string, device: string, sequence: number, now: number): Promise<void>;
  /** Forgets what was accepted before `before`, and devices not seen since then. */
  prune(before: number): Promise<void>;
}

/** Device key of a contact without an instance id. */
export const PLAIN = 'contact:';

export const messagesModule: StoreModule = {
  name: 'messages',
  migrations: [
    `CREATE TABLE messages (
       key INTEGER PRIMARY KEY,
       sender TEXT NOT NULL,
       recipient TEXT NOT NULL,
       id TEXT NOT NULL,
       at INTEGER NOT NULL,
       envelope TEXT NOT NULL,
       body TEXT NOT NULL,
       UNIQUE (sender, recipient, id)
     ) STRICT;
     CREATE INDEX messages_by_age ON messages (at);
     CREATE TABLE mailbox (
       owner TEXT NOT NULL,
       sequence INTEGER NOT NULL,
       message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
       PRIMARY KEY (owner, sequence)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX mailbox_by_message ON mailbox (message);
     CREATE TABLE mailboxes (owner TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE devices (
       owner TEXT NOT NULL,
       device TEXT NOT NULL,
       cursor INTEGER NOT NULL,
       seen_at INTEGER NOT NULL,
       PRIMARY KEY (owner, device)
     ) STRICT, WITHOUT ROWID`,
  ],
};

interface Envelope {
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly headers: NewMessage['headers'];
  readonly binary: boolean;
}

/** `durable` carries what was promised to a sender; `quick` the cursors, whose loss only repeats a delivery. */
export function messageStore(
  durable: Writer,
  quick: Writer,
  limits: MailboxLimits = MAILBOX_LIMITS,
  keeping: Keeping | null = null,
): MessageStore {
  const room = mailboxRoom(durable.database, limits);
  const insert = durable.database.prepare(
    'INSERT INTO messages (sender, recipient, id, at, envelope, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const first = durable.database.prepare(
    'SELECT at FROM messages WHERE sender = ? AND recipient = ? AND id = ?',
  );
  const next = durable.database.prepare(
    'INSERT INTO mailboxes VALUES (?, 1) ON CONFLICT (owner) DO UPDATE SET last = last + 1 RETURNING last',
  );
  const post = durable.database.prepare('INSERT INTO mailbox VALUES (?, ?, ?)');
  const read = durable.database.prepare(
    `SELECT sequence, sender, recipient, id, at, envelope, body FROM mailbox JOIN messages ON message = key
     WHERE owner = ? AND sequence > ? AND at >= ? ORDER BY sequence LIMIT ?`,
  );
  const cursor = quick.database.prepare('SELECT cursor FROM devices WHERE owner = ? AND device = ?');
  const plainCursor = quick.database.prepare(
    `SELECT coalesce(max(cursor), 0) AS cursor FROM devices WHERE owner = ? AND device >= 'contact:' AND device < 'contact;'`,
  );
  const move = quick.database.prepare(
    `INSERT INTO devices VALUES (?, ?, ?, ?) ON CONFLICT (owner, device)
     DO UPDATE SET cursor = max(cursor, excluded.cursor), seen_at = excluded.seen_at`,
  );
  const oldMessages = quick.database.prepare('DELETE FROM messages WHERE at < ?');
  const oldDevices = quick.database.prepare('DELETE FROM devices WHERE seen_at < ?');

  const place = (owner: string, message: number | bigint): void => {
    post.run(owner, Number(next.get(owner)?.['last']), message);
  };
  const acceptedAt: MessageStore['acceptedAt'] = ({ sender, recipient, id }) => {
    const known = first.get(sender, recipient, id);
    return known ? Number(known['at']) : null;
  };
  return {
    acceptedAt,
    hasRoom: (message) => keeping?.hasRoom(message) !== false,
    post(message, owners, now) {
      const known = acceptedAt(message);
      if (known !== null) return { is: 'known', at: known };
      const { sender, recipient, id, body } = message;
      const at = Math.round(now);
      const { lastInsertRowid } = insert.run(sender, recipient, id, at, seal(message), body);
      const without = owners.filter((owner) => {
        if (owner === sender) room.forCopy(owner);
        else if (room.refusal(owner, sender) !== null) return true;
        place(owner, lastInsertRowid);
        return false;
      });
      keeping?.posted(message, at, owners);
      return { is: 'posted', at, without };
    },
    accept: (message, now, dropped = false, copied = true) =>
      durable.write(() => {
        const { sender, recipient, id, body } = message;
        const known = acceptedAt(message);
        if (known !== null) return { kept: true, fresh: false, at: known };
        const why = dropped ? null : room.refusal(recipient, sender);
        if (why !== null) return { kept: false, why };
        if (keeping?.hasRoom(message) === false) return { kept: false, why: 'archive' };
        keeping?.accepted(message, Math.round(now), dropped, copied);
        const done = insert.run(sender, recipient, id, Math.round(now), seal(message), body);
        if (!dropped) place(recipient, done.lastInsertRowid);
        if (copied && sender !== recipient) {
          room.forCopy(sender);
          place(sender, done.lastInsertRowid);
        }
        return { kept: true, fresh: true, at: Math.round(now) };
      }),
    async pending(owner, after, since, limit) {
      return read.all(owner, after, since, limit).map(open);
    },
    async cursor(owner, device) {
      const row =
        cursor.get(owner, device) ?? (device.startsWith(PLAIN) ? plainCursor.get(owner) : undefined);
      return Number(row?.['cursor'] ?? 0);
    },
    async confirm(owner, device, sequence, now) {
      await quick.write(() => move.run(owner, device, sequence, Math.round(now)));
    },
    async prune(before) {
      await quick.write(() => {
        oldMessages.run(Math.round(before));
        oldDevices.run(Math.round(before));
      });
    },
  };
}

function seal(message: NewMessage): string {
  const { from, to, callId, cseq, headers, binary } = message;
  return JSON.stringify({ from, to, callId, cseq, headers, binary } satisfies Envelope);
}

function open(row: Record<string, unknown>): StoredMessage {
  const envelope = JSON.parse(String(row['envelope'])) as Envelope;
  return {
    ...envelope,
    sequence: Number(row['sequence']),
    sender: String(row['sender']),
    recipient: String(row['recipient']),
    id: String(row['id']),
    at: Number(row['at']),
    body: String(row['body']),
  };
}
