import { expect, test } from 'vitest';
import { EmojiList, withTone } from './emoji-list.ts';
import { facesIn, withFaces } from './emoticons.ts';

const list = new EmojiList();

test('I08 emoji are found by name, tag and description', () => {
  expect(list.search('thumbs').map(({ sign }) => sign)).toContain('👍');
  expect(list.search('red heart').map(({ sign }) => sign)).toContain('❤️');
  expect(list.search('no such thing')).toEqual([]);
  expect(list.groups.map(({ name }) => name)).toContain('Food & Drink');
});

test('I08 a short name is completed, the exact one first', () => {
  expect(list.complete('smile', 3)[0]).toMatchObject({ name: 'smile', emoji: { sign: '😄' } });
  expect(list.complete('thum', 3)[0]?.name).toMatch(/^thum/);
  expect(list.named('tada')).toBe('🎉');
});

test('I08 a skin tone is put on where there is skin, and taken off again', () => {
  expect(withTone('👍', '\u{1f3fe}')).toBe('👍🏾');
  expect(withTone('👍🏾', '')).toBe('👍');
  expect(withTone('🎉', '\u{1f3fe}')).toBe('🎉');
  expect(withTone('☝️', '\u{1f3fb}')).toBe('☝🏻');
  expect(list.bySign('👍🏾')?.names).toContain('+1');
});

test.each([
  ['well :) so', 'well 🙂 so'],
  [':-D', '😃'],
  ['thanks <3.', 'thanks ❤️.'],
  ['(see a:)', '(see a:)'],
  ['https://larkfield.example/', 'https://larkfield.example/'],
  ['8:30 :( ;)', '8:30 🙁 😉'],
])('I08 emoticons: %s', (typed, sent) => {
  expect(withFaces(typed)).toBe(sent);
});

test('I08 code keeps its signs', () => {
  const root = document.createElement('div');
  root.append('a :) ', Object.assign(document.createElement('code'), { textContent: ':)' }));
  facesIn(root);
  expect(root.textContent).toBe('a 🙂 :)');
});
