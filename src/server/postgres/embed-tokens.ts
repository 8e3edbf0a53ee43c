/** Tokens for `<parley-presence>` in PostgreSQL; they are few and asked for by every page, hence all in memory. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import {
  MOST_TOKENS,
  TOO_MANY_TOKENS,
  hashOf,
  publicPart,
  tokenOf,
  type EmbedTokens,
  type OwnedToken,
} from '../embed/tokens.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { Postgres } from './database.ts';
import { parseNotice, telling } from './notice.ts';

/** Loads everything. Rejects with PostgreSQL's error. */
export async function openPostgresTokens(postgres: Postgres, clock: Clock, log: Log): Promise<EmbedTokens> {
  const { process: by } = postgres;
  let byHash = new Map<string, OwnedToken>();
  const revoked = createListeners<[string]>((error) => log.error('token-listener-failed', { error }));
  const load = async (): Promise<void> => {
    const rows = await postgres.query('SELECT * FROM parley_embed_tokens ORDER BY created_at, id');
    const before = byHash;
    byHash = new Map(rows.map((row) => [String(row['hash']), tokenOf(row)]));
    for (const [hash, { id }] of before) if (!byHash.has(hash)) revoked.tell(id);
  };
  await load();
  postgres.feed.onGap(load);
  postgres.feed.onNotices((payloads) => {
    const isOthers = payloads.map(parseNotice).some((one) => one?.is === 'tokens' && one.by !== by);
    return isOthers ? load() : undefined;
  });
  const ownedBy = (owner: string): OwnedToken[] => [...byHash.values()].filter((one) => one.owner === owner);

  return {
    of: (owner) => ownedBy(owner).map(publicPart),
    async make(owner, { label, origins, people }) {
      if (ownedBy(owner).length >= MOST_TOKENS) return { why: TOO_MANY_TOKENS };
      const token = randomBytes(32).toString('base64url');
      const [id, createdAt] = [randomUUID(), clock.now()];
      const lists = [JSON.stringify(origins), JSON.stringify(people)];
      await postgres.transaction(async (query) => {
        await query('INSERT INTO parley_embed_tokens VALUES ($1, $2, $3, $4, $5, $6, $7)', [
          ...[id, owner, hashOf(token), label, ...lists, createdAt],
        ]);
        const { text, values } = telling({ is: 'tokens', by });
        await query(text, values);
      });
      byHash.set(hashOf(token), { id, owner, label, origins, people, createdAt });
      return { id, label, origins, people, createdAt, token };
    },
    async revoke(owner, id) {
      const gone = await postgres.transaction(async (query) => {
        const rows = await query(
          'DELETE FROM parley_embed_tokens WHERE owner = $1 AND id = $2 RETURNING id',
          [owner, id],
        );
        const { text, values } = telling({ is: 'tokens', by });
        await query(text, values);
        return rows.length === 1;
      });
      for (const [hash, one] of byHash) if (gone && one.id === id) byHash.delete(hash);
      if (gone) revoked.tell(id);
      return gone;
    },
    find: (secret) => (/^[\w-]{43}$/.test(secret) ? (byHash.get(hashOf(secret)) ?? null) : null),
    knowsOrigin: (origin) => [...byHash.values()].some(({ origins }) => origins.includes(origin)),
    onRevoked: (listener) => void revoked.add(listener),
  };
}
