/** A few threads that read calendars, one each at a time. One that takes too long is ended, whatever it does. */
import { Worker } from 'node:worker_threads';
import type { ReadingAnswer, ReadingRequest } from './contract.ts';

export interface CalendarReader {
  /** Never rejects. */
  read(request: ReadingRequest): Promise<ReadingAnswer>;
  stop(): void;
}

export interface ReaderOptions {
  /** How many at once. */
  readonly threads?: number;
  /** Milliseconds a reading may take, its time in the network included. */
  readonly patience?: number;
}

interface Job {
  readonly request: ReadingRequest;
  readonly done: (answer: ReadingAnswer) => void;
}

/** Milliseconds. */
const IDLE = 60_000;
const TOO_HARD: ReadingAnswer = {
  is: 'failed',
  why: 'Reading that calendar takes too long. Something in it repeats without an end.',
};

export function createReader({ threads = 3, patience = 14_000 }: ReaderOptions = {}): CalendarReader {
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let stopped = false;
  let idleTimer: NodeJS.Timeout | undefined;

  function next(): void {
    if (stopped || waiting.length === 0) return;
    const worker = idle.pop() ?? (all.size < threads ? start() : null);
    const job = worker === null ? undefined : waiting.shift();
    if (worker !== null && job !== undefined) run(worker, job);
  }
  function start(): Worker {
    const worker = new Worker(new URL('./reading-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 192 },
      execArgv: [],
    });
    worker.unref();
    // A fault shows as its end; without a listener it would be the server's.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      all.delete(worker);
      const place = idle.indexOf(worker);
      if (place >= 0) idle.splice(place, 1);
      next();
    });
    all.add(worker);
    return worker;
  }
  function run(worker: Worker, { request, done }: Job): void {
    const settle = (answer: ReadingAnswer): void => {
      clearTimeout(timer);
      worker.off('message', heard);
      worker.off('exit', gone);
      done(answer);
    };
    const heard = (answer: ReadingAnswer): void => {
      settle(answer);
      idle.push(worker);
      next();
      rest();
    };
    const gone = (): void => settle(TOO_HARD);
    const timer = setTimeout(() => void worker.terminate(), patience);
    timer.unref();
    worker.on('message', heard);
    worker.on('exit', gone);
    worker.postMessage(request);
  }
  /** When nothing was read for a while the threads go; their memory is not small. */
  function rest(): void {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => {
      for (const worker of [...idle]) void worker.terminate();
    }, IDLE).unref();
  }

  return {
    read: (request) =>
      new Promise((done) => {
        if (stopped) return done({ is: 'failed', why: 'The server is stopping.' });
        waiting.push({ request, done });
        next();
      }),
    stop() {
      stopped = true;
      clearTimeout(idleTimer);
      for (const { done } of waiting.splice(0)) done({ is: 'failed', why: 'The server is stopping.' });
      for (const worker of all) void worker.terminate();
    },
  };
}
