import MiniSearch, { type Query } from 'minisearch';
import type { Aor, Person } from '../../agent/contract.ts';
import { looksLikeNumber } from './find-rules.ts';

/** Finds people by any word of name, address, title, team or number, with small slips of the fingers. */
export interface PeopleIndex {
  find(words: string, limit: number): readonly Aor[];
}

interface Entry {
  readonly aor: Aor;
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly team: string;
  readonly numbers: string;
}

/** Indexing is done in slices, so that 10,000 people never hold up a frame. */
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
  await index.addAllAsync(people.map(entryOf), { chunkSize: 200 });
  return {
    find: (words, limit) =>
      index
        .search(looksLikeNumber(words) ? eitherOf(words, bareDigits(words)) : words)
        .slice(0, limit)
        .map((hit) => String(hit.id)),
  };
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
