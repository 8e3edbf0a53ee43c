/**
 * One PostgreSQL database that several nodes share. Reading goes through replicas in memory; whoever writes tells the
 * other nodes by NOTIFY, inside the same transaction.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { createFeed, type Feed } from './feed.ts';
import type { Query, Row } from './query.ts';
import { migratePostgres } from './schema.ts';
import { createBehind, type Behind } from './write-behind.ts';

export interface Postgres {
  /** Of this process, never the same again: its own notices are known by it. */
  readonly process: string;
  readonly query: Query;
  /** All or nothing. What `job` throws undoes it and is thrown again. */
  transaction<T>(job: (query: Query) => Promise<T>): Promise<T>;
  readonly behind: Behind;
  readonly feed: Feed;
  /** Why the database cannot be used now; null when it can. */
  readonly problem: string | null;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Of this node, the same after a restart. */
  readonly node: string;
  readonly clock: Clock;
  readonly log: Log;
}

const CONNECTIONS = 8;

/** Connects and brings the tables up to date. Rejects when the database cannot be reached or the name is in use. */
export async function openPostgres({ url, node, clock, log }: PostgresOptions): Promise<Postgres> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    application_name: `parley ${node}`,
  });
  // Of an idle connection; the next query makes another.
  pool.on('error', (error) => log.warn('database-connection', { why: error.message }));
  const query: Query = async (text, values = []) => (await pool.query(text, [...values])).rows as Row[];

  const transaction = async <T>(job: (query: Query) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    // The pool listens to idle connections only; unheard, the end of one that is in use would end the process.
    const ended = (error: Error): void => log.warn('database-connection', { why: error.message });
    client.on('error', ended);
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await job(
        async (text, values = []) => (await client.query(text, [...values])).rows as Row[],
      );
      await client.query('COMMIT');
      return result;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      // On a connection that is gone there is nothing to undo.
      await client.query('ROLLBACK').then(
        () => (failure = undefined),
        () => undefined,
      );
      throw error;
    } finally {
      client.off('error', ended);
      client.release(failure);
    }
  };

  const own = `${node}.${randomBytes(6).toString('hex')}`;
  try {
    await transaction(migratePostgres);
    const feed = await createFeed({ url, node, process: own, clock, log });
    const behind = createBehind({ transaction, clock, log });
    return {
      process: own,
      query,
      transaction,
      behind,
      feed,
      get problem() {
        return feed.problem ?? behind.problem;
      },
      async close() {
        await behind.close();
        await feed.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
