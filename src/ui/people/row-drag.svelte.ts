import type { Level } from '../../model/people/contact.svelte.ts';
import type { Picked } from '../../model/people/contact-changes.ts';
import type { ContactTree } from '../../model/people/contact-tree.svelte.ts';
import { pickedPeople } from '../../model/people/picked-rows.ts';
import type { GroupRow, TreeRow } from '../../model/people/tree-rows.ts';
import type { PeopleDesk } from './desk.svelte.ts';
import { PEOPLE_TYPE } from './people-drop.ts';

type Dragged =
  | { readonly is: 'people'; readonly people: readonly Picked[] }
  | { readonly is: 'group'; readonly id: string };
type Where = 'into' | 'before' | 'after';
/** What letting go here would do. */
interface Target {
  readonly key: string;
  readonly where: Where;
  readonly run: () => void;
}

/** Dragging within the contact list: people into groups, groups among themselves. */
export class RowDrag {
  readonly #tree: ContactTree;
  readonly #desk: PeopleDesk;
  #dragged: Dragged | null = null;
  #target = $state.raw<Target | null>(null);

  constructor(tree: ContactTree, desk: PeopleDesk) {
    this.#tree = tree;
    this.#desk = desk;
  }

  /** Where the row is marked: all of it, or an edge. */
  mark(row: TreeRow): Where | null {
    return this.#target?.key === row.key ? this.#target.where : null;
  }

  static canDrag(row: TreeRow): boolean {
    return row.is === 'person' || (row.is === 'group' && row.group !== null);
  }

  begin(event: DragEvent, row: TreeRow): void {
    this.#dragged = this.#taken(row);
    if (!this.#dragged || !event.dataTransfer) return;
    this.#tree.activate(row);
    event.dataTransfer.effectAllowed = 'copyMove';
    event.dataTransfer.setData('text/plain', words(this.#dragged, row));
    if (this.#dragged.is === 'people')
      event.dataTransfer.setData(
        PEOPLE_TYPE,
        JSON.stringify(this.#dragged.people.map(({ contact }) => contact.aor)),
      );
  }

  over(event: DragEvent, row: TreeRow): void {
    const target = this.#dragged && this.#targetOf(this.#dragged, row, event);
    if (target) {
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'move';
    }
    if (target?.key !== this.#target?.key || target?.where !== this.#target?.where) this.#target = target;
  }

  drop(event: DragEvent): void {
    if (!this.#target) return;
    event.preventDefault();
    this.#target.run();
    this.end();
  }

  end(): void {
    this.#dragged = null;
    this.#target = null;
  }

  /** A picked row takes all picked ones along. */
  #taken(row: TreeRow): Dragged | null {
    const { picks, rows } = this.#tree;
    if (row.is === 'person')
      return { is: 'people', people: pickedPeople(picks.has(row) ? picks.of(rows) : [row]) };
    return row.is === 'group' && row.group ? { is: 'group', id: row.group.id } : null;
  }

  #targetOf(dragged: Dragged, row: TreeRow, event: DragEvent): Target | null {
    const head = row.is === 'group' ? row : row.group;
    if (dragged.is === 'people') {
      const run = this.#deed(head, dragged.people);
      return run && { key: head.key, where: 'into', run };
    }
    if (row.is !== 'group' || !head.group || head.group.id === dragged.id) return null;
    const { groups } = this.#tree;
    const box = event.currentTarget instanceof Element ? event.currentTarget.getBoundingClientRect() : null;
    const isUpper = box !== null && event.clientY < box.top + box.height / 2;
    const { id } = head.group;
    const next = groups[groups.findIndex((group) => group.id === id) + 1]?.id ?? null;
    return {
      key: row.key,
      where: isUpper ? 'before' : 'after',
      run: () => void this.#desk.reorder(dragged.id, isUpper ? id : next),
    };
  }

  /** What people can be dropped on, and what it does to them. */
  #deed(head: GroupRow, people: readonly Picked[]): (() => void) | null {
    const desk = this.#desk;
    const { group } = head;
    switch (head.kind) {
      case 'own':
        return group && people.some(({ contact }) => !contact.groups.includes(group.id))
          ? () => void desk.move(people, group)
          : null;
      case 'tagged':
        return people.some(({ contact }) => contact.isListed && !contact.isTagged)
          ? () => void desk.tagAll(people, true)
          : null;
      case 'level':
        return () => void desk.setLevel(people, head.id.replace('level ', '') as Level);
      case 'others':
        return people.some(({ from }) => from !== null) ? () => void desk.move(people, null) : null;
      default:
        return null;
    }
  }
}

function words(dragged: Dragged, row: TreeRow): string {
  if (dragged.is === 'group') return row.is === 'group' ? row.name : '';
  return dragged.people.map(({ contact }) => `${contact.name} <${contact.address}>`).join('\n');
}
