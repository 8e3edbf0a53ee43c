import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NS } from './namespaces.ts';
import {
  LARGE_DOCUMENT,
  type XmlElement,
  attribute,
  childElements,
  isElement,
  parseXml,
  textOf,
} from './xml.ts';
import { element, writeFragment, writeXml } from './xml-writer.ts';

const fixtures = new URL('./fixtures/xml/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, fixtures), 'utf8');

interface Attack {
  readonly file?: string;
  readonly expect: string;
}
const attacks = JSON.parse(read('attacks/index.json')) as Attack[];
const instances = JSON.parse(read('instances/index.json')) as { file: string; expect: string }[];

/** CPU milliseconds a document may cost (reliability.md §8, 8); a large one, asked for, thrice that. */
const SOON = 300;

/** CPU milliseconds: what it costs, not what else the machine does meanwhile. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('attack documents', () => {
  const files = attacks.flatMap(({ file, expect: says }) =>
    file === undefined ? [] : [[file, says] as const],
  );
  // What a parser must refuse; what only means something wrong is for the decoders.
  const taken = new Set([
    'xsl-pi.xml',
    'wrong-namespace.xml',
    'entity-of-someone-else.xml',
    'entity-missing.xml',
    'xhtml-in-note.xml',
    'javascript-contact.xml',
    'data-uri-icon.xml',
    'huge-priority.xml',
    'nan-idle.xml',
    'timestamp-far-future.xml',
    'unknown-activity.xml',
    'must-understand.xml',
  ]);

  test.each(files)('%s: %s', (file) => {
    const text = read('attacks/' + file);
    expect(cost(() => parseXml(text))).toBeLessThan(SOON);
    expect(parseXml(text).ok).toBe(taken.has(file));
  });

  test('every file of the folder is in the index', () => {
    const present = readdirSync(new URL('attacks/', fixtures)).filter((name) => name.endsWith('.xml'));
    expect(new Set(present)).toEqual(new Set(files.map(([file]) => file)));
  });

  const many = (count: number, each: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => each(i)).join('');
  const generated: [string, string][] = [
    ['100,000 attributes', `<a ${many(100_000, (i) => `a${i}="" `)}/>`],
    ['a note of 10 MB', `<a>${'x'.repeat(10_000_000)}</a>`],
    ['a comment of 10 MB', `<a><!--${'x'.repeat(10_000_000)}--></a>`],
    ['10,000 namespaces', `<a ${many(10_000, (i) => `xmlns:n${i}="u" `)}/>`],
    ['an entity name of 1 MB', `<a>&${'e'.repeat(1_000_000)};</a>`],
    ['100,000 elements deep', '<a>'.repeat(100_000)],
    ['200,000 elements wide', `<a>${'<b/>'.repeat(200_000)}</a>`],
    ['a start tag that never ends', `<a ${' '.repeat(900_000)}`],
    ['only open brackets', '<'.repeat(900_000)],
    ['a comment that never ends', `<a><!--${'-'.repeat(200_000)}`],
  ];
  test.each(generated)('%s', (_, text) => {
    expect(parseXml(text, LARGE_DOCUMENT).ok).toBe(false);
    expect(cost(() => parseXml(text))).toBeLessThan(SOON);
    expect(cost(() => parseXml(text, LARGE_DOCUMENT))).toBeLessThan(3 * SOON);
  });
});

describe('the RFCs’ documents', () => {
  test.each(instances.map(({ file, expect: says }) => [file, says] as const))('%s: %s', (file, says) => {
    const parsed = parseXml(read('instances/' + file));
    expect(parsed.ok).toBe(says === 'well-formed');
    if (parsed.ok) expect(parseXml(writeXml(parsed.value))).toEqual(parsed);
  });
});

describe('limits', () => {
  test('depth 64 is taken, 65 is not', () => {
    expect(parseXml('<a>'.repeat(64) + '</a>'.repeat(64)).ok).toBe(true);
    expect(parseXml('<a>'.repeat(65) + '</a>'.repeat(65)).ok).toBe(false);
  });
  test('a document is larger only when asked', () => {
    const text = `<a>${'x'.repeat(300_000)}</a>`;
    expect(parseXml(text).ok).toBe(false);
    expect(parseXml(text, LARGE_DOCUMENT).ok).toBe(true);
  });
  test.each([
    '<!DOCTYPE a><a/>',
    '<!doctype a><a/>',
    '<a><!DOCTYPE b></a>',
    '<a>\u0000</a>',
    '<a>\u0001</a>',
    '<a b="\u001b"/>',
    '<a>&#0;</a>',
    '<a>&#x1;</a>',
    '<a>&nbsp;</a>',
    '<a>&constructor;</a>',
    '<p:a/>',
    '<a p:b="1"/>',
    '<a/><b/>',
    '<a></b>',
    '<a',
    'a',
    '',
    '   ',
    '<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
  ])('refuses %j', (text) => {
    expect(parseXml(text).ok).toBe(false);
  });
  test('takes a byte order mark and blank lines in front', () => {
    expect(parseXml('\uFEFF\r\n<?xml version="1.0" encoding="utf-8"?><a/>').ok).toBe(true);
  });
});

describe('the tree', () => {
  const parsed = parseXml(
    '<a xmlns="u" xmlns:p="v" x="1" p:x="2"><p:b>one<!-- no --> two<![CDATA[<3>]]></p:b><b/></a>',
  );
  const root = parsed.ok ? parsed.value : element('', '');
  test('knows namespaces of elements and attributes', () => {
    expect(root.ns).toBe('u');
    expect(attribute(root, 'x')).toBe('1');
    expect(attribute(root, 'x', 'v')).toBe('2');
    expect(childElements(root, 'v', 'b')).toHaveLength(1);
    expect(childElements(root, 'u')).toHaveLength(1);
  });
  test('joins text across comments and CDATA', () => {
    expect(root.children[0]).toMatchObject({ children: ['one two<3>'] });
    expect(textOf(root)).toBe('one two<3>');
  });
  test('names like object properties are only names', () => {
    const odd = parseXml('<__proto__ constructor="1" __proto__="2"/>');
    expect(odd.ok && odd.value.name).toBe('__proto__');
    expect(odd.ok && attribute(odd.value, '__proto__')).toBe('2');
  });
});

describe('the writer', () => {
  test('declares the root’s namespace as default and the others by prefix', () => {
    const person = element(NS.dataModel, 'person', { id: 'p' }, [element(NS.rpid, 'activities')]);
    expect(writeFragment(element(NS.pidf, 'presence', { entity: 'sip:a@b' }, [person]))).toBe(
      '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" ' +
        'xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:a@b"><dm:person id="p"><rpid:activities/></dm:person></presence>',
    );
  });
  test('what XML cannot carry becomes a replacement character', () => {
    const written = writeXml(element('', 'a', { b: '\u0000"<' }, ['\u0007]]>\uD800\uFFFF']));
    const back = parseXml(written);
    expect(back.ok && textOf(back.value)).toBe('\uFFFD]]>\uFFFD\uFFFD');
    expect(back.ok && attribute(back.value, 'b')).toBe('\uFFFD"<');
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
  const namespace = fc.constantFrom('', 'urn:a', 'urn:b', NS.rpid, 'http://x/?a="&<');
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const tree = fc.letrec<{ node: XmlElement }>((tie) => ({
    node: fc
      .record({
        ns: namespace,
        name,
        attributes: fc.uniqueArray(fc.record({ ns: namespace, name, value: text }), {
          maxLength: 4,
          selector: (one) => `${one.ns} ${one.name}`,
        }),
        children: fc.array(fc.oneof({ maxDepth: 4 }, text, tie('node')), { maxLength: 4 }),
      })
      .map((one) => one as XmlElement),
  }));

  test('whatever is written reads back the same', () => {
    fc.assert(
      fc.property(tree.node, (root) => {
        expect(parseXml(writeXml(root))).toEqual({ ok: true, value: asRead(root) });
      }),
      { numRuns: 500 },
    );
  });

  /** Empty and adjacent texts vanish in a parser, and forbidden characters were replaced. */
  function asRead(root: XmlElement): XmlElement {
    const children: (XmlElement | string)[] = [];
    for (const child of root.children) {
      const last = children.length - 1;
      if (isElement(child)) children.push(asRead(child));
      else if (typeof children[last] === 'string') children[last] += legal(child);
      else if (child !== '') children.push(legal(child));
    }
    return {
      ...root,
      attributes: root.attributes.map((one) => ({ ...one, value: legal(one.value) })),
      children,
    };
  }
  function legal(text: string): string {
    return text.toWellFormed().replace(/[^\P{Cc}\t\n\r\u007f-\u009f]|[\uFFFE\uFFFF]/gu, '\uFFFD');
  }
});

test('bytes from anywhere are refused or parsed, never thrown', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    'a',
    ':',
    '"',
    "'",
    '=',
    '&',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    ' ',
    'xmlns',
    '\u0000',
    '#',
    'x',
    '1',
    '\uD800',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      expect(typeof parseXml(parts.join('')).ok).toBe('boolean');
    }),
    { numRuns: 3000 },
  );
});
