import type { AccessLevel } from '../../protocol/access-levels.ts';
import type { DirectoryPerson } from '../../protocol/service-api.ts';
import { findablePerson, isFound, wantedWords } from '../store/words.ts';
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

/** A number that may not be seen may not be found out by searching for it either. */
export function mayBeFound(shown: DirectoryPerson, words: string): boolean {
  const numbers = wantedWords(words).filter((word) => /^\+?\d{2,}$/.test(word));
  if (numbers.length === 0) return true;
  const digits = (shown.phones ?? []).map(({ number }) => number.replace(/\D/g, ''));
  return numbers.every(
    (word) =>
      isFound(findablePerson(shown), [word]) ||
      digits.some((number) => number.includes(word.replace('+', ''))),
  );
}
