import { createContext } from 'svelte';
import type { Notices } from '../../model/notices.svelte.ts';
import type { Contact } from '../../model/people/contact.svelte.ts';
import type { People } from '../../model/people/people.svelte.ts';

type Group = People['groups'][number];

/** What the desk asks the person before it does something. */
export type Question =
  | { readonly is: 'add'; readonly contact: Contact }
  | { readonly is: 'rename'; readonly contact: Contact }
  | { readonly is: 'remove'; readonly contact: Contact }
  | { readonly is: 'block'; readonly contact: Contact }
  | { readonly is: 'new-group'; readonly member: Contact | null }
  | { readonly is: 'rename-group'; readonly group: Group }
  | { readonly is: 'remove-group'; readonly group: Group };

/** Where the contact list is tidied: asks what must be asked, says what could not be done. */
export class PeopleDesk {
  readonly #people: People;
  readonly #notices: Notices;
  #question = $state.raw<Question | null>(null);

  constructor(people: People, notices: Notices) {
    this.#people = people;
    this.#notices = notices;
  }

  get question(): Question | null {
    return this.#question;
  }

  ask(question: Question): void {
    this.#question = question;
  }
  dismiss(): void {
    this.#question = null;
  }

  async add(contact: Contact, name: string, group: string): Promise<void> {
    const done = await this.#did(this.#people.add({ ...contact.person, name }, group || undefined));
    if (done) this.#notices.say('info', `${name} is in your contacts.`);
  }
  async rename(contact: Contact, name: string): Promise<void> {
    await this.#did(this.#people.rename(contact, name));
  }
  async remove(contact: Contact): Promise<void> {
    await this.#did(this.#people.remove(contact));
  }
  async tag(contact: Contact, tagged: boolean): Promise<void> {
    const done = await this.#did(this.#people.tag(contact, tagged));
    if (done && tagged)
      this.#notices.say('info', `You’ll be told when ${contact.firstName} becomes available.`);
  }
  async block(contact: Contact, blocked: boolean): Promise<void> {
    await this.#did(this.#people.block(contact, blocked));
  }
  async place(contact: Contact, group: string, inside: boolean): Promise<void> {
    const others = contact.groups.filter((id) => id !== group);
    await this.#did(this.#people.place(contact, inside ? [...others, group] : others));
  }
  async addGroup(name: string, member: Contact | null): Promise<void> {
    const outcome = await this.#people.addGroup(name);
    if (!outcome.ok) this.#notices.say('problem', outcome.why);
    else if (member) await this.place(member, outcome.value.id, true);
  }
  async renameGroup(group: Group, name: string): Promise<void> {
    await this.#did(this.#people.renameGroup(group, name));
  }
  async removeGroup(group: Group): Promise<void> {
    await this.#did(this.#people.removeGroup(group));
  }

  async #did(doing: ReturnType<People['remove']>): Promise<boolean> {
    const outcome = await doing;
    if (!outcome.ok) this.#notices.say('problem', outcome.why);
    return outcome.ok;
  }
}

export const [useDesk, provideDesk] = createContext<PeopleDesk>();
