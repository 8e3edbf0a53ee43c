import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Held for the life of the process; the system lets go of it when the process is killed. */
export interface FolderLock {
  /** False when the last owner of the folder was killed, or lost power. */
  readonly endedCleanly: boolean;
  /** The owner ends in good order. */
  release(): void;
  /** The owner could not start: the mark of the last stop stays as it was. */
  abandon(): void;
}

/**
 * Takes the folder for this process. The lock is SQLite's own file lock on a small database beside the real one:
 * a file with a process number in it would outlive a kill -9 and lie after the number is used again.
 */
export function holdFolder(folder: string): FolderLock | 'held' {
  const database = new DatabaseSync(join(folder, 'server.lock'));
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;');
    database.exec(
      'CREATE TABLE IF NOT EXISTS stop (clean INTEGER NOT NULL) STRICT; BEGIN EXCLUSIVE; COMMIT;',
    );
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5) return 'held';
    throw error;
  }
  const row = database.prepare('SELECT clean FROM stop').get();
  const endedCleanly = row === undefined || row['clean'] === 1;
  const mark = (clean: boolean): void =>
    database.exec(`BEGIN; DELETE FROM stop; INSERT INTO stop VALUES (${clean ? 1 : 0}); COMMIT;`);
  mark(false);
  return {
    endedCleanly,
    release() {
      mark(true);
      database.close();
    },
    abandon() {
      mark(endedCleanly);
      database.close();
    },
  };
}
