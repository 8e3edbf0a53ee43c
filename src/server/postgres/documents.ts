/** XCAP documents in PostgreSQL, with a replica of all of them in memory: presence rules and lists are asked for constantly. */
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import {
  tagOf,
  type DocumentChange,
  type DocumentName,
  type Documents,
  type StoredDocument,
} from '../xcap/documents.ts';
import type { Postgres } from './database.ts';
import { parseNotice, telling, type Notice } from './notice.ts';
import type { Query, Row } from './query.ts';

interface Kept extends DocumentName {
  /** Null: removed; remembered so that an older notice does not bring it back. */
  readonly stored: StoredDocument | null;
  /** Grows with every change of any document. */
  readonly change: bigint;
}

type Told = Extract<Notice, { is: 'document' }>;

const SELECT = 'SELECT owner, auid, path, etag, body, change FROM parley_documents';

/** Loads everything. Rejects with PostgreSQL's error. */
export async function openPostgresDocuments(postgres: Postgres, log: Log): Promise<Documents> {
  const owners = new Map<string, Map<string, Kept>>();
  const changed = createListeners<[DocumentChange]>((error) =>
    log.error('document-listener-failed', { error }),
  );

  const find = ({ owner, auid, path }: DocumentName): Kept | undefined =>
    owners.get(owner)?.get(keyOf(auid, path));
  /** Takes what is newer than what is known. */
  const learn = (next: Kept): void => {
    const { owner, auid, path } = next;
    const now = find(next);
    if (now !== undefined && now.change >= next.change) return;
    let all = owners.get(owner);
    if (all === undefined) owners.set(owner, (all = new Map()));
    all.set(keyOf(auid, path), next);
    const [before, after] = [now?.stored?.etag ?? null, next.stored?.etag ?? null];
    if (before !== after) changed.tell({ owner, auid, path, before, after });
  };
  const loadAll = async (): Promise<void> => {
    // What is older than this and not there any more has been removed.
    const [row] = await postgres.query('SELECT last_value FROM parley_changes');
    const latest = BigInt(String(row?.['last_value']));
    const rows = await postgres.query(SELECT);
    const present = new Set<string>();
    for (const kept of rows.map(keptOf)) {
      present.add(`${kept.owner} ${keyOf(kept.auid, kept.path)}`);
      learn(kept);
    }
    for (const all of [...owners.values()]) {
      for (const [key, kept] of [...all]) {
        const isGone = kept.stored !== null && !present.has(`${kept.owner} ${key}`);
        if (isGone && kept.change <= latest) learn({ ...kept, stored: null, change: kept.change + 1n });
      }
    }
  };
  const follow = async (told: readonly Told[]): Promise<void> => {
    for (const { owner, auid, path, change } of told) {
      const rows = await postgres.query(`${SELECT} WHERE owner = $1 AND auid = $2 AND path = $3`, [
        owner,
        auid,
        path,
      ]);
      const [kept] = rows.map(keptOf);
      learn(kept ?? { owner, auid, path, stored: null, change: BigInt(change) });
    }
  };
  await loadAll();
  postgres.feed.onGap(loadAll);
  postgres.feed.onNotices((payloads) => {
    const told = payloads
      .map(parseNotice)
      .filter((one): one is Told => one?.is === 'document' && one.by !== postgres.process);
    return follow(told);
  });

  return {
    read: (name) => find(name)?.stored ?? null,
    async change(name, decide) {
      const { answer, next } = await postgres.transaction(async (query) => {
        await lockOwner(query, name.owner);
        const [row] = await query(`${SELECT} WHERE owner = $1 AND auid = $2 AND path = $3`, [
          name.owner,
          name.auid,
          name.path,
        ]);
        const now = row === undefined ? null : keptOf(row).stored;
        const decision = decide(now);
        return {
          answer: decision.answer,
          next: await write(query, postgres.process, name, now, decision.edit),
        };
      });
      if (next !== null) learn(next);
      return answer;
    },
    list(owner) {
      const all = [...(owners.get(owner)?.values() ?? [])];
      return all
        .flatMap(({ auid, path, stored }) =>
          stored === null
            ? []
            : [{ owner, auid, path, etag: stored.etag, size: Buffer.byteLength(stored.body) }],
        )
        .sort((a, b) => compare(a.auid, b.auid) || compare(a.path, b.path));
    },
    owners: (auid) =>
      [...owners].flatMap(([owner, all]) => (all.get(keyOf(auid, 'index'))?.stored ? [owner] : [])),
    onChange: (listener) => void changed.add(listener),
  };
}

/** One change of a person's documents after the other, over all nodes: conditions and what one may keep hold for what is there. */
async function lockOwner(query: Query, owner: string): Promise<void> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended('xcap ' || $1, 0))", [owner]);
}

/** Null: nothing was to be changed. */
async function write(
  query: Query,
  by: string,
  { owner, auid, path }: DocumentName,
  now: StoredDocument | null,
  edit: { readonly write: string } | { readonly remove: true } | null,
): Promise<Kept | null> {
  if (edit === null) return null;
  const stored = 'write' in edit ? { body: edit.write, etag: tagOf(edit.write) } : null;
  if (stored?.etag === now?.etag) return null;
  const [row] = await query("SELECT nextval('parley_changes') AS change");
  const change = String(row?.['change']);
  if (stored === null) {
    await query('DELETE FROM parley_documents WHERE owner = $1 AND auid = $2 AND path = $3', [
      owner,
      auid,
      path,
    ]);
  } else {
    await query(
      `INSERT INTO parley_documents VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (owner, auid, path) DO UPDATE SET etag = excluded.etag, body = excluded.body, change = excluded.change`,
      [owner, auid, path, stored.etag, stored.body, change],
    );
  }
  const { text, values } = telling({ is: 'document', by, owner, auid, path, change });
  await query(text, values);
  return { owner, auid, path, stored, change: BigInt(change) };
}

function keptOf(row: Row): Kept {
  return {
    owner: String(row['owner']),
    auid: String(row['auid']),
    path: String(row['path']),
    stored: { etag: String(row['etag']), body: String(row['body']) },
    change: BigInt(String(row['change'])),
  };
}

function keyOf(auid: string, path: string): string {
  return `${auid} ${path}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
