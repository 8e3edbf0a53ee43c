/** Corrections and withdrawals: how a message becomes what its sender made of it. */
import { omit } from '../../store/omit.ts';
import type { StoredMessage, StoredRevision } from '../../store/rows.ts';

/** The row with a revision applied; null when a newer one was applied already, or it is somebody else's message. */
export function revised(row: StoredMessage, revision: StoredRevision): StoredMessage | null {
  if (row.sender !== revision.sender || row.conversation !== revision.conversation) return null;
  // What was taken back does not come again, whichever was told first.
  if (row.withdrawn) return null;
  if (revision.becomes && row.revisedOrder !== undefined && row.revisedOrder >= revision.order) return null;
  const bare = omit(row, 'html', 'ink', 'files', 'attachment');
  if (revision.becomes === null)
    return { ...omit(bare, 'reply', 'editedAt'), text: '', withdrawn: true, revisedOrder: revision.order };
  return { ...bare, ...revision.becomes, editedAt: revision.order, revisedOrder: revision.order };
}

/** The row after all revisions that are known of it. */
export function withRevisions(row: StoredMessage, revisions: readonly StoredRevision[]): StoredMessage {
  return revisions
    .toSorted((one, other) => one.order - other.order)
    .reduce((now, revision) => revised(now, revision) ?? now, row);
}

/** Shown for a correction whose message is not held here; nothing for a withdrawal of what was never seen. */
export function standIn(revision: StoredRevision, mine: boolean): StoredMessage | null {
  if (revision.becomes === null) return null;
  const { id, conversation, sender, order, target } = revision;
  return {
    ...{ id, conversation, sender, mine, at: order, order, editedAt: order, standsFor: target },
    ...revision.becomes,
    state: mine ? 'sent' : 'received',
  };
}
