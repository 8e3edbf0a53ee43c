/** Chance with a seed: the same seed gives the same inputs on every machine. */
export interface Random {
  /** Integer, 0 <= x < below. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** A generator for one input: `seed` of the run, `index` of the input, so that one input can be made alone. */
export function randomOf(seed: number, index: number): Random {
  // splitmix32 over a state both numbers went into.
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    pick: (from) => {
      const chosen = from[below(from.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
  };
}
