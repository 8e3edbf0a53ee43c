import type { Query } from './query.ts';

/** Append-only: entry n brings version n to n + 1 and is never edited once released. */
const MIGRATIONS: readonly string[] = [
  `CREATE SEQUENCE parley_changes;
   CREATE TABLE parley_documents (
     owner text NOT NULL, auid text NOT NULL, path text NOT NULL,
     etag text NOT NULL, body text NOT NULL, change bigint NOT NULL,
     PRIMARY KEY (owner, auid, path)
   );
   CREATE TABLE parley_publications (
     etag text PRIMARY KEY, event text NOT NULL, resource text NOT NULL,
     content_type text NOT NULL, body text NOT NULL, device text,
     published_at bigint NOT NULL, expires_at bigint NOT NULL
   );
   CREATE TABLE parley_subscriptions (
     id text PRIMARY KEY, node text NOT NULL, package text NOT NULL, event_id text, resource text NOT NULL,
     watcher text NOT NULL, call_id text NOT NULL, local text NOT NULL, remote text NOT NULL, target text NOT NULL,
     route text NOT NULL, local_seq bigint NOT NULL, remote_seq bigint NOT NULL, version bigint NOT NULL,
     started_at bigint NOT NULL, expires_at bigint NOT NULL
   );
   CREATE INDEX parley_subscriptions_node ON parley_subscriptions (node);
   CREATE TABLE parley_people (
     aor text PRIMARY KEY, details text NOT NULL, portrait_type text, portrait bytea
   );
   CREATE FUNCTION parley_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM pg_notify('parley', '{"is":"people"}');
     RETURN NULL;
   END $$;
   CREATE TRIGGER parley_account AFTER INSERT OR DELETE ON subscriber
     FOR EACH STATEMENT EXECUTE FUNCTION parley_person_changed();
   CREATE TRIGGER parley_person AFTER INSERT OR UPDATE OR DELETE ON parley_people
     FOR EACH STATEMENT EXECUTE FUNCTION parley_person_changed();`,
  `CREATE TABLE parley_calendars (aor text PRIMARY KEY, source text NOT NULL, reading text);
   CREATE TABLE parley_embed_tokens (
     id text PRIMARY KEY, owner text NOT NULL, hash text NOT NULL UNIQUE, label text NOT NULL,
     origins text NOT NULL, people text NOT NULL, created_at bigint NOT NULL
   );`,
];

/** Any number that nobody else locks: several nodes may start at once. */
const LOCK = 0x7061_726c;

/** Brings the tables up to date; call inside a transaction. Rejects when a newer release has been here. */
export async function migratePostgres(query: Query): Promise<void> {
  await query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  await query('CREATE TABLE IF NOT EXISTS parley_schema (version integer NOT NULL)');
  const [row] = await query('SELECT version FROM parley_schema');
  const version = Number(row?.['version'] ?? 0);
  if (version > MIGRATIONS.length)
    throw new Error(`The database was written by a newer Parley (${version}).`);
  for (const step of MIGRATIONS.slice(version)) await query(step);
  if (row === undefined) await query('INSERT INTO parley_schema VALUES ($1)', [MIGRATIONS.length]);
  else await query('UPDATE parley_schema SET version = $1', [MIGRATIONS.length]);
}
