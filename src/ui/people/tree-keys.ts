/** The keyboard of the contact list (WAI-ARIA tree with several selected, and the moves that dragging makes). */
import type { ContactTree } from '../../model/people/contact-tree.svelte.ts';
import type { TreeRow } from '../../model/people/tree-rows.ts';

/** What the list itself must do for a key. */
export interface TreeActs {
  enter(row: TreeRow): void;
  showCard(row: TreeRow): void;
  openMenu(row: TreeRow): void;
  /** Moves a group one place, or the people one group. Answers whether there was a way. */
  shift(row: TreeRow, by: -1 | 1): boolean;
  rename(row: TreeRow): boolean;
  remove(row: TreeRow): boolean;
  jump(letter: string): void;
}

/** What a key did: the row with the keyboard may have changed, something else happened, or the key means nothing. */
export type KeyDone = 'moved' | 'done' | null;

const far = 10;

export function treeKey(event: KeyboardEvent, row: TreeRow, tree: ContactTree, acts: TreeActs): KeyDone {
  const { key } = event;
  if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
    acts.openMenu(row);
    return 'done';
  }
  if (event.ctrlKey || event.metaKey) return event.altKey ? null : withCtrl(key, row, tree);
  if (event.altKey) {
    if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
    return acts.shift(row, key === 'ArrowUp' ? -1 : 1) ? 'done' : null;
  }
  const steps = stepsOf(key);
  if (steps !== null) {
    move(tree, steps);
    if (event.shiftKey && tree.activeRow) tree.picks.reach(tree.rows, tree.activeRow, row);
    return 'moved';
  }
  return plain(event, row, tree, acts);
}

function withCtrl(key: string, row: TreeRow, tree: ContactTree): KeyDone {
  if (key.toLowerCase() === 'a') {
    tree.picks.all(tree.rows);
    return 'done';
  }
  if (key !== ' ') return null;
  tree.picks.toggle(row);
  return 'done';
}

function plain(event: KeyboardEvent, row: TreeRow, tree: ContactTree, acts: TreeActs): KeyDone {
  const isRtl = document.dir === 'rtl';
  switch (event.key) {
    case isRtl ? 'ArrowLeft' : 'ArrowRight':
      tree.inwards();
      return 'moved';
    case isRtl ? 'ArrowRight' : 'ArrowLeft':
      tree.outwards();
      return 'moved';
    case 'Enter':
      acts.enter(row);
      return 'done';
    case ' ':
      // While several are being picked the bar of space picks; else it shows the card, as everywhere.
      if (tree.picks.count > 0) tree.picks.toggle(row);
      else if (row.is === 'person') acts.showCard(row);
      else acts.enter(row);
      return 'done';
    case 'Escape':
      if (tree.picks.count === 0) return null;
      tree.picks.clear();
      return 'done';
    case 'F2':
      return acts.rename(row) ? 'done' : null;
    case 'Delete':
      return acts.remove(row) ? 'done' : null;
    default:
      if (event.key.length !== 1 || !/[\p{L}\p{N}]/u.test(event.key)) return null;
      acts.jump(event.key);
      return 'moved';
  }
}

/** Rows to go; infinite for the ends. Null: not a key that goes anywhere. */
function stepsOf(key: string): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: far,
    PageUp: -far,
    Home: -Infinity,
    End: Infinity,
  };
  return steps[key] ?? null;
}

function move(tree: ContactTree, steps: number): void {
  if (steps === Infinity) tree.toLast();
  else if (steps === -Infinity) tree.toFirst();
  else tree.move(steps);
}
