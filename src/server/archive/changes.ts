import type { DatabaseSync } from 'node:sqlite';

/** What is other since a number, and up to which number that is told. */
export interface Changed {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly upTo: number;
  readonly hasMore: boolean;
}

/**
 * The changes of one owner after number `since`, in the order of the numbers. What came after it is created, whatever
 * has happened to it since; what was there before and has a later number is updated.
 */
export type ReadChanges = (key: number, since: number, now: number, most: number) => Changed;

/** `born` and `changed` are columns with numbers; `id` names the thing. */
export function changesOf(
  database: DatabaseSync,
  table: string,
  { id, born }: { readonly id: string; readonly born: string },
  idOf: (value: unknown) => string,
): ReadChanges {
  const read = database.prepare(
    `SELECT * FROM (
       SELECT * FROM (SELECT ${born} AS n, ${id} AS id, 1 AS fresh FROM ${table} WHERE owner = ? AND ${born} > ? ORDER BY ${born} LIMIT ?)
       UNION ALL
       SELECT * FROM (SELECT changed AS n, ${id} AS id, 0 AS fresh FROM ${table} WHERE owner = ? AND changed > ? AND ${born} <= ? ORDER BY changed LIMIT ?)
     ) ORDER BY n LIMIT ?`,
  );
  return (key, since, now, most) => {
    const rows = read.all(key, since, most + 1, key, since, since, most + 1, most + 1);
    const hasMore = rows.length > most;
    const told = rows.slice(0, most);
    const ids = (fresh: number): string[] =>
      told.filter((row) => row['fresh'] === fresh).map((row) => idOf(row['id']));
    const upTo = hasMore ? Number(told.at(-1)?.['n']) : now;
    return { created: ids(1), updated: ids(0), upTo, hasMore };
  };
}
