import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import type { Answers } from '../../../e2e/ui/fake-link.ts';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import '../styles/index.css';
import FindOrDial from './FindOrDial.svelte';

const ana = entry('Ana');
const newcomer = entry('Zoe');

async function show(typed = 'zoe@larkfield.example', answers: Answers = {}) {
  history.replaceState({}, '', '/');
  const opened = openOffice(bootWith([ana]), undefined, answers);
  const of = FindOrDial as unknown as Component<Record<string, unknown>>;
  const screen = await render(InOffice, { tab: opened.tab, office: opened.office, of });
  const field = screen.getByRole('combobox').element() as HTMLInputElement;
  field.focus();
  await userEvent.keyboard(typed);
  const results = screen.getByRole('listbox').element() as HTMLElement;
  const list = (entries: (typeof ana)[]) =>
    opened.link.tell({
      fact: 'contacts',
      list: { entries, groups: [], source: 'server', asOf: Date.now() },
    });
  return { ...opened, screen, field, results, list };
}

test('somebody added from the results ends the search and is shown in the list', async () => {
  const { screen, field, results, office, list } = await show();
  await screen.getByRole('button', { name: /^Add .* to contacts$/ }).click();
  expect(field.value).toBe('zoe@larkfield.example');
  list([ana, newcomer]);
  await expect.poll(() => field.value).toBe('');
  expect(results.hidden).toBe(true);
  expect(office.tree.activeRow).toMatchObject({ is: 'person', contact: { aor: newcomer.aor } });
  expect(office.tree.revealed).toBe(1);
});

test('somebody added elsewhere does not end the search', async () => {
  const { field, results, office, list } = await show();
  list([ana, newcomer]);
  await expect.poll(() => office.people.listed.length).toBe(2);
  expect(field.value).toBe('zoe@larkfield.example');
  expect(results.hidden).toBe(false);
  expect(office.tree.revealed).toBe(0);
});

const options = (screen: Awaited<ReturnType<typeof show>>['screen']): readonly string[] =>
  screen
    .getByRole('option')
    .elements()
    .map((one) => one.querySelector('.nm')?.textContent ?? '');
const chosen = (screen: Awaited<ReturnType<typeof show>>['screen']): string =>
  screen.getByRole('option', { selected: true }).element().querySelector('.nm')?.textContent ?? '';

test('what the server finds comes below, and the chosen row stays chosen where it is', async () => {
  const person = { aor: 'sip:anabel@larkfield.example', name: 'Anabel' };
  let answer = (): void => undefined;
  const asked = new Promise<void>((done) => (answer = done));
  const { screen, link } = await show('an', {
    'find-people': () => {
      answer();
      return { ok: true, value: [person, { ...person, aor: ana.aor, name: 'Ana' }] };
    },
    'find-groups': () => ({ ok: true, value: [{ id: 'dl', name: 'Analysts', size: 40 }] }),
  });
  await expect.poll(() => options(screen)).toContain('Ana');
  await userEvent.keyboard('{ArrowDown}');
  await asked;
  await expect.poll(() => options(screen)).toEqual(['Ana', 'Anabel', 'Analysts']);
  expect(chosen(screen)).toBe('Ana');
  await userEvent.keyboard('{ArrowDown}');
  expect(chosen(screen)).toBe('Anabel');
  // Presence of whom the list does not hold is asked for while the row stands.
  await expect
    .poll(() => link.asked.filter(({ command }) => command === 'watch').map(({ input }) => input))
    .toEqual([{ aor: person.aor, on: true }]);
});

test('C03 a list that is found shows its members', async () => {
  const { screen } = await show('north', {
    'find-groups': () => ({ ok: true, value: [{ id: 'dl', name: 'North Approach', size: 40 }] }),
  });
  await expect.poll(() => options(screen)).toEqual(['North Approach']);
  await expect.element(screen.getByText('Distribution list · 40 members')).toBeVisible();
});

test('C06 a number in full can be added to the contacts, and Enter does it', async () => {
  const { screen } = await show('+44 113 496 0188');
  await expect.poll(() => options(screen)).toEqual(['+44 113 496 0188']);
  await expect
    .element(screen.getByRole('button', { name: 'Add +44 113 496 0188 to contacts' }))
    .toBeVisible();
});

test('an extension is no number that could be kept, and the row says so by doing nothing', async () => {
  const { screen, tab } = await show('6031');
  await expect.poll(() => options(screen)).toEqual(['6031']);
  await userEvent.keyboard('{Enter}');
  expect(tab.router.route).toEqual({ at: 'contacts' });
  await expect.element(screen.getByRole('option')).toHaveAttribute('aria-disabled', 'true');
});
