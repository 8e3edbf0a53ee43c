import { expect, test } from 'vitest';
import {
  decodeResourceLists,
  encodeResourceLists,
  type ResourceLists,
} from '../../protocol/resource-lists.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import type { ContactEdit } from '../../store/rows.ts';
import { EMPTY_LISTS, readContactList } from './contact-document.ts';
import { applyChange, type ContactState } from './contact-edits.ts';

const BEN = 'sip:ben@x.test';
const CAT = 'sip:cat@x.test';
const EMPTY: ContactState = {
  ...{ lists: EMPTY_LISTS, policy: usualPolicy('x.test'), aliases: {}, serviceRoot: 'https://x.test/api' },
};
const applyEdit = (lists: ResourceLists, edit: ContactEdit): ResourceLists =>
  applyChange({ ...EMPTY, lists }, edit).lists;
function after(...edits: ContactEdit[]): ResourceLists {
  return edits.reduce(applyChange, EMPTY).lists;
}
const shown = (document: ResourceLists) => {
  const list = readContactList(document, null, 'server', 0);
  return [
    list.groups.map((group) => group.name).join(','),
    ...list.entries.map((one) => `${one.name} ${one.groups.join('+')}${one.tagged ? ' tagged' : ''}`),
  ];
};
const add = (aor: string, name: string, group: string | null = null): ContactEdit => ({
  edit: 'add',
  aor,
  name,
  group,
});
const group = (id: string): ContactEdit => ({ edit: 'add-group', id, name: id.toUpperCase() });

test.each<[string, ContactEdit[], string[]]>([
  ['adds', [add(BEN, 'Ben')], ['', 'Ben ']],
  ['adds once', [add(BEN, 'Ben'), add(BEN, 'Other')], ['', 'Ben ']],
  ['adds to a group', [group('g'), add(BEN, 'Ben', 'g')], ['G', 'Ben g']],
  ['adds without a group that is gone', [add(BEN, 'Ben', 'gone')], ['', 'Ben ']],
  [
    'renames in every group',
    [
      group('g'),
      group('h'),
      add(BEN, 'Ben', 'g'),
      { edit: 'place', aor: BEN, groups: ['g', 'h'] },
      { edit: 'rename', aor: BEN, name: 'B' },
    ],
    ['G,H', 'B g+h'],
  ],
  [
    'places out of all groups',
    [group('g'), add(BEN, 'Ben', 'g'), { edit: 'place', aor: BEN, groups: [] }],
    ['G', 'Ben '],
  ],
  [
    'tags and takes the tag away',
    [
      add(BEN, 'Ben'),
      add(CAT, 'Cat'),
      { edit: 'tag', aor: BEN, tagged: true },
      { edit: 'tag', aor: CAT, tagged: true },
      { edit: 'tag', aor: CAT, tagged: false },
    ],
    ['', 'Ben  tagged', 'Cat '],
  ],
  ['removes from every group', [group('g'), add(BEN, 'Ben', 'g'), { edit: 'remove', aor: BEN }], ['G']],
  [
    'keeps the people of a removed group',
    [group('g'), add(BEN, 'Ben', 'g'), { edit: 'remove-group', id: 'g' }],
    ['', 'Ben '],
  ],
  ['renames a group', [group('g'), { edit: 'rename-group', id: 'g', name: 'Team' }], ['Team']],
  [
    'does nothing for people who are gone',
    [
      { edit: 'rename', aor: BEN, name: 'B' },
      { edit: 'place', aor: BEN, groups: [] },
    ],
    [''],
  ],
])('%s', (_what, edits, expected) => {
  expect(shown(after(...edits))).toEqual(expected);
});

test('keeps what other clients wrote', () => {
  const theirs = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:x="urn:x">
    <list name="friends" x:colour="red"><entry uri="sip:dan@x.test" x:rank="1"><x:thing/></entry>
    <external anchor="https://x.test/list"/></list></resource-lists>`;
  const parsed = decodeResourceLists(theirs);
  if (!parsed.ok) throw new Error(parsed.why);
  const written = encodeResourceLists(applyEdit(parsed.value, add(BEN, 'Ben', 'friends')));
  for (const kept of ['colour="red"', 'rank="1"', 'external', 'sip:dan@x.test', BEN])
    expect(written).toContain(kept);
});

test('a person without a name is called by the address', () => {
  expect(shown(after(add(BEN, '')))).toEqual(['', 'ben ']);
});

test('a list written by somebody else shows people only, and keeps the rest for others', () => {
  const uris = ['javascript:alert(1)', 'data:text/html,x', 'nonsense', 'tel:+49301', BEN];
  const entries = uris
    .map((uri) => `<entry uri="${uri}"><display-name>&lt;img src=x&gt; \u202e</display-name></entry>`)
    .join('');
  const read = decodeResourceLists(
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="__proto__">${entries}</list></resource-lists>`,
  );
  if (!read.ok) throw new Error(read.why);
  const list = readContactList(read.value, null, 'server', 0);
  expect(list.entries.map(({ aor }) => aor)).toEqual(['tel:+49301', BEN]);
  expect(list.entries[1]?.groups).toEqual(['__proto__']);
  expect(encodeResourceLists(read.value)).toContain('javascript:alert(1)');
});
