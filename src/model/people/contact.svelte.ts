import type { Aor, ContactEntry, Person } from '../../agent/contract.ts';
import type { Availability, Presence } from '../../protocol/availability.ts';
import { availabilityWords } from './availability-words.ts';

const none: readonly string[] = [];

/** How far somebody is trusted, and what decides it; absent for numbers and where no levels are kept. */
export type Level = NonNullable<ContactEntry['level']>;
export type LevelFrom = NonNullable<ContactEntry['levelFrom']>;

interface Known {
  readonly person: Person;
  /** Null for people who are not in the list. */
  readonly entry: ContactEntry | null;
  readonly isBlocked: boolean;
}

/** A person as this window knows them: in my list, or only met (a caller, a search hit). One object per address. */
export class Contact {
  readonly aor: Aor;
  /** What the directory said; kept when the list, which knows less, is told again. */
  #described: Person | null = null;
  /** One cell of state for what changes seldom: a long list has as many cells to make as it has people. */
  #known: Known;
  #presence = $state.raw<Presence | null>(null);

  /** `entry`: how the list holds the person. */
  constructor(person: Person, entry: ContactEntry | null = null) {
    this.aor = person.aor;
    this.#known = $state.raw({ person, entry, isBlocked: false });
  }

  /** The list holds this entry now. */
  list(entry: ContactEntry): void {
    const person = this.#described ? { ...this.#described, ...entry } : entry;
    this.#known = { ...this.#known, person, entry };
  }

  unlist(): void {
    this.#known = { ...this.#known, entry: null };
  }

  block(isBlocked: boolean): void {
    if (this.#known.isBlocked !== isBlocked) this.#known = { ...this.#known, isBlocked };
  }

  /** The directory knows more than we did; a name given in the list stays. The same words again change nothing. */
  describe(described: Person): void {
    this.#described = described;
    const { entry, person } = this.#known;
    const next = entry ? { ...described, name: person.name } : described;
    if (JSON.stringify(next) !== JSON.stringify(person)) this.#known = { ...this.#known, person: next };
  }

  /** A name that somebody else gave, for whom there is no better one. */
  meet(name: string): void {
    const { person } = this.#known;
    if (name !== '' && person.name === this.address)
      this.#known = { ...this.#known, person: { ...person, name } };
  }

  hear(presence: Presence): void {
    this.#presence = presence;
  }

  get person(): Person {
    return this.#known.person;
  }
  get name(): string {
    return this.#known.person.name;
  }
  get presence(): Presence | null {
    return this.#presence;
  }
  get groups(): readonly string[] {
    return this.#known.entry?.groups ?? none;
  }
  get isTagged(): boolean {
    return this.#known.entry?.tagged ?? false;
  }
  get isListed(): boolean {
    return this.#known.entry !== null;
  }
  get isBlocked(): boolean {
    return this.#known.isBlocked || this.#known.entry?.level === 'blocked';
  }
  get level(): Level | null {
    return this.isBlocked ? 'blocked' : (this.#known.entry?.level ?? null);
  }
  get levelFrom(): LevelFrom | null {
    return this.#known.entry?.levelFrom ?? null;
  }
  /** Only I can see it. */
  get privateNote(): string {
    return this.#known.entry?.privateNote ?? '';
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
