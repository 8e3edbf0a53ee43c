import type { AccessLevel } from '../../protocol/access-levels.ts';
import type {
  AgentLink,
  Aor,
  Boot,
  Commands,
  ContactEdit,
  ContactList,
  Fact,
  Group,
  Outcome,
  Person,
  SeenAs,
} from '../../agent/contract.ts';
import type { Presence } from '../../protocol/availability.ts';
import type { Contact } from './contact.svelte.ts';
import { DirectoryLists } from './directory-lists.svelte.ts';
import { Roll } from './roll.ts';
import { Watches } from './watches.ts';

/** Whom a level is given to. */
export type LevelOf = Commands['set-level'][0]['of'];

/** Somebody tagged, and the state they are in now. */
export interface Arrival {
  readonly contact: Contact;
  readonly presence: Presence;
}
/** More at once are no news any more. */
const MOST_ARRIVALS = 3;

/** Everybody this window knows, and the list the server keeps. The agent decides; this only shows and asks. */
export class People {
  readonly #link: AgentLink;
  readonly #roll = new Roll();
  readonly #watches: Watches;
  #followers: readonly ((contact: Contact) => void)[] = [];
  /** Groups whose members the directory keeps. */
  readonly lists: DirectoryLists;
  #listed = $state.raw<readonly Contact[]>([]);
  #groups = $state.raw<readonly Group[]>([]);
  #source = $state<ContactList['source']>('server');
  #asOf = $state<number | null>(null);
  /** Tagged people who have just become reachable; each stands until taken note of. */
  #arrivals = $state.raw<readonly Arrival[]>([]);
  #isTold: (contact: Contact, presence: Presence) => boolean = () => true;

  constructor(link: AgentLink) {
    this.#link = link;
    this.#watches = new Watches(link);
    this.lists = new DirectoryLists(link, (person) => this.#described(person));
  }

  boot(boot: Pick<Boot, 'contacts' | 'presence' | 'connection'>): void {
    this.lists.boot(boot);
    if (boot.contacts) this.#takeList(boot.contacts);
    for (const [aor, presence] of boot.presence) this.contact(aor).hear(presence);
  }

  apply(fact: Fact): void {
    this.lists.apply(fact);
    if (fact.fact === 'contacts') this.#takeList(fact.list);
    else if (fact.fact === 'presence') for (const [aor, presence] of fact.changes) this.#hear(aor, presence);
    else if (fact.fact === 'tag-alert') this.#announce(fact);
  }

  #takeList(list: ContactList): void {
    this.#listed = this.#roll.list(list.entries);
    this.#roll.block(list.blocked ?? []);
    this.#groups = list.groups;
    this.#source = list.source;
    this.#asOf = list.asOf;
  }

  #hear(aor: Aor, presence: Presence): void {
    const contact = this.contact(aor);
    contact.hear(presence);
    for (const tell of this.#followers) tell(contact);
  }

  #announce({ aor, presence }: Extract<Fact, { fact: 'tag-alert' }>): void {
    const contact = this.contact(aor);
    if (!this.#isTold(contact, presence)) return;
    const others = this.#arrivals.filter((one) => one.contact !== contact);
    this.#arrivals = [...others, { contact, presence }].slice(-MOST_ARRIVALS);
  }

  /** Asked before somebody tagged is announced here: whether they are. */
  beforeTold(isTold: (contact: Contact, presence: Presence) => boolean): void {
    this.#isTold = isTold;
  }

  /** The one object for an address; made when nobody has spoken of it before. */
  contact(aor: Aor): Contact {
    return this.#roll.contact(aor);
  }

  #described(person: Person): Contact {
    const contact = this.contact(person.aor);
    contact.describe(person);
    return contact;
  }

  /** Told of everybody whose presence was heard, at once. Returns how to stop. */
  followPresence(tell: (contact: Contact) => void): () => void {
    this.#followers = [...this.#followers, tell];
    return () => {
      this.#followers = this.#followers.filter((one) => one !== tell);
    };
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
  /** People who are tagged and whose state is another one (features.md P28), until it is noted. */
  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  noteArrival(contact: Contact): void {
    this.#arrivals = this.#arrivals.filter((one) => one.contact !== contact);
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

  /** Several changes as one. */
  edit(edits: readonly ContactEdit[]): Promise<Outcome> {
    return this.#link.send('edit-contacts', { edits });
  }
  /** `null`: no own level any more. */
  setLevel(of: LevelOf, level: AccessLevel | null): Promise<Outcome> {
    return this.#link.send('set-level', { of, level });
  }
  /** What that person is shown of me now. */
  seenBy(contact: Contact): Promise<Outcome<SeenAs>> {
    return this.#link.send('view-as', { aor: contact.aor });
  }
  /** vCard text of these, or of everybody. */
  writeCards(contacts?: readonly Contact[]): Promise<Outcome<{ text: string; count: number }>> {
    return this.#link.send('export-contacts', contacts ? { aors: contacts.map(({ aor }) => aor) } : {});
  }
  /** Numbers without a country code are read as they are dialled where the browser's language is spoken. */
  async readCards(text: string, group?: string): Promise<Commands['import-contacts'][1]> {
    const [{ cardNumbers }, { usualCountry }] = await Promise.all([
      import('./card-numbers.ts'),
      import('./phone-number.ts'),
    ]);
    const numbers = await cardNumbers(text, await usualCountry([], navigator.languages));
    const isEmpty = Object.keys(numbers).length === 0;
    return this.#link.send('import-contacts', {
      text,
      ...(isEmpty ? {} : { numbers }),
      ...(group ? { group } : {}),
    });
  }

  /** The directory's answer; who is known here already keeps the name given in the list. */
  find(words: string, limit: number): Promise<Outcome<readonly Person[]>> {
    return this.#link.send('find-people', { words, limit });
  }

  async lookUp(aor: Aor): Promise<Outcome<{ person: Person; asOf: number }>> {
    const outcome = await this.#link.send('look-up', { aor });
    if (outcome.ok) this.#described(outcome.value.person);
    return outcome;
  }

  /** Presence of somebody outside the list while a row or card shows them. Returns how to stop. */
  watch(contact: Contact): () => void {
    return contact.isListed || contact.isNumber ? () => undefined : this.#watches.begin(contact.aor);
  }
}
