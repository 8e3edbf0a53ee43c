import type { Aor, ContactEntry, Person } from '../../agent/contract.ts';
import type { Availability, Presence } from '../../protocol/availability.ts';
import { availabilityWords } from './availability-words.ts';

const none: readonly string[] = [];

/** How far somebody is trusted, and what decides it; absent for numbers and where no levels are kept. */
export type Level = NonNullable<ContactEntry['level']>;
export type LevelFrom = NonNullable<ContactEntry['levelFrom']>;

/** A person as this window knows them: in my list, or only met (a caller, a search hit). One object per address. */
export class Contact {
  readonly aor: Aor;
  #person: Person;
  /** What the directory said; kept when the list, which knows less, is told again. */
  #described: Person | null = null;
  #entry = $state.raw<ContactEntry | null>(null);
  #presence = $state.raw<Presence | null>(null);
  #isBlocked = $state(false);

  constructor(person: Person) {
    this.aor = person.aor;
    this.#person = $state.raw(person);
  }

  /** The list holds this entry now. */
  list(entry: ContactEntry): void {
    this.#person = this.#described ? { ...this.#described, ...entry } : entry;
    this.#entry = entry;
  }

  unlist(): void {
    this.#entry = null;
  }

  block(blocked: boolean): void {
    this.#isBlocked = blocked;
  }

  /** The directory knows more than we did; a name given in the list stays. */
  describe(person: Person): void {
    this.#described = person;
    this.#person = this.#entry ? { ...person, name: this.#person.name } : person;
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
    return this.#entry?.groups ?? none;
  }
  get isTagged(): boolean {
    return this.#entry?.tagged ?? false;
  }
  get isListed(): boolean {
    return this.#entry !== null;
  }
  get isBlocked(): boolean {
    return this.#isBlocked || this.#entry?.level === 'blocked';
  }
  get level(): Level | null {
    return this.isBlocked ? 'blocked' : (this.#entry?.level ?? null);
  }
  get levelFrom(): LevelFrom | null {
    return this.#entry?.levelFrom ?? null;
  }
  /** Only I can see it. */
  get privateNote(): string {
    return this.#entry?.privateNote ?? '';
  }

  /** A phone number, nobody's address (features.md C06). */
  get isNumber(): boolean {
    return this.aor.startsWith('tel:');
  }

  /** "Grace", for sentences; a number stays whole. */
  get firstName(): string {
    return this.isNumber ? this.name : this.name.split(/\s+/u)[0] || this.name;
  }

  /** The address without its scheme. */
  get address(): string {
    return this.aor.replace(/^(?:sips?|tel):/, '');
  }

  get shape(): Availability {
    return this.isBlocked ? 'blocked' : (this.#presence?.availability ?? 'unknown');
  }

  words(now: number): string {
    if (this.isBlocked) return 'Blocked';
    return this.#presence ? availabilityWords(this.#presence, now) : 'Presence unknown';
  }

  get note(): string {
    return this.isBlocked ? '' : (this.#presence?.note ?? '');
  }

  /** A hint after the name: reached only on a phone, only on a mobile device, or at a reception screen. */
  get device(): 'phone' | 'mobile' | 'kiosk' | null {
    const presence = this.#presence;
    if (!presence || this.isBlocked || presence.availability === 'offline') return null;
    if (presence.kiosk) return 'kiosk';
    if (!presence.messages) return 'phone';
    return presence.mobile ? 'mobile' : null;
  }
}
