/** Time, chance and timers passed in, so that a simulation can own them. Times in milliseconds. */
export interface Clock {
  now(): number;
  /** Returns the way to call it off. A pending timer never keeps the process alive. */
  after(ms: number, run: () => void): () => void;
  /** 0 <= x < 1 */
  random(): number;
}

/** The machine's own clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after(ms, run) {
      const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** The same clock, whose timers cannot end the process: what one of them throws goes to `failed`. */
export function guardedClock(clock: Clock, failed: (error: unknown) => void): Clock {
  return {
    now: () => clock.now(),
    random: () => clock.random(),
    after: (ms, run) =>
      clock.after(ms, () => {
        try {
          run();
        } catch (error) {
          failed(error);
        }
      }),
  };
}

/** At once, and again every `every` milliseconds until it is called off. */
export function repeat(clock: Clock, every: number, run: () => void): () => void {
  let stop = clock.after(0, again);
  function again(): void {
    run();
    stop = clock.after(every, again);
  }
  return () => stop();
}
