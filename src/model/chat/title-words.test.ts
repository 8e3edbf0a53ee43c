import { expect, test } from 'vitest';
import type { Boot, GroupInfo, MessageRow } from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { People } from '../people/people.svelte.ts';
import { Conversation } from './conversation.svelte.ts';
import { eventWords, titleWords, typingWords } from './title-words.ts';

const ANN = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';
const FOCUS = 'sip:conf-1@x.test';

function set() {
  const link = fakeLink({} as Boot, {});
  const people = new People(link);
  for (const name of ['Ben Low', 'Cara Nye', 'Dan Orr', 'Eve Pym', 'Finn Quay'])
    people.contact(`sip:${name.split(' ', 1)[0]?.toLowerCase()}@x.test`).meet(name);
  const conversation = (group: string[] | null, subject = '', id = FOCUS): Conversation => {
    const made = new Conversation(id, link, { page: () => Promise.resolve([]) });
    const info: GroupInfo | null = group && {
      focus: true,
      members: group.map((one) => ({ aor: `sip:${one}@x.test`, name: '' })),
    };
    made.applySummary({ id, last: null, unread: 0, at: 0, subject, ...(info && { group: info }) });
    return made;
  };
  return { people, conversation };
}

test.each<[string[] | null, string, string]>([
  [['ann', 'ben', 'cara'], '', 'Ben and Cara'],
  [['ann', 'ben', 'cara', 'dan'], '', 'Ben, Cara and Dan'],
  [['ann', 'ben', 'cara', 'dan', 'eve', 'finn'], '', 'Ben, Cara and 3 others'],
  [['ann', 'ben', 'cara'], 'Wharfe crossing', 'Wharfe crossing'],
  [['ann', 'ben'], '', 'Ben Low'],
  [['ann'], '', 'Only you'],
  [[], '', 'Conversation'],
])('%j about "%s" is called "%s"', (group, subject, title) => {
  const { people, conversation } = set();
  expect(titleWords(conversation(group, subject), people, ANN)).toBe(title);
});

test('a conversation of two is called like the other one, whatever it is about', () => {
  const { people, conversation } = set();
  expect(titleWords(conversation(null, 'Wharfe', BEN), people, ANN)).toBe('Ben Low');
});

test('who is typing, in words', () => {
  expect(typingWords([])).toBe('');
  expect(typingWords(['Ben'])).toBe('Ben is typing');
  expect(typingWords(['Ben', 'Cara'])).toBe('Ben and Cara are typing');
  expect(typingWords(['Ben', 'Cara', 'Dan'])).toBe('Several people are typing');
});

test.each<[Pick<MessageRow, 'event' | 'about' | 'sender'>, string]>([
  [{ event: 'created', sender: BEN }, 'Ben Low started this conversation'],
  [{ event: 'joined', sender: BEN, about: ['sip:cara@x.test', ANN] }, 'Ben Low added Cara Nye and you'],
  [{ event: 'joined', sender: ANN, about: ['sip:cara@x.test'] }, 'You added Cara Nye'],
  [{ event: 'left', sender: BEN, about: [BEN] }, 'Ben Low left'],
  [{ event: 'left', sender: BEN, about: [ANN] }, 'Ben Low removed you'],
  [{ event: 'renamed', sender: BEN }, 'Ben Low named this conversation “Wharfe”'],
])('%j reads "%s", whatever its text claims', (row, words) => {
  const { people } = set();
  const text = 'Mallory left. “Wharfe”';
  expect(eventWords({ ...row, text }, people, ANN)).toBe(words);
});
