import type { Aor, Group } from '../../agent/contract.ts';
import type { Contact } from './contact.svelte.ts';

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

interface Place {
  readonly key: string;
  /** Its place among its siblings, from 1. */
  readonly pos: number;
  readonly size: number;
}
export interface GroupRow extends Place {
  readonly is: 'group';
  readonly id: string;
  readonly name: string;
  readonly count: number;
  readonly isOpen: boolean;
  /** Only groups a person made can be renamed and removed. */
  readonly group: Group | null;
}
export interface PersonRow extends Place {
  readonly is: 'person';
  readonly contact: Contact;
  readonly group: GroupRow;
  readonly line: CurrentLine | null;
}
export type TreeRow = GroupRow | PersonRow;

/** A group before it is laid out as rows. */
export interface Section {
  readonly id: string;
  readonly name: string;
  readonly group: Group | null;
  readonly members: readonly Member[];
}

/** The group at the top, while anything is going on. */
export function conversations(current: readonly Member[]): readonly Section[] {
  return current.length > 0
    ? [{ id: 'current', name: 'Current conversations', group: null, members: current }]
    : [];
}

/** Groups in the order of the design: tagged, my groups, everybody else. Empty own groups stay. */
export function groupPeople(listed: readonly Contact[], groups: readonly Group[]): readonly Section[] {
  const member = (contact: Contact): Member => ({ contact, line: null });
  const tagged = listed.filter((contact) => contact.isTagged).map(member);
  const own = new Map<string, Member[]>(groups.map(({ id }) => [id, []]));
  const others: Member[] = [];
  for (const contact of listed) {
    const places = contact.groups.map((id) => own.get(id)).filter((place) => place !== undefined);
    for (const place of places) place.push(member(contact));
    if (places.length === 0) others.push(member(contact));
  }
  const section = (id: string, name: string, members: readonly Member[]): readonly Section[] =>
    members.length > 0 ? [{ id, name, group: null, members }] : [];
  return [
    ...section('tagged', 'Tagged', tagged),
    ...groups.map((group) => ({ id: group.id, name: group.name, group, members: own.get(group.id) ?? [] })),
    ...section('others', groups.length > 0 ? 'Other contacts' : 'Contacts', others),
  ];
}

/** The groups one below the other, each followed by its members while it is open. */
export function rowsOf(sections: readonly Section[], closedGroups: readonly string[]): readonly TreeRow[] {
  const closed = new Set(closedGroups);
  return sections.flatMap(({ id, name, group, members }, index): TreeRow[] => {
    const head: GroupRow = {
      is: 'group',
      key: `group ${id}`,
      id,
      name,
      group,
      count: members.length,
      isOpen: !closed.has(id),
      pos: index + 1,
      size: sections.length,
    };
    if (!head.isOpen) return [head];
    const people = members.map(({ contact, line }, at): PersonRow => {
      const key = `${id} ${contact.aor}`;
      return { is: 'person', key, contact, line, group: head, pos: at + 1, size: members.length };
    });
    return [head, ...people];
  });
}

/** Where each row stands. */
export function placesOf(rows: readonly TreeRow[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row, index) => [row.key, index]));
}
