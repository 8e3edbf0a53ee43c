import { expect, test } from 'vitest';
import type { Presence } from '../../protocol/availability.ts';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import { Finder } from './finder.svelte.ts';
import { tagWords } from './tag-words.ts';

const presence = (availability: Presence['availability']): Presence => ({
  availability,
  messages: true,
  asOf: 0,
});
const groups = [
  { id: 'team', name: 'Team' },
  { id: 'empty', name: 'Empty' },
];

test('rows: tagged first, then my groups, then everybody else; somebody can stand in several', () => {
  const { office } = openOffice(
    bootWith([entry('Zoe', ['team']), entry('Ärne', ['team'], true), entry('Bea')], groups),
  );
  const rows = office.tree.rows.map((row) =>
    row.is === 'group' ? `${row.name} ${row.count}` : row.is === 'person' ? row.contact.name : 'more',
  );
  expect(rows).toEqual(['Tagged 1', 'Ärne', 'Team 2', 'Ärne', 'Zoe', 'Empty 0', 'Other contacts 1', 'Bea']);
  expect(new Set(office.tree.rows.map(({ key }) => key)).size).toBe(rows.length);
});

test('a contact that leaves the list stays the same person, unlisted', () => {
  const { office, link } = openOffice(bootWith([entry('Ana'), entry('Bea')]));
  const ana = office.people.contact('sip:ana@larkfield.example');
  expect(ana.isListed).toBe(true);
  const list = bootWith([entry('Bea')]).contacts;
  if (list) link.tell({ fact: 'contacts', list: { ...list, blocked: [ana.aor] } });
  expect(office.people.contact(ana.aor)).toBe(ana);
  expect([ana.isListed, ana.shape]).toEqual([false, 'blocked']);
  expect(office.people.listed.map(({ name }) => name)).toEqual(['Bea']);
});

test('what the directory says again of somebody changes nothing that is on screen', () => {
  const { office } = openOffice(bootWith([]));
  const met = office.people.contact('sip:zoe@larkfield.example');
  met.describe({ aor: met.aor, name: 'Zoe', title: 'Clerk' });
  const shown = met.person;
  met.describe({ aor: met.aor, name: 'Zoe', title: 'Clerk' });
  expect(met.person).toBe(shown);
  met.describe({ aor: met.aor, name: 'Zoe', title: 'Judge' });
  expect(met.person.title).toBe('Judge');
});

test('P28 a tagged contact is announced when the agent says so, the newest state of each, three at most', () => {
  const { office, link } = openOffice(bootWith([entry('Ana', [], true), entry('Bea', [], true)]));
  const tell = (name: string, availability: Presence['availability'], custom?: string): void =>
    link.tell({
      ...{ fact: 'tag-alert', aor: `sip:${name}@larkfield.example` },
      presence: { ...presence(availability), ...(custom ? { custom } : {}) },
    });
  const told = (): string[] =>
    office.people.arrivals.map((one) => `${one.contact.name} ${tagWords(one.presence)}`);
  expect(told()).toEqual([]);
  tell('ana', 'available');
  tell('bea', 'busy', 'In court');
  tell('ana', 'offline');
  expect(told()).toEqual(['Bea is busy (In court)', 'Ana is offline']);
  const [bea] = office.people.arrivals;
  if (bea) office.people.noteArrival(bea.contact);
  expect(told()).toEqual(['Ana is offline']);
  for (const name of ['x', 'y', 'z']) tell(name, 'away');
  expect(told().map((one) => one.slice(0, 1))).toEqual(['x', 'y', 'z']);
  office.people.beforeTold(() => false);
  tell('bea', 'dnd');
  expect(told()).toHaveLength(3);
});

test('the tree: arrows, groups, letters', () => {
  const { office } = openOffice(
    bootWith([entry('Ana', ['team']), entry('Élodie', ['team']), entry('Bea')], groups),
  );
  const { tree } = office;
  const here = (): string => {
    const row = tree.activeRow;
    return row?.is === 'person' ? row.contact.name : row?.is === 'group' ? row.name : '';
  };
  expect(here()).toBe('Team');
  tree.inwards();
  expect(here()).toBe('Ana');
  tree.jump('e');
  expect(here()).toBe('Élodie');
  tree.outwards();
  expect(here()).toBe('Team');
  tree.outwards();
  expect(tree.rows.map((row) => row.is)).not.toContain(undefined);
  expect(tree.rows).toHaveLength(4);
  tree.inwards();
  expect(tree.rows).toHaveLength(6);
  tree.toLast();
  expect(here()).toBe('Bea');
  tree.move(5);
  expect(here()).toBe('Bea');
  tree.toFirst();
  tree.move(-1);
  expect(here()).toBe('Team');
});

test('the row with the keyboard stays when others come above it', () => {
  const { office, link } = openOffice(bootWith([entry('Mia'), entry('Zoe')]));
  office.tree.toLast();
  const list = bootWith([entry('Ana'), entry('Bea'), entry('Mia'), entry('Zoe')]).contacts;
  if (list) link.tell({ fact: 'contacts', list });
  const row = office.tree.activeRow;
  expect(row?.is === 'person' && row.contact.name).toBe('Zoe');
});

test('finding: own people by any part and with a slip, an address, a number', async () => {
  const { office } = openOffice(bootWith([entry('Grace Mwangi'), entry('Daniel Whitlock')]));
  const finder = new Finder(office.people);
  const names = async (words: string): Promise<string[]> => {
    finder.type(words);
    await expect.poll(() => finder.isAsking).toBe(false);
    return finder.results.map(
      (found) =>
        `${found.is} ${found.is === 'number' ? found.number : found.is === 'list' ? found.list.name : found.contact.name}`,
    );
  };
  expect(await names('mwan')).toEqual(['contact Grace Mwangi']);
  expect(await names('whitlok')).toEqual(['contact Daniel Whitlock']);
  expect(await names('new@else.example')).toEqual(['address new@else.example']);
  expect(await names('0113 496 0147')).toEqual(['number 0113 496 0147']);
  expect(await names('nobody')).toEqual([]);
  finder.clear();
  expect(finder.results).toEqual([]);
});

test.each(['+44 113 496 0188', '01134960188', '4960188', '1134960188', '00441134960188'])(
  'C06 a number in the list is found by %s',
  async (typed) => {
    const grace = { ...entry('Grace'), phones: [{ kind: 'work', number: '0113 496 0147' } as const] };
    const gate = { aor: 'tel:+441134960188', name: 'Site gate', groups: [], tagged: false };
    const { office } = openOffice(bootWith([gate, grace]));
    const finder = new Finder(office.people);
    finder.type(typed);
    await expect
      .poll(() => finder.results.filter(({ is }) => is === 'contact').map(({ key }) => key))
      .toEqual([gate.aor]);
    finder.clear();
  },
);
