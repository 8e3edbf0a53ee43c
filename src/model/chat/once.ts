/**
 * One object per key for as long as the window lives. Deliberately not reactive: asking for an object makes it, also
 * while a screen is being computed; what changes are the object's own fields.
 */
export class Once<T> {
  readonly #made = new Map<string, T>();
  readonly #make: (key: string) => T;

  constructor(make: (key: string) => T) {
    this.#make = make;
  }

  of(key: string): T {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = this.#make(key);
    this.#made.set(key, made);
    return made;
  }

  find(key: string): T | null {
    return this.#made.get(key) ?? null;
  }

  get all(): readonly T[] {
    return [...this.#made.values()];
  }
}

/** Tells whether a key is met for the first time; remembers the latest `most`. */
export class FirstTime {
  readonly #met = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  first(key: string): boolean {
    if (this.#met.has(key)) return false;
    this.#met.add(key);
    const [oldest] = this.#met;
    if (this.#met.size > this.#most && oldest !== undefined) this.#met.delete(oldest);
    return true;
  }
}
