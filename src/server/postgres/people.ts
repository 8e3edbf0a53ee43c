/** Who has an account: Kamailio's `subscriber` table, with what `parley_people` adds, both held in memory but for passwords. */
import { usernameOf } from '../auth/secrets.ts';
import type { DirectoryEntry, UserStore } from '../store/users.ts';
import { findablePerson, isFound, wantedWords } from '../store/words.ts';
import type { Postgres } from './database.ts';
import { parseNotice } from './notice.ts';

/** Accounts are made and removed by `src/engine/account.sh`, described by `account.sh person`. */
export type PeopleStore = Omit<UserStore, 'add' | 'setSecrets' | 'remove'>;

const SELECT = `SELECT username, details FROM subscriber
  LEFT JOIN parley_people ON aor = 'sip:' || username || '@' || domain WHERE domain = $1`;

/** Loads everybody. Rejects with PostgreSQL's error. */
export async function openPeople(postgres: Postgres, domain: string): Promise<PeopleStore> {
  let people = new Map<string, DirectoryEntry>();
  /** Made when somebody searches for the first time after a change. */
  let index: readonly (readonly [DirectoryEntry, string])[] | null = null;
  const load = async (): Promise<void> => {
    const rows = await postgres.query(SELECT, [domain]);
    people = new Map(rows.map((row) => entryOf(String(row['username']), domain, row['details'])));
    index = null;
  };
  await load();
  postgres.feed.onGap(load);
  postgres.feed.onNotices((payloads) =>
    payloads.some((payload) => parseNotice(payload)?.is === 'people') ? load() : undefined,
  );

  return {
    exists: (aor) => people.has(aor),
    name: (aor) => people.get(aor)?.name ?? null,
    async secret(aor, algorithm) {
      // Kamailio keeps the one hash that it checks itself.
      if (algorithm !== 'MD5') return null;
      const [row] = await postgres.query('SELECT ha1 FROM subscriber WHERE username = $1 AND domain = $2', [
        usernameOf(aor),
        domain,
      ]);
      return row === undefined ? null : String(row['ha1']);
    },
    entry: async (aor) => people.get(aor) ?? null,
    async portrait(aor) {
      const [row] = await postgres.query('SELECT portrait_type, portrait FROM parley_people WHERE aor = $1', [
        aor,
      ]);
      const { portrait_type: type, portrait: octets } = row ?? {};
      const isPicture = type === 'image/svg+xml' || type === 'image/png' || type === 'image/jpeg';
      return isPicture && octets instanceof Uint8Array ? { type, octets } : null;
    },
    async search(words, limit) {
      index ??= [...people.values()]
        .sort((a, b) => a.name.localeCompare(b.name) || (a.aor < b.aor ? -1 : 1))
        .map((entry) => [entry, findablePerson(entry)] as const);
      const wanted = wantedWords(words);
      const found: DirectoryEntry[] = [];
      for (const [entry, text] of index) {
        if (found.length >= limit) break;
        if (isFound(text, wanted)) found.push(entry);
      }
      return found;
    },
    list: async () => [...people.values()],
  };
}

/** What an administrator says of somebody; numbers of a kind take the place of those of that kind. */
export type PersonChange = Partial<Omit<DirectoryEntry, 'aor'>>;

/** Keeps what is not named. Every node hears of it. */
export async function writePerson(
  postgres: Postgres,
  aor: string,
  change: PersonChange,
): Promise<DirectoryEntry> {
  return postgres.transaction(async (query) => {
    const [row] = await query('SELECT details FROM parley_people WHERE aor = $1 FOR UPDATE', [aor]);
    const before: DirectoryEntry = { name: usernameOf(aor), ...detailsOf(row?.['details']), aor };
    const given = change.phones ?? [];
    const kept = (before.phones ?? []).filter(({ kind }) => !given.some((one) => one.kind === kind));
    const after: DirectoryEntry = { ...before, ...change, phones: [...given, ...kept] };
    await query(
      `INSERT INTO parley_people (aor, details) VALUES ($1, $2)
       ON CONFLICT (aor) DO UPDATE SET details = excluded.details`,
      [aor, JSON.stringify(after)],
    );
    return after;
  });
}

function entryOf(username: string, domain: string, details: unknown): readonly [string, DirectoryEntry] {
  const aor = `sip:${username}@${domain}`;
  return [aor, { name: username, ...detailsOf(details), aor }];
}

/** Nothing for what somebody wrote by hand and is no JSON. */
function detailsOf(text: unknown): Partial<DirectoryEntry> {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as Partial<DirectoryEntry>) : {};
  } catch {
    return {};
  }
}
