import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { cleanFileName } from './file-names.ts';
import { sizeWords } from './file-ref.ts';
import { textOfHtml } from './html-text.ts';
import { decodeInk, encodeInk, type InkDrawing } from './ink.ts';
import { decodeContent, encodeContent, type MessageContent } from './message-content.ts';
import {
  correctedText,
  correctionWords,
  marksHeaders,
  marksOf,
  quotedWords,
  splitQuote,
} from './message-marks.ts';
import { formatMultipart } from './multipart.ts';

const ink: InkDrawing = {
  width: 400,
  height: 200,
  strokes: [{ points: [1, 2, 0.5, 3, 4, 0.75], colour: 1, size: 3 }],
};
const file = {
  ...{ name: 'Wharfe – plan.pdf', type: 'application/pdf', size: 1_234_567, hash: 'ab'.repeat(32) },
  ...{ url: 'https://parley.test/api/files/x/plan.pdf', thumbnail: 'data:image/webp;base64,AAAA' },
};
function through(content: MessageContent) {
  const { headers, body } = encodeContent(content, 'part-1');
  return decodeContent(headers[0]?.[1] ?? '', '', body);
}

test.each([
  ['plain words', { text: 'Grüße\n> not a quote' }],
  ['HTML', { text: 'bold', html: '<b>bold</b>' }],
  ['ink', { text: 'Handwriting', ink }],
  ['a file with its picture', { text: 'See this', files: [file] }],
  ['several', { text: 'All', html: '<i>All</i>', ink, files: [file, { ...file, name: 'b.txt' }] }],
] as [string, MessageContent][])('I05 I06 %s come back as they were written', (_, content) => {
  expect(through(content)).toEqual(content);
});

test('I05 the plain words come first and stand alone where nothing is richer', () => {
  expect(encodeContent({ text: 'Hi' }, 'b')).toEqual({
    headers: [['Content-Type', 'text/plain;charset=UTF-8']],
    body: 'Hi',
  });
  const { body } = encodeContent({ text: 'Hi', html: '<b>Hi</b>' }, 'b');
  expect(body.indexOf('text/plain')).toBeLessThan(body.indexOf('text/html'));
});

test('HTML alone gives words, without what is not for readers', () => {
  expect(decodeContent('text/html', '', '<p>One &amp; two</p><script>alert(1)</script><p>2 < 3</p>')).toEqual(
    {
      text: 'One & two\n\n2 < 3',
      html: '<p>One &amp; two</p><script>alert(1)</script><p>2 < 3</p>',
    },
  );
  expect(textOfHtml('<ul><li>a<li>b</ul>&#x1F600;&#0;<!-- x -->c')).toBe('a\nb\n😀c');
});

test('encoded parts are read', () => {
  expect(
    decodeContent('text/plain;charset=utf-8', 'base64', encodeBase64(new TextEncoder().encode('Grüße'))),
  ).toEqual({
    text: 'Grüße',
  });
  expect(decodeContent('text/plain', 'quoted-printable', 'Gr=C3=BC=C3=9Fe=\r\n 😀')).toEqual({
    text: 'Grüße 😀',
  });
  const octets = Uint8Array.from({ length: 300 }, (_, n) => n % 256);
  expect(decodeBase64(encodeBase64(octets))).toEqual(octets);
  expect(decodeBase64('a*b')).toBeNull();
});

test('what is not known stays what it is', () => {
  expect(decodeContent('application/x-thing', '', '...')).toEqual({
    type: 'application/x-thing',
    body: '...',
  });
  const odd = formatMultipart('b', [
    { headers: new Map([['content-type', 'application/x-thing']]), body: '.' },
  ]);
  expect(decodeContent('multipart/mixed;boundary=b', '', odd)).toEqual({
    type: 'multipart/mixed',
    body: odd,
  });
});

test.each([
  'javascript:alert(1)',
  'http://files.example/a',
  'https://user:pw@files.example/a',
  'file:///etc/passwd',
  'https://files.example/a b',
])('I04 a file at %s is none', (url) => {
  const part = `Content-Type: text/plain\r\n\r\n`;
  const type = `message/external-body;access-type="URL";URL="${url}";size=3`;
  const body = formatMultipart('b', [{ headers: new Map([['content-type', type]]), body: part }]);
  expect(decodeContent('multipart/mixed;boundary=b', '', body)).not.toHaveProperty('files');
});

test('I04 names of files are safe on a disk and on screen', () => {
  expect(cleanFileName('../../etc/pass\u202ewd')).toBe('passwd');
  expect(cleanFileName('C:\\x\\con.txt')).toBe('_con.txt');
  expect(cleanFileName(' .. ')).toBe('file');
  expect(cleanFileName(`${'a'.repeat(400)}.tar.gz`)).toHaveLength(200);
  expect([999, 1234, 99_960, 5_000_000_000].map(sizeWords)).toEqual([
    '999 bytes',
    '1.2 kB',
    '100 kB',
    '5.0 GB',
  ]);
});

test.each([
  '',
  '[]',
  '{"width":1}',
  JSON.stringify({ ...ink, width: 1e9 }),
  JSON.stringify({ ...ink, strokes: [{ points: [1, 2] }] }),
])('I06 %s is no drawing', (text) => {
  expect(decodeInk(text).ok).toBe(false);
});
test('I06 a colour that is unknown is the first', () => {
  const read = decodeInk(encodeInk({ ...ink, strokes: [{ points: [1, 2, 3], colour: 99, size: 2 }] }));
  expect(read).toMatchObject({ ok: true, value: { strokes: [{ colour: 0 }] } });
});

test('I08 quotes, corrections and marks can be told apart again', () => {
  expect(splitQuote(quotedWords('One\ntwo', '> three'))).toEqual({ quote: 'One\ntwo', text: '> three' });
  expect(correctedText(correctionWords('Hi'))).toBe('Hi');
  const marks = { conversation: 'sip:conf-1@x.test', replyTo: 'm1', event: 'joined' } as const;
  expect(marksOf({ headers: marksHeaders(marks) })).toEqual(marks);
  const hostile = { prefix: 'parley', ns: 'urn:parley:message:1', name: 'Replaces', value: 'a b' };
  expect(marksOf({ headers: [hostile, { ...hostile, ns: 'x', value: 'm1' }] })).toEqual({});
});
