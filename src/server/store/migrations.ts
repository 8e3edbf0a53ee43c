import type { DatabaseSync } from 'node:sqlite';

/**
 * The tables of one part of the server. `migrations` is append-only: entry n brings version n to n + 1, each in its
 * own transaction, and is never edited once released.
 */
export interface StoreModule {
  readonly name: string;
  readonly migrations: readonly string[];
}

/** The database belongs to a later release than this program. */
export class Newer extends Error {}

/** Brings every module's tables up to date. Throws `Newer` or SQLite's error, with that module unchanged. */
export function migrate(database: DatabaseSync, modules: readonly StoreModule[]): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS modules (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT',
  );
  const read = database.prepare('SELECT version FROM modules WHERE name = ?');
  for (const { name, migrations } of modules) {
    database.exec('BEGIN IMMEDIATE');
    try {
      // Read inside the transaction: server and admin command may start at the same moment.
      const version = Number(read.get(name)?.['version'] ?? 0);
      if (version > migrations.length) throw new Newer(`${name} is at version ${version}`);
      for (const step of migrations.slice(version)) database.exec(step);
      database
        .prepare(
          'INSERT INTO modules VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version',
        )
        .run(name, migrations.length);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}
