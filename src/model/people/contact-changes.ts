/** Changes of several contacts as one, each with how it is taken back. */
import type { ContactEdit, Group } from '../../agent/contract.ts';
import type { Contact, Level } from './contact.svelte.ts';

export interface Change {
  readonly edits: readonly ContactEdit[];
  readonly undo: readonly ContactEdit[];
}
export interface Picked {
  readonly contact: Contact;
  /** The group it leaves; null when it leaves none. */
  readonly from: string | null;
}

function joined(changes: readonly Change[]): Change {
  return {
    edits: changes.flatMap(({ edits }) => edits),
    undo: changes.flatMap(({ undo }) => undo),
  };
}

/** Into a group and out of the one it was taken from; `null`: only out. Who is in no list yet is added. */
export function moved(people: readonly Picked[], to: string | null): Change {
  return joined(
    people.map(({ contact, from }): Change => {
      const { aor, name } = contact;
      if (!contact.isListed)
        return { edits: [{ edit: 'add', aor, name, group: to }], undo: [{ edit: 'remove', aor }] };
      const stay = contact.groups.filter((id) => id !== from && id !== to);
      const groups = to === null ? stay : [...stay, to];
      return {
        edits: [{ edit: 'place', aor, groups }],
        undo: [{ edit: 'place', aor, groups: contact.groups }],
      };
    }),
  );
}

export function tagged(contacts: readonly Contact[], on: boolean): Change {
  return joined(
    contacts
      .filter((contact) => contact.isListed && contact.isTagged !== on)
      .map(({ aor }): Change => ({
        edits: [{ edit: 'tag', aor, tagged: on }],
        undo: [{ edit: 'tag', aor, tagged: !on }],
      })),
  );
}

/** Numbers have no level: nobody is at the other end who could see anything. */
export function levelled(contacts: readonly Contact[], level: Level | null): Change {
  return joined(
    contacts
      .filter(({ isNumber }) => !isNumber)
      .map((contact): Change => ({
        edits: [{ edit: 'level', aor: contact.aor, level }],
        undo: [{ edit: 'level', aor: contact.aor, level: ownLevel(contact) }],
      })),
  );
}

export function removed(contacts: readonly Contact[]): Change {
  return joined(
    contacts
      .filter(({ isListed }) => isListed)
      .map((contact): Change => ({ edits: [{ edit: 'remove', aor: contact.aor }], undo: returned(contact) })),
  );
}

function returned(contact: Contact): readonly ContactEdit[] {
  const { aor, name, groups, privateNote } = contact;
  const level = ownLevel(contact);
  return [
    { edit: 'add', aor, name, group: groups[0] ?? null },
    ...(groups.length > 1 ? [{ edit: 'place', aor, groups } as const] : []),
    ...(contact.isTagged ? [{ edit: 'tag', aor, tagged: true } as const] : []),
    ...(level ? [{ edit: 'level', aor, level } as const] : []),
    ...(privateNote ? [{ edit: 'private-note', aor, text: privateNote } as const] : []),
  ];
}

function ownLevel(contact: Contact): Level | null {
  return contact.levelFrom === 'person' ? contact.level : null;
}

/** A group before another one, or last; nothing when it stands there already. */
export function reordered(groups: readonly Group[], id: string, before: string | null): Change {
  const at = groups.findIndex((group) => group.id === id);
  const next = groups[at + 1]?.id ?? null;
  if (at < 0 || before === id || before === next) return { edits: [], undo: [] };
  return {
    edits: [{ edit: 'move-group', id, before }],
    undo: [{ edit: 'move-group', id, before: next }],
  };
}

/** Before which group one stands after a step up or down; undefined when it cannot go further. */
export function stepOf(groups: readonly Group[], id: string, by: -1 | 1): string | null | undefined {
  const at = groups.findIndex((group) => group.id === id);
  if (at < 0 || !groups[at + by]) return undefined;
  return by === -1 ? groups[at - 1]?.id : (groups[at + 2]?.id ?? null);
}
