import type { Contact } from '../people/contact.svelte.ts';
import type { People } from '../people/people.svelte.ts';
import { MOST_PEOPLE, type Gathering, type Groups } from './groups.svelte.ts';

/** People being chosen for a conversation: chips, how many still fit, and what came of it. */
export class Gatherer {
  readonly gathering: Gathering;
  readonly #groups: Groups;
  readonly #people: People;
  #chosen = $state.raw<readonly Contact[]>([]);
  #problem = $state<string | null>(null);
  #isAsking = $state(false);
  subject = $state('');

  constructor(groups: Groups, people: People, me: string, gathering: Gathering) {
    this.gathering = gathering;
    this.#groups = groups;
    this.#people = people;
    this.#me = me;
    this.add(gathering.people.map((aor) => people.contact(aor)));
  }
  readonly #me: string;

  get chosen(): readonly Contact[] {
    return this.#chosen;
  }
  get problem(): string | null {
    return this.#problem;
  }
  get isAsking(): boolean {
    return this.#isAsking;
  }
  /** How many more there is room for. */
  get room(): number {
    const inside = this.gathering.into?.group?.members.length ?? 1;
    return MOST_PEOPLE - inside - this.#chosen.length;
  }
  isIn(contact: Contact): boolean {
    return (
      contact.aor === this.#me ||
      this.gathering.into?.group?.members.some(({ aor }) => aor === contact.aor) === true
    );
  }
  isChosen(contact: Contact): boolean {
    return this.#chosen.includes(contact);
  }

  /** Those who fit; says so when somebody does not. */
  add(contacts: readonly Contact[]): void {
    const fresh = contacts.filter((one) => !one.isNumber && !this.isIn(one) && !this.isChosen(one));
    const fit = fresh.slice(0, Math.max(0, this.room));
    this.#problem =
      fit.length < fresh.length
        ? `A conversation has room for ${MOST_PEOPLE} people, you included. ${fresh.length - fit.length} were left out.`
        : null;
    if (fit.length > 0) this.#chosen = [...this.#chosen, ...fit];
  }
  remove(contact: Contact): void {
    this.#problem = null;
    this.#chosen = this.#chosen.filter((one) => one !== contact);
  }
  toggle(contact: Contact): void {
    if (this.isChosen(contact)) this.remove(contact);
    else this.add([contact]);
  }

  /** Everybody of a list of the directory, page by page, as far as there is room. Lists inside it stay closed. */
  async addList(id: string): Promise<void> {
    this.#isAsking = true;
    const { lists } = this.#people;
    await lists.open(id);
    for (let before = -1; this.#problem === null;) {
      const known = lists.of(id);
      this.add(known.members.flatMap((member) => (member.is === 'person' ? [member.contact] : [])));
      const have = known.members.length;
      if (known.problem !== null) this.#problem = known.problem;
      if (have === before || have >= (known.total ?? 0)) break;
      before = have;
      await lists.more(id);
    }
    this.#isAsking = false;
  }

  /** True when it is done and the dialog may go. */
  async finish(): Promise<boolean> {
    if (this.#chosen.length === 0 || this.#isAsking) return false;
    this.#isAsking = true;
    const members = this.#chosen.map(({ aor }) => aor);
    const { into } = this.gathering;
    const problem = into
      ? await this.#groups.add(into, members)
      : await this.#groups.start(members, this.subject.trim());
    this.#isAsking = false;
    this.#problem = problem;
    return problem === null;
  }
}
