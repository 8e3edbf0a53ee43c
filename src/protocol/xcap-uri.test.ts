import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type XcapPath, formatXcapPath, globalPath, parseXcapPath, userPath } from './xcap-uri.ts';

function parse(path: string): XcapPath {
  const parsed = parseXcapPath(path);
  if (!parsed.ok) throw new Error(`${path}: ${parsed.why}`);
  return parsed.value;
}

/** CPU milliseconds: what it costs, not what else the machine does meanwhile. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('documents', () => {
  test('of a user', () => {
    expect(userPath('resource-lists', 'sip:ana@example.test')).toBe(
      'resource-lists/users/sip:ana@example.test/index',
    );
    expect(parse('resource-lists/users/sip:ana@example.test/index')).toEqual({
      auid: 'resource-lists',
      xui: 'sip:ana@example.test',
      document: ['index'],
      node: null,
      namespaces: new Map(),
    });
  });
  test('of everybody', () => {
    expect(globalPath('xcap-caps')).toBe('xcap-caps/global/index');
    expect(parse('xcap-caps/global/index').xui).toBeNull();
  });
  test('escapes are undone once', () => {
    expect(parse('a/users/sip%3Aana%40x/in%2525dex')).toMatchObject({
      xui: 'sip:ana@x',
      document: ['in%25dex'],
    });
  });
  test('a user part with anything in it', () => {
    expect(parse(userPath('a', 'sip:a b?c#d%2F@x'))).toMatchObject({ xui: 'sip:a b?c#d%2F@x' });
  });
});

describe('nodes', () => {
  test('the form of RFC 4825 §6.3', () => {
    const path =
      'resource-lists/users/sip:bill@example.com/index/~~/resource-lists/list%5b@name=%22l1%22%5d/*%5b2%5d/@uri';
    expect(parse(path).node).toEqual({
      steps: [
        { name: { prefix: '', local: 'resource-lists' } },
        {
          name: { prefix: '', local: 'list' },
          attribute: { name: { prefix: '', local: 'name' }, value: 'l1' },
        },
        { name: null, position: 2 },
      ],
      terminal: { is: 'attribute', name: { prefix: '', local: 'uri' } },
    });
  });
  test('prefixes from the query (§6.4)', () => {
    const { node, namespaces } = parse(
      "a/users/u/index/~~/p:x/q:y[1][@q:z='\"&amp;']?xmlns(p=urn:a)xmlns(q=urn:b)",
    );
    expect(namespaces).toEqual(
      new Map([
        ['p', 'urn:a'],
        ['q', 'urn:b'],
      ]),
    );
    expect(node?.steps[1]).toEqual({
      name: { prefix: 'q', local: 'y' },
      position: 1,
      attribute: { name: { prefix: 'q', local: 'z' }, value: '"&' },
    });
  });
  test('namespace bindings', () => {
    expect(parse('a/users/u/index/~~/x/namespace::*').node?.terminal).toEqual({ is: 'namespaces' });
  });
});

describe('refused', () => {
  test.each([
    '',
    '/',
    'a',
    'a/users',
    'a/users/u',
    'a/users//index',
    'a/global',
    'a/other/u/index',
    '../users/u/index',
    'a/users/../index',
    'a/users/u/..',
    'a/users/u/%2e%2e',
    'a/users/u/%2E%2E/x',
    'a/users/u/.',
    'a/users/u/x%2Fy',
    'a/users/..%2F..%2Fetc/passwd',
    'a/users/u/x%5Cy',
    'a/users/u/x%00',
    'a/users/u/%ff',
    'a/users/u/%',
    'a/users/u//index',
    'a/users/u/index/~~',
    'a/users/u/index/~~/',
    'a/users/u/index/~~/x/',
    'a/users/u/index/~~//x',
    'a/users/u/index/~~/@x',
    'a/users/u/index/~~/x/@y/z',
    'a/users/u/index/~~/x[0]',
    'a/users/u/index/~~/x[last()]',
    'a/users/u/index/~~/x[@a=b]',
    'a/users/u/index/~~/x[@a="b"][@c="d"]',
    'a/users/u/index/~~/x[.="a"]',
    'a/users/u/index/~~/ancestor::x',
    'a/users/u/index/~~/x|y',
    'a/users/u/index/~~/a:b:c',
    'a/users/u/index?xmlns(p=u',
    'a/users/u/index?p=u',
    'a/users/u/index/~~/' + 'x/'.repeat(40) + 'x',
    'a/users/u/' + 'x'.repeat(3000),
  ])('%s', (path) => {
    expect(parseXcapPath(path).ok).toBe(false);
  });
});

test('what is written reads back', () => {
  const local = fc.stringMatching(/^[a-z_][a-z0-9._-]{0,8}$/);
  const name = fc.record({ prefix: fc.constantFrom('', 'p'), local });
  const value = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => one.isWellFormed());
  const segment = value.filter(
    (one) => one !== '' && one !== '.' && one !== '..' && one !== '~~' && !/[/\\\p{Cc}]/u.test(one),
  );
  const step = fc
    .record({
      name: fc.option(name),
      position: fc.option(fc.integer({ min: 1, max: 999 })),
      attribute: fc.option(fc.record({ name, value })),
    })
    .map(({ name: what, position, attribute }) => ({
      name: what,
      ...(position && { position }),
      ...(attribute && { attribute }),
    }));
  const terminal = fc.oneof(
    fc.constant(null),
    fc.constant({ is: 'namespaces' } as const),
    fc.record({ is: fc.constant('attribute' as const), name }),
  );
  const path = fc.record({
    auid: local,
    xui: fc.option(segment),
    document: fc.array(segment, { minLength: 1, maxLength: 3 }),
    node: fc.option(fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 5 }), terminal })),
    namespaces: fc.constantFrom(new Map<string, string>(), new Map([['p', 'urn:a']])),
  });
  fc.assert(
    fc.property(path, (one) => {
      const written = formatXcapPath(one);
      fc.pre(written.length <= 2048);
      expect(parse(written)).toEqual(one);
    }),
    { numRuns: 1000 },
  );
});

test('no text escapes the tree or throws', () => {
  const pieces = fc.constantFrom(
    '/',
    '..',
    '~~',
    '%2e',
    '%2F',
    '%',
    'users',
    'a',
    '[',
    ']',
    '@',
    '"',
    "'",
    '=',
    '*',
    '?',
    'xmlns(',
    ')',
    ':',
    '\u0000',
    '%00',
    '%ff',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const parsed = parseXcapPath(parts.join(''));
      if (!parsed.ok) return;
      const { auid, xui, document } = parsed.value;
      for (const each of [auid, xui ?? 'global', ...document]) {
        expect(each).not.toMatch(/^\.{0,2}$|[/\\]/);
        expect(each).not.toContain('\u0000');
      }
    }),
    { numRuns: 20_000 },
  );
});

test('a hostile selector costs little', () => {
  const ms = cost(() => {
    for (const piece of ['[', 'x[', 'x[@', 'x[@a="', "'", '"', 'x:', 'xmlns(a=']) {
      parseXcapPath(('a/users/u/index/~~/' + piece.repeat(2000)).slice(0, 2048));
      parseXcapPath(('a/users/u/index?' + piece.repeat(2000)).slice(0, 2048));
    }
  });
  expect(ms).toBeLessThan(300);
});
