import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { levelsIn, usualPolicy } from '../../protocol/policy-levels.ts';
import { decodeResourceLists, encodeResourceLists } from '../../protocol/resource-lists.ts';
import type { ContactEdit } from '../../store/rows.ts';
import { EMPTY_LISTS, entriesOf, keyOf, levelledGroups, readContactList } from './contact-document.ts';
import { applyChange, editsOf, type ContactState } from './contact-edits.ts';
import { singleChange } from './single-change.ts';

const BEN = 'sip:ben@x.test';
const CAT = 'sip:cat@x.test';
const EMPTY: ContactState = {
  ...{ lists: EMPTY_LISTS, policy: usualPolicy('x.test'), aliases: {}, serviceRoot: 'https://x.test/api' },
};
const apply = (...edits: ContactEdit[]): ContactState => edits.reduce(applyChange, EMPTY);
const shown = (state: ContactState) => {
  const policy = { ...state.policy, groups: levelledGroups(state.lists) };
  return readContactList(state.lists, levelsIn(policy), 'server', 0);
};
const person = (state: ContactState, aor: string) => shown(state).entries.find((one) => one.aor === aor);
const add = (aor: string, group: string | null = null): ContactEdit => ({
  ...{ edit: 'add', aor, name: aor.slice(4, 7), group },
});
const group = (id: string, name = id.toUpperCase()): ContactEdit => ({ edit: 'add-group', id, name });

describe('C01 groups', () => {
  test('stand in the order people give them', () => {
    const three = [group('a'), group('b'), group('c')];
    const order = (...moves: ContactEdit[]) => shown(apply(...three, ...moves)).groups.map(({ id }) => id);
    expect(order({ edit: 'move-group', id: 'c', before: 'a' })).toEqual(['c', 'a', 'b']);
    expect(order({ edit: 'move-group', id: 'a', before: null })).toEqual(['b', 'c', 'a']);
    expect(order({ edit: 'move-group', id: 'a', before: 'gone' })).toEqual(['b', 'c', 'a']);
    expect(order({ edit: 'move-group', id: 'gone', before: 'a' })).toEqual(['a', 'b', 'c']);
  });

  test('of the same name, made on two devices, are one; what was put into either is in it', () => {
    const state = apply(
      group('one', 'Project X'),
      add(BEN, 'one'),
      group('two', ' project x'),
      add(CAT, 'two'),
    );
    expect(shown(state).groups).toEqual([{ id: 'one', name: 'Project X', is: 'own' }]);
    expect(shown(state).entries.map(({ groups }) => groups)).toEqual([['one'], ['one']]);
    expect(state.aliases).toEqual({ two: 'one' });
    const renamed = applyChange(state, { edit: 'rename-group', id: 'two', name: 'Y' });
    expect(shown(renamed).groups[0]?.name).toBe('Y');
  });
});

describe('C04, C05 distribution lists', () => {
  const listed: ContactEdit = { edit: 'add-list', id: 'd', listId: 'cn=All,dc=x', name: 'Everybody' };
  test('stand as a group whose members stay in the directory', () => {
    const state = apply(listed, add(BEN, 'd'));
    expect(shown(state).groups).toEqual([{ id: 'd', name: 'Everybody', is: 'list', listId: 'cn=All,dc=x' }]);
    expect(person(state, BEN)?.groups).toEqual([]);
    const text = encodeResourceLists(state.lists);
    expect(text).toContain('<external anchor="https://x.test/api/groups/cn%3DAll%2Cdc%3Dx"/>');
    const read = decodeResourceLists(text);
    expect(read.ok && read.value).toEqual(state.lists);
  });
  test('come once, have no level, and go again', () => {
    const twice = apply(listed, { ...listed, id: 'e' }, { edit: 'group-level', id: 'd', level: 'team' });
    expect(shown(twice).groups).toEqual([expect.objectContaining({ id: 'd' })]);
    expect(shown(twice).groups[0]).not.toHaveProperty('level');
    expect(shown(applyChange(twice, { edit: 'remove-group', id: 'e' })).groups).toEqual([]);
  });
});

describe('C06 numbers', () => {
  test('are entries without a level; other ways to write one are the same', () => {
    const state = apply(add('tel:+49-30-(123)'), add('tel:+4930123'));
    expect(shown(state).entries).toEqual([{ aor: 'tel:+4930123', name: '+49', groups: [], tagged: false }]);
    expect(keyOf('TEL:+49.30 1;phone-context=x')).toBe('tel:+49301;phone-context=x');
    expect(apply({ edit: 'level', aor: 'tel:+4930123', level: 'team' }).policy.people).toEqual({});
  });
});

describe('A06 levels of people, groups and domains', () => {
  const base = [group('g'), add(BEN, 'g'), add(CAT), add('sip:dan@y.test')];
  const levels = (...edits: ContactEdit[]) =>
    shown(apply(...base, ...edits)).entries.map(({ level, levelFrom }) => [level, levelFrom]);
  const USUAL = ['company', 'usual'];
  const PUBLIC = ['public', 'usual'];
  test.each<[string, ContactEdit[], unknown[]]>([
    ['nothing said', [], [USUAL, USUAL, PUBLIC]],
    ['a person', [{ edit: 'level', aor: CAT, level: 'team' }], [USUAL, ['team', 'person'], PUBLIC]],
    [
      'a group',
      [{ edit: 'group-level', id: 'g', level: 'personal' }],
      [['personal', 'group'], USUAL, PUBLIC],
    ],
    [
      'a domain',
      [{ edit: 'domain-level', domain: 'y.test', level: 'company' }],
      [USUAL, USUAL, ['company', 'domain']],
    ],
    [
      'the person before the group',
      [
        { edit: 'group-level', id: 'g', level: 'team' },
        { edit: 'level', aor: BEN, level: 'public' },
      ],
      [['public', 'person'], USUAL, PUBLIC],
    ],
    [
      'taken away again',
      [
        { edit: 'level', aor: BEN, level: 'public' },
        { edit: 'level', aor: BEN, level: null },
        { edit: 'group-level', id: 'g', level: 'team' },
        { edit: 'group-level', id: 'g', level: null },
        { edit: 'domain-level', domain: 'y.test', level: 'company' },
        { edit: 'domain-level', domain: 'y.test', level: null },
      ],
      [USUAL, USUAL, PUBLIC],
    ],
    [
      'newcomers, and one to be asked about',
      [{ edit: 'newcomers', colleagues: 'team', others: 'ask' }],
      [
        ['team', 'usual'],
        ['team', 'usual'],
        [undefined, 'usual'],
      ],
    ],
  ])('%s', (_what, edits, expected) => {
    expect(levels(...edits)).toEqual(expected);
  });

  test('who leaves the group loses its level', () => {
    const state = apply(...base, { edit: 'group-level', id: 'g', level: 'team' });
    expect(person(state, BEN)?.level).toBe('team');
    expect(person(applyChange(state, { edit: 'place', aor: BEN, groups: [] }), BEN)?.level).toBe('company');
  });

  test('unblocking gives back what was before, also through the document', () => {
    const block = (blocked: boolean): ContactEdit => ({ edit: 'block', aor: BEN, blocked });
    const team = apply(...base, { edit: 'level', aor: BEN, level: 'team' });
    const blocked = [block(true), block(true)].reduce(applyChange, team);
    expect(person(blocked, BEN)?.level).toBe('blocked');
    expect(person(blocked, BEN)).not.toHaveProperty('levelBefore');
    const read = decodeResourceLists(encodeResourceLists(blocked.lists));
    if (!read.ok) throw new Error(read.why);
    const free = applyChange({ ...blocked, lists: read.value }, block(false));
    expect(person(free, BEN)).toMatchObject({ level: 'team', levelFrom: 'person' });
    expect(applyChange(free, block(false)).policy).toEqual(free.policy);
    expect(person(apply(...base, block(true), block(false)), BEN)?.levelFrom).toBe('usual');
  });
});

test('a private note is kept with the entry and taken away when it is empty', () => {
  const noted = apply(add(BEN), { edit: 'private-note', aor: BEN, text: 'Likes tea' });
  expect(person(noted, BEN)?.privateNote).toBe('Likes tea');
  const gone = applyChange(noted, { edit: 'private-note', aor: BEN, text: '' });
  expect(person(gone, BEN)).not.toHaveProperty('privateNote');
});

test('people in lists inside lists, which other clients make, are shown and can be removed', () => {
  const theirs = decodeResourceLists(
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="a"><list name="b">
     <entry uri="${BEN}"/><list><entry uri="${CAT}"/></list></list></list></resource-lists>`,
  );
  if (!theirs.ok) throw new Error(theirs.why);
  const state = { ...EMPTY, lists: theirs.value };
  expect(shown(state).entries.map(({ groups }) => groups)).toEqual([['a'], ['a']]);
  expect(shown(applyChange(state, { edit: 'remove', aor: CAT })).entries).toHaveLength(1);
  const freed = applyChange(state, { edit: 'remove-group', id: 'a' });
  expect(shown(freed).entries.map(({ aor, groups }) => [aor, groups])).toEqual([
    [BEN, []],
    [CAT, []],
  ]);
});

describe('one entry, one element (RFC 4825)', () => {
  const base = apply(group('g'), add(BEN, 'g'), add(CAT, 'g'), add('sip:dan@x.test'));
  const change = (...edits: ContactEdit[]) => {
    const found = singleChange(base.lists, edits.reduce(applyChange, base).lists);
    const step = found?.node.steps.map((one) => one.attribute?.value).join(' ');
    return found && [step?.trim(), found.body === null ? 'gone' : /uri="([^"]+)"/.exec(found.body)?.[1]];
  };
  test.each<[string, ContactEdit[], unknown]>([
    ['added', [add('sip:eve@x.test', 'g')], ['g sip:eve@x.test', 'sip:eve@x.test']],
    ['changed', [{ edit: 'rename', aor: BEN, name: 'B' }], [`g ${BEN}`, BEN]],
    ['tagged', [{ edit: 'tag', aor: CAT, tagged: true }], [`g ${CAT}`, CAT]],
    ['removed', [{ edit: 'remove', aor: BEN }], [`g ${BEN}`, 'gone']],
    ['removed at the end', [{ edit: 'remove', aor: CAT }], [`g ${CAT}`, 'gone']],
    [
      'two at once',
      [
        { edit: 'remove', aor: BEN },
        { edit: 'remove', aor: CAT },
      ],
      null,
    ],
    ['from list to list', [{ edit: 'place', aor: BEN, groups: [] }], null],
    ['a group', [group('h')], null],
    ['the name of a group', [{ edit: 'rename-group', id: 'g', name: 'H' }], null],
    ['nothing', [], null],
  ])('%s', (_what, edits, expected) => {
    expect(change(...edits)).toEqual(expected);
  });
});

test('a list made in the browser can be made anew on a server', () => {
  const mine = apply(
    ...[group('g'), add(BEN, 'g'), add(CAT), add('tel:+49301')],
    { edit: 'tag', aor: BEN, tagged: true },
    { edit: 'level', aor: CAT, level: 'blocked' },
  );
  expect(shown(editsOf(mine).reduce(applyChange, EMPTY))).toEqual(shown(mine));
  const theirs = apply(group('t', 'G'), add('sip:eve@x.test', 't'));
  expect(
    shown(editsOf(mine).reduce(applyChange, theirs)).entries.map(({ aor, groups }) => [aor, groups]),
  ).toEqual([
    ['sip:eve@x.test', ['t']],
    [BEN, ['t']],
    [CAT, []],
    ['tel:+49301', []],
  ]);
});

describe('edits of two devices, in any order', () => {
  const aor = fc.constantFrom('sip:a@x.test', 'sip:b@x.test', 'sip:c@y.test', 'tel:+491', 'tel:+49-1');
  const id = fc.constantFrom('g', 'h', 'i', 'contacts', '');
  const name = fc.constantFrom('G', 'g', 'Hh', '');
  const edit: fc.Arbitrary<ContactEdit> = fc.oneof(
    fc.record({ edit: fc.constant('add' as const), aor, name, group: fc.option(id) }),
    fc.record({ edit: fc.constant('remove' as const), aor }),
    fc.record({ edit: fc.constant('rename' as const), aor, name }),
    fc.record({ edit: fc.constant('place' as const), aor, groups: fc.array(id, { maxLength: 3 }) }),
    fc.record({ edit: fc.constant('tag' as const), aor, tagged: fc.boolean() }),
    fc.record({ edit: fc.constant('block' as const), aor, blocked: fc.boolean() }),
    fc.record({ edit: fc.constant('add-group' as const), id, name }),
    fc.record({ edit: fc.constant('add-list' as const), id, listId: name, name }),
    fc.record({ edit: fc.constant('rename-group' as const), id, name }),
    fc.record({ edit: fc.constant('remove-group' as const), id }),
    fc.record({
      edit: fc.constant('group-level' as const),
      id,
      level: fc.constantFrom('team' as const, null),
    }),
    fc.record({ edit: fc.constant('move-group' as const), id, before: fc.option(id) }),
    fc.record({
      edit: fc.constant('import' as const),
      cards: fc.array(
        fc.record({ aor, name, groups: fc.array(id, { maxLength: 2 }), details: fc.constant({}) }),
        { maxLength: 3 },
      ),
    }),
  );
  const bringsIn = (one: ContactEdit): string[] =>
    one.edit === 'add' ? [one.aor] : one.edit === 'import' ? one.cards.map((card) => card.aor) : [];

  test('no order loses an entry that neither removed, or makes a document that no server takes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), edit), { maxLength: 40 }),
        fc.infiniteStream(fc.boolean()),
        (all, turns) => {
          const queues = [true, false].map((mine) =>
            all.flatMap(([whose, one]) => (whose === mine ? [one] : [])),
          );
          let state = EMPTY;
          while (queues.some((queue) => queue.length > 0)) {
            const turn = turns.next().value ? 0 : 1;
            const next = queues[turn]?.shift() ?? queues[1 - turn]?.shift();
            if (next) state = applyChange(state, next);
          }
          const edits = all.map(([, one]) => one);
          const removed = new Set(edits.flatMap((one) => (one.edit === 'remove' ? [keyOf(one.aor)] : [])));
          const there = new Set(state.lists.lists.flatMap(entriesOf).map(({ uri }) => keyOf(uri)));
          for (const uri of edits.flatMap(bringsIn).map(keyOf))
            if (!removed.has(uri)) expect(there).toContain(uri);
          const names = state.lists.lists.map((list) => list.name);
          expect(new Set(names).size).toBe(names.length);
          for (const { entries } of state.lists.lists)
            expect(new Set(entries.map(({ uri }) => keyOf(uri))).size).toBe(entries.length);
          const read = decodeResourceLists(encodeResourceLists(state.lists));
          expect(read.ok && shown({ ...state, lists: read.value })).toEqual(shown(state));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
