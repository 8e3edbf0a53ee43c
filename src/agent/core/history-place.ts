/**
 * What the history of the server has to be asked for next. Pure, so that a test can walk through it:
 *
 *   nothing known -> conversations (how far they were read) -> newest messages -> newest calls
 *     -> changes, as they are told -> what this device has to say -> older messages and calls, page by page -> rest
 *
 * Read marks come before messages: what was read elsewhere never counts as unread here. What is new goes before what
 * is old.
 */
import type { HistoryType } from '../../protocol/history-api.ts';
import type { HistoryPlace } from '../../store/meta.ts';

/** Everything before this has been read, or there was nothing. */
export const ALL = 'all';

export type HistoryStep =
  | 'conversations'
  | 'newest-messages'
  | 'newest-calls'
  | 'conversation-changes'
  | 'message-changes'
  | 'call-changes'
  | 'tell'
  | 'older-messages'
  | 'older-calls';

/** `told`: types with news that have not been read. `untold`: this device has something to say. */
export interface HistoryNews {
  readonly told: ReadonlySet<HistoryType>;
  readonly untold: boolean;
}

export function newPlace(
  aor: string,
  root: string,
  policy: HistoryPlace['policy'],
  before: HistoryPlace | null,
): HistoryPlace {
  if (before?.aor === aor && before.root === root) return { ...before, policy };
  const nothing = { messages: null, conversations: null, calls: null, oldestMessage: null, oldestCall: null };
  return { aor, root, policy, ...nothing };
}

/** Null: nothing is left to do. */
export function nextStep(place: HistoryPlace, { told, untold }: HistoryNews): HistoryStep | null {
  const { archived } = place.policy;
  if (place.conversations === null) return 'conversations';
  if (archived && place.messages === null) return 'newest-messages';
  if (place.calls === null) return 'newest-calls';
  if (told.has('Conversation')) return 'conversation-changes';
  if (archived && told.has('Message')) return 'message-changes';
  if (told.has('CallRecord')) return 'call-changes';
  if (untold) return 'tell';
  if (archived && place.oldestMessage !== ALL) return 'older-messages';
  return place.oldestCall === ALL ? null : 'older-calls';
}

/** Where a state cannot be gone on from (`cannotCalculateChanges`): the type is read anew, from its newest. */
export function forgotten(place: HistoryPlace, type: HistoryType): HistoryPlace {
  switch (type) {
    case 'Conversation':
      return { ...place, conversations: null };
    case 'Message':
      return { ...place, messages: null, oldestMessage: null };
    case 'CallRecord':
      return { ...place, calls: null, oldestCall: null };
  }
}

/** Whether everything that the server keeps is here. */
export function isWhole(place: HistoryPlace): boolean {
  return !place.policy.archived || place.oldestMessage === ALL;
}
