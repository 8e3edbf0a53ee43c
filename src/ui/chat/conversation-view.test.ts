import '../styles/index.css';
import { mount, unmount, type Component } from 'svelte';
import { userEvent } from 'vitest/browser';
import { afterEach, expect, test } from 'vitest';
import { fakeLink, type Answers } from '../../../e2e/ui/fake-link.ts';
import { makeTab } from '../../../e2e/ui/tab.ts';
import type { Boot, ConnectionState, MessageRow } from '../../agent/contract.ts';
import { provideConversations, provideGroups } from '../../model/chat/context.ts';
import { Conversations } from '../../model/chat/conversations.svelte.ts';
import { Groups } from '../../model/chat/groups.svelte.ts';
import { Connection } from '../../model/connection.svelte.ts';
import { provideTab } from '../../model/context.ts';
import { provideOffice, type Office } from '../../model/people/context.ts';
import { People } from '../../model/people/people.svelte.ts';
import ConversationView from './ConversationView.svelte';

const ingrid = 'sip:ingrid@larkfield.example';
const me = 'sip:amara@larkfield.example';
const online: ConnectionState = { is: 'online', since: 1, server: 's' };
const offline: ConnectionState = { is: 'offline', since: 1, retryAt: null, why: '' };
const closes: (() => void)[] = [];
afterEach(() => closes.splice(0).forEach((close) => close()));

function row(n: number, change: Partial<MessageRow> = {}): MessageRow {
  const mine = change.mine ?? false;
  return {
    ...{ id: `m${n}`, conversation: ingrid, sender: mine ? me : ingrid, mine, text: `text ${n}` },
    ...{ state: mine ? 'sent' : 'received', at: Date.now() - 1000 * (1000 - n), order: n },
    ...change,
  };
}

async function show(
  rows: readonly MessageRow[],
  state: ConnectionState = online,
  unread = 0,
  answers: Answers = {},
) {
  const link = fakeLink({} as Boot, {
    send: () => ({ ok: true, value: { id: 'new' } }),
    'edit-message': () => ({ ok: true, value: null }),
    'withdraw-message': () => ({ ok: true, value: null }),
    ...answers,
  });
  const conversations = new Conversations(link, {
    page: (_id, { before, limit }) => {
      const older = rows.filter((each) => !before || each.order < before.order);
      return Promise.resolve(older.toReversed().slice(0, limit));
    },
  });
  const last = rows.at(-1) ?? null;
  conversations.boot({ conversations: [{ id: ingrid, last, unread, at: 1 }] });
  const connection = new Connection();
  connection.boot({ connection: state, clockOffset: 0 });
  const people = new People(link);
  people.contact(ingrid).describe({ aor: ingrid, name: 'Ingrid Solberg' });
  const placed: boolean[] = [];
  const reach = {
    call: (_aor: string, video: boolean) => placed.push(video),
    whyNoCall: connection.whyNoCall,
  };
  const Frame: Component = (anchor) => {
    provideTab({ ...makeTab(link, {}), connection });
    provideOffice({ people, reach, me: { aor: me, name: 'Amara Okafor' } } as unknown as Office);
    provideConversations(conversations);
    provideGroups(new Groups({ link, open: () => undefined, say: () => undefined }));
    return ConversationView(anchor, { aor: ingrid });
  };
  const target = document.createElement('main');
  Object.assign(target.style, { blockSize: '500px', inlineSize: '700px', display: 'grid' });
  document.body.append(target);
  const app = mount(Frame, { target, context: new Map() });
  closes.push(
    () => void unmount(app),
    () => target.remove(),
  );
  await expect.poll(() => conversations.of(ingrid).isRead).toBe(true);
  const find = <E extends HTMLElement = HTMLElement>(selector: string): E => {
    const found = target.querySelector<E>(selector);
    if (!found) throw new Error(`nothing is ${selector}`);
    return found;
  };
  const asked = (command: string) =>
    link.asked.filter((each) => each.command === command).map((each) => each.input);
  return { target, find, asked, conversations, placed, field: find<HTMLTextAreaElement>('textarea') };
}

test('Enter sends, Shift Enter makes a line, and the field is empty once it is kept', async () => {
  const { field, asked } = await show([]);
  field.focus();
  await userEvent.keyboard('One{Shift>}{Enter}{/Shift}two');
  expect(field.value).toBe('One\ntwo');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => asked('send')).toEqual([{ conversation: ingrid, text: 'One\ntwo' }]);
  await expect.poll(() => field.value).toBe('');
  expect(document.activeElement).toBe(field);
});

test('a stranger is looked up in the directory once, whatever it answers', async () => {
  let titles = 0;
  const answers: Answers = {
    'look-up': () => ({
      ok: true,
      value: { person: { aor: ingrid, name: 'Ingrid', title: `Clerk ${++titles}` }, asOf: 1 },
    }),
  };
  const { asked, target } = await show([row(1)], online, 0, answers);
  await expect.poll(() => target.textContent).toContain('Clerk 1');
  await new Promise(requestAnimationFrame);
  expect(asked('look-up')).toEqual([{ aor: ingrid }]);
});

test('Enter belongs to the input method while it composes', async () => {
  const { field, asked } = await show([]);
  await userEvent.fill(field, 'にほん');
  field.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }),
  );
  expect(asked('send')).toEqual([]);
});

test('blank text is not sent', async () => {
  const { field, asked } = await show([]);
  await userEvent.fill(field, '   ');
  await userEvent.keyboard('{Enter}');
  expect(asked('send')).toEqual([]);
});

test('Shift Tab goes to the newest message, arrows go by message', async () => {
  const { field, target } = await show(Array.from({ length: 8 }, (_, n) => row(n)));
  const focused = () => document.activeElement?.getAttribute('data-message');
  await expect.poll(() => target.querySelectorAll('[data-message]').length).toBe(8);
  field.focus();
  await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
  await expect.poll(focused).toBe('m7');
  await userEvent.keyboard('{ArrowUp}');
  await expect.poll(focused).toBe('m6');
  await userEvent.keyboard('{Home}');
  await expect.poll(focused).toBe('m0');
  await userEvent.keyboard('{End}');
  await expect.poll(focused).toBe('m7');
});

test('what looks like markup is shown as text', async () => {
  const text = '<img src=x onerror="alert(1)"><script>alert(2)</script> **bold** https://larkfield.example/';
  const { target, find } = await show([row(1, { text })]);
  await expect.poll(() => target.querySelector('.bubble')?.textContent?.trim()).toBe(text);
  expect(target.querySelectorAll('.bubble img, .bubble script, .bubble b')).toHaveLength(0);
  const link = find<HTMLAnchorElement>('.bubble a');
  expect([link.href, link.rel, link.target]).toEqual([
    'https://larkfield.example/',
    'noopener noreferrer',
    '_blank',
  ]);
});

test('an unknown content type is a row with its type and Save', async () => {
  const attachment = { type: 'application/x-shiny', body: 'abc' };
  const { target } = await show([row(1, { text: 'A message of another kind', attachment })]);
  await expect
    .poll(() => target.querySelector('.file')?.textContent)
    .toContain('application/x-shiny · 3 bytes');
  expect(target.querySelector('.file button')?.textContent).toBe('Save');
});

test('what is seen is read, what is above the screen is not', async () => {
  const seen = await show([row(1), row(2)], online, 2);
  await expect.poll(() => seen.asked('mark-read')).toEqual([{ conversation: ingrid, through: 'm2' }]);

  const long = await show(Array.from({ length: 60 }, (_, n) => row(n, { text: `line ${n}\nsecond\nthird` })));
  const log = long.find('[role=log]');
  await expect.poll(() => log.scrollTop + log.clientHeight).toBeGreaterThan(log.scrollHeight - 10);
  // The list is still measuring its way to the end and may take the first try back.
  await expect
    .poll(() => {
      log.scrollTop = 0;
      return long.conversations.of(ingrid).isShown;
    })
    .toBe(false);
  const news = row(99, { at: Date.now() });
  long.conversations.apply({ fact: 'messages', rows: [news] });
  long.conversations.apply({ fact: 'conversations', rows: [{ id: ingrid, last: news, unread: 1, at: 2 }] });
  // The page must not jump while somebody reads above.
  await expect.poll(() => log.scrollTop).toBeLessThan(log.scrollHeight - log.clientHeight - 200);
  expect(long.asked('mark-read')).toEqual([]);
  log.scrollTop = log.scrollHeight;
  await expect.poll(() => long.asked('mark-read')).toEqual([{ conversation: ingrid, through: 'm99' }]);
});

test('scrolling up brings earlier pages without moving what is read', async () => {
  const { find, conversations, target } = await show(Array.from({ length: 200 }, (_, n) => row(n)));
  const log = find('[role=log]');
  await expect.poll(() => log.scrollTop).toBeGreaterThan(100);
  // The list is still measuring its way to the end and may take a try back; once the page is there nobody scrolls.
  const { rows } = conversations.of(ingrid);
  await expect
    .poll(() => {
      const now = conversations.of(ingrid).rows.length;
      if (now === rows.length) log.scrollTop = 0;
      return now;
    })
    .toBeGreaterThan(rows.length);
  await expect
    .poll(() => target.querySelector('[data-message="m139"], [data-message="m140"], [data-message="m141"]'))
    .not.toBeNull();
  expect(log.scrollTop).toBeGreaterThan(0);
});

test('offline: what waits says so, and calls say why they cannot start', async () => {
  const { target, find, placed } = await show([row(1, { mine: true, state: 'queued' })], offline);
  await expect
    .poll(() => target.querySelector('[data-state=queued]')?.textContent)
    .toContain('Queued. Sends when you’re back online');
  expect(target.querySelector('.bubble.queued')).not.toBeNull();
  const button = find<HTMLButtonElement>('[aria-label="Call Ingrid"]');
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(find(`#${CSS.escape(button.getAttribute('aria-describedby') ?? '')}`).textContent).toContain(
    'when the connection returns',
  );
  button.click();
  expect(placed).toEqual([]);
});

test('a failed message says why and offers to send again or discard', async () => {
  const problem = 'Ingrid’s phone takes no messages.';
  const { target, asked } = await show([row(1, { mine: true, state: 'failed', problem })]);
  await expect
    .poll(() => target.querySelector('[data-state=failed]')?.textContent)
    .toContain(`Not sent: ${problem}`);
  const [again, discard] = target.querySelectorAll<HTMLButtonElement>('[data-state=failed] button');
  again?.click();
  discard?.click();
  await expect
    .poll(() => [asked('send-again'), asked('discard-message')])
    .toEqual([[{ id: 'm1' }], [{ id: 'm1' }]]);
});

test('the beginning of a conversation says so', async () => {
  const { target } = await show([]);
  await expect.poll(() => target.textContent).toContain('This is the beginning of your conversation with');
});
