import { keysOf, NO_KEYS, toggled } from './picked-rows.ts';
import type { PersonRow, TreeRow } from './tree-rows.ts';

/** The rows somebody picked to do one thing with all of them. Groups are never picked. */
export class Picks {
  #keys = $state.raw(NO_KEYS);
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
    this.#keys = toggled(this.#keys, row.key);
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
    if (this.#keys.size > 0) this.#keys = NO_KEYS;
  }
}
