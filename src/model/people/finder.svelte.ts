import type { Person } from '../../agent/contract.ts';
import type { Contact } from './contact.svelte.ts';
import type { PeopleIndex } from './people-index.ts';
import type { People } from './people.svelte.ts';

/** One line of the results: somebody, or what was typed taken as an address or a number. */
export type Found =
  | { readonly is: 'contact'; readonly key: string; readonly contact: Contact }
  /** From the directory and not in the list. */
  | { readonly is: 'person'; readonly key: string; readonly contact: Contact; readonly person: Person }
  | { readonly is: 'address'; readonly key: string; readonly contact: Contact }
  | { readonly is: 'number'; readonly key: string; readonly number: string };

const LIMIT = 20;
/** A pause in typing before the directory is asked. */
const PAUSE = 180;

/** "Find or dial": my own people at once, the directory's a moment later, digits as a number. */
export class Finder {
  readonly #people: People;
  #words = $state('');
  #own = $state.raw<readonly Contact[]>([]);
  #others = $state.raw<readonly Person[]>([]);
  #isAsking = $state(false);
  #problem = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #index: { of: readonly Contact[]; made: Promise<PeopleIndex> } | null = null;
  /** Watches that end when the results change. */
  #watched: (() => void)[] = [];

  readonly results: readonly Found[] = $derived.by(() => this.#merge());

  constructor(people: People) {
    this.#people = people;
  }

  get words(): string {
    return this.#words;
  }
  get isAsking(): boolean {
    return this.#isAsking;
  }
  get problem(): string | null {
    return this.#problem;
  }

  type(words: string): void {
    this.#words = words;
    clearTimeout(this.#timer);
    const wanted = words.trim();
    if (wanted === '') {
      this.clear();
      return;
    }
    void this.#findOwn(wanted);
    this.#isAsking = true;
    this.#timer = setTimeout(() => void this.#askDirectory(wanted), PAUSE);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#words = '';
    this.#own = [];
    this.#others = [];
    this.#isAsking = false;
    this.#problem = null;
    this.#unwatch();
  }

  async #findOwn(wanted: string): Promise<void> {
    const listed = this.#people.listed;
    if (this.#index?.of !== listed) {
      const made = import('./people-index.ts').then(({ indexPeople }) =>
        indexPeople(listed.map(({ person }) => person)),
      );
      this.#index = { of: listed, made };
    }
    const index = await this.#index.made;
    if (this.#words.trim() !== wanted) return;
    this.#own = index.find(wanted, LIMIT).map((aor) => this.#people.contact(aor));
  }

  async #askDirectory(wanted: string): Promise<void> {
    const outcome = await this.#people.find(wanted, LIMIT);
    if (this.#words.trim() !== wanted) return;
    this.#isAsking = false;
    this.#problem = outcome.ok ? null : outcome.why;
    this.#others = outcome.ok ? outcome.value : [];
    this.#unwatch();
    for (const person of this.#others) {
      const contact = this.#people.contact(person.aor);
      contact.describe(person);
      this.#watched.push(this.#people.watch(contact));
    }
  }

  #unwatch(): void {
    for (const stop of this.#watched) stop();
    this.#watched = [];
  }

  #merge(): readonly Found[] {
    const wanted = this.#words.trim();
    if (wanted === '') return [];
    const own = this.#own.map((contact): Found => ({ is: 'contact', key: contact.aor, contact }));
    const others = this.#others
      .filter(({ aor }) => !own.some(({ key }) => key === aor))
      .map((person): Found => {
        const contact = this.#people.contact(person.aor);
        return contact.isListed
          ? { is: 'contact', key: contact.aor, contact }
          : { is: 'person', key: contact.aor, contact, person };
      });
    const found = [...own, ...others];
    const typed = this.#typed(wanted);
    return typed && !found.some(({ key }) => key === typed.key) ? [...found, typed] : found;
  }

  /** A full address or a number, as typed. */
  #typed(wanted: string): Found | null {
    const address = /^(?:sips?:)?([^\s@<>"]+)@([\w.-]+\w)$/iu.exec(wanted);
    if (address) {
      const contact = this.#people.contact(`sip:${address[1]}@${address[2]?.toLowerCase()}`);
      return { is: 'address', key: contact.aor, contact };
    }
    return isNumber(wanted) ? { is: 'number', key: `tel:${wanted}`, number: wanted } : null;
  }
}

/** Digits as people write them: "+44 113 496 0147", "6031", "(0113) 496-0147". */
function isNumber(text: string): boolean {
  return /^[+(]?[\d\s().\-*#]{3,}$/u.test(text) && /\d{2}/u.test(text);
}
