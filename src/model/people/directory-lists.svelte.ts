import { SvelteMap } from 'svelte/reactivity';
import type { AgentLink, Boot, Fact, Outcome } from '../../agent/contract.ts';
import type { DirectoryGroup, DirectoryPerson } from '../../protocol/service-api.ts';
import type { Contact } from './contact.svelte.ts';
import { joinPage, type KnownList } from './list-members.ts';

export type { DirectoryGroup } from '../../protocol/service-api.ts';

/** A page of members, as many as a screen or two hold. */
const PAGE = 50;
const nothing: KnownList = { members: [], total: null, isAsking: false, problem: null };

/** Groups that live in the directory: their members are asked for a page at a time, when somebody looks. */
export class DirectoryLists {
  readonly #link: AgentLink;
  readonly #person: (person: DirectoryPerson) => Contact;
  readonly #known = new SvelteMap<string, KnownList>();
  #organisation = $state.raw<readonly DirectoryGroup[]>([]);

  /** `person`: the one object for somebody the directory described. */
  constructor(link: AgentLink, person: (person: DirectoryPerson) => Contact) {
    this.#link = link;
    this.#person = person;
  }

  boot(boot: Pick<Boot, 'connection'>): void {
    if (boot.connection.is === 'online') void this.#askOrganisation();
  }
  apply(fact: Fact): void {
    if (fact.fact === 'connection' && fact.state.is === 'online') void this.#askOrganisation();
  }

  /** The groups the organisation put me in (features.md C01). */
  get organisation(): readonly DirectoryGroup[] {
    return this.#organisation;
  }

  of(id: string): KnownList {
    return this.#known.get(id) ?? nothing;
  }

  /** The first page, always fresh: who belongs to a list is the directory's to say (features.md C05). */
  open(id: string): Promise<void> {
    return this.#ask(id, 0);
  }
  /** The page after what is known. */
  more(id: string): Promise<void> {
    return this.#ask(id, this.of(id).members.length);
  }

  find(words: string, limit: number): Promise<Outcome<readonly DirectoryGroup[]>> {
    return this.#link.send('find-groups', { words, limit });
  }

  async #ask(id: string, offset: number): Promise<void> {
    const before = this.of(id);
    if (before.isAsking) return;
    this.#known.set(id, { ...before, isAsking: true, problem: null });
    const outcome = await this.#link.send('group-members', { id, offset, limit: PAGE });
    this.#known.set(
      id,
      outcome.ok
        ? joinPage(offset === 0 ? [] : before.members, outcome.value, this.#person)
        : { ...before, isAsking: false, problem: outcome.why },
    );
  }

  async #askOrganisation(): Promise<void> {
    const outcome = await this.#link.send('organisation-groups', { mine: true });
    if (outcome.ok) this.#organisation = outcome.value;
  }
}
