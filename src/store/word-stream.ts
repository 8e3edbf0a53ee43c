/**
 * Keys in rising order that are read from an index in blocks, and what all of several such streams have in common.
 * Nothing here knows what the keys are of.
 */

export interface WordStream {
  /** The first key at or after `from`; null: none is left; undefined: `fetch` has to be awaited. `from` never falls. */
  peek(from: number): number | null | undefined;
  /** Reads on from there. */
  fetch(from: number): Promise<void>;
}

/** The first `limit` keys at or after `from`, rising. */
export type ReadKeys = (from: number, limit: number) => Promise<readonly number[]>;

const SMALL = 64;
const LARGE = 2048;

export function readStream(read: ReadKeys): WordStream {
  let block: readonly number[] = [];
  let at = 0;
  let size = SMALL;
  let isEnd = false;
  return {
    peek(from) {
      while (at < block.length && (block[at] ?? 0) < from) at += 1;
      return at < block.length ? (block[at] ?? null) : isEnd ? null : undefined;
    },
    async fetch(from) {
      const limit = size;
      block = await read(from, limit);
      at = 0;
      isEnd = block.length < limit;
      size = Math.min(LARGE, size * 2);
    },
  };
}

/** Keys that are known already, in any order. */
export function listStream(keys: readonly number[]): WordStream {
  const sorted = [...new Set(keys)].sort((one, other) => one - other);
  return readStream((from, limit) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return Promise.resolve(sorted.slice(low, low + limit));
  });
}

/** What is in any of them. */
export function anyOf(streams: readonly WordStream[]): WordStream {
  return {
    peek(from) {
      let first: number | null = null;
      for (const stream of streams) {
        const key = stream.peek(from);
        if (key === undefined) return undefined;
        if (key !== null && (first === null || key < first)) first = key;
      }
      return first;
    },
    async fetch(from) {
      await Promise.all(
        streams.filter((stream) => stream.peek(from) === undefined).map((stream) => stream.fetch(from)),
      );
    },
  };
}

/** Up to `limit` keys that are in all of the streams, from `from` on and before `until`. */
export async function inAll(
  streams: readonly WordStream[],
  from: number,
  until: number,
  limit: number,
): Promise<number[]> {
  const found: number[] = [];
  let at = from;
  while (found.length < limit) {
    let key = at;
    let isCommon = true;
    for (const stream of streams) {
      let next = stream.peek(key);
      while (next === undefined) {
        await stream.fetch(key);
        next = stream.peek(key);
      }
      if (next === null || next >= until) return found;
      if (next > key) {
        key = next;
        isCommon = stream === streams[0];
      }
    }
    if (isCommon) {
      found.push(key);
      at = key + 1;
    } else at = key;
  }
  return found;
}
