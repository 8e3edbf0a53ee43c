import { expect, test } from 'vitest';
import { openWordList, wordsIn } from './word-list.ts';

const list = openWordList(
  [
    ['Grace Mwangi', 'grace@parley.test'],
    [],
    ['Ana-María Núñez', 'Head of Grace Hall'],
    ['Mwangi, Daniel', ''],
    ['Bo Gracey'],
  ].map((texts) => wordsIn(texts.join(' '))),
);
const found = (typed: string, limit = 8): readonly number[] => list.beginning(wordsIn(typed), limit);

test('each is found once by the beginning of any of their words, in order', () => {
  expect(found('gra')).toEqual([0, 2, 4]);
  expect(found('mwangi')).toEqual([0, 3]);
  expect(found('nun')).toEqual([2]);
  expect(found('maria')).toEqual([2]);
});

test('every word must begin one of theirs, in whatever order', () => {
  expect(found('mwangi gra')).toEqual([0]);
  expect(found('d mw')).toEqual([3]);
  expect(found('grace daniel')).toEqual([]);
});

test('the end of one and the beginning of the next make no word, nor does the middle of one', () => {
  expect(found('testana')).toEqual([]);
  expect(found('race')).toEqual([]);
});

test('no more than asked for, and nobody for nothing', () => {
  expect(found('gra', 2)).toEqual([0, 2]);
  expect(found(' , ')).toEqual([]);
  expect(openWordList([]).beginning(['a'], 8)).toEqual([]);
  expect(openWordList([[]]).beginning(['a'], 8)).toEqual([]);
});
