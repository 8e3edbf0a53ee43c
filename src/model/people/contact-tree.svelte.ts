import { untrack } from 'svelte';
import type { Preferences } from '../preferences.svelte.ts';
import type { Contact } from './contact.svelte.ts';
import type { People } from './people.svelte.ts';
import {
  conversations,
  groupPeople,
  placesOf,
  rowsOf,
  type CurrentLine,
  type GroupRow,
  type TreeRow,
} from './tree-rows.ts';

/** The contact list as rows of one tree: groups at level 1, people at level 2 (WAI-ARIA tree pattern). */
export class ContactTree {
  readonly #people: People;
  readonly #preferences: Preferences;
  readonly #current: () => readonly CurrentLine[];
  #active = $state<string | null>(null);
  #revealed = $state(0);

  /** Untracked inside: tags and groups only change with the list, and 10,000 contacts would be 20,000 dependencies. */
  readonly #lasting = $derived.by(() => {
    const { listed, groups } = this.#people;
    return untrack(() => groupPeople(listed, groups));
  });
  readonly rows: readonly TreeRow[] = $derived.by(() => {
    const current = this.#current().map((line) => ({ contact: this.#people.contact(line.aor), line }));
    return rowsOf([...conversations(current), ...this.#lasting], this.#preferences.values.closedGroups);
  });
  readonly #places = $derived(placesOf(this.rows));

  constructor(people: People, preferences: Preferences, current: () => readonly CurrentLine[]) {
    this.#people = people;
    this.#preferences = preferences;
    this.#current = current;
  }

  /** Index of the row that has the keyboard; the first one before anybody moved. */
  get active(): number {
    return (this.#active === null ? undefined : this.#places.get(this.#active)) ?? 0;
  }

  get activeRow(): TreeRow | undefined {
    return this.rows[this.active];
  }

  activate(row: TreeRow): void {
    this.#active = row.key;
  }

  /** Rises each time a row should be brought into view and given the focus. */
  get revealed(): number {
    return this.#revealed;
  }

  /** Shows somebody's row; in a closed group it is the group's. */
  reveal(contact: Contact): void {
    const isIn = (row: TreeRow): boolean =>
      row.is === 'person' ? row.contact === contact : contact.groups.includes(row.id);
    const row = this.rows.find((each) => each.is === 'person' && isIn(each)) ?? this.rows.find(isIn);
    if (!row) return;
    this.activate(row);
    this.#revealed += 1;
  }

  move(by: number): void {
    this.#goTo(this.active + by);
  }
  toFirst(): void {
    this.#goTo(0);
  }
  toLast(): void {
    this.#goTo(this.rows.length - 1);
  }

  /** Into a group: opens a closed one, goes to the first member of an open one. */
  inwards(): void {
    const row = this.activeRow;
    if (row?.is !== 'group') return;
    if (row.isOpen) this.move(row.count > 0 ? 1 : 0);
    else this.toggle(row);
  }

  /** Out of a group: closes an open one, goes from a member to its group. */
  outwards(): void {
    const row = this.activeRow;
    if (row?.is === 'person') this.activate(row.group);
    else if (row?.isOpen) this.toggle(row);
  }

  /** To the next row whose name begins with these letters, from the top again after the end. */
  jump(letters: string): void {
    const wanted = fold(letters);
    const from = this.active + (letters.length === 1 ? 1 : 0);
    for (let step = 0; step < this.rows.length; step += 1) {
      const row = this.rows[(from + step) % this.rows.length];
      if (row && fold(row.is === 'group' ? row.name : row.contact.name).startsWith(wanted)) {
        this.activate(row);
        return;
      }
    }
  }

  toggle(row: GroupRow): void {
    const closed = this.#preferences.values.closedGroups;
    const closedGroups = row.isOpen ? [...closed, row.id] : closed.filter((id) => id !== row.id);
    this.activate(row);
    this.#preferences.set({ closedGroups });
  }

  #goTo(index: number): void {
    const row = this.rows[Math.min(Math.max(index, 0), this.rows.length - 1)];
    if (row) this.activate(row);
  }
}

/** Letters as a typist means them: no case, no marks. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
