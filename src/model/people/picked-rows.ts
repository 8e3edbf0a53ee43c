/** Rows that were picked, and the people they stand for. */
import type { Picked } from './contact-changes.ts';
import type { Contact } from './contact.svelte.ts';
import type { PersonRow, TreeRow } from './tree-rows.ts';

export const NO_KEYS: ReadonlySet<string> = new Set();

/** Keys of the people among these rows. */
export function keysOf(rows: readonly TreeRow[]): ReadonlySet<string> {
  return new Set(rows.filter(({ is }) => is === 'person').map(({ key }) => key));
}

/** The same keys with this one in it, or without it when it was. */
export function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Each person once, with the group they were picked in; null where the group is not one of mine. */
export function pickedPeople(rows: readonly PersonRow[]): readonly Picked[] {
  const people = new Map<Contact, string | null>();
  for (const { contact, group } of rows) {
    const from = group.kind === 'own' ? group.id : null;
    people.set(contact, people.get(contact) ?? from);
  }
  return [...people].map(([contact, from]) => ({ contact, from }));
}
