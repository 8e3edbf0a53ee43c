import type { Aor } from '../../agent/contract.ts';
import type { People } from './people.svelte.ts';

/** More than a screen shows need no names at once. */
const MOST = 40;

/** Asks the directory, once each, who the people are that a screen names and my list does not. */
export class Strangers {
  readonly #people: People;
  readonly #asked = new Set<Aor>();

  constructor(people: People) {
    this.#people = people;
  }

  meet(aors: readonly Aor[]): void {
    for (const aor of aors) {
      if (this.#asked.size >= MOST || this.#asked.has(aor) || !aor.startsWith('sip:')) continue;
      if (this.#people.contact(aor).isListed) continue;
      this.#asked.add(aor);
      void this.#people.lookUp(aor);
    }
  }
}
