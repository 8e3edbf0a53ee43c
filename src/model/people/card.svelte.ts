import type { Contact } from './contact.svelte.ts';
import type { People } from './people.svelte.ts';

/** Nobody reads a longer chain, and a broken directory may have one without an end. */
const LONGEST_CHAIN = 6;

/** One person's card while it is open: asks the directory, falls back on what was kept, watches presence. */
export class Card {
  readonly contact: Contact;
  readonly #people: People;
  #asOf = $state<number | null>(null);
  #problem = $state<string | null>(null);
  #managers = $state.raw<readonly Contact[]>([]);
  #asked = false;

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
  /** Whom they report to, then whom that one reports to, up to the top. */
  get managers(): readonly Contact[] {
    return this.#managers;
  }

  /**
   * `whole`: with the chain of managers. Returns how to stop watching. Called again whenever they are put on the list or
   * off it: the directory is asked once.
   */
  open(whole = false): () => void {
    if (!this.contact.isNumber && !this.#asked) {
      this.#asked = true;
      void this.#load(whole);
    }
    return this.#people.watch(this.contact);
  }

  async #load(whole: boolean): Promise<void> {
    const outcome = await this.#people.lookUp(this.contact.aor);
    if (outcome.ok) this.#asOf = outcome.value.asOf;
    else this.#problem = outcome.why;
    if (whole) await this.#climb();
  }

  /** Each step is shown as it is known. A person met twice ends it: directories do name people their own managers. */
  async #climb(): Promise<void> {
    const seen = [this.contact.aor];
    for (let next = this.contact.person.manager; next !== undefined && !seen.includes(next);) {
      seen.push(next);
      const manager = this.#people.contact(next);
      await this.#people.lookUp(next);
      this.#managers = [...this.#managers, manager];
      next = seen.length > LONGEST_CHAIN ? undefined : manager.person.manager;
    }
  }
}
