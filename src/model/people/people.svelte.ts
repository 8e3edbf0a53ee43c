import type {
  AgentLink,
  Aor,
  Boot,
  ContactList,
  Fact,
  Group,
  Outcome,
  Person,
} from '../../agent/contract.ts';
import type { Presence } from '../../protocol/availability.ts';
import type { Contact } from './contact.svelte.ts';
import { Roll } from './roll.ts';

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Everybody this window knows, and the list the server keeps. The agent decides; this only shows and asks. */
export class People {
  readonly #link: AgentLink;
  readonly #roll = new Roll();
  #listed = $state.raw<readonly Contact[]>([]);
  #groups = $state.raw<readonly Group[]>([]);
  #source = $state<ContactList['source']>('server');
  #asOf = $state<number | null>(null);
  /** Tagged people who have just become reachable; each stands until taken note of. */
  #arrivals = $state.raw<readonly Contact[]>([]);

  constructor(link: AgentLink) {
    this.#link = link;
  }

  boot(boot: Pick<Boot, 'contacts' | 'presence'>): void {
    if (boot.contacts) this.#takeList(boot.contacts);
    for (const [aor, presence] of boot.presence) this.contact(aor).hear(presence);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'contacts') this.#takeList(fact.list);
    else if (fact.fact === 'presence') for (const [aor, presence] of fact.changes) this.#hear(aor, presence);
  }

  #takeList(list: ContactList): void {
    const listed = this.#roll.list(list.entries);
    this.#roll.block(list.blocked ?? []);
    this.#listed = listed.toSorted((one, other) => collator.compare(one.name, other.name));
    this.#groups = list.groups;
    this.#source = list.source;
    this.#asOf = list.asOf;
  }

  #hear(aor: Aor, presence: Presence): void {
    const contact = this.contact(aor);
    const before = contact.presence?.availability;
    contact.hear(presence);
    const came = presence.availability === 'available' && before !== undefined && !isReachable(before);
    if (came && contact.isTagged) {
      this.#arrivals = [...this.#arrivals.filter((one) => one !== contact), contact];
    }
  }

  /** The one object for an address; made when nobody has spoken of it before. */
  contact(aor: Aor): Contact {
    return this.#roll.contact(aor);
  }

  /** My list, by name. */
  get listed(): readonly Contact[] {
    return this.#listed;
  }
  get groups(): readonly Group[] {
    return this.#groups;
  }
  get source(): ContactList['source'] {
    return this.#source;
  }
  /** When the list was last what the server had; null before any list was seen. */
  get asOf(): number | null {
    return this.#asOf;
  }
  get arrivals(): readonly Contact[] {
    return this.#arrivals;
  }

  noteArrival(contact: Contact): void {
    this.#arrivals = this.#arrivals.filter((one) => one !== contact);
  }

  add(person: Person, group?: string): Promise<Outcome> {
    return this.#link.send('add-contact', {
      aor: person.aor,
      name: person.name,
      ...(group ? { group } : {}),
    });
  }
  remove(contact: Contact): Promise<Outcome> {
    return this.#link.send('remove-contact', { aor: contact.aor });
  }
  rename(contact: Contact, name: string): Promise<Outcome> {
    return this.#link.send('rename-contact', { aor: contact.aor, name });
  }
  place(contact: Contact, groups: readonly string[]): Promise<Outcome> {
    return this.#link.send('place-contact', { aor: contact.aor, groups });
  }
  tag(contact: Contact, tagged: boolean): Promise<Outcome> {
    return this.#link.send('tag-contact', { aor: contact.aor, tagged });
  }
  block(contact: Contact, blocked: boolean): Promise<Outcome> {
    return this.#link.send('set-blocked', { aor: contact.aor, blocked });
  }
  addGroup(name: string): Promise<Outcome<{ id: string }>> {
    return this.#link.send('add-group', { name });
  }
  renameGroup(group: Group, name: string): Promise<Outcome> {
    return this.#link.send('rename-group', { id: group.id, name });
  }
  removeGroup(group: Group): Promise<Outcome> {
    return this.#link.send('remove-group', { id: group.id });
  }

  /** The directory's answer; who is known here already keeps the name given in the list. */
  find(words: string, limit: number): Promise<Outcome<readonly Person[]>> {
    return this.#link.send('find-people', { words, limit });
  }

  async lookUp(aor: Aor): Promise<Outcome<{ person: Person; asOf: number }>> {
    const outcome = await this.#link.send('look-up', { aor });
    if (outcome.ok) this.contact(aor).describe(outcome.value.person);
    return outcome;
  }

  /** Presence of somebody outside the list while a window shows them. Returns how to stop. */
  watch(contact: Contact): () => void {
    if (contact.isListed) return () => undefined;
    void this.#link.send('watch', { aor: contact.aor, on: true });
    return () => void this.#link.send('watch', { aor: contact.aor, on: false });
  }
}

function isReachable(availability: Presence['availability']): boolean {
  return availability === 'available' || availability === 'inactive' || availability === 'unknown';
}
