import { expect, test } from 'vitest';
import { linkPieces, type Piece } from './links.ts';

const links = (text: string): string[] =>
  linkPieces(text).flatMap((piece) => (piece.is === 'link' ? [`${piece.text} -> ${piece.href}`] : []));
const joined = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join('');

test('https, mailto, sip and tel are links, with the text around them kept', () => {
  const text =
    'See https://larkfield.example/a?b=1, mail ingrid@larkfield.example, sip:ingrid@larkfield.example or tel:+441134960147.';
  expect(links(text)).toEqual([
    'https://larkfield.example/a?b=1 -> https://larkfield.example/a?b=1',
    'ingrid@larkfield.example -> mailto:ingrid@larkfield.example',
    'sip:ingrid@larkfield.example -> sip:ingrid@larkfield.example',
    'tel:+441134960147 -> tel:+441134960147',
  ]);
  expect(joined(linkPieces(text))).toBe(text);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'http://larkfield.example/',
  'ftp://larkfield.example/',
  'file:///etc/passwd',
  'blob:https://larkfield.example/1',
  '//larkfield.example/',
])('%s is no link', (text) => {
  expect(links(text).filter((link) => !link.includes('-> https://larkfield.example'))).toEqual([]);
  expect(links(text).every((link) => /-> https:/.test(link))).toBe(true);
});

test('a host without scheme is opened encrypted', () => {
  expect(links('www.larkfield.co.uk')).toEqual(['www.larkfield.co.uk -> https://www.larkfield.co.uk/']);
});

test('look-alike letters in a host are shown as they really are', () => {
  expect(links('https://аррӏе.com/')).toEqual(['https://xn--80ak6aa92e.com/ -> https://xn--80ak6aa92e.com/']);
});

test('signs that turn the reading direction are made visible in a link', () => {
  const [link = ''] = links('https://larkfield.example/\u202egpj.exe');
  expect(link).not.toContain('\u202e');
});
