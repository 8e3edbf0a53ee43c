import { createContext } from 'svelte';
import type { Notices } from '../../model/notices.svelte.ts';
import type { Contact, Level } from '../../model/people/contact.svelte.ts';
import {
  levelled,
  moved,
  removed,
  reordered,
  tagged,
  type Change,
  type Picked,
} from '../../model/people/contact-changes.ts';
import type { DirectoryGroup } from '../../model/people/directory-lists.svelte.ts';
import { levelNames } from '../../model/people/level-words.ts';
import type { People } from '../../model/people/people.svelte.ts';

type Group = People['groups'][number];

/** What the desk asks the person before it does something. */
export type SmallQuestion =
  | { readonly is: 'add'; readonly contact: Contact }
  | { readonly is: 'rename'; readonly contact: Contact }
  | { readonly is: 'block'; readonly contact: Contact }
  | { readonly is: 'new-group'; readonly members: readonly Picked[] }
  | { readonly is: 'rename-group'; readonly group: Group }
  | { readonly is: 'remove-group'; readonly group: Group };
/** The same, and what needs a larger dialog. */
export type Question =
  | SmallQuestion
  | { readonly is: 'members'; readonly list: Pick<DirectoryGroup, 'id' | 'name' | 'description'> }
  | { readonly is: 'import'; readonly text: string | null };

/** Where the contact list is tidied: asks what must be asked, says what could not be done, takes back what was. */
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

  say(level: 'info' | 'problem', words: string): void {
    this.#notices.say(level, words);
  }

  async add(contact: Contact, name: string, group: string): Promise<void> {
    const done = await this.#did(this.#people.add({ ...contact.person, name }, group || undefined));
    if (done) this.#notices.say('info', `${name} is in your contacts.`);
  }
  async rename(contact: Contact, name: string): Promise<void> {
    await this.#did(this.#people.rename(contact, name));
  }
  async block(contact: Contact, blocked: boolean): Promise<void> {
    await this.#did(this.#people.block(contact, blocked));
  }
  async tag(contact: Contact, on: boolean): Promise<void> {
    const done = await this.#did(this.#people.tag(contact, on));
    if (done && on)
      this.#notices.say('info', `You’ll be told when the status of ${contact.firstName} changes.`);
  }
  async place(contact: Contact, group: string, inside: boolean): Promise<void> {
    const others = contact.groups.filter((id) => id !== group);
    await this.#did(this.#people.place(contact, inside ? [...others, group] : others));
  }
  async keepNote(contact: Contact, text: string): Promise<void> {
    await this.#did(this.#people.edit([{ edit: 'private-note', aor: contact.aor, text }]));
  }

  async move(people: readonly Picked[], group: Group | null): Promise<void> {
    const where = group ? `to ${group.name}` : 'out of the group';
    await this.#change(moved(people, group?.id ?? null), `Moved ${sayWhom(people)} ${where}.`);
  }
  async tagAll(people: readonly Picked[], on: boolean): Promise<void> {
    const words = on
      ? `You’ll be told when the status of ${sayWhom(people)} changes.`
      : `Removed the tag of ${sayWhom(people)}.`;
    await this.#change(tagged(contactsOf(people), on), words);
  }
  /** `null`: no level of their own any more. */
  async setLevel(people: readonly Picked[], level: Level | null): Promise<void> {
    const words = level
      ? `${sayWhom(people)} now ${people.length > 1 ? 'have' : 'has'} the level ${levelNames[level]}.`
      : `${sayWhom(people)} now ${people.length > 1 ? 'have' : 'has'} the usual level.`;
    await this.#change(levelled(contactsOf(people), level), words);
  }
  async removeAll(people: readonly Picked[]): Promise<void> {
    await this.#change(removed(contactsOf(people)), `Removed ${sayWhom(people)} from your contacts.`);
  }

  async addGroup(name: string, members: readonly Picked[]): Promise<void> {
    const outcome = await this.#people.addGroup(name);
    if (!outcome.ok) this.#notices.say('problem', outcome.why);
    else if (members.length > 0) await this.#did(this.#people.edit(moved(members, outcome.value.id).edits));
  }
  async renameGroup(group: Group, name: string): Promise<void> {
    await this.#did(this.#people.renameGroup(group, name));
  }
  async removeGroup(group: Group): Promise<void> {
    await this.#did(this.#people.removeGroup(group));
  }
  async setGroupLevel(group: Group, level: Level | null): Promise<void> {
    await this.#did(this.#people.setLevel({ group: group.id }, level));
  }
  /** Nothing is said of a step: the eye sees it, and the way back is the same key. */
  async reorder(id: string, before: string | null): Promise<void> {
    const { edits } = reordered(this.#people.groups, id, before);
    if (edits.length > 0) await this.#did(this.#people.edit(edits));
  }
  async addList(list: Pick<DirectoryGroup, 'id' | 'name'>): Promise<void> {
    const edit = { edit: 'add-list', id: crypto.randomUUID(), listId: list.id, name: list.name } as const;
    if (await this.#did(this.#people.edit([edit])))
      this.#notices.say('info', `${list.name} is in your contacts.`);
  }

  async #change({ edits, undo }: Change, words: string): Promise<void> {
    if (edits.length === 0 || !(await this.#did(this.#people.edit(edits)))) return;
    this.#notices.say('info', words, {
      words: 'Undo',
      run: () => void this.#did(this.#people.edit(undo)),
    });
  }

  async #did(doing: ReturnType<People['rename']>): Promise<boolean> {
    const outcome = await doing;
    if (!outcome.ok) this.#notices.say('problem', outcome.why);
    return outcome.ok;
  }
}

function contactsOf(people: readonly Picked[]): readonly Contact[] {
  return people.map(({ contact }) => contact);
}

/** "Ana Lima", or "3 people". */
function sayWhom(people: readonly Picked[]): string {
  const [first] = people;
  return people.length === 1 && first ? first.contact.name : `${people.length} people`;
}

export const [useDesk, provideDesk] = createContext<PeopleDesk>();
