/**
 * What other nodes and Kamailio tell through the database (LISTEN), in order and in batches; and who of the nodes is
 * alive: each holds a lock under its name as long as this one connection lives.
 */
import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

export interface Feed {
  /** Payloads since the last call, oldest first. The next batch waits until the promise settles. */
  onNotices(listener: (payloads: readonly string[]) => void | Promise<void>): void;
  /** Anything may have been missed: the connection was lost and is back, or a listener failed. Tried until it succeeds. */
  onGap(listener: () => void | Promise<void>): void;
  /** Runs `job` when the node of that name is gone, while nobody else can; false when it lives. */
  whenGone(node: string, job: () => Promise<void>): Promise<boolean>;
  readonly problem: string | null;
  close(): Promise<void>;
}

export interface FeedOptions {
  readonly url: string;
  readonly node: string;
  readonly process: string;
  readonly clock: Clock;
  readonly log: Log;
}

const CHANNEL = 'parley';

/** First half of the advisory locks that mean nodes. */
const NODES = 0x6e6f_6465;
const RETRY = 1_000;
/** The database should notice soon that a machine is gone, for the name to be free. */
const KEEPALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
/** A node that was killed a moment ago may still seem to hold its name. */
const NAME_TRIES = 10;

/** Connects, listens and takes the name. Rejects when another process of the same name is alive. */
export async function createFeed(options: FeedOptions): Promise<Feed> {
  const { url, node, clock, log } = options;
  const failed = (error: unknown): void => log.error('feed-failed', { error });
  const notices: ((payloads: readonly string[]) => void | Promise<void>)[] = [];
  const gaps: (() => void | Promise<void>)[] = [];
  let client: pg.Client | null = null;
  let closed = false;
  let problem: string | null = null;
  let waiting: string[] = [];
  /** Everything that is handled is handled one after the other. */
  let work: Promise<unknown> = Promise.resolve();
  const inTurn = (job: () => Promise<unknown>): Promise<unknown> => (work = work.then(job).catch(failed));

  const deliver = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      for (const listener of notices) await listener(batch);
    } catch (error) {
      failed(error);
      await catchUp();
    }
  };
  /** Until everybody has read anew what is there. */
  const catchUp = async (): Promise<void> => {
    while (!closed) {
      try {
        for (const listener of gaps) await listener();
        return;
      } catch (error) {
        log.warn('feed-behind', { error });
        await pause(clock, RETRY);
      }
    }
  };
  const holdsName = async (fresh: pg.Client): Promise<boolean> => {
    const { rows } = await fresh.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held',
      [NODES, node],
    );
    return rows[0]?.held === true;
  };
  const open = async (): Promise<void> => {
    const fresh = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      options: KEEPALIVE,
      application_name: `parley ${node} feed`,
    });
    let over = false;
    fresh.on('error', (error) => log.warn('database-connection', { why: error.message }));
    fresh.on('end', () => {
      over = true;
      if (client === fresh) lost();
    });
    fresh.on('notification', ({ payload }) => {
      waiting.push(payload ?? '');
      if (waiting.length === 1) void inTurn(deliver);
    });
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${CHANNEL}`);
      for (let i = 1; !(await holdsName(fresh)); i++) {
        if (i >= NAME_TRIES) throw new Error(`Another node has the name ${node}.`);
        await pause(clock, RETRY / 2);
      }
      if (over) throw new Error('The database ended the connection.');
      client = fresh;
      problem = null;
    } catch (error) {
      await fresh.end().catch(() => undefined);
      throw error;
    }
  };
  const lost = (): void => {
    client = null;
    if (closed) return;
    problem = 'The connection to the database is lost.';
    log.warn('feed-lost');
    const again = (): void => {
      if (closed) return;
      open().then(
        () => {
          log.info('feed-back');
          void inTurn(catchUp);
        },
        (error: unknown) => {
          log.warn('feed-retry', { error });
          clock.after(RETRY, again);
        },
      );
    };
    clock.after(RETRY, again);
  };
  await open();
  return {
    onNotices: (listener) => void notices.push(listener),
    onGap: (listener) => void gaps.push(listener),
    async whenGone(other, job) {
      const asked = client;
      if (asked === null) return false;
      const { rows } = await asked.query<{ held: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held',
        [NODES, other],
      );
      if (rows[0]?.held !== true) return false;
      try {
        await job();
      } finally {
        await asked.query('SELECT pg_advisory_unlock($1, hashtext($2))', [NODES, other]);
      }
      return true;
    },
    get problem() {
      return problem;
    },
    async close() {
      closed = true;
      await client?.end();
      await work;
    },
  };
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
