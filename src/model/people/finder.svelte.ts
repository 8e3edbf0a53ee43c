import type { Person } from '../../agent/contract.ts';
import type { Contact } from './contact.svelte.ts';
import type { DirectoryGroup } from './directory-lists.svelte.ts';
import type { PeopleIndex } from './people-index.ts';
import type { People } from './people.svelte.ts';
import type { Found, FoundList } from './found.ts';
import { eachOnce, fits, inPlace, looksLikeNumber } from './find-rules.ts';

/** As many as can be seen without scrolling, so that a key is answered within a frame. */
const LIMIT = 8;
/** Lists shown beside people. */
const LISTS = 5;
/** A pause in typing before the directory is asked. */
const PAUSE = 180;

/**
 * "Find or dial": my own people at once, the directory's a moment later, digits as a number. What comes later stands
 * below what is there, so that a row never moves away from under the key that chooses it.
 */
export class Finder {
  readonly #people: People;
  #words = $state('');
  #own = $state.raw<readonly Contact[]>([]);
  #others = $state.raw<readonly Person[]>([]);
  #lists = $state.raw<readonly DirectoryGroup[]>([]);
  #number = $state.raw<Extract<Found, { is: 'number' }> | null>(null);
  #isAsking = $state(false);
  #problem = $state<string | null>(null);
  /** Where numbers without a country code belong. */
  #country: Promise<string | null> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #index: { readonly of: readonly Contact[]; made: PeopleIndex | Promise<PeopleIndex> } | null = null;

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

  /** Makes ready what the first key will need; who goes to the field is going to type. */
  prepare(): void {
    void this.#indexed();
  }

  type(words: string): void {
    this.#words = words;
    clearTimeout(this.#timer);
    const wanted = words.trim();
    if (wanted === '') {
      this.clear();
      return;
    }
    this.#findOwn(wanted);
    this.#takeNumber(wanted);
    // Of what the directory said of fewer letters, what still fits stays until it speaks again.
    this.#others = this.#others.filter(({ name }) => fits(name, wanted));
    this.#lists = this.#lists.filter(({ name }) => fits(name, wanted));
    this.#isAsking = true;
    this.#timer = setTimeout(() => void this.#askDirectory(wanted), PAUSE);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#words = '';
    this.#own = [];
    this.#others = [];
    this.#lists = [];
    this.#number = null;
    this.#isAsking = false;
    this.#problem = null;
  }

  #indexed(): PeopleIndex | Promise<PeopleIndex> {
    const { listed } = this.#people;
    if (this.#index?.of === listed) return this.#index.made;
    const made = import('./people-index.ts').then(({ indexPeople }) =>
      indexPeople(listed.map(({ person }) => person)),
    );
    const index = { of: listed, made: made as PeopleIndex | Promise<PeopleIndex> };
    this.#index = index;
    // From then on a key is answered without a turn of the event loop.
    void made.then((ready) => (index.made = ready));
    return made;
  }

  #findOwn(wanted: string): void {
    const index = this.#indexed();
    const take = (ready: PeopleIndex): void => {
      if (this.#words.trim() === wanted)
        this.#own = ready.find(wanted, LIMIT).map((aor) => this.#people.contact(aor));
    };
    if (index instanceof Promise) void index.then(take);
    else take(index);
  }

  #takeNumber(wanted: string): void {
    if (!looksLikeNumber(wanted)) {
      this.#number = null;
      return;
    }
    this.#number = { is: 'number', key: 'number', number: wanted, contact: null };
    void this.#readNumber(wanted);
  }

  /** The rules of the world's numbers are fetched with the first number that is typed. */
  async #readNumber(wanted: string): Promise<void> {
    const { readNumber, usualCountry } = await import('./phone-number.ts');
    this.#country ??= usualCountry([], navigator.languages);
    const read = await readNumber(wanted, await this.#country);
    if (this.#words.trim() !== wanted || !read.ok) return;
    const contact = this.#people.contact(read.uri);
    if (!contact.isListed) contact.describe({ aor: read.uri, name: read.shown });
    this.#number = { is: 'number', key: 'number', number: read.shown, contact };
  }

  async #askDirectory(wanted: string): Promise<void> {
    const [people, lists] = await Promise.all([
      this.#people.find(wanted, LIMIT),
      this.#people.lists.find(wanted, LISTS),
    ]);
    if (this.#words.trim() !== wanted) return;
    this.#isAsking = false;
    this.#problem = people.ok ? null : people.why;
    const found = people.ok ? people.value : [];
    for (const person of found) this.#people.contact(person.aor).describe(person);
    this.#others = inPlace(this.#others, found, ({ aor }) => aor);
    this.#lists = inPlace(this.#lists, lists.ok ? lists.value : [], ({ id }) => id);
  }

  #merge(): readonly Found[] {
    const wanted = this.#words.trim();
    if (wanted === '') return [];
    const own = this.#own.map((contact): Found => ({ is: 'contact', key: contact.aor, contact }));
    const number = this.#number;
    const typed =
      number?.contact?.isListed && this.#own.includes(number.contact)
        ? null
        : (number ?? this.#address(wanted));
    const mine = this.#people.groups
      .filter(({ listId, name }) => listId !== undefined && fits(name, wanted))
      .map(({ listId = '', name }): FoundList => ({ id: listId, name, size: null }));
    const others = this.#others.map((person): Found => {
      const contact = this.#people.contact(person.aor);
      return contact.isListed
        ? { is: 'contact', key: contact.aor, contact }
        : { is: 'person', key: contact.aor, contact, person };
    });
    const lists = [...mine, ...this.#lists].map((list): Found => ({
      is: 'list',
      key: `list ${list.id}`,
      list,
    }));
    return eachOnce([...own, ...(typed ? [typed] : []), ...others, ...lists]);
  }

  /** A full address, as typed. */
  #address(wanted: string): Found | null {
    const address = /^(?:sips?:)?([^\s@<>"]+)@([\w.-]+\w)$/iu.exec(wanted);
    if (!address) return null;
    const contact = this.#people.contact(`sip:${address[1]}@${address[2]?.toLowerCase()}`);
    return { is: 'address', key: contact.aor, contact };
  }
}
