import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import '../styles/index.css';
import ContactsPane from './ContactsPane.svelte';

const groups = [
  { id: 'team', name: 'Team' },
  { id: 'site', name: 'Site' },
];
const people = [entry('Ana', ['team']), entry('Bea', ['team']), entry('Cy', ['site']), entry('Zoe')];

async function show(entries = people) {
  history.replaceState({}, '', '/');
  const opened = openOffice(bootWith(entries, groups));
  const of = ContactsPane as unknown as Component<Record<string, unknown>>;
  const given = { selected: null };
  const screen = await render(InOffice, { tab: opened.tab, office: opened.office, of, given });
  await expect.poll(() => document.querySelectorAll('[role="treeitem"]').length).toBeGreaterThan(1);
  const edits = (): readonly unknown[] =>
    opened.link.asked
      .filter(({ command }) => command === 'edit-contacts')
      .map(({ input }) => (input as { edits: unknown }).edits);
  return { ...opened, screen, edits };
}
const row = (name: string): HTMLElement => {
  const found = [...document.querySelectorAll<HTMLElement>('[role="treeitem"]')].find(
    (item) => item.querySelector('.nm, .group-head .trunc')?.textContent === name,
  );
  if (!found) throw new Error(`no row for ${name}`);
  return found;
};
const picked = (): readonly string[] =>
  [...document.querySelectorAll('[role="treeitem"][aria-selected="true"] .nm')].map(
    (name) => name.textContent,
  );

test('several are picked by Ctrl and Shift with the pointer', async () => {
  await show();
  await userEvent.click(row('Ana'), { modifiers: ['Control'] });
  expect(picked()).toEqual(['Ana']);
  await userEvent.click(row('Cy'), { modifiers: ['Shift'] });
  expect(picked()).toEqual(['Ana', 'Bea', 'Cy']);
  await userEvent.click(row('Bea'), { modifiers: ['Control'] });
  expect(picked()).toEqual(['Ana', 'Cy']);
});

test('and by keys alone: Ctrl Space, Shift with arrows, Ctrl A, Esc', async () => {
  await show();
  row('Team').focus();
  await userEvent.keyboard('{ArrowDown}');
  await expect.poll(() => document.activeElement).toBe(row('Ana'));
  await userEvent.keyboard('{Control>} {/Control}');
  await expect.poll(picked).toEqual(['Ana']);
  await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}');
  await expect.poll(picked).toEqual(['Ana', 'Bea']);
  await userEvent.keyboard(' ');
  await expect.poll(picked).toEqual(['Ana']);
  await userEvent.keyboard('{Control>}a{/Control}');
  await expect.poll(picked).toEqual(['Ana', 'Bea', 'Cy', 'Zoe']);
  await userEvent.keyboard('{Escape}');
  await expect.poll(picked).toEqual([]);
});

test('what is picked is moved, tagged and removed together, and a toast takes it back', async () => {
  const { screen, edits, tab } = await show();
  await userEvent.click(row('Ana'), { modifiers: ['Control'] });
  await userEvent.click(row('Bea'), { modifiers: ['Control'] });
  await screen.getByRole('button', { name: 'Actions' }).click();
  await screen.getByRole('menuitem', { name: 'Remove from contacts' }).click();
  await expect.poll(edits).toEqual([people.slice(0, 2).map(({ aor }) => ({ edit: 'remove', aor }))]);
  const [toast] = tab.notices.list;
  expect(toast?.words).toBe('Removed 2 people from your contacts.');
  toast?.deed?.run();
  expect(edits()[1]).toEqual(
    people.slice(0, 2).map(({ aor, name }) => ({ edit: 'add', aor, name, group: 'team' })),
  );
});

test('"Move to" in the menu of a row moves it out of its group', async () => {
  const { screen, edits } = await show();
  row('Ana').focus();
  await userEvent.keyboard('{Shift>}{F10}{/Shift}');
  await screen.getByRole('menuitem', { name: 'Move to' }).click();
  await screen.getByRole('menuitem', { name: 'Site' }).click();
  await expect.poll(edits).toEqual([[{ edit: 'place', aor: people[0]?.aor, groups: ['site'] }]]);
});

test('Alt with arrows moves somebody to the next group, and a group among the groups', async () => {
  const { edits } = await show();
  row('Bea').focus();
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  await expect.poll(edits).toEqual([[{ edit: 'place', aor: people[1]?.aor, groups: ['site'] }]]);
  row('Team').focus();
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  await expect.poll(() => edits()[1]).toEqual([{ edit: 'move-group', id: 'team', before: null }]);
  row('Site').focus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await expect.poll(() => edits()[2]).toEqual([{ edit: 'move-group', id: 'site', before: 'team' }]);
  row('Team').focus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(edits()).toHaveLength(3);
});

test('people are dragged into a group, groups among themselves', async () => {
  const { screen, edits } = await show();
  await userEvent.dragAndDrop(row('Zoe'), row('Team'));
  await expect.poll(edits).toEqual([[{ edit: 'place', aor: people[3]?.aor, groups: ['team'] }]]);
  await userEvent.dragAndDrop(row('Site'), row('Team'), { targetPosition: { x: 40, y: 2 } });
  await expect.poll(() => edits()[1]).toEqual([{ edit: 'move-group', id: 'site', before: 'team' }]);
  expect(screen.container.querySelector('.into, .before, .after')).toBeNull();
});

test('a finger that rests opens the menu', async () => {
  const { screen, tab } = await show();
  const touch = { bubbles: true, pointerType: 'touch', clientX: 40, clientY: 60 };
  row('Ana').dispatchEvent(new PointerEvent('pointerdown', touch));
  await expect.element(screen.getByRole('menuitem', { name: /^Open card/ })).toBeVisible();
  row('Ana').dispatchEvent(new MouseEvent('click', { bubbles: true }));
  expect(tab.router.route).toEqual({ at: 'contacts' });
});

test('the view is chosen in the header and the list is drawn by it', async () => {
  const { screen } = await show();
  await screen.getByRole('button', { name: /^Show contacts/ }).click();
  await screen.getByRole('menuitemradio', { name: 'By name' }).click();
  await expect.poll(() => row('Z').getAttribute('aria-level')).toBe('1');
  await expect.element(screen.getByRole('button', { name: 'Show contacts: By name' })).toBeVisible();
});
