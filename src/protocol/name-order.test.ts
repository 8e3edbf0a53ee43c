import { expect, test } from 'vitest';
import { inOrderOfName } from './name-order.ts';

const named = (...names: string[]) => names.map((name) => ({ aor: `sip:${name}@x.test`, name }));
const names = (people: readonly { readonly name: string }[]) => people.map(({ name }) => name);

test('P07 by the alphabet, whatever the case, numbers by their value', () => {
  const people = named('Zoe', 'ann 10', 'Ärne', 'Ann 9', 'bea');
  expect(names(inOrderOfName(people))).toEqual(['Ann 9', 'ann 10', 'Ärne', 'bea', 'Zoe']);
});

test('P07 who was there before, who is new, and who is gone', () => {
  const before = named('Ann', 'Bea', 'Cat');
  expect(names(inOrderOfName(named('Cat', 'Abe', 'Ann'), before))).toEqual(['Abe', 'Ann', 'Cat']);
  expect(names(before)).toEqual(['Ann', 'Bea', 'Cat']);
});
