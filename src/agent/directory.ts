/** People by our own HTTP service, and what was kept of them for the time without one. */
import { encodeBase64 } from '../protocol/base64.ts';
import { omit } from '../store/omit.ts';
import type { StoredPerson } from '../store/rows.ts';
import type { Env, Keeper } from './env.ts';
import type { Aor, Outcome, Person } from './contract.ts';
import type { Http } from './http.ts';
import { parse, readPerson } from './read-person.ts';
import type { ServerTime } from './server-time.ts';

export interface Directory {
  find(words: string, limit: number): Promise<Outcome<readonly Person[]>>;
  /** What is kept when it is no older than `age`, milliseconds; else what the server says. */
  lookUp(aor: Aor, age?: number): Promise<Outcome<{ person: Person; asOf: number }>>;
  /** What the server says of somebody now; null when it says nothing. */
  ask(aor: Aor): Promise<Person | null>;
  /** Keeps somebody who came in a list, and gives them with the face that is kept. */
  listed(person: Person): Promise<Person>;
}

/** How old a card may be before it is asked for again, milliseconds. */
const FRESH = 10 * 60_000;
/** Octets of a portrait; larger ones are left out. */
const LARGEST_FACE = 40 * 1024;
const FACES: ReadonlySet<string> = new Set(['image/svg+xml', 'image/png', 'image/jpeg', 'image/webp']);

export function createDirectory(
  env: Env,
  keeper: Keeper,
  time: ServerTime,
  http: Http,
  /** `…/api/directory`; null on servers without one. */
  root: string | null,
): Directory {
  const kept = (row: StoredPerson) => ({ person: row.person, asOf: row.asOf });

  async function ask(aor: Aor): Promise<Person | null> {
    if (root === null) return null;
    const answer = await http({ method: 'GET', url: `${root}/people/${encodeURIComponent(aor)}` });
    const card = answer.status === 200 ? readPerson(parse(answer.body)) : null;
    if (card?.aor !== aor) return null;
    const person = await withFace(card, root);
    await keeper.keep([{ put: 'people', row: { aor, person, asOf: time.now() } }]);
    return person;
  }

  let told: unknown;
  /** A part of the directory did not answer: said once, not with every key. */
  function tellProblem(problem: unknown): void {
    if (typeof problem === 'string' && problem !== told) {
      env.tell({ fact: 'notice', level: 'info', words: problem.slice(0, 300) });
    }
    told = problem;
  }

  /** The face as a data address: portraits are for members only, which an `<img>` cannot prove to be. */
  async function withFace(person: Person, base: string): Promise<Person> {
    const url = person.photo === undefined ? null : URL.parse(person.photo, base);
    if (url?.origin !== new URL(base).origin) return omit(person, 'photo');
    const { type, bytes } = await http({ method: 'GET', url: url.href });
    if (!bytes || bytes.length > LARGEST_FACE || !FACES.has(type)) return omit(person, 'photo');
    return { ...person, photo: `data:${type};base64,${encodeBase64(bytes)}` };
  }

  /** Somebody seen in a list: the face, which a list does not bring, stays as it was kept. */
  async function listed(person: Person): Promise<Person> {
    const row = await env.vault.person(person.aor);
    const face = row?.person.photo;
    const known = { ...omit(person, 'photo'), ...(face !== undefined && { photo: face }) };
    const asOf = row && !row.listed ? row.asOf : time.now();
    const first = row === null || row.listed === true;
    await keeper.keep([
      { put: 'people', row: { aor: person.aor, person: known, asOf, ...(first && { listed: true }) } },
    ]);
    return known;
  }

  return {
    ask,
    listed,
    async find(words, limit) {
      if (root === null || words.trim() === '') return { ok: true, value: [] };
      const query = new URLSearchParams({ q: words, limit: String(limit) });
      const answer = await http({ method: 'GET', url: `${root}/people?${query}` });
      if (answer.status === 0)
        return { ok: false, why: 'The directory cannot be reached. Only your contacts are searched.' };
      if (answer.status === 404) return { ok: true, value: [] };
      const found = answer.status === 200 ? parse(answer.body) : null;
      tellProblem((found as { problem?: unknown } | null)?.problem);
      const list = (found as { people?: unknown } | null)?.people ?? found;
      if (!Array.isArray(list))
        return { ok: false, why: 'The directory gave no useful answer.', status: answer.status };
      const people = await Promise.all(
        list
          .map(readPerson)
          .filter((one) => one !== null)
          .map(listed),
      );
      return { ok: true, value: people };
    },
    async lookUp(aor, age = FRESH) {
      const row = await env.vault.person(aor);
      if (row && row.listed !== true && time.now() - row.asOf < age) return { ok: true, value: kept(row) };
      const person = await ask(aor);
      if (person) return { ok: true, value: { person, asOf: time.now() } };
      return row
        ? { ok: true, value: kept(row) }
        : { ok: false, why: 'Nothing more is known about this person just now.' };
    },
  };
}
