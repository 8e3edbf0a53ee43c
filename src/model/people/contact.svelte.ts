import type { Aor, ContactEntry, Person } from '../../agent/contract.ts';
import type { Availability, Presence } from '../../protocol/availability.ts';
import { availabilityWords } from './availability-words.ts';

const none: readonly string[] = [];

/** A person as this window knows them: in my list, or only met (a caller, a search hit). One object per address. */
export class Contact {
  readonly aor: Aor;
  #person: Person;
  #presence = $state.raw<Presence | null>(null);
  #groups = $state.raw<readonly string[]>(none);
  #isTagged = $state(false);
  #isListed = $state(false);
  #isBlocked = $state(false);

  constructor(person: Person) {
    this.aor = person.aor;
    this.#person = $state.raw(person);
  }

  /** The list holds this entry now. */
  list(entry: ContactEntry): void {
    this.#person = entry;
    this.#groups = entry.groups;
    this.#isTagged = entry.tagged;
    this.#isListed = true;
  }

  unlist(): void {
    this.#groups = none;
    this.#isTagged = false;
    this.#isListed = false;
  }

  block(blocked: boolean): void {
    this.#isBlocked = blocked;
  }

  /** The directory knows more than we did; a name given in the list stays. */
  describe(person: Person): void {
    this.#person = this.#isListed ? { ...person, name: this.#person.name } : person;
  }

  hear(presence: Presence): void {
    this.#presence = presence;
  }

  get person(): Person {
    return this.#person;
  }
  get name(): string {
    return this.#person.name;
  }
  get presence(): Presence | null {
    return this.#presence;
  }
  get groups(): readonly string[] {
    return this.#groups;
  }
  get isTagged(): boolean {
    return this.#isTagged;
  }
  get isListed(): boolean {
    return this.#isListed;
  }
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** "Grace", for sentences. */
  get firstName(): string {
    return this.name.split(/\s+/u)[0] || this.name;
  }

  /** The address without its scheme. */
  get address(): string {
    return this.aor.replace(/^sips?:/, '');
  }

  get shape(): Availability {
    return this.#isBlocked ? 'blocked' : (this.#presence?.availability ?? 'unknown');
  }

  words(now: number): string {
    if (this.#isBlocked) return 'Blocked';
    return this.#presence ? availabilityWords(this.#presence, now) : 'Presence unknown';
  }

  get note(): string {
    return this.#isBlocked ? '' : (this.#presence?.note ?? '');
  }

  /** A hint after the name: reached only on a phone, or only on a mobile device. */
  get device(): 'phone' | 'mobile' | null {
    const presence = this.#presence;
    if (!presence || this.#isBlocked || presence.availability === 'offline') return null;
    if (!presence.messages) return 'phone';
    return presence.mobile ? 'mobile' : null;
  }
}
