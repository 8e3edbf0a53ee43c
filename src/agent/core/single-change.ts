/** A change of one entry, as a change of one element on the server (RFC 4825 §7.4, §7.6): long lists stay there. */
import {
  encodeEntry,
  type Entry,
  type ResourceList,
  type ResourceLists,
} from '../../protocol/resource-lists.ts';
import type { NodeSelector } from '../../protocol/xcap-uri.ts';

/** `body` null: the element goes. */
export interface SingleChange {
  readonly node: NodeSelector;
  readonly body: string | null;
}

/** Null when more than one entry differs, or anything else does: then the whole document is written. */
export function singleChange(before: ResourceLists, after: ResourceLists): SingleChange | null {
  if (before.lists.length !== after.lists.length || before.extra !== after.extra) return null;
  const changed = after.lists.flatMap((list, i) =>
    list === before.lists[i] ? [] : [[before.lists[i], list] as const],
  );
  const [one] = changed;
  if (changed.length !== 1 || !one?.[0]) return null;
  const [was, is] = one as readonly [ResourceList, ResourceList];
  // Only the entries may differ, and the selector must mean this list alone.
  const isAlone = after.lists.filter((list) => list.name === is.name).length === 1 && is.name !== '';
  const isSame = (Object.keys({ ...was, ...is }) as (keyof ResourceList)[]).every(
    (key) => key === 'entries' || was[key] === is[key],
  );
  const entry = isAlone && isSame ? changedEntry(was.entries, is.entries) : null;
  if (!entry) return null;
  const { uri, body } = entry;
  const step = (name: string) => ({ prefix: '', local: name });
  return {
    node: {
      steps: [
        { name: step('resource-lists') },
        { name: step('list'), attribute: { name: step('name'), value: is.name } },
        { name: step('entry'), attribute: { name: step('uri'), value: uri } },
      ],
      terminal: null,
    },
    body,
  };
}

/** The one that was put at the end, replaced where it stands, or taken out. */
function changedEntry(
  was: readonly Entry[],
  is: readonly Entry[],
): { uri: string; body: string | null } | null {
  const shorter = Math.min(was.length, is.length);
  let head = 0;
  while (head < shorter && is[head] === was[head]) head++;
  let tail = 0;
  while (tail < shorter - head && is[is.length - 1 - tail] === was[was.length - 1 - tail]) tail++;
  const [gone, ...moreGone] = was.slice(head, was.length - tail);
  const [put, ...morePut] = is.slice(head, is.length - tail);
  if (moreGone.length > 0 || morePut.length > 0) return null;
  if (!put) return gone ? { uri: gone.uri, body: null } : null;
  // A new element comes after its siblings (RFC 4825 §8.2.3).
  const fits = gone ? gone.uri === put.uri : tail === 0;
  return fits ? { uri: put.uri, body: encodeEntry(put) } : null;
}
