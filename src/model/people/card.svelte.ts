import type { Contact } from './contact.svelte.ts';
import type { People } from './people.svelte.ts';

/** One person's card while it is open: asks the directory, falls back on what was kept, watches presence. */
export class Card {
  readonly contact: Contact;
  readonly #people: People;
  #asOf = $state<number | null>(null);
  #problem = $state<string | null>(null);

  constructor(people: People, contact: Contact) {
    this.#people = people;
    this.contact = contact;
  }

  /** When the directory said this; null before the first answer. */
  get asOf(): number | null {
    return this.#asOf;
  }
  get problem(): string | null {
    return this.#problem;
  }

  /** Returns how to stop watching. */
  open(): () => void {
    void this.#load();
    return this.#people.watch(this.contact);
  }

  async #load(): Promise<void> {
    const outcome = await this.#people.lookUp(this.contact.aor);
    if (outcome.ok) this.#asOf = outcome.value.asOf;
    else this.#problem = outcome.why;
  }
}
