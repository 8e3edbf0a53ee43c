/**
 * One SQLite database in a data folder, owned by one server process (reliability.md "durability").
 *
 * Two connections write to it: `durable` (synchronous=FULL) for what was promised to a peer, `quick` (NORMAL) for
 * what a crash of the machine may forget: registrations, presence. Both group the writes of one tick into one
 * transaction.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { holdFolder, type FolderLock } from './folder-lock.ts';
import { migrate, Newer, type StoreModule } from './migrations.ts';
import { groupWriter, type Writer } from './writer.ts';

export type { StoreModule } from './migrations.ts';
export type { Writer } from './writer.ts';

/** A sentence for the person who started the server; the process should end with it. */
export class CannotOpen extends Error {
  readonly why: 'in-use' | 'damaged' | 'unwritable' | 'newer';
  constructor(why: CannotOpen['why'], sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.why = why;
  }
}

export interface Database {
  /** Commits survive a power cut. */
  readonly durable: Writer;
  /** Commits survive a crash of the process. */
  readonly quick: Writer;
  close(): void;
}

/** File name of the database inside the data folder. */
export const FILE = 'parley.sqlite';

/**
 * Opens (and creates) the database in `folder`, or a private one for `:memory:`. `shared` leaves the folder's lock
 * alone: for the admin commands, which work beside a running server. Throws `CannotOpen`.
 */
export function openDatabase(
  folder: string,
  modules: readonly StoreModule[],
  options: { shared?: boolean } = {},
): Database {
  if (folder === ':memory:') {
    const only = connect(':memory:', 'OFF');
    migrate(only, modules);
    const writer = groupWriter(only);
    return { durable: writer, quick: writer, close: () => finish([writer], [only], () => undefined) };
  }
  if (options.shared) makeFolder(folder);
  const lock = options.shared ? null : take(folder);
  if (lock === 'held') {
    throw new CannotOpen(
      'in-use',
      `Another Parley server is using the data folder ${folder}. Stop it first, or set PARLEY_DATA to another folder.`,
    );
  }
  try {
    const path = join(folder, FILE);
    const durable = connect(path, 'FULL');
    if (lock && !lock.endedCleanly) examine(durable, path);
    migrate(durable, modules);
    const quick = connect(path, 'NORMAL');
    const writers = [groupWriter(durable), groupWriter(quick)] as const;
    return {
      durable: writers[0],
      quick: writers[1],
      close: () => finish(writers, [quick, durable], () => lock?.release()),
    };
  } catch (error) {
    lock?.abandon();
    throw explain(error, folder);
  }
}

function take(folder: string): FolderLock | 'held' {
  makeFolder(folder);
  try {
    return holdFolder(folder);
  } catch (error) {
    throw explain(error, folder);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explain(error, folder);
  }
}

function connect(path: string, synchronous: 'FULL' | 'NORMAL' | 'OFF'): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(
    `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;`,
  );
  return database;
}

/** After an unclean stop the file is read through before anything is built on it. */
function examine(database: DatabaseSync, path: string): void {
  const [row] = database.prepare('PRAGMA integrity_check(1)').all();
  if (row?.['integrity_check'] !== 'ok') throw damaged(path, row);
}

function finish(writers: readonly Writer[], connections: readonly DatabaseSync[], last: () => void): void {
  for (const writer of writers) writer.flush();
  for (const connection of connections) connection.close();
  last();
}

function damaged(path: string, cause: unknown): CannotOpen {
  return new CannotOpen(
    'damaged',
    `The database ${path} is damaged. Move it away and start again from a backup, or without it for an empty server; nothing was changed.`,
    cause,
  );
}

/** SQLite's result codes in words (https://www.sqlite.org/rescode.html). */
function explain(error: unknown, folder: string): unknown {
  if (error instanceof CannotOpen || !(error instanceof Error)) return error;
  if (error instanceof Newer)
    return new CannotOpen(
      'newer',
      `The data folder ${folder} was written by a newer Parley: ${error.message}.`,
      error,
    );
  if ('syscall' in error)
    return new CannotOpen(
      'unwritable',
      `The data folder ${folder} cannot be created: ${error.message}`,
      error,
    );
  if (!('errcode' in error)) return error;
  const code = Number(error.errcode) & 0xff;
  if (code === 11 || code === 26) return damaged(join(folder, FILE), error);
  if (code === 13) return new CannotOpen('unwritable', `The disk that holds ${folder} is full.`, error);
  if (code === 8 || code === 14 || code === 10 || code === 3)
    return new CannotOpen(
      'unwritable',
      `The data folder ${folder} cannot be written: ${error.message}`,
      error,
    );
  return error;
}
