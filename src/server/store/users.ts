/** Who exists, what proves it, and what the directory says of them. */
import type { DirectoryPerson } from '../../protocol/service-api.ts';
import type { StoreModule, Writer } from './database.ts';
import { findablePerson, isFound, wantedWords } from './words.ts';

type Algorithm = 'SHA-256' | 'MD5';

/** A directory entry as an account keeps it. */
export type DirectoryEntry = Omit<DirectoryPerson, 'photo' | 'links' | 'zone'>;

/** HA1 of RFC 7616 §3.4.2 per algorithm, lower-case hex. The password itself is never kept. */
export type Secrets = Readonly<Record<Algorithm, string>>;

export interface Portrait {
  readonly type: 'image/svg+xml' | 'image/png' | 'image/jpeg';
  readonly octets: Uint8Array;
}

export interface UserStore {
  exists(aor: string): boolean;
  name(aor: string): string | null;
  secret(aor: string, algorithm: Algorithm): Promise<string | null>;
  entry(aor: string): Promise<DirectoryEntry | null>;
  portrait(aor: string): Promise<Portrait | null>;
  /** Every word must begin a word of name, address, title, team or number. By name. */
  search(words: string, limit: number): Promise<DirectoryEntry[]>;
  list(): Promise<DirectoryEntry[]>;
  /** False when the address is taken. */
  add(entry: DirectoryEntry, secrets: Secrets, portrait?: Portrait): Promise<boolean>;
  /** False when nobody has the address. */
  setSecrets(aor: string, secrets: Secrets): Promise<boolean>;
  remove(aor: string): Promise<boolean>;
}

export const usersModule: StoreModule = {
  name: 'users',
  migrations: [
    `CREATE TABLE users (
       aor TEXT PRIMARY KEY,
       name TEXT NOT NULL,
       ha1_sha256 TEXT NOT NULL,
       ha1_md5 TEXT NOT NULL,
       details TEXT NOT NULL,
       found_by TEXT NOT NULL,
       portrait_type TEXT,
       portrait BLOB
     ) STRICT`,
  ],
};

export function userStore(writer: Writer): UserStore {
  const { database } = writer;
  const name = database.prepare('SELECT name FROM users WHERE aor = ?');
  const secrets = database.prepare('SELECT ha1_sha256, ha1_md5 FROM users WHERE aor = ?');
  const entry = database.prepare('SELECT details FROM users WHERE aor = ?');
  const portrait = database.prepare('SELECT portrait_type, portrait FROM users WHERE aor = ?');
  const all = database.prepare('SELECT details, found_by FROM users ORDER BY name, aor');
  const insert = database.prepare('INSERT OR IGNORE INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const replace = database.prepare('UPDATE users SET ha1_sha256 = ?, ha1_md5 = ? WHERE aor = ?');
  const remove = database.prepare('DELETE FROM users WHERE aor = ?');
  return {
    exists: (aor) => name.get(aor) !== undefined,
    name(aor) {
      const row = name.get(aor);
      return row ? String(row['name']) : null;
    },
    async secret(aor, algorithm) {
      const row = secrets.get(aor);
      return row ? String(row[algorithm === 'MD5' ? 'ha1_md5' : 'ha1_sha256']) : null;
    },
    async entry(aor) {
      const row = entry.get(aor);
      return row ? readEntry(row['details']) : null;
    },
    async portrait(aor) {
      const row = portrait.get(aor);
      const type = row?.['portrait_type'];
      const octets = row?.['portrait'];
      if (
        (type !== 'image/svg+xml' && type !== 'image/png' && type !== 'image/jpeg') ||
        !(octets instanceof Uint8Array)
      )
        return null;
      return { type, octets };
    },
    async search(words, limit) {
      const wanted = wantedWords(words);
      const found: DirectoryEntry[] = [];
      for (const row of all.iterate()) {
        if (found.length >= limit) break;
        const text = String(row['found_by']);
        if (isFound(text, wanted)) found.push(readEntry(row['details']));
      }
      return found;
    },
    list: async () => all.all().map((row) => readEntry(row['details'])),
    add: (person, ha1, picture) =>
      writer.write(() => {
        const details = JSON.stringify(person);
        const row = [
          person.aor,
          person.name,
          ha1['SHA-256'],
          ha1.MD5,
          details,
          findablePerson(person),
        ] as const;
        return insert.run(...row, picture?.type ?? null, picture?.octets ?? null).changes === 1;
      }),
    setSecrets: (aor, ha1) => writer.write(() => replace.run(ha1['SHA-256'], ha1.MD5, aor).changes === 1),
    remove: (aor) => writer.write(() => remove.run(aor).changes === 1),
  };
}

function readEntry(details: unknown): DirectoryEntry {
  return JSON.parse(String(details)) as DirectoryEntry;
}
