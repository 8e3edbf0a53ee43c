/** A row of the fuzzer's table. */
import type { Random } from './random.ts';

export interface Target {
  readonly name: string;
  /** What the mutations begin with. */
  readonly seeds: readonly string[];
  /** Words of the format, put in by mutations. */
  readonly words: readonly string[];
  /**
   * Must return for every input, within the time; what it throws is a finding. What it returns is called next, out
   * of the time: what has to hold of the result.
   */
  readonly run: (text: string, random: Random) => (() => void) | undefined;
}

/** Throws a finding unless it holds. */
export function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
