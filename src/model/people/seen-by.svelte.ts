import type { SeenAs } from '../../agent/contract.ts';
import type { Contact } from './contact.svelte.ts';
import type { People } from './people.svelte.ts';

/** What somebody is shown of me now, as the agent works it out by the rules that the server keeps. */
export class SeenBy {
  readonly #people: People;
  readonly #contact: Contact;
  #value = $state.raw<SeenAs | null>(null);
  #asked = 0;

  constructor(people: People, contact: Contact) {
    this.#people = people;
    this.#contact = contact;
  }

  /** Null until it is known, and where it cannot be. */
  get value(): SeenAs | null {
    return this.#value;
  }

  /** Asks again: my state, my note or their level changed. Only the last answer counts. */
  async ask(): Promise<void> {
    const mine = (this.#asked += 1);
    const outcome = await this.#people.seenBy(this.#contact);
    if (mine === this.#asked) this.#value = outcome.ok ? outcome.value : null;
  }
}
