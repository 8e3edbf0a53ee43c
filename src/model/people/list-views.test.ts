import { expect, test } from 'vitest';
import type { Group } from '../../agent/contract.ts';
import type { Presence } from '../../protocol/availability.ts';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import type { ListView } from './list-views.ts';

const presence = (availability: Presence['availability']): Presence => ({
  availability,
  messages: true,
  asOf: 0,
});
type Given = Parameters<typeof bootWith>[0];

function open(entries: Given, view: ListView, groups: readonly Group[] = [], recent: readonly string[] = []) {
  const opened = openOffice(bootWith(entries, groups), { current: () => [], recent: () => recent });
  opened.office.tree.show(view);
  const rows = (): readonly string[] =>
    opened.office.tree.rows.map((row) =>
      row.is === 'group' ? `${row.name} ${row.count}` : row.is === 'person' ? row.contact.name : 'more',
    );
  const hear = (name: string, availability: Presence['availability']): void =>
    opened.link.tell({
      fact: 'presence',
      changes: [[entry(name).aor, presence(availability)]],
    });
  return { ...opened, rows, hear };
}

test('C02 by name: an address book with a heading for each letter, marks beside their letter', () => {
  const people = ['Zoe', 'Émile', 'ana', 'Eva', '7 Dials', 'Ärne', 'Жанна'].map((name) => entry(name));
  expect(open(people, 'name').rows()).toEqual([
    ...['# 1', '7 Dials', 'A 2', 'ana', 'Ärne', 'E 2', 'Émile', 'Eva', 'Z 1', 'Zoe', 'Ж 1', 'Жанна'],
  ]);
});

test('a heading of the address book cannot be closed, and a name is reached by its letters', () => {
  const { office } = open([entry('Ana'), entry('Bea')], 'name');
  const [head] = office.tree.rows;
  if (head?.is === 'group') office.tree.toggle(head);
  expect(office.tree.rows).toHaveLength(4);
  office.tree.jump('bea');
  expect(office.tree.activeRow).toMatchObject({ is: 'person', contact: { name: 'Bea' } });
});

test('P07 by availability: under the shape of each, in order of name; nobody is green by default', async () => {
  const { rows, hear } = open(
    ['Cy', 'Ana', 'Bea', 'Dan', 'Eve'].map((name) => entry(name)),
    'availability',
  );
  expect(rows()).toEqual(['Presence unknown 5', 'Ana', 'Bea', 'Cy', 'Dan', 'Eve']);
  hear('Bea', 'inactive');
  hear('Ana', 'available');
  hear('Dan', 'urgent');
  hear('Eve', 'oof');
  // Rows move at most a few times a second.
  await expect
    .poll(rows)
    .toEqual([
      ...[
        'Available 2',
        'Ana',
        'Bea',
        'Do not disturb 1',
        'Dan',
        'Away 1',
        'Eve',
        'Presence unknown 1',
        'Cy',
      ],
    ]);
});

test('P25 a contact I blocked stands under Blocked, whatever is heard', () => {
  const { rows, hear } = open([{ ...entry('Ana'), level: 'blocked' }], 'availability');
  hear('Ana', 'available');
  expect(rows()).toEqual(['Blocked 1', 'Ana']);
});

test('P07 by level, numbers apart; by tag', () => {
  const people: Given = [
    { ...entry('Ana'), level: 'team', levelFrom: 'person' },
    { ...entry('Bea', [], true), level: 'company' },
    { aor: 'tel:+441134960100', name: 'Gate', groups: [], tagged: false },
  ];
  const byLevel = ['Team 1', 'Ana', 'Company 1', 'Bea', 'Without a level 1', 'Gate'];
  expect(open(people, 'level').rows()).toEqual(byLevel);
  expect(open(people, 'tagged').rows()).toEqual(['Tagged 1', 'Bea', 'Not tagged 2', 'Ana', 'Gate']);
});

test('P05 recent contacts stand closed above my groups', () => {
  const groups = [{ id: 'team', name: 'Team' }];
  const { rows } = open([entry('Ana', ['team'])], 'group', groups, [entry('Zoe').aor]);
  expect(rows()).toEqual(['Recent 1', 'Team 1', 'Ana']);
});

test('the view is kept, and one that nobody knows is the usual one', () => {
  const { office, tab } = open([entry('Ana')], 'name');
  expect(tab.preferences.values.contactView).toBe('name');
  tab.preferences.set({ contactView: 'by-moon' });
  expect(office.tree.view).toBe('group');
});

test('C07 delegates stand in a group of their own that nobody makes by hand, and in none while there are none', () => {
  const ana = { ...entry('Ana', ['team']), level: 'team', levelFrom: 'delegate' } as const;
  const groups = [{ id: 'team', name: 'Team' }];
  const { office, rows } = open([ana, entry('Bea')], 'group', groups);
  expect(rows()).toEqual(['Delegates 1', 'Ana', 'Team 1', 'Ana', 'Other contacts 1', 'Bea']);
  expect(office.tree.rows[0]).toMatchObject({ kind: 'duty', group: null });
  expect(open([entry('Ana')], 'group').rows()).toEqual(['Contacts 1', 'Ana']);
});

test('C08 C07 CD1 who is rung together stands under Team call, for whom I answer under a heading too, and nothing is drawn while nobody is', () => {
  const aor = entry('Zoe').aor;
  const contacts = [entry('Ana')];
  const talks = { current: () => [], recent: () => [], teamCall: () => [aor] };
  const { office } = openOffice(bootWith(contacts), talks);
  const heads = office.tree.rows.flatMap((row) => (row.is === 'group' ? [row.name] : []));
  expect(heads).toEqual(['Team call', 'Contacts']);
  const named = openOffice(bootWith(contacts), { ...talks, delegates: () => [aor] });
  const first = named.office.tree.rows.slice(0, 2).map((row) => (row.is === 'group' ? row.name : row.key));
  expect(first).toEqual(['Delegates', `delegates ${aor}`]);
  const answering = openOffice(bootWith(contacts), { ...talks, managers: () => [aor] });
  const [head, row] = answering.office.tree.rows;
  expect([head?.is === 'group' && head.name, row?.key]).toEqual(['People I answer for', `managers ${aor}`]);
  expect(open(contacts, 'group').rows()).toEqual(['Contacts 1', 'Ana']);
});

test('C09 who I am talking with stands at the top, with the last line, in every view', () => {
  const talks = {
    current: () => [{ aor: entry('Zoe').aor, at: 1, line: 'You: on my way', unread: 0 }],
    recent: () => [],
  };
  for (const view of ['group', 'name', 'availability', 'level', 'tagged'] as const) {
    const { office } = openOffice(bootWith([entry('Ana'), entry('Zoe')]), talks);
    office.tree.show(view);
    const [head, first] = office.tree.rows;
    expect(head).toMatchObject({ is: 'group', name: 'Current conversations', count: 1 });
    expect(first?.is === 'person' && [first.contact.name, first.line?.line]).toEqual([
      'Zoe',
      'You: on my way',
    ]);
  }
});
