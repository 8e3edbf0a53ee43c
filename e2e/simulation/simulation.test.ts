/**
 * Agents and server in one process on virtual time (reliability.md §7). A failing seed is replayed with
 * `node e2e/simulation/main.ts --seed N`.
 */
import { describe, expect, test } from 'vitest';
import { FAULT_NAMES } from './faults.ts';
import { simulate } from './run.ts';

const SEEDS = 100;
const CHUNK = 25;
/** A planted fault is found within so many seeds. */
const BOUND = 60;

test('replays a seed as it was', async () => {
  const [one, two] = [await simulate(7), await simulate(7)];
  expect(two.story).toEqual(one.story);
  expect(two.end).toEqual(one.end);
  expect(one.messages).toBeGreaterThan(10);
});

describe('every accepted message is shown exactly once, in one order, after everything has healed', () => {
  for (let first = 1; first <= SEEDS; first += CHUNK)
    test(`seeds ${first} to ${first + CHUNK - 1}`, { timeout: 240_000 }, async () => {
      const broken: string[] = [];
      for (let seed = first; seed < first + CHUNK; seed++) {
        const { violations } = await simulate(seed);
        if (violations.length > 0) broken.push(`seed ${seed}: ${violations.join('; ')}`);
      }
      expect(broken).toEqual([]);
    });
});

describe('finds a planted fault:', () => {
  for (const fault of FAULT_NAMES)
    test(fault, { timeout: 240_000 }, async () => {
      let found = 0;
      for (let seed = 1; seed <= BOUND && found === 0; seed++)
        if ((await simulate(seed, { [fault]: true })).violations.length > 0) found = seed;
      expect(found).toBeGreaterThan(0);
    });
});
