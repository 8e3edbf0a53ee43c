import { untrack } from 'svelte';
import type { Preferences } from '../preferences.svelte.ts';
import { AvailabilityOrder } from './availability-order.ts';
import type { Contact } from './contact.svelte.ts';
import {
  byAvailability,
  byGroup,
  byLevel,
  byName,
  byTag,
  conversations,
  viewOf,
  type ListView,
} from './list-views.ts';
import type { People } from './people.svelte.ts';
import { NO_KEYS, toggled } from './picked-rows.ts';
import { Picks } from './picks.svelte.ts';
import { rowsOf, type CurrentLine, type GroupRow, type Section, type TreeRow } from './tree-rows.ts';

/** Told of whom I spoke with: what is going on now, and the last ten. */
export interface Talks {
  readonly current: () => readonly CurrentLine[];
  readonly recent: () => readonly string[];
  /** Addresses of those who answer for me and who ring with me; a level may name further delegates. */
  readonly delegates?: () => readonly string[];
  readonly teamCall?: () => readonly string[];
  /** … of those whose delegate I am. */
  readonly managers?: () => readonly string[];
}

/** The contact list as rows of one tree (WAI-ARIA tree pattern), in the view the person chose. */
export class ContactTree {
  readonly picks = new Picks();
  readonly #people: People;
  readonly #preferences: Preferences;
  readonly #talks: Talks;
  readonly #order: AvailabilityOrder;
  /** Lists of the directory that stand open: opened by hand each time, as opening asks for their members. */
  #opened = $state.raw(NO_KEYS);
  #active = $state<string | null>(null);
  #revealed = $state(0);

  /** Untracked inside: tags and groups only change with the list, and 10,000 contacts would be 20,000 dependencies. */
  readonly #lasting: readonly Section[] = $derived.by(() => {
    const { listed, groups, lists } = this.#people;
    switch (this.view) {
      case 'name':
        return untrack(() => byName(listed));
      case 'availability':
        return byAvailability(this.#order);
      case 'level':
        return untrack(() => byLevel(listed));
      case 'tagged':
        return untrack(() => byTag(listed));
      case 'group': {
        const recent = this.#talks.recent().map((aor) => this.#people.contact(aor));
        const { organisation } = lists;
        const contacts = (aors: readonly string[] = []): Contact[] =>
          aors.map((aor) => this.#people.contact(aor));
        const teamCall = contacts(this.#talks.teamCall?.());
        const named = contacts(this.#talks.delegates?.());
        const managers = contacts(this.#talks.managers?.());
        return untrack(() => {
          const trusted = listed.filter(({ levelFrom }) => levelFrom === 'delegate');
          const delegates = [...named, ...trusted.filter((one) => !named.includes(one))];
          return byGroup(listed, groups, recent, organisation, { delegates, teamCall, managers });
        });
      }
    }
  });
  readonly rows: readonly TreeRow[] = $derived.by(() => {
    const current = this.#talks.current().map((line) => ({ contact: this.#people.contact(line.aor), line }));
    return rowsOf([...conversations(current), ...this.#lasting], {
      closed: this.#preferences.values.closedGroups,
      opened: this.#opened,
      known: (id) => this.#people.lists.of(id),
    });
  });
  readonly #place = $derived(
    this.#active === null ? -1 : this.rows.findIndex(({ key }) => key === this.#active),
  );

  constructor(people: People, preferences: Preferences, talks: Talks) {
    this.#people = people;
    this.#preferences = preferences;
    this.#talks = talks;
    this.#order = new AvailabilityOrder(people);
  }

  get view(): ListView {
    return viewOf(this.#preferences.values.contactView);
  }
  show(view: ListView): void {
    this.picks.clear();
    this.#preferences.set({ contactView: view });
  }

  /** What stands in my list, in its order. */
  get groups(): People['groups'] {
    return this.#people.groups;
  }

  /** Index of the row that has the keyboard; the first one before anybody moved. */
  get active(): number {
    return Math.max(this.#place, 0);
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
      row.is === 'person' ? row.contact === contact : row.is === 'group' && contact.groups.includes(row.id);
    this.#show(this.rows.find((each) => each.is === 'person' && isIn(each)) ?? this.rows.find(isIn));
  }
  revealGroup(id: string): void {
    this.#show(this.rows.find((row) => row.is === 'group' && row.id === id));
  }
  #show(row: TreeRow | undefined): void {
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
    if (row?.is !== 'group' || row.isRepeated) return;
    if (!row.isOpen) this.toggle(row);
    else if (this.rows[this.active + 1]?.depth === row.depth + 1) this.move(1);
  }

  /** Out of a group: closes an open one, goes from a member to its group. */
  outwards(): void {
    const row = this.activeRow;
    if (!row) return;
    if (row.is !== 'group') this.activate(row.group);
    else if (row.isOpen && row.kind !== 'letter') this.toggle(row);
    else if (row.parent) this.activate(row.parent);
  }

  /** To the next row whose name begins with these letters, from the top again after the end. */
  jump(letters: string): void {
    const wanted = fold(letters);
    const from = this.active + (letters.length === 1 ? 1 : 0);
    for (let step = 0; step < this.rows.length; step += 1) {
      const row = this.rows[(from + step) % this.rows.length];
      if (
        row &&
        row.is !== 'more' &&
        fold(row.is === 'group' ? row.name : row.contact.name).startsWith(wanted)
      ) {
        this.activate(row);
        return;
      }
    }
  }

  toggle(row: GroupRow): void {
    this.activate(row);
    if (row.kind === 'letter' || row.isRepeated) return;
    if (row.list) {
      this.#opened = toggled(this.#opened, row.key);
      if (!row.isOpen) void this.#people.lists.open(row.list.id);
      return;
    }
    const closed = this.#preferences.values.closedGroups;
    const closedGroups = row.isOpen ? [...closed, row.id] : closed.filter((id) => id !== row.id);
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
