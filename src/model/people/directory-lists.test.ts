import { expect, test } from 'vitest';
import type { DirectoryGroup, DirectoryPerson, GroupMembers } from '../../protocol/service-api.ts';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';

type Member = GroupMembers['members'][number];
const group = (id: string, size: number): DirectoryGroup => ({ id, name: id.toUpperCase(), size });
const person = (name: string): Member => ({
  is: 'person',
  person: { aor: entry(name).aor, name } satisfies DirectoryPerson,
});
const inner = (id: string, size: number): Member => ({ is: 'group', group: group(id, size) });

function open(lists: Readonly<Record<string, readonly Member[]>>, page = 50) {
  const groups = [{ id: 'mine', name: 'North', is: 'list', listId: 'a' } as const];
  const opened = openOffice(bootWith([entry('Ana')], groups), undefined, {
    'group-members': ({ id, offset }) => {
      const members = lists[id];
      if (!members) return { ok: false, why: 'There is no such list.' };
      const value = { group: group(id, members.length), total: members.length };
      return { ok: true, value: { ...value, members: members.slice(offset, offset + page) } };
    },
  });
  const { tree } = opened.office;
  const rows = (): readonly string[] =>
    tree.rows.map((row) => {
      const depth = ' '.repeat(row.depth - 1);
      if (row.is === 'more')
        return `${depth}${row.problem ?? (row.isAsking ? 'asking' : `${row.left} more`)}`;
      return row.is === 'person'
        ? `${depth}${row.contact.name}`
        : `${depth}${row.name}${row.isRepeated ? ' again' : ''} ${row.count}`;
    });
  const toggle = async (name: string): Promise<void> => {
    const row = tree.rows.find((each) => each.is === 'group' && each.name === name && !each.isRepeated);
    if (row?.is === 'group') tree.toggle(row);
    await new Promise((done) => setTimeout(done));
  };
  return { ...opened, rows, toggle };
}

test('C04 a list is closed and asks for nobody until it is opened', async () => {
  const { rows, toggle, link } = open({ a: [person('Bea'), person('Ana')] });
  expect(rows()).toEqual(['North null', 'Other contacts 1', ' Ana']);
  expect(link.asked.map(({ command }) => command)).not.toContain('group-members');
  await toggle('North');
  expect(rows()).toEqual(['North 2', ' Bea', ' Ana', 'Other contacts 1', ' Ana']);
});

test('C04 members come a page at a time; somebody named on two pages stands once', async () => {
  const many = Array.from({ length: 120 }, (_, at) => person(`P${String(at).padStart(3, '0')}`));
  const { rows, toggle, office } = open({ a: many });
  await toggle('North');
  expect(rows()).toHaveLength(1 + 50 + 1 + 2);
  expect(rows()).toContain(' 70 more');
  await office.people.lists.more('a');
  expect(rows()).toContain(' 20 more');
  await office.people.lists.more('a');
  expect(rows().filter((row) => row.startsWith(' P'))).toHaveLength(120);
  expect(rows().some((row) => row.endsWith('more'))).toBe(false);
});

test('a list inside a list opens below it; one that contains itself is named and not opened again', async () => {
  const { rows, toggle } = open({ a: [inner('b', 2)], b: [inner('a', 1), person('Cy')] });
  await toggle('North');
  await toggle('B');
  expect(rows().slice(0, 4)).toEqual(['North 1', ' B 2', '  A again 1', '  Cy']);
});

test('a list that the directory does not give says so and can be asked again', async () => {
  const lists: Record<string, readonly Member[]> = {};
  const { rows, toggle, office } = open(lists);
  await toggle('North');
  expect(rows()[1]).toBe(' There is no such list.');
  lists['a'] = [person('Bea')];
  await office.people.lists.open('a');
  expect(rows()[1]).toBe(' Bea');
});

test('C05 opening asks anew: who left the list is gone', async () => {
  const lists: Record<string, readonly Member[]> = { a: [person('Bea'), person('Cy')] };
  const { rows, toggle } = open(lists);
  await toggle('North');
  await toggle('North');
  lists['a'] = [person('Cy')];
  await toggle('North');
  expect(rows().slice(0, 2)).toEqual(['North 1', ' Cy']);
});

test('C01 the organisation’s groups stand below mine, one I have already only once', async () => {
  const groups = [{ id: 'mine', name: 'North', is: 'list', listId: 'a' } as const];
  const { office } = openOffice(bootWith([], groups), undefined, {
    'organisation-groups': () => ({ ok: true, value: [group('a', 3), group('b', 7)] }),
  });
  await expect.poll(() => office.people.lists.organisation.length).toBe(2);
  expect(office.tree.rows.map((row) => row.is === 'group' && `${row.name} ${row.count}`)).toEqual([
    'North null',
    'B 7',
  ]);
});

test('C04 presence of a member is asked for once while rows show them, and let go a moment after the last', async () => {
  const { office, link } = open({});
  const bea = office.people.contact(entry('Bea').aor);
  const asked = (): readonly unknown[] =>
    link.asked.filter(({ command }) => command === 'watch').map(({ input }) => input);
  const stops = [office.people.watch(bea), office.people.watch(bea)];
  stops[0]?.();
  stops[0]?.();
  expect(asked()).toEqual([{ aor: bea.aor, on: true }]);
  stops[1]?.();
  const again = office.people.watch(bea);
  expect(asked()).toHaveLength(1);
  again();
  await expect.poll(asked, { timeout: 6_000 }).toEqual([
    { aor: bea.aor, on: true },
    { aor: bea.aor, on: false },
  ]);
});
