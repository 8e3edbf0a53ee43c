import { expect, test } from 'vitest';
import { cardNumbers } from './card-numbers.ts';

const card = (...lines: string[]) =>
  ['BEGIN:VCARD', 'VERSION:3.0', 'FN:x', ...lines, 'END:VCARD', ''].join('\r\n');

test('C06 numbers of a file are read as they are dialled here, where the file names no other way', async () => {
  const text = [
    card('TEL:030 123456', 'TEL:+49 30 9', 'TEL:12'),
    card('TEL:030 654321', 'X-SIP:ann@x.test'),
    card('TEL:0043 1 234567'),
  ].join('');
  expect(await cardNumbers(text, 'DE')).toEqual({ '030 123456': 'tel:+4930123456' });
  expect(await cardNumbers(text, null)).toEqual({});
  expect(await cardNumbers('no cards', 'DE')).toEqual({});
});
