import { expect, test } from 'vitest';
import { mentions } from './mention.ts';

const amara = { aor: 'sip:amara@larkfield.example', name: 'Amara Okafor' };

test.each([
  ['@Amara, look', undefined, true],
  ['ask @amara okafor', undefined, true],
  ['(@Amara)', undefined, true],
  ['@Amara.', undefined, true],
  ['@Amaranth', undefined, false],
  ['mail me@amara.example', undefined, false],
  ['@amara.example is down', undefined, false],
  ['Amara', undefined, false],
  ['@Ben', '<a href="sip:ben@larkfield.example">@Ben</a>', false],
  ['@A', '<a href="sip:amara@larkfield.example">@A</a>', true],
  ['@A', "<a class=x href='sip:Amara@LARKFIELD.example;transport=ws'>@A</a>", false],
  ['@A', "<a class=x href='sip:amara@LARKFIELD.example;transport=ws'>@A</a>", true],
  ['x', '<a href="https://larkfield.example/?sip:amara@larkfield.example">x</a>', false],
])('I08 a mention: %s %s', (text, html, is) => {
  expect(mentions({ text, ...(html !== undefined && { html }) }, amara)).toBe(is);
});
