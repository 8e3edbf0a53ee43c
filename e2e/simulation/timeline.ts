/**
 * Virtual time and chance. One queue of moments for everything in the simulation; between two of them every promise is
 * let run, so that a seed gives the same course of events each time.
 */

/** Mulberry32: small, fast, good enough to draw schedules from. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Moment {
  readonly at: number;
  readonly serial: number;
  readonly run: () => void;
  readonly owner: string;
  dead: boolean;
}

export interface Timeline {
  readonly now: () => number;
  readonly random: () => number;
  /** 0 <= whole number < below */
  pick(below: number): number;
  /** `owner` is whose timer it is: leaks are counted by it. */
  after(ms: number, run: () => void, owner: string): () => void;
  /** Runs everything until `at`. */
  runUntil(at: number): Promise<void>;
  /** Timers that wait for an owner. */
  pending(owner: string): number;
}

export function createTimeline(seed: number, start: number): Timeline {
  const random = seededRandom(seed);
  const heap: Moment[] = [];
  let now = start;
  let serial = 0;

  const before = (a: Moment, b: Moment): boolean => a.at < b.at || (a.at === b.at && a.serial < b.serial);
  function push(moment: Moment): void {
    let index = heap.push(moment) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || !before(moment, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = moment;
  }
  function pop(): Moment | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [one, two] = [heap[left], heap[left + 1]];
      if (!one) break;
      const child = two && before(two, one) ? left + 1 : left;
      const below = heap[child];
      if (!below || !before(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  return {
    now: () => now,
    random,
    pick: (below) => Math.floor(random() * below),
    after(ms, run, owner) {
      const at = now + (Number.isFinite(ms) ? Math.max(0, ms) : 0);
      const moment = { at, serial: serial++, run, owner, dead: false };
      push(moment);
      return () => {
        moment.dead = true;
      };
    },
    async runUntil(at) {
      await settle();
      for (let next = heap[0]; next && next.at <= at; next = heap[0]) {
        pop();
        if (next.dead) continue;
        now = Math.max(now, next.at);
        next.dead = true;
        next.run();
        await settle();
      }
      now = Math.max(now, at);
    },
    pending: (owner) => heap.filter((moment) => !moment.dead && moment.owner === owner).length,
  };
}

/** Lets every promise run that can. */
function settle(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done);
  });
}
