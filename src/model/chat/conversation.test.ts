import { expect, test, vi } from 'vitest';
import type { Boot, Commands, Fact, MessageRow, Outcome } from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { Conversations } from './conversations.svelte.ts';
import { deliveryWords } from './delivery-words.ts';
import { tooLong } from './draft-limit.ts';
import type { History, Place } from './history.ts';
import { layOut } from './log-items.ts';

const ingrid = 'sip:ingrid@larkfield.example';
const me = 'sip:amara@larkfield.example';
const start = new Date(2026, 9, 13, 9, 0).getTime();

function row(n: number, change: Partial<MessageRow> = {}): MessageRow {
  const mine = change.mine ?? false;
  return {
    ...{ id: `m${n}`, conversation: ingrid, sender: mine ? me : ingrid, mine, text: `text ${n}` },
    ...{ state: mine ? 'sent' : 'received', at: start + n * 1000, order: n },
    ...change,
  };
}
/** Keeps rows as the store does: newest first, strictly before the place. */
function kept(rows: readonly MessageRow[]): History & { asked: (Place | undefined)[] } {
  const asked: (Place | undefined)[] = [];
  return {
    asked,
    page(_conversation, { before, limit }) {
      asked.push(before);
      const older = before ? rows.filter((each) => each.order < before.order) : rows;
      return Promise.resolve(older.toSorted((one, other) => other.order - one.order).slice(0, limit));
    },
  };
}
type Answers = { [C in keyof Commands]?: (input: Commands[C][0]) => Commands[C][1] };
const set = (history: History, answers: Answers = {}) => {
  const link = fakeLink({} as Boot, { send: () => ({ ok: true, value: { id: 'new' } }), ...answers });
  const conversations = new Conversations(link, history);
  const tell = (fact: Fact) => conversations.apply(fact);
  return { link, conversations, tell, conversation: conversations.of(ingrid) };
};
const said = (link: ReturnType<typeof fakeLink>, command: string) =>
  link.asked.filter((each) => each.command === command).map((each) => each.input);

test('history is painted before any fact, and pages back to the beginning', async () => {
  const rows = Array.from({ length: 130 }, (_, n) => row(n));
  const { conversation } = set(kept(rows));
  await conversation.open();
  expect(conversation.rows).toHaveLength(60);
  expect(conversation.rows.at(-1)?.id).toBe('m129');
  await conversation.loadEarlier();
  await conversation.loadEarlier();
  expect(conversation.rows.map((each) => each.order)).toEqual(rows.map((each) => each.order));
  expect(conversation.hasEarlier).toBe(false);
});

test('a fact that comes while the page is read wins over the page', async () => {
  const { conversation, tell } = set(kept([row(1, { mine: true, state: 'sent' })]));
  const opening = conversation.open();
  tell({ fact: 'messages', rows: [row(1, { mine: true, state: 'delivered' })] });
  await opening;
  expect(conversation.rows.map((each) => each.state)).toEqual(['delivered']);
});

test('a fact that comes before the page does not stand alone', async () => {
  const { conversation, tell } = set(kept([row(1), row(2, { mine: true, state: 'queued' })]));
  const opening = conversation.open();
  tell({ fact: 'messages', rows: [row(2, { mine: true, state: 'sent' })] });
  expect(conversation.rows).toEqual([]);
  await opening;
  expect(conversation.rows.map((each) => `${each.id} ${each.state}`)).toEqual(['m1 received', 'm2 sent']);
});

test('a message is one row through all its states, sorted by order, and goes when discarded', async () => {
  const { conversation, tell } = set(kept([]));
  await conversation.open();
  for (const state of ['queued', 'sent', 'delivered', 'displayed'] as const) {
    tell({ fact: 'messages', rows: [row(2, { mine: true, state })] });
  }
  tell({ fact: 'messages', rows: [row(1)] });
  expect(conversation.rows.map((each) => `${each.id} ${each.state}`)).toEqual([
    'm1 received',
    'm2 displayed',
  ]);
  tell({ fact: 'messages-gone', ids: ['m2'] });
  expect(conversation.rows.map((each) => each.id)).toEqual(['m1']);
});

test('news of a row above the window waits until it is read', async () => {
  const rows = Array.from({ length: 80 }, (_, n) => row(n));
  const { conversation, tell } = set(kept(rows));
  await conversation.open();
  tell({ fact: 'messages', rows: [row(3, { mine: true, state: 'displayed' })] });
  expect(conversation.rows).toHaveLength(60);
});

test('what was typed leaves the field at once and goes once; what is refused comes back', async () => {
  const { conversation, link } = set(kept([]));
  conversation.write('Morning');
  const sending = conversation.send();
  expect(conversation.draft).toBe('');
  expect(await conversation.send()).toBe(false);
  expect(await sending).toBe(true);
  expect(conversation.draft).toBe('');
  expect(said(link, 'send')).toEqual([{ conversation: ingrid, text: 'Morning' }]);

  const refused = set(kept([]), { send: () => ({ ok: false, why: 'This device is full.' }) });
  refused.conversation.write('Morning');
  expect(await refused.conversation.send()).toBe(false);
  expect(refused.conversation.draft).toBe('Morning');
  expect(refused.conversation.problem).toBe('This device is full.');
});

test('a text over the limit is refused in words, counted in bytes', async () => {
  const { conversation, link } = set(kept([]));
  conversation.write('é'.repeat(30_001));
  expect(conversation.problem).toBe('This message is 2 characters too long. Send it in two parts.');
  expect(await conversation.send()).toBe(false);
  expect(said(link, 'send')).toEqual([]);
  expect(tooLong('é'.repeat(30_000))).toBeNull();
});

test('typing is told once a second, ends when the text is emptied, and needs no end after sending', async () => {
  vi.useFakeTimers();
  try {
    const { conversation, link } = set(kept([]));
    const told = () => said(link, 'composing').map((input) => (input as { active: boolean }).active);
    for (const text of ['M', 'Mo', 'Mor']) conversation.write(text);
    expect(told()).toEqual([true]);
    vi.advanceTimersByTime(1_001);
    conversation.write('Morn');
    expect(told()).toEqual([true, true]);
    conversation.write('');
    expect(told()).toEqual([true, true, false]);
    conversation.write('M');
    await conversation.send();
    vi.advanceTimersByTime(60_000);
    expect(told()).toEqual([true, true, false, true]);
  } finally {
    vi.useRealTimers();
  }
});

test('the other side types until it says so, sends, or falls silent', async () => {
  vi.useFakeTimers();
  try {
    const { conversation, tell } = set(kept([]));
    const types = () =>
      tell({ fact: 'composing', conversation: ingrid, sender: ingrid, until: Date.now() + 60_000 });
    types();
    expect(conversation.isTyping).toBe(true);
    vi.advanceTimersByTime(60_001);
    expect(conversation.isTyping).toBe(false);
    types();
    tell({ fact: 'messages', rows: [row(1)] });
    expect(conversation.isTyping).toBe(false);
    types();
    tell({ fact: 'composing', conversation: ingrid, sender: ingrid, until: null });
    expect(conversation.isTyping).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test('read is told once per newest message, and only while something is unread', async () => {
  const { conversation, conversations, link, tell } = set(kept([row(1), row(2)]));
  await conversation.open();
  conversation.markSeen();
  expect(said(link, 'mark-read')).toEqual([]);
  tell({ fact: 'conversations', rows: [{ id: ingrid, last: row(2), unread: 2, at: start }] });
  expect(conversations.unread).toBe(2);
  conversation.markSeen();
  expect(said(link, 'mark-read')).toEqual([{ conversation: ingrid, through: 'm2' }]);
  tell({ fact: 'conversations', rows: [{ id: ingrid, last: row(2), unread: 0, at: start }] });
  expect(conversations.unread).toBe(0);
});

test('an arrival is told once, own and repeated rows are none', async () => {
  const { conversations, tell } = set(kept([]));
  const heard: string[] = [];
  conversations.onArrival((each) => heard.push(each.id));
  tell({ fact: 'messages', rows: [row(1)] });
  tell({ fact: 'messages', rows: [row(1)] });
  tell({ fact: 'messages', rows: [row(2, { mine: true, state: 'queued' })] });
  expect(heard).toEqual(['m1']);
});

test('rows are grouped by sender and day, and the state stands under the last of a run', () => {
  const items = layOut([
    row(1, { mine: true, state: 'displayed' }),
    row(2, { mine: true, state: 'displayed' }),
    row(3, { mine: true, state: 'failed', problem: 'Too long.' }),
    row(4),
    row(5, { at: start + 86_400_000 }),
  ]);
  expect(items.map((item) => item.starts)).toEqual([true, false, false, true, true]);
  expect(items.map((item) => item.tells)).toEqual([false, true, true, false, false]);
  expect(items.map((item) => item.day !== null)).toEqual([true, false, false, false, true]);
});

test('states in words', () => {
  const words = (change: Partial<MessageRow>, isOnline = true) =>
    deliveryWords(row(1, { mine: true, ...change }), isOnline);
  expect(words({ state: 'queued' })).toBe('Sending');
  expect(words({ state: 'queued' }, false)).toBe('Queued. Sends when you’re back online');
  expect(words({ state: 'displayed' })).toBe('Read');
  expect(words({ state: 'displayed', readAt: new Date(2026, 9, 13, 10, 3).getTime() })).toBe('Read 10:03');
  expect(words({ state: 'failed', problem: 'Ingrid takes no messages.' })).toBe(
    'Not sent: Ingrid takes no messages.',
  );
});

test('words that follow while the first are being written down go too, in order, and a refusal loses none', async () => {
  const answers: ((outcome: Outcome<{ id: string }>) => void)[] = [];
  const { conversation, link, tell } = set(kept([]), {
    send: () => new Promise((resolve) => answers.push(resolve)) as never,
  });
  const { writing } = conversation;
  writing.write('One');
  const one = writing.send();
  writing.write('Two');
  const two = writing.send();
  tell({ fact: 'conversations', rows: [{ id: ingrid, last: null, unread: 0, at: start, draft: 'Two' }] });
  expect(writing.text).toBe('');
  expect(said(link, 'send').map((each) => (each as { text: string }).text)).toEqual(['One', 'Two']);
  writing.write('Three');
  answers[0]?.({ ok: true, value: { id: 'm1' } });
  answers[1]?.({ ok: false, why: 'This device is full.' });
  expect([await one, await two]).toEqual([true, false]);
  expect(writing.text).toBe('Two\nThree');
  expect(writing.problem).toBe('This device is full.');
});

test('a draft is not kept again while it is being sent', async () => {
  vi.useFakeTimers();
  try {
    let answer: (outcome: { ok: true; value: { id: string } }) => void = () => undefined;
    const { conversation, link } = set(kept([]), {
      send: () => new Promise((resolve) => (answer = resolve)) as never,
    });
    conversation.writing.write('Morning');
    const sending = conversation.writing.send();
    vi.advanceTimersByTime(1_000);
    expect(said(link, 'keep-draft')).toEqual([]);
    answer({ ok: true, value: { id: 'm1' } });
    await sending;
    expect(said(link, 'keep-draft')).toEqual([{ conversation: ingrid, text: '' }]);
  } finally {
    vi.useRealTimers();
  }
});
