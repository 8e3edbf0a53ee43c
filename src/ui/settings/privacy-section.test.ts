import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Answers } from '../../../e2e/ui/fake-link.ts';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import type { AccessSettings, Boot, Watcher } from '../../agent/contract.ts';
import '../styles/index.css';
import PrivacySection from './PrivacySection.svelte';

const usual: AccessSettings = { people: [], domains: [], colleagues: 'company', others: 'public' };
const grace = entry('Grace Mwangi');
const tom = entry('Tom Reed');

async function show(given: Partial<Boot> = {}, answers: Answers = {}) {
  const boot = { ...bootWith([grace, tom]), access: usual, ...given };
  const { tab, office, link } = openOffice(boot, undefined, answers);
  const of = PrivacySection as unknown as Component<Record<string, unknown>>;
  const screen = await render(InOffice, { tab, office, of });
  const inputs = (command: string): readonly unknown[] =>
    link.asked.filter((one) => one.command === command).map(({ input }) => input);
  return { screen, link, tab, inputs };
}

test('the table counts who has each level, once each, and names whom a level is for', async () => {
  const { contacts } = bootWith([
    { ...grace, level: 'team' },
    { ...tom, level: 'team' },
    { ...entry('Una'), level: 'blocked' },
  ]);
  const people = [
    { aor: grace.aor, level: 'team' },
    { aor: 'sip:stranger@elsewhere.example', level: 'blocked' },
  ] as const;
  const { screen, link } = await show({ contacts, access: { ...usual, people } });
  const heads = (): string[] =>
    screen
      .getByRole('columnheader')
      .elements()
      .map(({ textContent }) => textContent);
  await expect
    .poll(heads)
    .toEqual([
      'Personalnobody',
      'Team2 people',
      'Companyall colleagues',
      'Publiceverybody else',
      'Blocked2 people',
    ]);
  link.tell({ fact: 'access', access: { ...usual, people, colleagues: 'ask' } });
  await expect.poll(() => heads()[2]).toBe('Companynobody');
});

test('a domain that is none, and one’s own, is refused with a sentence at the field', async () => {
  const { screen, inputs } = await show();
  const field = screen.getByRole('textbox', { name: 'Domain' });
  const add = screen.getByRole('button', { name: 'Add', exact: true });
  const own = bootWith([]).account?.aor.split('@')[1] ?? '';
  for (const [typed, sentence] of [
    ['not a domain', 'Enter a domain, for example partner.example.'],
    [own, 'That is your own organisation: choose for colleagues above.'],
  ] as const) {
    await field.fill(typed);
    await add.click();
    await expect.element(screen.getByRole('alert')).toHaveTextContent(sentence);
    await expect.element(field).toHaveFocus();
    await expect.element(field).toHaveAccessibleDescription(sentence);
    await expect.element(field).toHaveValue(typed);
  }
  expect(inputs('set-level')).toEqual([]);
  await field.fill('Ana@Partner.Example');
  await screen.getByLabelText('Level of the new domain').selectOptions('team');
  await add.click();
  await expect
    .poll(() => inputs('set-level'))
    .toEqual([{ of: { domain: 'partner.example' }, level: 'team' }]);
  await expect.element(field).toHaveValue('');
});

test('a chosen level stands while it is written; a refused one springs back with the reason', async () => {
  let settle: (answer: { ok: false; why: string } | { ok: true; value: null }) => void = () => undefined;
  const { screen, link, tab } = await show({}, {
    'set-newcomers': () => new Promise((resolve) => (settle = resolve)),
  } as unknown as Answers);
  const select = screen.getByLabelText('Level of colleagues');
  await select.selectOptions('blocked');
  await expect.element(select).toHaveValue('blocked');
  settle({ ok: false, why: 'The server did not take it.' });
  await expect.element(select).toHaveValue('company');
  expect(tab.notices.list.map(({ words }) => words)).toEqual(['The server did not take it.']);

  await select.selectOptions('team');
  settle({ ok: true, value: null });
  await expect.element(select).toHaveValue('team');
  link.tell({ fact: 'access', access: { ...usual, colleagues: 'personal' } });
  await expect.element(select).toHaveValue('personal');
});

test('who waits comes first, is allowed or blocked, and the keyboard stays in the list', async () => {
  const ann: Watcher = { aor: 'sip:ann@elsewhere.example', name: 'Ann Bell', is: 'waiting', level: 'public' };
  const zed: Watcher = { aor: 'sip:zed@elsewhere.example', name: 'Zed Cole', is: 'waiting', level: 'public' };
  const known: Watcher = { aor: grace.aor, is: 'watching', level: 'company', since: Date.now() };
  const { screen, link, inputs } = await show({ watchers: [known, zed, ann] });
  const list = screen.getByRole('list', { name: 'Who is watching you' });
  const names = (): (string | undefined)[] =>
    list
      .getByRole('listitem')
      .elements()
      .map((row) => row.querySelector('bdi')?.textContent);
  await expect.poll(names).toEqual(['Ann Bell', 'Zed Cole', 'Grace Mwangi']);
  await screen.getByRole('button', { name: 'Allow Ann Bell as Company' }).click();
  link.tell({ fact: 'watchers', watchers: [known, zed, { ...ann, is: 'watching', level: 'company' }] });
  await expect.element(screen.getByLabelText('Level of Ann Bell')).toHaveValue('company');
  await expect.element(screen.getByRole('region', { name: 'Who is watching you' })).toHaveFocus();
  await screen.getByRole('button', { name: 'Block Zed Cole' }).click();
  await expect
    .poll(() => inputs('set-level'))
    .toEqual([
      { of: { aor: ann.aor }, level: 'company' },
      { of: { aor: zed.aor }, level: 'blocked' },
    ]);
});

test('"View as" shows what the agent says of each level, and why it cannot', async () => {
  const { screen, inputs } = await show(
    {},
    {
      'view-as': (input) =>
        'level' in input && input.level === 'personal'
          ? {
              ok: true,
              value: {
                level: 'personal',
                presence: {
                  availability: 'busy',
                  note: 'Deadline',
                  location: 'Leeds',
                  messages: true,
                  asOf: 0,
                },
                phones: [{ kind: 'home', number: '0113 496 0148' }],
              },
            }
          : { ok: false, why: 'That cannot be told now.' },
    },
  );
  await expect.element(screen.getByText('That cannot be told now.')).toBeVisible();
  await screen.getByRole('radiogroup', { name: 'View as' }).getByText('Personal').click();
  for (const words of ['Busy', '“Deadline”', 'Leeds', '0113 496 0148', 'Home'])
    await expect.element(screen.getByText(words, { exact: true })).toBeVisible();
  await expect.poll(() => inputs('view-as')).toEqual([{ level: 'company' }, { level: 'personal' }]);
});

test('where the server keeps no levels apart it is said', async () => {
  const { account } = bootWith([]);
  const { screen } = await show({ account: account && { ...account, levelsKept: false } });
  await expect.element(screen.getByText(/cannot keep access levels apart/)).toBeVisible();
});
