import type { Clock } from '../clock.ts';

export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** Somebody sets the clock: timers go on as they were. */
  set(by: number): void;
}

/** Time that passes when the test says so. */
export function manualClock(start = Date.UTC(2026, 0, 5, 9)): ManualClock {
  let now = start;
  let shift = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now + shift,
    set: (by) => void (shift += by),
    random: () => 0.5,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
  };
}
