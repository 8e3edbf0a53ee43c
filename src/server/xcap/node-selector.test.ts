import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDom } from './dom.ts';
import { deleteNode, putNode, readNode } from './node-edit.ts';
import { parseXcapPath } from '../../protocol/xcap-uri.ts';
import { type Selector, resolveSelector, selectElement } from './node-selector.ts';

const NS = 'urn:test';
const DOCUMENT =
  '<a xmlns="urn:test" xmlns:p="urn:other"><b id="1"/><b id="2" p:id="x"><c>text</c></b><p:b/><!-- c --><d x="&quot;&apos;&lt;"/></a>';

function parseSelector(text: string, query = ''): Selector | null {
  const escaped = text.split('/').map((step) => encodeURIComponent(step.toWellFormed()));
  const parsed = parseXcapPath(`a/users/u/index/~~/${escaped.join('/')}${query && `?${query}`}`);
  if (!parsed.ok || parsed.value.node === null) return null;
  return resolveSelector(parsed.value.node, parsed.value.namespaces, NS);
}

function found(selector: string, query = ''): string | null {
  const parsed = parseSelector(selector, query);
  if (parsed === null) return 'refused';
  const document = parseDom(DOCUMENT);
  if (!document.ok) throw new Error(document.why);
  const element = selectElement(document.value, parsed.steps);
  return element === null ? null : element.tagName + (element.getAttribute('id') ?? '');
}

describe('a selector', () => {
  it.each([
    ['a', 'a'],
    ['a/b[1]', 'b1'],
    ['a/b[@id="2"]', 'b2'],
    ["a/b[@id='2']", 'b2'],
    ['a/b[2][@id="2"]', 'b2'],
    ['a/b[1][@id="2"]', null],
    ['a/*[2]', 'b2'],
    ['a/*[@id="2"]/c', 'c'],
    ['a/*[3]', 'p:b'],
    ['a/d[@x="&quot;&apos;&lt;"]', 'd'],
    ['a/d[@x="&#34;&#x27;&#60;"]', 'd'],
    ['a/b', null],
    ['a/c', null],
    ['b', null],
    ['a/d[@x="a/b"]', null],
    ['', 'refused'],
    ['/a', 'refused'],
    ['a/', 'refused'],
    ['a//b', 'refused'],
    ['a/b[0]', 'refused'],
    ['a/b[-1]', 'refused'],
    ['a/b[1', 'refused'],
    ['a/b[1]x', 'refused'],
    ['a/b[@id="2]', 'refused'],
    ['a/b[@id=2]', 'refused'],
    ['a/b[@id="2" or "1"]', 'refused'],
    ['a/b[last()]', 'refused'],
    ['a/..', 'refused'],
    ['a/b/text()', 'refused'],
    ['a/d[@x="<"]', 'refused'],
    ['a/d[@x="&nbsp;"]', 'refused'],
    ['a/d[@x="&#0;"]', 'refused'],
    ['@id', 'refused'],
    ['namespace::*', 'refused'],
    ['a/namespace::x', 'refused'],
    ['z:a', 'refused'],
    [`a${'/*'.repeat(40)}`, 'refused'],
  ])('%s', (selector, expected) => {
    expect(found(selector)).toBe(expected);
  });

  it('binds prefixes in the query', () => {
    expect(found('a/q:b', 'xmlns(q=urn:other)')).toBe('p:b');
    expect(found('q:a/b[@r:id="x"]', 'xmlns(q=urn:test)xmlns(r=urn:other)')).toBe('b2');
    expect(found('q:a', 'xmlns(q=urn:x)')).toBeNull();
    expect(found('q:a', 'xpointer(q)')).toBe('refused');
  });
});

describe('whatever the selector', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      'c',
      'd',
      '*',
      '/',
      '@',
      '[',
      ']',
      '[1]',
      '[2]',
      '[@id="',
      '1',
      '2',
      '"',
      "'",
      '=',
      'p:',
      'namespace::*',
    ],
    ...[
      '..',
      '//',
      '&quot;',
      '&',
      ';',
      '<',
      '::',
      '(',
      ')',
      '%',
      '\0',
      '\u{1F600}',
      'xmlns',
      '999999999',
      '-',
    ],
  );
  const step = fc
    .tuple(
      fc.constantFrom('a', 'b', 'c', 'd', '*', 'p:b', 'e'),
      fc.constantFrom('', '', '[1]', '[2]', '[3]', '[4]'),
      fc.constantFrom('', '', '[@id="1"]', '[@id="2"]', "[@p:id='x']", '[@id="3"]'),
    )
    .map((parts) => parts.join(''));
  const likely = fc
    .tuple(fc.array(step, { maxLength: 3 }), fc.constantFrom('', '', '/@id', '/@new', '/namespace::*'))
    .map(([steps, end]) => ['a', ...steps].join('/') + end);
  const selector = fc.oneof(
    likely,
    fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  );

  it('reading, writing and deleting end in a value, and what is written can be read', () => {
    let written = 0;
    fc.assert(
      fc.property(selector, fc.constantFrom('', 'xmlns(p=urn:other)', 'xmlns('), (text, query) => {
        const parsed = parseSelector(text, query);
        if (parsed === null) return;
        readNode(DOCUMENT, parsed);
        deleteNode(DOCUMENT, parsed);
        const put = putNode(DOCUMENT, parsed, parsed.terminal.is === 'element' ? '<b id="2"/>' : 'v');
        if (!('text' in put)) return;
        written++;
        expect(parseDom(put.text).ok).toBe(true);
        expect(readNode(put.text, parsed)).not.toBeNull();
      }),
      { numRuns: 10_000 },
    );
    expect(written).toBeGreaterThan(20);
  });
});
