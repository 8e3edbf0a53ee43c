/** People by our own HTTP service, and what was kept of them for the time without one. */
import { omit } from '../store/omit.ts';
import type { StoredPerson } from '../store/rows.ts';
import type { Env, Keeper } from './env.ts';
import type { Aor, Outcome, Person } from './contract.ts';
import type { Http } from './http.ts';
import type { ServerTime } from './server-time.ts';

export interface Directory {
  find(words: string, limit: number): Promise<Outcome<readonly Person[]>>;
  lookUp(aor: Aor): Promise<Outcome<{ person: Person; asOf: number }>>;
  /** What the server says of somebody now; null when it says nothing. */
  ask(aor: Aor): Promise<Person | null>;
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

  /** The face as a data address: portraits are for members only, which an `<img>` cannot prove to be. */
  async function withFace(person: Person, base: string): Promise<Person> {
    const url = person.photo === undefined ? null : URL.parse(person.photo, base);
    if (url?.origin !== new URL(base).origin) return omit(person, 'photo');
    const { type, bytes } = await http({ method: 'GET', url: url.href });
    if (!bytes || bytes.length > LARGEST_FACE || !FACES.has(type)) return omit(person, 'photo');
    return { ...person, photo: `data:${type};base64,${base64(bytes)}` };
  }

  return {
    ask,
    async find(words, limit) {
      if (root === null || words.trim() === '') return { ok: true, value: [] };
      const query = new URLSearchParams({ q: words, limit: String(limit) });
      const answer = await http({ method: 'GET', url: `${root}/people?${query}` });
      if (answer.status === 0)
        return { ok: false, why: 'The directory cannot be reached. Only your contacts are searched.' };
      if (answer.status === 404) return { ok: true, value: [] };
      const found = answer.status === 200 ? parse(answer.body) : null;
      const list = (found as { people?: unknown } | null)?.people ?? found;
      if (!Array.isArray(list))
        return { ok: false, why: 'The directory gave no useful answer.', status: answer.status };
      const people = list.map(readPerson).filter((one) => one !== null);
      await keeper.keep(
        people.map(
          (person) => ({ put: 'people', row: { aor: person.aor, person, asOf: time.now() } }) as const,
        ),
      );
      return { ok: true, value: people };
    },
    async lookUp(aor) {
      const row = await env.vault.person(aor);
      if (row && time.now() - row.asOf < FRESH) return { ok: true, value: kept(row) };
      const person = await ask(aor);
      if (person) return { ok: true, value: { person, asOf: time.now() } };
      return row
        ? { ok: true, value: kept(row) }
        : { ok: false, why: 'Nothing more is known about this person just now.' };
    },
  };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const octet of bytes) binary += String.fromCharCode(octet);
  return btoa(binary);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const TEXTS = ['title', 'team', 'company', 'email', 'photo', 'office', 'manager'] as const;

/** A person out of whatever the service sent; null when it is none. */
function readPerson(value: unknown): Person | null {
  if (typeof value !== 'object' || value === null) return null;
  const from = value as Record<string, unknown>;
  const { aor, name, phones } = from as { aor?: unknown; name?: unknown; phones?: unknown };
  if (typeof aor !== 'string' || typeof name !== 'string' || !/^sip:[^@]+@[^@]+$/.test(aor)) return null;
  const texts = Object.fromEntries(
    TEXTS.flatMap((key) => (typeof from[key] === 'string' && from[key] !== '' ? [[key, from[key]]] : [])),
  );
  const numbers = Array.isArray(phones) ? phones.filter(isPhone) : [];
  return { aor, name, ...texts, ...(numbers.length > 0 && { phones: numbers }) };
}

function isPhone(value: unknown): value is NonNullable<Person['phones']>[number] {
  const { kind, number } = (value ?? {}) as { kind?: unknown; number?: unknown };
  return (kind === 'work' || kind === 'mobile' || kind === 'home') && typeof number === 'string';
}
