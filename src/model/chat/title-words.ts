import type { Aor } from '../../agent/contract.ts';
import type { People } from '../people/people.svelte.ts';
import type { Conversation } from './conversation.svelte.ts';

/** Names that a title lists before it counts. */
const MOST_NAMED = 3;

/** What a conversation is called: its subject, or the people in it; of two, the other one. */
export function titleWords(conversation: Conversation, people: People, me: Aor): string {
  const { group, subject } = conversation;
  if (!group) return people.contact(conversation.id).name;
  if (subject !== '') return subject;
  const others = group.members.filter(({ aor }) => aor !== me);
  if (others.length === 0) return group.members.length === 0 ? 'Conversation' : 'Only you';
  const [only] = others;
  if (others.length === 1 && only) return people.contact(only.aor).name;
  const most = others.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED;
  const names = others.slice(0, most).map(({ aor }) => people.contact(aor).firstName);
  return listWords(names, others.length - names.length);
}

/** "Ben", "Ben and Cara", "Ben, Cara and 3 others". */
function listWords(names: readonly string[], others = 0): string {
  if (others > 0) return `${names.join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`;
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** "Ben is typing", "Ben and Cara are typing", "Several people are typing"; '' when nobody is. */
export function typingWords(names: readonly string[]): string {
  if (names.length === 0) return '';
  if (names.length > 2) return 'Several people are typing';
  return `${listWords(names)} ${names.length === 1 ? 'is' : 'are'} typing`;
}

type Event = Pick<Conversation['rows'][number], 'event' | 'about' | 'sender' | 'text'>;

/**
 * What happened to a conversation, in words of this window: names are those known here. A new name stands in what the
 * one who gave it says.
 */
export function eventWords(row: Event, people: People, me: Aor): string {
  const nameOf = (aor: Aor): string => (aor === me ? 'you' : people.contact(aor).name);
  const who = row.sender === me ? 'You' : people.contact(row.sender).name;
  const about = row.about ?? [];
  const whom = listWords(about.slice(0, MOST_NAMED).map(nameOf), Math.max(0, about.length - MOST_NAMED));
  switch (row.event) {
    case 'created':
      return `${who} started this conversation`;
    case 'joined':
      return whom === '' ? `${who} added somebody` : `${who} added ${whom}`;
    case 'left':
      return about.length === 0 || (about.length === 1 && about[0] === row.sender)
        ? `${who} left`
        : `${who} removed ${whom}`;
    case 'renamed': {
      const name = /“(.{1,200})”/u.exec(row.text)?.[1];
      return name === undefined
        ? `${who} gave this conversation a name`
        : `${who} named this conversation “${name}”`;
    }
    default:
      return row.text;
  }
}
