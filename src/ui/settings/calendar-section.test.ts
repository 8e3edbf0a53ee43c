import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, openOffice } from '../../../e2e/ui/office.ts';
import type { Commands } from '../../agent/contract.ts';
import '../styles/index.css';
import CalendarSection from './CalendarSection.svelte';

type Asked = Commands['calendar'][0];
type Answer = Commands['calendar'][1];
type Status = Extract<Answer, { ok: true }>['value'];

const none: Status = { source: { is: 'none' }, readAt: null, problem: null, today: [] };

async function show(answer: (asked: Asked) => Answer) {
  const asked: Asked[] = [];
  const { tab, office } = openOffice(bootWith([]), undefined, {
    calendar: (input: Asked) => {
      asked.push(input);
      return answer(input);
    },
  });
  const of = CalendarSection as unknown as Component<Record<string, unknown>>;
  const screen = await render(InOffice, { tab, office, of });
  await expect.poll(() => asked.length).toBe(1);
  return { screen, asked };
}

test('without a calendar nothing is claimed of today', async () => {
  const { screen } = await show(() => ({ ok: true, value: none }));
  await expect.element(screen.getByRole('radio', { name: /None/ })).toBeChecked();
  expect(screen.getByRole('img').elements()).toHaveLength(0);
  expect(screen.getByRole('radio', { name: /Example/ }).elements()).toHaveLength(0);
});

test('what is missing is asked for by name, and nothing is sent', async () => {
  const { screen, asked } = await show(() => ({ ok: true, value: none }));
  await screen.getByRole('radio', { name: /CalDAV/ }).click();
  const save = screen.getByRole('button', { name: 'Test and save' });
  for (const [label, value, sentence] of [
    ['Address', 'https://dav.example.org/', 'Enter the address.'],
    ['Name', 'ana', 'Enter the name.'],
    ['Password', 'secret', 'Enter the password.'],
  ] as const) {
    await save.click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(sentence);
    const field = screen.getByLabelText(label, { exact: true });
    await expect.element(field).toHaveFocus();
    await expect.element(field).toHaveAccessibleDescription(new RegExp(sentence));
    await userEvent.keyboard(value);
  }
  expect(asked).toHaveLength(1);
  await save.click();
  await expect.poll(() => asked.length).toBe(2);
  expect(asked[1]?.set).toEqual({
    is: 'caldav',
    url: 'https://dav.example.org/',
    username: 'ana',
    password: 'secret',
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
});

test('a kept password is not asked for again at the same server, and is at another', async () => {
  const source = { is: 'caldav', url: 'https://dav.example.org/ana/', username: 'ana' } as const;
  const { screen, asked } = await show(() => ({ ok: true, value: { ...none, source, readAt: Date.now() } }));
  const url = screen.getByLabelText('Address', { exact: true });
  await expect.element(url).toHaveValue(source.url);
  await url.fill('https://dav.example.org/other/');
  await screen.getByRole('button', { name: 'Test and save' }).click();
  await expect.poll(() => asked.length).toBe(2);
  await url.fill('https://elsewhere.example.org/');
  await screen.getByRole('button', { name: 'Test and save' }).click();
  await expect.element(screen.getByRole('alert')).toHaveTextContent('Enter the password.');
  expect(asked).toHaveLength(2);
});

test('a calendar that was never read shows no free day; one that fails says so once', async () => {
  const source = { is: 'ics', url: 'https://example.org/x.ics' } as const;
  const problem = 'The calendar’s server cannot be reached.';
  const { screen } = await show(() => ({ ok: true, value: { ...none, source, problem } }));
  await expect.element(screen.getByText(problem)).toBeVisible();
  expect(screen.getByRole('img').elements()).toHaveLength(0);
  await screen.getByRole('button', { name: 'Test and save' }).click();
  await expect.element(screen.getByRole('alert')).toHaveTextContent(problem);
  expect(screen.getByText(problem).elements()).toHaveLength(1);
});

test('a refusal is a sentence, and the demo’s days can be had back', async () => {
  let refuses = false;
  const { screen, asked } = await show((input) => {
    if (refuses) return { ok: false, why: 'That address is inside the server’s own network.' };
    return { ok: true, value: { ...none, source: input.set ?? { is: 'demo' }, readAt: Date.now() } };
  });
  await expect.element(screen.getByText(/made up/)).toBeVisible();
  await screen.getByRole('radio', { name: /None/ }).click();
  await screen.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.element(screen.getByRole('status')).toHaveTextContent('Saved.');
  await screen.getByRole('radio', { name: /Example/ }).click();
  await screen.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => asked.at(-1)?.set).toEqual({ is: 'demo' });
  refuses = true;
  await screen.getByRole('radio', { name: /Calendar address/ }).click();
  await screen.getByLabelText('Address', { exact: true }).fill('http://10.0.0.1/');
  await screen.getByRole('button', { name: 'Test and save' }).click();
  await expect
    .element(screen.getByRole('alert'))
    .toHaveTextContent('That address is inside the server’s own network.');
});
