import type { Clock } from './contract.ts';

export interface Liveness {
  /** Any sign of life. */
  heard(): void;
  stop(): void;
}

export interface LivenessOptions {
  readonly clock: Clock;
  /** Milliseconds of silence before a ping, and for its answer. */
  readonly idle: number;
  readonly pong: number;
  readonly ping: () => void;
  readonly dead: () => void;
}

/**
 * Notices a peer that is gone without a word. Nobody is given up unasked: after a clock set forward, or a machine that
 * slept, everybody looks silent.
 *
 *   listening --idle--> asked --any frame--> listening
 *                       asked --pong--> dead
 */
export function watchLiveness({ clock, idle, pong, ping, dead }: LivenessOptions): Liveness {
  let lastHeard = clock.now();
  let answered = false;
  let stop = clock.after(idle, watch);

  function watch(): void {
    // After a clock set back it was heard in the future: the silence begins anew.
    lastHeard = Math.min(lastHeard, clock.now());
    const silent = clock.now() - lastHeard;
    if (silent < idle) {
      stop = clock.after(idle - silent, watch);
      return;
    }
    answered = false;
    ping();
    stop = clock.after(pong, () => (answered ? watch() : dead()));
  }
  return {
    heard() {
      lastHeard = clock.now();
      answered = true;
    },
    stop: () => stop(),
  };
}
