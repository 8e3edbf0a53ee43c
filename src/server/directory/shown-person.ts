import type { AccessLevel } from '../../protocol/access-levels.ts';
import type { DirectoryPerson } from '../../protocol/service-api.ts';
import { findable, findablePerson, isFound, wantedWords } from '../store/words.ts';
import type { Person } from './contract.ts';

type Kind = NonNullable<DirectoryPerson['phones']>[number]['kind'];

/** Which numbers a level sees (features.md A02; access-levels.ts). */
const NUMBERS: Readonly<Record<AccessLevel | 'ask', readonly Kind[]>> = {
  personal: ['work', 'mobile', 'home'],
  team: ['work', 'mobile'],
  company: ['work'],
  public: [],
  blocked: [],
  ask: [],
};

/** A person as somebody of that level may see them, with the path of the portrait. */
export function shownPerson({ phones, ...person }: Person, level: AccessLevel | 'ask'): DirectoryPerson {
  const seen = (phones ?? []).filter(({ kind }) => NUMBERS[level].includes(kind));
  return {
    ...person,
    ...(seen.length > 0 && { phones: seen }),
    photo: `/api/portraits/${encodeURIComponent(person.aor)}`,
  };
}

/**
 * A number that may not be seen may not be found out by searching for it either: each digit that was typed has to be in
 * something that is shown. Sources look into numbers by words, by their digits, or by digits among letters.
 */
export function mayBeFound(shown: DirectoryPerson, words: string): boolean {
  const text = `${findablePerson(shown)}${findable([shown.email, shown.office])}`;
  const numbers = (shown.phones ?? []).map(({ number }) => number.replace(/\D/g, ''));
  return words
    .normalize('NFKD')
    .split(/[^\p{L}\p{M}\p{N}+@._'’-]+/u)
    .filter((word) => /\p{N}/u.test(word))
    .every(
      (word) =>
        isFound(text, wantedWords(word)) ||
        numbers.some((number) => number.includes(word.replace(/\D/g, ''))),
    );
}

/** Whether somebody may be searching for a number: then whom they may not find takes nobody's place. */
export function hasDigits(words: string): boolean {
  return /\p{N}/u.test(words.normalize('NFKD'));
}
