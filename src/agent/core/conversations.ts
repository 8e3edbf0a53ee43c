/** How a conversation's row follows from its messages. */
import { mentions, type Mentionable } from '../../protocol/mention.ts';
import { omit } from '../../store/omit.ts';
import { shownMessage } from '../../store/messages.ts';
import type { Aor, StoredConversation, StoredMessage } from '../../store/rows.ts';
import { groupAfter } from './groups.ts';
import type { GroupHint } from './inbox.ts';

export function newConversation(id: string): StoredConversation {
  return { id, last: null, unread: 0, at: 0, readOrder: 0 };
}

/**
 * A row was added or changed. `fresh`: it was not there before, so that it may count as unread. `me`: who may be
 * mentioned in what came in.
 */
export function withMessage(
  conversation: StoredConversation,
  row: StoredMessage,
  fresh: boolean,
  me: Mentionable | null = null,
): StoredConversation {
  const { last, readOrder, unread } = conversation;
  const newest = !last || row.order >= last.order || row.id === last.id;
  const counts = fresh && !row.mine && row.order > readOrder;
  return {
    ...conversation,
    last: newest ? shownMessage(row) : last,
    at: Math.max(conversation.at, row.at),
    unread: counts ? unread + 1 : unread,
    ...(counts && me && mentions(row, me) && { mentioned: true }),
  };
}

/** Everything up to `order` has been seen; `later` are the rows after it. */
export function withRead(
  conversation: StoredConversation,
  order: number,
  later: readonly StoredMessage[],
  me: Mentionable,
): StoredConversation {
  const unread = later.filter((row) => !row.mine);
  return {
    ...omit(conversation, 'mentioned'),
    ...(unread.some((row) => mentions(row, me)) && { mentioned: true }),
    readOrder: Math.max(conversation.readOrder, order),
    unread: unread.length,
  };
}

/**
 * What a message tells of its conversation: who is in it, what it is about. `refused`: its sender has no business there.
 * `past`: of a group that I have left.
 */
export function withHints(
  conversation: StoredConversation,
  me: Aor,
  row: StoredMessage,
  group: GroupHint | undefined,
  subject: string | undefined,
): StoredConversation | 'refused' | 'past' {
  const known = subject ? { ...conversation, subject } : conversation;
  if (!group) return known;
  const after = groupAfter(conversation.group, group, row, me);
  return typeof after === 'string' ? after : { ...known, group: after };
}
