import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import '../styles/index.css';
import ContactList from './ContactList.svelte';

const groups = [{ id: 'team', name: 'Team' }];
async function show(entries: Parameters<typeof bootWith>[0]) {
  history.replaceState({}, '', '/');
  const opened = openOffice(bootWith(entries, groups));
  const given = {
    selected: null,
    itemsFor: () => [{ is: 'action', label: 'Message', run: () => undefined }],
  };
  const of = ContactList as unknown as Component<Record<string, unknown>>;
  const screen = await render(InOffice, { tab: opened.tab, office: opened.office, of, given });
  // Rows stand once the list has measured itself.
  await expect.poll(() => document.querySelectorAll('[role="treeitem"]').length).toBeGreaterThan(1);
  return { ...opened, screen };
}
const focused = (): string | undefined =>
  document.activeElement?.querySelector('.nm, .group-head span')?.textContent ?? undefined;
const firstItem = (): HTMLElement => {
  const item = document.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]');
  if (!item) throw new Error('no row takes the keyboard');
  return item;
};

test('one row takes the keyboard; arrows, letters, left and right move it', async () => {
  await show([entry('Ana', ['team']), entry('Bea', ['team']), entry('Zoe')]);
  expect(document.querySelectorAll('[role="treeitem"][tabindex="0"]')).toHaveLength(1);
  firstItem().focus();
  expect(focused()).toBe('Team');
  await userEvent.keyboard('{ArrowDown}');
  await expect.poll(focused).toBe('Ana');
  await userEvent.keyboard('z');
  await expect.poll(focused).toBe('Zoe');
  await userEvent.keyboard('{Home}{ArrowLeft}');
  await expect.poll(() => document.activeElement?.getAttribute('aria-expanded')).toBe('false');
  expect(document.querySelectorAll('[role="treeitem"]')).toHaveLength(3);
});

test('every row says its level, place and number', async () => {
  await show([entry('Ana', ['team']), entry('Bea', ['team']), entry('Zoe')]);
  const said = [...document.querySelectorAll('[role="treeitem"]')].map((item) =>
    ['aria-level', 'aria-posinset', 'aria-setsize'].map((name) => item.getAttribute(name)).join(' '),
  );
  expect(said).toEqual(['1 1 2', '2 1 2', '2 2 2', '1 2 2', '2 1 1']);
});

test('Enter opens the conversation, Shift F10 the menu, Esc gives the row the focus back', async () => {
  const { tab } = await show([entry('Ana', ['team'])]);
  firstItem().focus();
  await userEvent.keyboard('{ArrowDown}');
  await expect.poll(focused).toBe('Ana');
  await userEvent.keyboard('{Shift>}{F10}{/Shift}');
  await expect.poll(() => document.querySelector('[role="menu"]')?.textContent).toContain('Message');
  await userEvent.keyboard('{Escape}');
  await expect.poll(focused).toBe('Ana');
  await userEvent.keyboard('{Enter}');
  expect(tab.router.route).toEqual({ at: 'chat', aor: 'sip:ana@larkfield.example' });
});

test('10,000 contacts: few rows stand, End reaches the last one, and a change of presence repaints one row', async () => {
  const people = Array.from({ length: 10_000 }, (_, at) => entry(`Person ${String(at).padStart(5, '0')}`));
  const { link } = await show(people);
  expect(document.querySelectorAll('[role="treeitem"]').length).toBeLessThan(80);
  firstItem().focus();
  await userEvent.keyboard('{End}');
  await expect.poll(focused).toBe('Person 09999');
  await userEvent.keyboard('{Home}');
  await expect.poll(focused).toBe('Team');
  const touched = new Set<Node>();
  const watch = new MutationObserver((records) => {
    for (const { target } of records) {
      const row = (target instanceof Element ? target : target.parentElement)?.closest('[role="treeitem"]');
      if (row) touched.add(row);
    }
  });
  watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  link.tell({
    fact: 'presence',
    changes: [
      [
        'sip:person.00003@larkfield.example',
        { availability: 'busy', activity: 'call', messages: true, asOf: 0 },
      ],
    ],
  });
  await expect.poll(() => document.querySelector('[data-shape="busy"]')).not.toBeNull();
  watch.disconnect();
  expect(touched.size).toBe(1);
});
