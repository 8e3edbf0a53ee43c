/** Tokens for `<parley-presence>`: made by a person for pages of the organisation, read only, shown once, kept as hashes. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { EmbedToken, EmbedTokenRequest } from '../../protocol/service-api.ts';
import type { Clock } from '../clock.ts';
import type { StoreModule, Writer } from '../store/database.ts';

/** Who made it decides who is not shown: whoever blocks them blocks their pages. */
export interface OwnedToken extends EmbedToken {
  readonly owner: string;
}

export interface EmbedTokens {
  of(owner: string): readonly EmbedToken[];
  /** The token with its secret, this once; or a sentence. */
  make(owner: string, request: EmbedTokenRequest): Promise<EmbedToken | { readonly why: string }>;
  /** False when it is not there or somebody else's. */
  revoke(owner: string, id: string): Promise<boolean>;
  /** Whose token this is; null for none. */
  find(secret: string): OwnedToken | null;
  /** Whether any token may be used on pages of this origin. */
  knowsOrigin(origin: string): boolean;
  onRevoked(listener: (id: string) => void): void;
}

export const MOST_TOKENS = 50;
export const TOO_MANY_TOKENS = `You have ${MOST_TOKENS} tokens already. Revoke one that is not used any more.`;

export const embedTokensModule: StoreModule = {
  name: 'embed-tokens',
  migrations: [
    `CREATE TABLE embed_tokens (
       id TEXT PRIMARY KEY,
       owner TEXT NOT NULL,
       hash TEXT NOT NULL UNIQUE,
       label TEXT NOT NULL,
       origins TEXT NOT NULL,
       people TEXT NOT NULL,
       created_at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX embed_tokens_owner ON embed_tokens (owner)`,
  ],
};

export function embedTokens(writer: Writer, clock: Clock): EmbedTokens {
  const { database } = writer;
  const all = database.prepare('SELECT * FROM embed_tokens WHERE owner = ? ORDER BY created_at, id');
  const byHash = database.prepare('SELECT * FROM embed_tokens WHERE hash = ?');
  const withOrigin = database.prepare(
    'SELECT 1 FROM embed_tokens, json_each(embed_tokens.origins) WHERE json_each.value = ? LIMIT 1',
  );
  const count = database.prepare('SELECT count(*) AS n FROM embed_tokens WHERE owner = ?');
  const insert = database.prepare('INSERT INTO embed_tokens VALUES (?, ?, ?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM embed_tokens WHERE owner = ? AND id = ?');
  const listeners = new Set<(id: string) => void>();
  return {
    of: (owner) => all.all(owner).map((row) => publicPart(tokenOf(row))),
    make: (owner, { label, origins, people }) =>
      writer.write(() => {
        if (Number(count.get(owner)?.['n']) >= MOST_TOKENS) {
          return { why: TOO_MANY_TOKENS };
        }
        const token = randomBytes(32).toString('base64url');
        const id = randomUUID();
        const createdAt = clock.now();
        const lists = [JSON.stringify(origins), JSON.stringify(people)] as const;
        insert.run(id, owner, hashOf(token), label, ...lists, createdAt);
        return { id, label, origins, people, createdAt, token };
      }),
    async revoke(owner, id) {
      const gone = await writer.write(() => remove.run(owner, id).changes === 1);
      if (gone) for (const listener of listeners) listener(id);
      return gone;
    },
    find(secret) {
      const row = /^[\w-]{43}$/.test(secret) ? byHash.get(hashOf(secret)) : undefined;
      return row ? tokenOf(row) : null;
    },
    knowsOrigin: (origin) => withOrigin.get(origin) !== undefined,
    onRevoked: (listener) => void listeners.add(listener),
  };
}

/** No salt: 256 random bits have no dictionary. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A row of the tokens, of either database. */
export function tokenOf(row: Readonly<Record<string, unknown>>): OwnedToken {
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    label: String(row['label']),
    origins: JSON.parse(String(row['origins'])) as string[],
    people: JSON.parse(String(row['people'])) as string[],
    createdAt: Number(row['created_at']),
  };
}

/** What its owner is shown: without owner and hash. */
export function publicPart({ id, label, origins, people, createdAt }: OwnedToken): EmbedToken {
  return { id, label, origins, people, createdAt };
}
