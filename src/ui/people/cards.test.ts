import type { Component } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import type { ContactEntry } from '../../agent/contract.ts';
import type { Answers } from '../../../e2e/ui/fake-link.ts';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import '../styles/index.css';
import CardPage from './CardPage.svelte';
import ImportDialog from './ImportDialog.svelte';
import MembersDialog from './MembersDialog.svelte';

const grace: ContactEntry = {
  ...entry('Grace Mwangi', ['team']),
  level: 'company',
  levelFrom: 'usual',
  email: 'grace@larkfield.example',
  phones: [{ kind: 'work', number: '0113 496 0147' }],
};

async function show(of: unknown, given: Record<string, unknown>, answers: Answers = {}, first = grace) {
  history.replaceState({}, '', '/');
  const opened = openOffice(bootWith([first], [{ id: 'team', name: 'Team' }]), undefined, answers);
  const screen = await render(InOffice, {
    tab: opened.tab,
    office: opened.office,
    of: of as Component<Record<string, unknown>>,
    given,
  });
  const inputs = (command: string): readonly unknown[] =>
    opened.link.asked.filter((one) => one.command === command).map(({ input }) => input);
  return { ...opened, screen, inputs };
}

test('A10 the card gives a level of one’s own at once, and says where the present one comes from', async () => {
  const { screen, inputs } = await show(CardPage, { aor: grace.aor });
  await expect.element(screen.getByRole('radio', { name: /^Company/ })).toBeChecked();
  await expect.element(screen.getByText('As everybody you have given no level.')).toBeVisible();
  await screen.getByRole('radio', { name: /^Personal/ }).click();
  await expect
    .poll(() => inputs('edit-contacts'))
    .toEqual([{ edits: [{ edit: 'level', aor: grace.aor, level: 'personal' }] }]);
  await expect.element(screen.getByRole('radio', { name: /^Company/ })).toBeChecked();
});

test('A11 the level of a delegate cannot be changed', async () => {
  const delegate = { ...grace, level: 'team', levelFrom: 'delegate' } as const;
  const { screen, inputs } = await show(CardPage, { aor: grace.aor }, {}, delegate);
  await screen.getByRole('radio', { name: /^Personal/ }).click({ force: true });
  await expect.element(screen.getByText('Delegates always have this level.')).toBeVisible();
  expect(inputs('edit-contacts')).toEqual([]);
});

test('"Right now Grace sees" is what the agent says, and is asked again when my note changes', async () => {
  let note = 'At lunch';
  const { screen, link, office, inputs } = await show(
    CardPage,
    { aor: grace.aor },
    {
      'view-as': () => ({
        ok: true,
        value: {
          level: 'company',
          presence: { availability: 'dnd', note, messages: true, asOf: 0 },
          phones: [{ kind: 'work', number: '1' }],
        },
      }),
    },
  );
  await expect.element(screen.getByText('Do not disturb', { exact: true })).toBeVisible();
  await expect.element(screen.getByText('“At lunch” · work number')).toBeVisible();
  note = 'Back at two';
  const before = inputs('view-as').length;
  const account = bootWith([]).account;
  if (account) link.tell({ fact: 'account', account: { ...account, note } });
  await expect.element(screen.getByText('“Back at two” · work number')).toBeVisible();
  expect(inputs('view-as').length).toBeGreaterThan(before);
  expect(office.people.contact(grace.aor).level).toBe('company');
});

test('the chain of managers ends where it comes back to itself', async () => {
  const manager: Record<string, string> = {
    [grace.aor]: entry('Dan').aor,
    [entry('Dan').aor]: entry('Eve').aor,
    [entry('Eve').aor]: grace.aor,
  };
  const names: Record<string, string> = { [entry('Dan').aor]: 'Dan', [entry('Eve').aor]: 'Eve' };
  const { screen } = await show(
    CardPage,
    { aor: grace.aor },
    {
      'look-up': ({ aor }) => ({
        ok: true,
        value: { person: { aor, name: names[aor] ?? 'Grace', manager: manager[aor] ?? '' }, asOf: 0 },
      }),
    },
  );
  await expect.element(screen.getByRole('link', { name: 'Eve' })).toBeVisible();
  const chain = screen.getByText(/^Reports to/).element();
  expect(chain.textContent.replace(/\s+/gu, ' ')).toBe('Reports to Dan, who reports to Eve');
});

test('the chain stays as it is, and the directory is asked once, while their entry changes', async () => {
  const dan = entry('Dan').aor;
  const { screen, link, inputs } = await show(
    CardPage,
    { aor: grace.aor },
    {
      'look-up': ({ aor }) => ({
        ok: true,
        value: {
          person: { aor, name: aor === dan ? 'Dan' : 'Grace', ...(aor !== dan && { manager: dan }) },
          asOf: 0,
        },
      }),
    },
  );
  await expect.element(screen.getByRole('link', { name: 'Dan' })).toBeVisible();
  const asked = inputs('look-up').length;
  for (const [tagged, words] of [
    [true, 'Tagged'],
    [false, 'Tag'],
  ] as const) {
    const entries = [{ ...grace, groups: [], tagged }];
    link.tell({ fact: 'contacts', list: { entries, groups: [], source: 'server', asOf: 0 } });
    await expect.element(screen.getByRole('button', { name: words, exact: true })).toBeVisible();
  }
  expect(screen.getByRole('link', { name: 'Dan' }).elements()).toHaveLength(1);
  expect(inputs('look-up')).toHaveLength(asked);
});

test('a link of a card leads to a page or nowhere', async () => {
  const links = [
    { name: 'Page', url: 'https://people.larkfield.example/grace' },
    { name: 'Trap', url: 'javascript:alert(1)' },
  ];
  const { screen } = await show(
    CardPage,
    { aor: grace.aor },
    { 'look-up': () => ({ ok: true, value: { person: { ...grace, links }, asOf: 0 } }) },
  );
  await expect.element(screen.getByRole('link', { name: 'Page' })).toBeVisible();
  expect(screen.container.textContent).not.toContain('Trap');
});

test('P25 the card of somebody I blocked says what it means, and unblocks', async () => {
  const { screen, inputs } = await show(CardPage, { aor: grace.aor }, {}, { ...grace, level: 'blocked' });
  await expect.element(screen.getByText(/^You blocked Grace/)).toBeVisible();
  await expect.element(screen.getByText('Blocked', { exact: true }).first()).toBeVisible();
  await screen.getByRole('button', { name: 'Call' }).click({ force: true });
  expect(inputs('call')).toEqual([]);
});

test('the private note is kept when the field is left', async () => {
  const { screen, inputs } = await show(CardPage, { aor: grace.aor });
  const field = screen.getByRole('textbox', { name: 'Private note' });
  await field.fill('Calls back.');
  expect(inputs('edit-contacts')).toEqual([]);
  await userEvent.tab();
  await expect
    .poll(() => inputs('edit-contacts'))
    .toEqual([{ edits: [{ edit: 'private-note', aor: grace.aor, text: 'Calls back.' }] }]);
});

test('cards are imported into a group, and what was left out is said', async () => {
  const { screen, inputs } = await show(
    ImportDialog,
    { given: 'BEGIN:VCARD' },
    {
      'import-contacts': () => ({
        ok: true,
        value: { added: 2, known: 1, problems: ['Card 3 has no address.'] },
      }),
    },
  );
  await screen.getByRole('combobox').selectOptions('Team');
  await screen.getByRole('button', { name: 'Import' }).click();
  await expect.element(screen.getByText('Card 3 has no address.')).toBeVisible();
  await expect.element(screen.getByText('1 contact you had already stayed as they were.')).toBeVisible();
  expect(inputs('import-contacts')).toEqual([{ text: 'BEGIN:VCARD', group: 'team' }]);
});

test('C04 from the members of a list one is messaged; the list can be put into the contacts', async () => {
  const list = { id: 'dl', name: 'North', size: 1 };
  const person = { aor: entry('Bea').aor, name: 'Bea' };
  const { screen, tab, inputs } = await show(
    MembersDialog,
    { list },
    {
      'group-members': () => ({
        ok: true,
        value: { group: list, total: 1, members: [{ is: 'person', person }] },
      }),
    },
  );
  await screen.getByRole('button', { name: 'Add list to contacts' }).click();
  await expect
    .poll(() => inputs('edit-contacts'))
    .toMatchObject([{ edits: [{ edit: 'add-list', listId: 'dl', name: 'North' }] }]);
  await screen.getByRole('button', { name: 'Message Bea' }).click();
  expect(tab.router.route).toEqual({ at: 'chat', aor: person.aor });
});

test('CD1 calls on behalf of those whose delegate I am are offered, never to themselves or outside', async () => {
  const managers = [entry('Maya Chen').aor, entry('Daniel Whitlock').aor];
  const handling = { handling: null, voicemail: false, numbers: false } as const;
  const offered = async (aor: string, of: readonly string[]) => {
    const { screen, office, link } = await show(CardPage, { aor });
    const placed: unknown[] = [];
    office.reach.call = (...given) => void placed.push(given);
    link.tell({ fact: 'call-handling', state: { ...handling, managers: of } });
    await screen.getByRole('button', { name: 'More actions' }).click();
    await expect.element(screen.getByRole('menuitem', { name: 'Video call' })).toBeVisible();
    return { screen, placed, entry: screen.getByRole('menuitem', { name: /on behalf of/ }) };
  };
  const one = await offered(grace.aor, managers.slice(0, 1));
  await one.entry.click();
  expect(one.placed).toEqual([[grace.aor, false, managers[0]]]);
  await one.screen.unmount();
  for (const [aor, of] of [
    [grace.aor, []],
    [managers[0] ?? '', managers.slice(0, 1)],
    ['sip:kim@partner.example', managers],
  ] as const) {
    const none = await offered(aor, of);
    expect(none.entry.elements()).toEqual([]);
    await none.screen.unmount();
  }
  const several = await offered(grace.aor, managers);
  await several.entry.click();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(several.screen.getByRole('menuitem', { name: /^daniel\.whitlock/ })).toBeVisible();
});
