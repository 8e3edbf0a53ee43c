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
