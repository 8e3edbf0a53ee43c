import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import '../styles/index.css';
import FindOrDial from './FindOrDial.svelte';

const ana = entry('Ana');
const newcomer = entry('Zoe');

async function show() {
  history.replaceState({}, '', '/');
  const opened = openOffice(bootWith([ana]));
  const of = FindOrDial as unknown as Component<Record<string, unknown>>;
  const screen = await render(InOffice, { tab: opened.tab, office: opened.office, of });
  const field = screen.getByRole('combobox').element() as HTMLInputElement;
  field.focus();
  await userEvent.keyboard('zoe@larkfield.example');
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
