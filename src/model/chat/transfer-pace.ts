/** How fast something moves, over the last few seconds, so that a time left can be said that does not jump about. */

const WINDOW = 5000;
/** Before that nothing is said, milliseconds. */
const SHORTEST = 1000;

export class Pace {
  #seen: readonly (readonly [at: number, octets: number])[] = [];

  /** `at` in milliseconds, rising. */
  saw(octets: number, at: number): void {
    const last = this.#seen.at(-1);
    // It began anew.
    if (last && octets < last[1]) this.#seen = [];
    this.#seen = [...this.#seen.filter(([then]) => at - then <= WINDOW), [at, octets]];
  }

  get octetsPerSecond(): number | null {
    const [first] = this.#seen;
    const last = this.#seen.at(-1);
    if (!first || !last || last[0] - first[0] < SHORTEST) return null;
    return ((last[1] - first[1]) * 1000) / (last[0] - first[0]);
  }
}
