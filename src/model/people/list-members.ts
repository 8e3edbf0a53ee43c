/** Members of a list of the directory, as pages of them come in. */
import type { DirectoryGroup, DirectoryPerson, GroupMembers } from '../../protocol/service-api.ts';
import type { Contact } from './contact.svelte.ts';

/** A member of a distribution list or of an organisation's group. */
export type ListMember =
  | { readonly is: 'person'; readonly contact: Contact }
  | { readonly is: 'group'; readonly group: DirectoryGroup };

/** What is known of one list. `total` counts direct members; null before the first answer. */
export interface KnownList {
  readonly members: readonly ListMember[];
  readonly total: number | null;
  readonly isAsking: boolean;
  readonly problem: string | null;
}

/** A list that changed between two pages may name a member twice: shown once. */
export function joinPage(
  before: readonly ListMember[],
  page: GroupMembers,
  personOf: (person: DirectoryPerson) => Contact,
): KnownList {
  const members = new Map(before.map((member) => [keyOf(member), member]));
  for (const one of page.members) {
    const member: ListMember = one.is === 'person' ? { is: 'person', contact: personOf(one.person) } : one;
    members.set(keyOf(member), member);
  }
  // A page without members ends the list, whatever total was promised.
  const total = page.members.length === 0 ? members.size : Math.max(page.total, members.size);
  return { members: [...members.values()], total, isAsking: false, problem: null };
}

/** Tells members of one list apart. */
export function keyOf(member: ListMember): string {
  return member.is === 'person' ? member.contact.aor : `group ${member.group.id}`;
}
