/**
 * The contact list as the server keeps it (RFC 4826) and as people see it. A change is applied to the newest document
 * of the server, so that what another device or another client wrote survives (412: fetch, apply again, put).
 */
import type { AccessLevel, GroupLevel, Newcomers } from '../../protocol/access-levels.ts';
import type { LevelSource } from '../../protocol/policy-levels.ts';
import {
  NO_EXTRA,
  type Entry,
  type ResourceList,
  type ResourceLists,
} from '../../protocol/resource-lists.ts';
import { contactLink } from '../../protocol/safe-link.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { omit } from '../../store/omit.ts';
import type { ContactEntry, ContactList } from '../../store/rows.ts';

/** The list of those who are in no group. */
export const UNGROUPED = 'contacts';

export const EMPTY_LISTS: ResourceLists = { lists: [], extra: NO_EXTRA };

/** Groups and people of a document, each person once. `levelOf` is null on servers that keep no rules. */
export function readContactList(
  document: ResourceLists,
  levelOf: ((aor: string) => { level: Newcomers; from: LevelSource }) | null,
  source: ContactList['source'],
  asOf: number,
): ContactList {
  const people = new Map<string, ContactEntry>();
  for (const list of document.lists) {
    for (const entry of entriesOf(list)) {
      // Whatever else stands there (`javascript:`) is nobody; it stays in the document, which others share.
      if (contactLink(entry.uri) === undefined) continue;
      const aor = keyOf(entry.uri);
      const before = people.get(aor);
      const groups = [...(before?.groups ?? []), ...(isGroup(list) ? [list.name] : [])];
      const { tagged, ...details } = entry.details;
      people.set(aor, {
        ...omit(details, 'levelBefore'),
        ...before,
        aor,
        name: before?.name || entry.displayName || nameOf(aor),
        groups: [...new Set(groups)],
        tagged: tagged === true || before?.tagged === true,
        ...(levelOf && aor.startsWith('sip:') && shownLevel(levelOf(aor))),
      });
    }
  }
  const groups = new Map(
    document.lists.filter(isGroup).map(({ name, displayName, level, directory }) => {
      const is =
        directory === undefined ? ({ is: 'own' } as const) : ({ is: 'list', listId: directory } as const);
      return [name, { id: name, name: displayName || name, ...is, ...(level && { level }) }];
    }),
  );
  return { groups: [...groups.values()], entries: [...people.values()], source, asOf };
}

/** Somebody who is asked about first has no level yet. */
function shownLevel({ level, from }: { level: Newcomers; from: LevelSource }) {
  return level === 'ask' ? { levelFrom: from } : { level, levelFrom: from };
}

/** The groups that have a level, with the people in them; what the rules are derived from. */
export function levelledGroups({ lists }: ResourceLists): GroupLevel[] {
  return lists.filter(isGroup).flatMap((list) => {
    const members = entriesOf(list)
      .map(({ uri }) => keyOf(uri))
      .filter((key) => key.startsWith('sip:'));
    return list.level ? [{ id: list.name, level: list.level, members }] : [];
  });
}

/** The own level somebody had before they were blocked. */
export function levelBefore({ lists }: ResourceLists, aor: string): AccessLevel | undefined {
  const those = lists.flatMap(entriesOf).filter((entry) => isOf(entry, aor));
  return those.find((entry) => entry.details.levelBefore)?.details.levelBefore;
}

/** Entries of a list and of the lists inside it, which other clients make. */
export function entriesOf(list: ResourceList): readonly Entry[] {
  return list.lists.length === 0 ? list.entries : [...list.entries, ...list.lists.flatMap(entriesOf)];
}

/** Whether a list is a group with a name to call it by. */
export function isGroup({ name }: ResourceList): boolean {
  return name !== UNGROUPED && name !== '';
}

/** What stands for a name until somebody gives one. */
export function nameOf(aor: string): string {
  return /^sips?:([^@]+)@/.exec(aor)?.[1] ?? aor.replace(/^tel:/, '');
}

/** What identifies an entry: the AOR, a number without the marks that only people read (RFC 3966 §5.1.1). */
export function keyOf(uri: string): string {
  if (CANONICAL.test(uri)) return uri;
  const number = /^tel:([^;]*)(.*)$/i.exec(uri);
  if (number) return `tel:${(number[1] ?? '').replace(/[-.() ]/g, '')}${number[2] ?? ''}`;
  return aorOf(uri) ?? uri;
}
/** Needs no parsing; most do not. */
const CANONICAL = /^sip:[\w.+-]+@[a-z0-9.-]+$/;

export function isOf(entry: Entry, key: string): boolean {
  return entry.uri === key || keyOf(entry.uri) === key;
}
