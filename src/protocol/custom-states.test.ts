import { describe, expect, test } from 'vitest';
import { type CustomState, decodeCustomStates, encodeCustomStates } from './custom-states.ts';
import { customWords } from './custom-words.ts';

const COURT: CustomState = {
  ...{ id: 'court', band: 'busy' },
  words: { '': 'In court', de: 'Vor Gericht', 'pt-br': 'No tribunal' },
};
const LAB: CustomState = { id: 'lab-4', band: 'dnd', words: { '': 'In the lab' } };

function read(text: string): readonly CustomState[] {
  const states = decodeCustomStates(text);
  if (!states.ok) throw new Error(states.why);
  return states.value;
}
const document = (inside: string) => `<states xmlns="urn:parley:states:1">${inside}</states>`;

test('P27 states go over and come back', () => {
  expect(read(encodeCustomStates([COURT, LAB]))).toEqual([COURT, LAB]);
  expect(read(encodeCustomStates([]))).toEqual([]);
});

describe('P27 words', () => {
  test.each([
    ['the language', ['de'], 'Vor Gericht'],
    ['a country of it', ['de-AT'], 'Vor Gericht'],
    ['any spelling', ['PT-br'], 'No tribunal'],
    ['the second choice', ['fr', 'de'], 'Vor Gericht'],
    ['a language is not its country', ['pt'], 'In court'],
    ['none of them', ['ja'], 'In court'],
    ['none at all', [], 'In court'],
    ['a name every object has', ['constructor', 'toString'], 'In court'],
  ])('%s', (_, languages, words) => {
    expect(customWords(COURT, languages)).toBe(words);
  });
});

describe('P27 what an administrator got wrong', () => {
  const words = '<words>In court</words>';
  test.each([
    ['no id', `<state band="busy">${words}</state>`],
    ['an id with spaces', `<state id="in court" band="busy">${words}</state>`],
    ['an id too long', `<state id="${'x'.repeat(65)}" band="busy">${words}</state>`],
    ['no band', `<state id="a">${words}</state>`],
    ['a band nobody knows', `<state id="a" band="purple">${words}</state>`],
    ['no words', '<state id="a" band="busy"/>'],
    ['blank words', '<state id="a" band="busy"><words> \n </words></state>'],
    ['words of another namespace', '<state id="a" band="busy"><words xmlns="urn:x">x</words></state>'],
  ])('%s: left out, the rest stays', (_, state) => {
    expect(read(document(state + `<state id="b" band="away">${words}</state>`)).map(({ id }) => id)).toEqual([
      'b',
    ]);
  });
  test('an id twice: the first counts', () => {
    const twice = ['One', 'Two'].map((text) => `<state id="a" band="busy"><words>${text}</words></state>`);
    expect(read(document(twice.join('')))[0]?.words).toEqual({ '': 'One' });
  });
  test('words without any for the other languages: the first stands for them', () => {
    const state = '<state id="a" band="busy"><words xml:lang="de">Vor Gericht</words></state>';
    expect(read(document(state))[0]?.words).toEqual({ '': 'Vor Gericht', de: 'Vor Gericht' });
  });
});

describe('hostile documents', () => {
  test('P27 words are one short line that turns nothing around', () => {
    const text = `A\nB\u202eC\u2066${'x'.repeat(500)}`;
    const [state] = read(document(`<state id="a" band="busy"><words>${text}</words></state>`));
    expect(state?.words['']).toMatch(/^A BCx{75,}$/);
    expect(state?.words['']).toHaveLength(80);
  });
  test('at most fifty states and sixty languages', () => {
    const state = (id: string) => `<state id="${id}" band="busy"><words>x</words></state>`;
    expect(read(document(Array.from({ length: 200 }, (_, i) => state(`s${i}`)).join('')))).toHaveLength(50);
    const tags = Array.from({ length: 200 }, (_, i) => `<words xml:lang="a-${i}">x</words>`).join('');
    const [one] = read(document(`<state id="a" band="busy">${tags}</state>`));
    expect(Object.keys(one?.words ?? {}).length).toBeLessThanOrEqual(61);
  });
  test('a language called like a part of every object is only a language', () => {
    const [one] = read(
      document('<state id="a" band="busy"><words>x</words><words xml:lang="__proto__">y</words></state>'),
    );
    expect(Object.keys(one?.words ?? {})).toEqual(['']);
    expect(Object.getPrototypeOf(one?.words)).toBe(Object.prototype);
  });
  test.each([
    '',
    'x',
    '<states/>',
    '<states xmlns="urn:x"/>',
    '<!DOCTYPE x><states xmlns="urn:parley:states:1"/>',
  ])('refuses %j', (text) => {
    expect(decodeCustomStates(text).ok).toBe(false);
  });
});
