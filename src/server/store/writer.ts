import type { DatabaseSync } from 'node:sqlite';

/** Writes of one tick share one transaction, hence one sync to disk: 610 commits/s carry far more than 610 writes. */
export interface Writer {
  /** For reading and for prepared statements. Never write through it outside `write`. */
  readonly database: DatabaseSync;
  /**
   * Runs `job` inside the next group transaction and settles after its commit. A job that throws undoes its own
   * writes only; a failed commit (disk full) rejects every job of the group.
   */
  write<T>(job: () => T): Promise<T>;
  /** Commits what is waiting, at once. */
  flush(): void;
  /** Why the last commit failed; null since one succeeded. */
  readonly problem: string | null;
  /** After a failure: tries whether writing works again, so that the problem does not outlive its cause. */
  recover(): void;
}

interface Waiting {
  readonly job: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export function groupWriter(database: DatabaseSync): Writer {
  let queue: Waiting[] = [];
  let problem: string | null = null;
  const flush = (): void => {
    const group = queue;
    queue = [];
    if (group.length > 0) problem = commit(database, group);
  };
  return {
    database,
    flush,
    recover() {
      if (problem === null) return;
      const job = (): void => database.exec('UPDATE modules SET version = version');
      problem = commit(database, [{ job, resolve: () => undefined, reject: () => undefined }]);
    },
    get problem() {
      return problem;
    },
    write<T>(job: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        // After the I/O phase, so that everything one poll brought in is in the same group.
        if (queue.length === 0) setImmediate(flush);
        queue.push({ job, resolve: resolve as (value: unknown) => void, reject });
      });
    },
  };
}

function commit(database: DatabaseSync, group: readonly Waiting[]): string | null {
  const settle: (() => void)[] = [];
  try {
    database.exec('BEGIN IMMEDIATE');
    for (const { job, resolve, reject } of group) {
      database.exec('SAVEPOINT job');
      try {
        const value = job();
        settle.push(() => resolve(value));
      } catch (error) {
        // SQLite rolls everything back by itself on a full disk or an I/O error: the whole group has failed then.
        if (!database.isTransaction) throw error;
        database.exec('ROLLBACK TO job');
        settle.push(() => reject(error));
      }
      database.exec('RELEASE job');
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    for (const { reject } of group) reject(error);
    return error instanceof Error ? error.message : 'unknown';
  }
  for (const done of settle) done();
  return null;
}
