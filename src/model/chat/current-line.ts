import type { Conversation } from './conversation.svelte.ts';
import { rowWords } from './row-words.ts';

/** A conversation as one line of a list. `line`: what was said last, or that something is being written. */
export interface ConversationLine {
  readonly aor: string;
  readonly at: number;
  readonly line: string;
  readonly unread: number;
}

export function currentLine(conversation: Conversation): ConversationLine {
  const { id, last, unread, at } = conversation;
  return { aor: id, at, line: conversation.isTyping ? 'Typing…' : lastWords(conversation, last), unread };
}

function lastWords(conversation: Conversation, last: Conversation['last']): string {
  if (conversation.draft.trim() !== '') return `Draft: ${conversation.draft.trim()}`;
  if (!last) return '';
  const text = rowWords(last);
  if (last.state === 'failed') return `Not sent: ${text}`;
  if (conversation.isMentioned && !last.mine) return `Mentions you: ${text}`;
  return last.mine ? `You: ${text}` : text;
}
