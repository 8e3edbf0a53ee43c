import { expect, test } from 'vitest';
import type { ContactEntry } from '../../agent/contract.ts';
import { levelled, moved, removed, reordered, stepOf, tagged } from './contact-changes.ts';
import { Contact } from './contact.svelte.ts';

function person(name: string, entry: Partial<ContactEntry> | null = {}): Contact {
  const aor = `sip:${name}@larkfield.example`;
  const contact = new Contact({ aor, name });
  if (entry) contact.list({ aor, name, groups: [], tagged: false, ...entry });
  return contact;
}
const ana = 'sip:ana@larkfield.example';

test('moving takes somebody out of the group they were picked in, and leaves their other groups', () => {
  const contact = person('ana', { groups: ['team', 'bridge'] });
  const { edits, undo } = moved([{ contact, from: 'team' }], 'site');
  expect(edits).toEqual([{ edit: 'place', aor: ana, groups: ['bridge', 'site'] }]);
  expect(undo).toEqual([{ edit: 'place', aor: ana, groups: ['team', 'bridge'] }]);
});

test('C06 who is in no list yet is added where they are moved to', () => {
  const { edits, undo } = moved([{ contact: person('ana', null), from: null }], 'team');
  expect(edits).toEqual([{ edit: 'add', aor: ana, name: 'ana', group: 'team' }]);
  expect(undo).toEqual([{ edit: 'remove', aor: ana }]);
});

test('what was removed comes back whole: groups, tag, own level, note', () => {
  const contact = person('ana', {
    groups: ['team', 'bridge'],
    tagged: true,
    level: 'personal',
    levelFrom: 'person',
    privateNote: 'Calls back.',
  });
  expect(removed([contact]).undo).toEqual([
    { edit: 'add', aor: ana, name: 'ana', group: 'team' },
    { edit: 'place', aor: ana, groups: ['team', 'bridge'] },
    { edit: 'tag', aor: ana, tagged: true },
    { edit: 'level', aor: ana, level: 'personal' },
    { edit: 'private-note', aor: ana, text: 'Calls back.' },
  ]);
});

test('A10 undoing a level gives back the own one, or none where it came from elsewhere', () => {
  const own = person('ana', { level: 'team', levelFrom: 'person' });
  const usual = person('bea', { level: 'company', levelFrom: 'usual' });
  expect(levelled([own, usual], 'personal').undo.map((edit) => 'level' in edit && edit.level)).toEqual([
    'team',
    null,
  ]);
});

test('only who is in the list and not tagged yet is tagged', () => {
  const { edits } = tagged([person('ana'), person('bea', { tagged: true }), person('cy', null)], true);
  expect(edits).toEqual([{ edit: 'tag', aor: ana, tagged: true }]);
});

const groups = ['a', 'b', 'c'].map((id) => ({ id, name: id }));
test.each([
  ['a', -1, undefined],
  ['b', -1, 'a'],
  ['a', 1, 'c'],
  ['b', 1, null],
  ['c', 1, undefined],
] as const)('a step of %s by %i stands it before %s', (id, by, before) => {
  expect(stepOf(groups, id, by)).toBe(before);
});

test('a group that stands there already is not moved', () => {
  expect(reordered(groups, 'a', 'b').edits).toEqual([]);
  expect(reordered(groups, 'a', 'a').edits).toEqual([]);
  expect(reordered(groups, 'c', 'a')).toEqual({
    edits: [{ edit: 'move-group', id: 'c', before: 'a' }],
    undo: [{ edit: 'move-group', id: 'c', before: null }],
  });
});
