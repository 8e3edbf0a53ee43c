import { expect, test } from 'vitest';
import { MARKUP_ATTACKS } from './fixtures/markup-attacks.ts';
import { createMarkup } from './markup.ts';
import { dressLinks } from './markup-links.ts';
import { isPlain, plainWords } from './plain-words.ts';

const markup = createMarkup(window, { createHTML: (html) => html, createScriptURL: (url) => url });
const ALLOWED =
  /^(?:p|br|b|strong|i|em|u|s|a|ul|ol|li|code|pre|blockquote|table|thead|tbody|tr|td|th|span|bdi)$/;

function clean(html: string): string {
  const box = document.createElement('div');
  box.append(markup.clean(html) ?? 'REFUSED');
  return box.innerHTML;
}
function dressed(html: string): HTMLElement {
  const box = document.createElement('div');
  const found = markup.clean(html);
  if (!found) throw new Error('refused');
  dressLinks(found);
  box.append(found);
  return box;
}

test(`I05 ${MARKUP_ATTACKS.length} attacks leave nothing but allowed elements and harmless attributes`, () => {
  expect(new Set(MARKUP_ATTACKS).size).toBeGreaterThanOrEqual(60);
  for (const attack of MARKUP_ATTACKS) {
    const found = markup.clean(attack);
    for (const node of found?.querySelectorAll('*') ?? []) {
      expect(node.localName, attack.slice(0, 200)).toMatch(ALLOWED);
      expect(node.namespaceURI).toBe('http://www.w3.org/1999/xhtml');
      for (const { name, value } of node.attributes) {
        expect(name, attack.slice(0, 200)).toMatch(/^(?:href|class|start|colspan|rowspan)$/);
        if (name === 'href') expect(value).toMatch(/^(?:https|mailto|sips?|tel):/);
        if (name === 'class') expect(value).toMatch(/^parley-(?:red|amber|green|blue|grey)$/);
      }
    }
  }
});

test('I05 formatting that is meant survives', () => {
  const said =
    '<p>a <b>bold</b> <i>it</i> <u>un</u> <s>st</s> <code>x &lt; y</code></p><ul><li>one</li><li>two</li></ul><pre>line\n  in</pre><blockquote>said</blockquote><p><span class="parley-red">red</span> <a href="https://larkfield.example/">https://larkfield.example/</a></p>';
  expect(clean(said)).toBe(said);
  expect(clean('<table><tr><th>h</th><td>c</td></tr></table>')).toContain('<td>c</td>');
});

test('I05 styles, classes, ids and pictures of others go, the words stay', () => {
  expect(
    clean(
      '<div id="x" class="btn" style="position:fixed"><font color="red">w</font><img src="https://a.example/"></div>',
    ),
  ).toBe('<p>w</p>');
  expect(clean('<span class="parley-red dialog">w</span>')).toBe('<span class="parley-red">w</span>');
});

test('I05 too long, too many and too deep markup is refused', () => {
  expect(markup.clean('x'.repeat(100_001))).toBeNull();
  expect(markup.clean('<i>x</i>'.repeat(9000))).toBeNull();
  expect(markup.clean('<blockquote>'.repeat(65))).toBeNull();
  expect(markup.clean('<blockquote>'.repeat(60))).not.toBeNull();
});

test.each([
  [
    '<a href="https://attacker.example/">https://bank.example/</a>',
    'https://bank.example/ (attacker.example)',
  ],
  ['<a href="https://larkfield.example/a">larkfield.example</a>', 'larkfield.example'],
  ['<a href="https://bank.example@attacker.example/">pay</a>', 'pay (attacker.example)'],
  ['<a href="https://xn--80ak6aa92e.com/">аррӏе.com</a>', 'аррӏе.com (xn--80ak6aa92e.com)'],
  ['<a href="https://attacker.example/">\u202egpj</a>', '[U+202E]gpj (attacker.example)'],
  [
    '<a href="https://attacker.example/bank.example">bank.example/attacker.example</a>',
    'bank.example/attacker.example (attacker.example)',
  ],
  [
    '<a href="mailto:mallory@attacker.example">ingrid@larkfield.example</a>',
    'ingrid@larkfield.example (mallory@attacker.example)',
  ],
  ['<a href="tel:+4490012345">+441134960147</a>', '+441134960147 (+4490012345)'],
  ['<a href="https://attacker.example/"></a>', 'attacker.example'],
])('I05 a link says where it leads: %s', (html, shown) => {
  const [link] = dressed(html).querySelectorAll('a');
  expect(link?.textContent).toBe(shown);
  expect([link?.rel, link?.target]).toEqual(['noopener noreferrer', '_blank']);
});

test('I08 a mention is a chip with its address', () => {
  const [link] = dressed('<a href="sip:ben@larkfield.example">@Ben</a>').querySelectorAll('a');
  expect([link?.className, link?.title, link?.textContent]).toEqual([
    'mention',
    'ben@larkfield.example',
    '@Ben',
  ]);
});

test.each([
  ['<p>one</p><p>two</p>', 'one\ntwo'],
  ['<p>one<br>two</p>', 'one\ntwo'],
  ['<div>one</div><div><br></div><div>two</div>', 'one\n\ntwo'],
  ['<p>see</p><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>', 'see\n• a\n• b\n  • c'],
  ['<ol start="3"><li>a</li><li>b</li></ol>', '3. a\n4. b'],
  ['<p><a href="https://larkfield.example/x">the sheet</a></p>', 'the sheet (https://larkfield.example/x)'],
  ['<p><a href="https://larkfield.example/">larkfield.example</a></p>', 'larkfield.example'],
  ['<p><a href="sip:ben@larkfield.example">@Ben</a> look</p>', '@Ben look'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>', 'a\tb\nc\td'],
  ['<blockquote>said<br>so</blockquote><p>no</p>', '> said\n> so\nno'],
  ['<pre>if x:\n  y</pre>', 'if x:\n  y'],
])('I05 the plain words of %s', (html, words) => {
  const found = markup.clean(html);
  expect(found && plainWords(found)).toBe(words);
});

test('I05 lines alone are plain', () => {
  const plain = (html: string) => isPlain(markup.clean(html) ?? document.createElement('i'));
  expect(plain('<div>a</div><div><br></div>')).toBe(true);
  expect(plain('<p>a <b>b</b></p>')).toBe(false);
});
