import type { Contact } from './contact.svelte.ts';
import type { PersonRow, TreeRow } from './tree-rows.ts';

const none: ReadonlySet<string> = new Set();

/** The rows somebody picked to do one thing with all of them. Groups are never picked. */
export class Picks {
  #keys = $state.raw(none);
  /** Where a range begins. */
  #anchor: string | null = null;

  get count(): number {
    return this.#keys.size;
  }
  has(row: TreeRow): boolean {
    return this.#keys.has(row.key);
  }

  /** The picked rows that still stand there. */
  of(rows: readonly TreeRow[]): readonly PersonRow[] {
    return rows.filter((row): row is PersonRow => row.is === 'person' && this.#keys.has(row.key));
  }

  toggle(row: TreeRow): void {
    if (row.is !== 'person') return;
    const keys = new Set(this.#keys);
    if (!keys.delete(row.key)) keys.add(row.key);
    this.#keys = keys;
    this.#anchor = row.key;
  }

  /** From where the range began, or from `start` when nothing was picked yet, to this row. */
  reach(rows: readonly TreeRow[], to: TreeRow, start: TreeRow | undefined): void {
    this.#anchor ??= start?.key ?? to.key;
    const from = rows.findIndex(({ key }) => key === this.#anchor);
    const until = rows.indexOf(to);
    const [first, last] = from < 0 ? [until, until] : [Math.min(from, until), Math.max(from, until)];
    this.#keys = keysOf(rows.slice(first, last + 1));
  }

  all(rows: readonly TreeRow[]): void {
    this.#keys = keysOf(rows);
  }

  clear(): void {
    this.#anchor = null;
    if (this.#keys.size > 0) this.#keys = none;
  }
}

function keysOf(rows: readonly TreeRow[]): ReadonlySet<string> {
  return new Set(rows.filter(({ is }) => is === 'person').map(({ key }) => key));
}

/** Each person once, with the group they were picked in; null where the group is not one of mine. */
export function pickedPeople(
  rows: readonly PersonRow[],
): readonly { contact: Contact; from: string | null }[] {
  const people = new Map<Contact, string | null>();
  for (const { contact, group } of rows) {
    const from = group.kind === 'own' ? group.id : null;
    people.set(contact, people.get(contact) ?? from);
  }
  return [...people].map(([contact, from]) => ({ contact, from }));
}
