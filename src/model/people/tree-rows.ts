import type { Aor, Group } from '../../agent/contract.ts';
import type { Contact } from './contact.svelte.ts';
import type { KnownList } from './list-members.ts';

/** What is going on with somebody now: the line under the name in "Current conversations". */
export interface CurrentLine {
  readonly aor: Aor;
  readonly at: number;
  readonly line: string;
  readonly unread: number;
}

export interface Member {
  readonly contact: Contact;
  readonly line: CurrentLine | null;
}

/**
 * What a heading stands for. `own` groups are made by hand, `list` is one of the directory (put into the list, or the
 * organisation's); the others are computed. A `letter` cannot be closed.
 */
export type SectionKind =
  'current' | 'tagged' | 'recent' | 'duty' | 'own' | 'list' | 'others' | 'letter' | 'band' | 'level';

/** A list of the directory; `size` is null before anybody looked into it. */
export interface ListRef {
  readonly id: string;
  readonly name: string;
  readonly size: number | null;
}

interface Place {
  readonly key: string;
  /** Its depth in the tree, from 1. */
  readonly depth: number;
  /** Its place among its siblings, from 1. */
  readonly pos: number;
  readonly size: number;
}
export interface GroupRow extends Place {
  readonly is: 'group';
  readonly kind: SectionKind;
  readonly id: string;
  readonly name: string;
  /** Null: not known before somebody looks. */
  readonly count: number | null;
  readonly isOpen: boolean;
  /** Only what stands in my list can be renamed, moved and removed. */
  readonly group: Group | null;
  readonly list: ListRef | null;
  /** Of a list inside a list. */
  readonly parent: GroupRow | null;
  /** A list that contains itself is named there and not opened again. */
  readonly isRepeated: boolean;
}
export interface PersonRow extends Place {
  readonly is: 'person';
  readonly contact: Contact;
  readonly group: GroupRow;
  readonly line: CurrentLine | null;
}
/** The end of a list that is not all here: asks for more, waits, or says why nothing comes. */
export interface MoreRow extends Place {
  readonly is: 'more';
  readonly group: GroupRow;
  /** Members not asked for yet. */
  readonly left: number;
  readonly isAsking: boolean;
  readonly problem: string | null;
}
export type TreeRow = GroupRow | PersonRow | MoreRow;

/** A group before it is laid out as rows. */
export interface Section {
  readonly kind: SectionKind;
  readonly id: string;
  readonly name: string;
  readonly group?: Group;
  readonly members: readonly Member[];
  /** Instead of members: a list of the directory. */
  readonly list?: ListRef;
}

/** What decides which headings stand open, and what the directory has said of its lists. */
export interface Openness {
  readonly closed: readonly string[];
  /** Keys of the rows of lists that somebody opened. */
  readonly opened: ReadonlySet<string>;
  readonly known: (listId: string) => KnownList;
}

/** The headings one below the other, each followed by its members while it is open. */
export function rowsOf(sections: readonly Section[], openness: Openness): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const closed = new Set(openness.closed);
  sections.forEach((section, index) => {
    const { id, kind, name, list = null, group = null, members } = section;
    const key = `group ${id}`;
    const head: GroupRow = {
      ...{ is: 'group', key, kind, id, name, group, list, parent: null, isRepeated: false, depth: 1 },
      count: list ? (openness.known(list.id).total ?? list.size) : members.length,
      isOpen: list ? openness.opened.has(key) : kind === 'letter' || !closed.has(id),
      pos: index + 1,
      size: sections.length,
    };
    rows.push(head);
    if (!head.isOpen) return;
    if (list) addList(rows, head, list, openness);
    else addMembers(rows, head, members);
  });
  return rows;
}

function addMembers(rows: TreeRow[], head: GroupRow, members: readonly Member[]): void {
  const size = members.length;
  for (const [at, { contact, line }] of members.entries()) {
    const key = `${head.id} ${contact.aor}`;
    rows.push({ is: 'person', key, contact, line, group: head, depth: 2, pos: at + 1, size });
  }
}

/** Members of a list as far as they are known; a list inside is a heading of its own, one level down. */
function addList(rows: TreeRow[], head: GroupRow, list: ListRef, openness: Openness): void {
  const known = openness.known(list.id);
  const depth = head.depth + 1;
  const left = (known.total ?? 0) - known.members.length;
  const hasEnd = known.isAsking || known.problem !== null || left > 0;
  const size = known.members.length + (hasEnd ? 1 : 0);
  for (const [at, member] of known.members.entries()) {
    const place = { depth, pos: at + 1, size };
    if (member.is === 'person') {
      const key = `${head.key} ${member.contact.aor}`;
      rows.push({ is: 'person', key, contact: member.contact, line: null, group: head, ...place });
      continue;
    }
    const { group } = member;
    const key = `${head.key} group ${group.id}`;
    const isRepeated = isInside(head, group.id);
    const inner: GroupRow = {
      ...{ is: 'group', kind: 'list', key, id: group.id, name: group.name, group: null, list: group },
      count: openness.known(group.id).total ?? group.size,
      isOpen: !isRepeated && openness.opened.has(key),
      parent: head,
      isRepeated,
      ...place,
    };
    rows.push(inner);
    if (inner.isOpen) addList(rows, inner, group, openness);
  }
  if (!hasEnd) return;
  const { isAsking, problem } = known;
  const place = { key: `${head.key} more`, depth, pos: size, size };
  rows.push({ is: 'more', group: head, left: Math.max(left, 0), isAsking, problem, ...place });
}

function isInside(row: GroupRow | null, listId: string): boolean {
  for (let at = row; at; at = at.parent) if (at.list?.id === listId) return true;
  return false;
}
