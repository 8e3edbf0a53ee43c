/** Writes that nobody waits for: in order, many in one transaction, kept while the database is away. */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Query } from './query.ts';

export interface Behind {
  write(text: string, values: readonly unknown[]): void;
  readonly problem: string | null;
  /** Everything given so far is written. */
  readonly isIdle: boolean;
  /** Resolves when it may be: look again. */
  flushed(): Promise<void>;
  /** Writes what is waiting; gives up after a failure. */
  close(): Promise<void>;
}

export interface BehindOptions {
  readonly transaction: <T>(job: (query: Query) => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Write {
  readonly text: string;
  readonly values: readonly unknown[];
}

const MOST_TOGETHER = 500;
/** What an outage of the database may pile up; beyond, the oldest is given up: presence is published again anyhow. */
const MOST_WAITING = 100_000;
const RETRY = 1_000;

export function createBehind({ transaction, clock, log }: BehindOptions): Behind {
  let waiting: Write[] = [];
  let running: Promise<void> | null = null;
  let problem: string | null = null;
  let closed = false;
  let lost = 0;

  const commit = (group: readonly Write[]): Promise<void> =>
    transaction(async (query) => {
      for (const { text, values } of group) await query(text, values);
    });
  /** One that the database refuses must not keep back the others. */
  const oneByOne = async (group: readonly Write[]): Promise<void> => {
    for (const one of group) {
      try {
        await commit([one]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        log.error('write-refused', { statement: one.text, error });
      }
    }
  };
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, MOST_TOGETHER);
      try {
        await commit(group).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          return oneByOne(group);
        });
        problem = null;
        waiting = waiting.slice(Math.max(0, group.length - lost));
        lost = 0;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        log.warn('database-away', { why: problem, waiting: waiting.length });
        if (closed) return;
        await new Promise<void>((resolve) => clock.after(RETRY, resolve));
      }
    }
  };
  const start = (): void => {
    running ??= run().finally(() => {
      running = null;
      if (waiting.length > 0 && !closed) start();
    });
  };

  return {
    write(text, values) {
      waiting.push({ text, values });
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        lost += 1;
      }
      start();
    },
    get problem() {
      return problem;
    },
    get isIdle() {
      return waiting.length === 0;
    },
    flushed: () => running ?? Promise.resolve(),
    async close() {
      closed = true;
      await running;
      // What came while the last group was under way.
      if (waiting.length > 0 && problem === null) await run();
    },
  };
}

/** The statement is at fault (SQLSTATE classes 22, 23, 42), not the connection. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:22|23|42)\w{3}$/.test(code);
}
