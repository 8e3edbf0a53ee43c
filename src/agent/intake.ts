/**
 * Takes a page of the server's history in, as one commit: rows that are here already stay, corrections and withdrawals
 * are put on whatever they are about, in any order, and nothing is announced as if it had just arrived.
 */
import { advanced } from '../store/messages.ts';
import type { StoredConversation, StoredMessage, StoredRevision } from '../store/rows.ts';
import type { Vault, Write } from '../store/vault.ts';
import type { Kept } from './core/archived-letter.ts';
import { withHints, withMessage } from './core/conversations.ts';
import { revised, standIn, withRevisions } from './core/revisions.ts';
import type { Aor } from './contract.ts';

/** What a page makes of what is kept here. */
export interface Taken {
  readonly writes: readonly Write[];
  /** Rows that are new or other than before. */
  readonly rows: readonly StoredMessage[];
  readonly conversations: readonly StoredConversation[];
  /** Ids of rows that only stood for a revision. */
  readonly gone: readonly string[];
}

type Key = readonly [conversation: string, sender: string, id: string];
const textOf = (key: Key): string => key.join('\n');
const keyOf = ({ conversation, sender, id }: { conversation: string; sender: string; id: string }): Key => [
  conversation,
  sender,
  id,
];

/** Reads what is needed from the vault and decides; writes nothing. `of` gives conversations as they stand. */
export async function takeIn(
  vault: Pick<Vault, 'message' | 'revisionsOf'>,
  me: Aor,
  of: (conversation: Aor) => StoredConversation,
  page: readonly Kept[],
): Promise<Taken> {
  const rows = new Map<string, { row: StoredMessage; isNew: boolean }>();
  const revisions = new Map<string, StoredRevision>();
  const conversations = new Map<string, StoredConversation>();
  const gone = new Map<string, Key>();
  const at = (id: Aor): StoredConversation => conversations.get(id) ?? of(id);
  const find = async (key: Key): Promise<StoredMessage | null> =>
    rows.get(textOf(key))?.row ?? (await vault.message(key));

  function put(row: StoredMessage, isNew: boolean): void {
    const key = textOf(keyOf(row));
    rows.set(key, { row, isNew: isNew || rows.get(key)?.isNew === true });
  }

  async function takeRow({ row, group, subject, accepted }: Extract<Kept, { is: 'row' }>): Promise<void> {
    const key = keyOf(row);
    const known = await find(key);
    if (known) {
      const moved = row.mine ? advanced(known, { to: row.state, place: row.order }) : null;
      if (!moved) return;
      put(moved, false);
      const conversation = at(row.conversation);
      if (conversation.last?.id === row.id)
        conversations.set(row.conversation, withMessage(conversation, moved, false));
      return;
    }
    const before = at(row.conversation);
    const told = withHints(before, me, row, group, before.subject === undefined ? subject : undefined);
    if (told === 'refused') return;
    // Who was in it then says nothing of who is in it now.
    const isPast = told === 'past' || (before.last !== null && row.order < before.last.order);
    const hinted = isPast && before.group ? before : told === 'past' ? before : told;
    const stored = await vault.revisionsOf(key);
    const fresh = [...revisions.values()].filter((one) => textOf(keyOfTarget(one)) === textOf(key));
    const all = [...stored, ...fresh];
    const whole = withRevisions(row, all);
    for (const { id } of all) {
      const standing: Key = [key[0], key[1], id];
      rows.delete(textOf(standing));
      gone.set(textOf(standing), standing);
    }
    put(whole, true);
    const isStandIn = all.some(({ id }) => id === hinted.last?.id);
    const isUnread = accepted > (before.readDate ?? 0);
    const standing = isStandIn ? { ...hinted, last: null } : hinted;
    conversations.set(row.conversation, withMessage(standing, whole, isUnread));
  }

  async function takeRevision({ revision }: Extract<Kept, { is: 'revision' }>): Promise<void> {
    const target = keyOfTarget(revision);
    const key = textOf(keyOf(revision));
    const known = await vault.revisionsOf(target);
    if (revisions.has(key) || known.some(({ id }) => id === revision.id)) return;
    revisions.set(key, revision);
    const base = await find(target);
    const after = base ? revised(base, revision) : standIn(revision, revision.sender === me);
    if (!after) return;
    put(after, !base);
    const conversation = at(revision.conversation);
    const isLast = conversation.last?.id === after.id && conversation.last.sender === after.sender;
    if (isLast || !base) conversations.set(revision.conversation, withMessage(conversation, after, false));
  }

  for (const kept of page.toSorted((one, other) => one.accepted - other.accepted)) {
    if (kept.is === 'row') await takeRow(kept);
    else await takeRevision(kept);
  }
  const changed = [...rows.values()];
  return {
    writes: [
      ...[...gone.values()].map((key) => ({ remove: 'messages', key }) as const),
      ...[...revisions.values()].map((row) => ({ add: 'revisions', row }) as const),
      ...changed.map(({ row, isNew }): Write =>
        isNew ? { add: 'messages', row } : { put: 'messages', row },
      ),
      ...[...conversations.values()].map((row) => ({ put: 'conversations', row }) as const),
    ],
    rows: changed.map(({ row }) => row),
    conversations: [...conversations.values()],
    gone: [...gone.values()].map(([, , id]) => id),
  };
}

function keyOfTarget({ conversation, sender, target }: StoredRevision): Key {
  return [conversation, sender, target];
}
