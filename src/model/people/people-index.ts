import MiniSearch, { type Query } from 'minisearch';
import type { Aor, Person } from '../../agent/contract.ts';
import { looksLikeNumber } from './find-rules.ts';

/** Finds people by any word of name, address, title, team or number, with small slips of the fingers. */
export interface PeopleIndex {
  find(words: string, limit: number): readonly Aor[];
}

/** With so many who are meant as typed, nobody looks for slips of the fingers: weighing all costs frames. */
const ENOUGH = 3;

interface Entry {
  readonly aor: Aor;
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly team: string;
  readonly numbers: string;
}

/** The words of a person as they are searched, folded. */
interface Words {
  readonly aor: Aor;
  readonly name: readonly string[];
  readonly rest: readonly string[];
}

/**
 * Indexing is done in slices, so that 10,000 people never hold up a frame. A key that begins a word of very many is
 * answered by looking through them, which costs less than weighing them all; the index finds what was mistyped.
 */
export async function indexPeople(people: readonly Person[]): Promise<PeopleIndex> {
  const index = new MiniSearch<Entry>({
    idField: 'aor',
    fields: ['name', 'address', 'title', 'team', 'numbers'],
    processTerm: fold,
    searchOptions: {
      prefix: true,
      fuzzy: (term) => (term.length > 3 && !/\d/u.test(term) ? 0.2 : false),
      boost: { name: 3, numbers: 2 },
      combineWith: 'AND',
    },
  });
  const entries = people.map(entryOf);
  await index.addAllAsync(entries, { chunkSize: 200 });
  const all = entries.map(wordsOf);
  return {
    find(words, limit) {
      const plain = looksLikeNumber(words) ? [] : beginning(all, wordsIn(words), limit);
      if (plain.length >= Math.min(limit, ENOUGH)) return plain;
      const hits = index.search(looksLikeNumber(words) ? eitherOf(words, bareDigits(words)) : words);
      return [...new Set([...plain, ...hits.map((hit) => String(hit.id))])].slice(0, limit);
    },
  };
}

/** Those of whom every word typed begins a word: by name first, in the order they stand. */
function beginning(all: readonly Words[], typed: readonly string[], limit: number): readonly Aor[] {
  const has = (words: readonly string[], one: string): boolean => words.some((word) => word.startsWith(one));
  const [byName, byRest]: [Aor[], Aor[]] = [[], []];
  for (const { aor, name, rest } of all) {
    if (byName.length >= limit) break;
    if (typed.every((one) => has(name, one))) byName.push(aor);
    else if (byRest.length < limit && typed.every((one) => has(name, one) || has(rest, one)))
      byRest.push(aor);
  }
  return [...byName, ...byRest].slice(0, limit);
}

function wordsOf({ aor, name, address, title, team }: Entry): Words {
  return { aor, name: wordsIn(name), rest: wordsIn(`${address} ${title} ${team}`) };
}

/** As the index takes words apart. */
function wordsIn(text: string): readonly string[] {
  return text
    .split(/[\n\r\p{Z}\p{P}]+/u)
    .map(fold)
    .filter((word) => word !== '');
}

function entryOf(person: Person): Entry {
  const own = person.aor.startsWith('tel:') ? [person.aor.slice(4)] : [];
  const written = [...own, ...(person.phones ?? []).map(({ number }) => number)];
  const numbers = written.flatMap((number) => [number, ...digitsOf(number)]);
  return {
    aor: person.aor,
    name: person.name,
    address: own.length > 0 ? '' : person.aor.replace(/^sips?:/, ''),
    title: person.title ?? '',
    team: [person.team, person.company, person.office].filter(Boolean).join(' '),
    numbers: numbers.join(' '),
  };
}

/** Without what people write between the digits, and without a country's and a town's code. */
function digitsOf(number: string): readonly string[] {
  const digits = number.replace(/\D/gu, '');
  return [digits, digits.slice(-10), digits.slice(-7)];
}

/** Each by itself needs all its words. */
function eitherOf(...queries: readonly string[]): Query {
  return {
    combineWith: 'OR',
    queries: queries.map((words): Query => ({ combineWith: 'AND', queries: [words] })),
  };
}

/** `00` or `0` before a number says where it is dialled from, not whose it is. */
function bareDigits(words: string): string {
  return words.replace(/\D/gu, '').replace(/^0+(?=\d)/u, '');
}

function fold(term: string): string {
  return term.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
