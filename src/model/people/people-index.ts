import MiniSearch, { type Query } from 'minisearch';
import type { Aor, Person } from '../../agent/contract.ts';
import { fold, looksLikeNumber } from './find-rules.ts';
import { openWordList, wordsIn } from './word-list.ts';

/** Finds people by any word of name, address, title, team or number, with small slips of the fingers. */
export interface PeopleIndex {
  find(words: string, limit: number): readonly Aor[];
}

/** With so many who are meant as typed, nobody looks for slips of the fingers: weighing all costs frames. */
const ENOUGH = 3;
/** People taken in at a time. */
const SLICE = 200;

interface Entry {
  readonly aor: Aor;
  readonly name: string;
  readonly address: string;
  readonly title: string;
  readonly team: string;
  readonly numbers: string;
}

/**
 * Indexing is done in slices, so that 10,000 people never hold up a frame. A key that begins a word of very many is
 * answered from the plain list of words, which costs less than weighing them all; the index finds what was mistyped.
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
  await index.addAllAsync(entries, { chunkSize: SLICE });
  const ofNames: (readonly string[])[] = [];
  const ofAll: (readonly string[])[] = [];
  for (const [at, { name, address, title, team }] of entries.entries()) {
    if (at % SLICE === 0) await new Promise((next) => setTimeout(next));
    const words = wordsIn(name);
    ofNames.push(words);
    ofAll.push([...words, ...wordsIn(`${address} ${title} ${team}`)]);
  }
  const [names, whole] = [openWordList(ofNames), openWordList(ofAll)];
  /** Those of whom every word typed begins a word: by name first, in the order they stand. */
  const beginning = (typed: readonly string[], limit: number): readonly Aor[] => {
    const byName = names.beginning(typed, limit);
    const byAny = byName.length < limit ? whole.beginning(typed, limit) : [];
    return [...new Set([...byName, ...byAny])].slice(0, limit).map((at) => entries[at]?.aor ?? '');
  };
  return {
    find(words, limit) {
      const plain = looksLikeNumber(words) ? [] : beginning(wordsIn(words), limit);
      if (plain.length >= Math.min(limit, ENOUGH)) return plain;
      const hits = index.search(looksLikeNumber(words) ? eitherOf(words, bareDigits(words)) : words);
      return [...new Set([...plain, ...hits.map((hit) => String(hit.id))])].slice(0, limit);
    },
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
