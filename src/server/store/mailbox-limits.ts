import type { DatabaseSync } from 'node:sqlite';

/** How much is kept for one person. */
export interface MailboxLimits {
  /** Messages in one mailbox. */
  readonly kept: number;
  /** Messages of one sender to one person who has not read any of them on any device. */
  readonly unread: number;
}

export const MAILBOX_LIMITS: MailboxLimits = { kept: 10_000, unread: 1_000 };

export interface MailboxRoom {
  /** Makes room for one more; null, or why there is none. Inside the transaction that will post it. */
  refusal(recipient: string, sender: string): 'full' | 'unread' | null;
  /** Makes room in the sender's own mailbox: the oldest copies go. */
  forCopy(sender: string): void;
}

/**
 * Numbers of a mailbox grow by one and go from the oldest, so that its size is a difference. What some device of the owner
 * has, goes first; nobody can push out what nobody has read.
 */
export function mailboxRoom(database: DatabaseSync, limits: MailboxLimits): MailboxRoom {
  const oldest = database.prepare('SELECT sequence FROM mailbox WHERE owner = ? ORDER BY sequence LIMIT 1');
  const newest = database.prepare('SELECT last FROM mailboxes WHERE owner = ?');
  const furthest = database.prepare('SELECT coalesce(max(cursor), 0) AS cursor FROM devices WHERE owner = ?');
  const unreadOf = database.prepare(
    'SELECT count(*) AS n FROM mailbox JOIN messages ON message = key WHERE owner = ? AND sequence > ? AND sender = ?',
  );
  const take = database.prepare('DELETE FROM mailbox WHERE owner = ? AND sequence <= ? RETURNING message');
  const orphan = database.prepare(
    'DELETE FROM messages WHERE key = ? AND NOT EXISTS (SELECT 1 FROM mailbox WHERE message = ?)',
  );

  const spanOf = (
    owner: string,
  ): { readonly first: number; readonly last: number; readonly size: number } => {
    const first = Number(oldest.get(owner)?.['sequence'] ?? 0);
    const last = Number(newest.get(owner)?.['last'] ?? 0);
    return { first, last, size: first === 0 ? 0 : last - first + 1 };
  };
  const drop = (owner: string, upTo: number): void => {
    for (const row of take.all(owner, upTo)) {
      const key = Number(row['message']);
      orphan.run(key, key);
    }
  };
  return {
    refusal(recipient, sender) {
      const { first, last, size } = spanOf(recipient);
      if (size < limits.unread) return null;
      const read = Number(furthest.get(recipient)?.['cursor'] ?? 0);
      if (
        last - read >= limits.unread &&
        Number(unreadOf.get(recipient, read, sender)?.['n']) >= limits.unread
      )
        return 'unread';
      if (size < limits.kept) return null;
      if (read < first) return 'full';
      drop(recipient, Math.min(read, last - limits.kept + 1));
      return null;
    },
    forCopy(sender) {
      const { last, size } = spanOf(sender);
      if (size >= limits.kept) drop(sender, last - limits.kept + 1);
    },
  };
}
