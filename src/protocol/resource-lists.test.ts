import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_EXTRA, type ResourceLists, decodeResourceLists, encodeResourceLists } from './resource-lists.ts';

const read = (path: string): string =>
  readFileSync(new URL('./fixtures/xml/instances/' + path, import.meta.url), 'utf8');
const index = JSON.parse(read('index.json')) as { file: string; root: string }[];

function decode(text: string): ResourceLists {
  const document = decodeResourceLists(text);
  if (!document.ok) throw new Error(document.why);
  return document.value;
}

/** CPU milliseconds: what it costs, not what else the machine does meanwhile. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('printed in the RFCs', () => {
  const files = index.flatMap(({ file, root }) => (root.endsWith('resource-lists') ? [file] : []));
  test.each(files)('%s survives being written back', (file) => {
    const lists = decode(read(file));
    expect(lists.lists.length).toBeGreaterThan(0);
    expect(decode(encodeResourceLists(lists))).toEqual(lists);
  });

  test('groups in groups, and what we do not understand (RFC 4826 §3.3)', () => {
    const { lists } = decode(read('rfc4826-02-resource-lists.xml'));
    const [friends] = lists;
    expect(friends?.name).toBe('friends');
    expect(friends?.entries.map(({ uri, displayName }) => [uri, displayName])).toEqual([
      ['sip:bill@example.com', 'Bill Doe'],
    ]);
    expect(friends?.extra.children.map(({ name }) => name)).toEqual(['entry-ref']);
    const [close] = friends?.lists ?? [];
    expect(close?.displayName).toBe('Close Friends');
    expect(close?.entries).toHaveLength(2);
    expect(close?.extra.children.map(({ name }) => name)).toEqual(['external']);
  });

  test('attributes of other namespaces stay (RFC 5364 copy control)', () => {
    const text = read('rfc5364-02-resource-lists.xml');
    const written = encodeResourceLists(decode(text));
    expect(written).toContain('urn:ietf:params:xml:ns:copycontrol');
    expect(decode(text).lists[0]?.entries[0]?.extra.attributes.map(({ name }) => name)).toContain(
      'copyControl',
    );
  });
});

test('our details travel in our own namespace, and only there', () => {
  const entry = {
    uri: 'sip:ana@example.test',
    displayName: 'Ana <b>',
    details: {
      tagged: true,
      title: 'Engineer',
      email: 'ana@example.test',
      phones: [{ kind: 'work', number: '+1 555 0100' }],
    },
    extra: {
      attributes: [],
      children: [{ ns: 'urn:other', name: 'tagged', attributes: [], children: ['x'] }],
    },
  } as const;
  const lists = {
    lists: [{ name: 'a', displayName: 'A', entries: [entry], lists: [], extra: NO_EXTRA }],
    extra: NO_EXTRA,
  };
  const written = encodeResourceLists(lists);
  expect(written).toContain('xmlns:p="urn:parley:contacts:1"');
  expect(decode(written)).toEqual(lists);
});

test('an element of a later Parley is carried along', () => {
  const text =
    '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:p="urn:parley:contacts:1"><list name="a">' +
    '<entry uri="sip:a@b"><p:birthday>1 May</p:birthday></entry></list></resource-lists>';
  expect(encodeResourceLists(decode(text))).toContain('<p:birthday>1 May</p:birthday>');
});

test('entries without address or repeated are left out', () => {
  const text =
    '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="a">' +
    '<entry uri="sip:a@b"><display-name>One</display-name></entry><entry/><entry uri=" "/>' +
    '<entry uri="sip:a@b"><display-name>Two</display-name></entry></list></resource-lists>';
  expect(decode(text).lists[0]?.entries.map((one) => one.displayName)).toEqual(['One']);
});

test.each(['', '<list/>', '<resource-lists/>', '<resource-lists xmlns="urn:x"/>'])('refuses %j', (text) => {
  expect(decodeResourceLists(text).ok).toBe(false);
});

test('10,000 contacts fit and read fast', () => {
  const entries = Array.from({ length: 10_000 }, (_, i) => ({
    uri: `sip:person.${i}@example.test`,
    displayName: `Person ${i}`,
    details: {},
    extra: NO_EXTRA,
  }));
  const written = encodeResourceLists({
    lists: [{ name: 'all', displayName: '', entries, lists: [], extra: NO_EXTRA }],
    extra: NO_EXTRA,
  });
  expect(decode(written).lists[0]?.entries).toHaveLength(10_000);
  expect(cost(() => decode(written))).toBeLessThan(1500);
});

test('whatever is written reads back', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.trim());
  const named = text.filter(Boolean);
  const entry = fc.record({
    uri: fc.uuid().map((id) => `sip:${id}@example.test`),
    displayName: text,
    details: fc
      .record({ title: named, team: named, tagged: fc.constant(true) }, { requiredKeys: [] })
      .map((one) => ({ ...one })),
    extra: fc.constant(NO_EXTRA),
  });
  const list = fc.record({
    name: text,
    displayName: text,
    entries: fc.array(entry, { maxLength: 3 }),
    lists: fc.constant([]),
    extra: fc.constant(NO_EXTRA),
  });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 3 }), (lists) => {
      const document = { lists, extra: NO_EXTRA };
      expect(decode(encodeResourceLists(document))).toEqual(document);
    }),
    { numRuns: 300 },
  );
});
