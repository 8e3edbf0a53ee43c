/**
 * The contact list as the server keeps it (RFC 4826) and as people see it. A change is applied to the newest document
 * of the server, so that what another device or another client wrote survives (412: fetch, apply again, put).
 */
import {
  NO_EXTRA,
  type Entry,
  type ResourceList,
  type ResourceLists,
} from '../../protocol/resource-lists.ts';
import { contactLink } from '../../protocol/safe-link.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { omit } from '../../store/omit.ts';
import type { ContactEdit, ContactEntry, ContactList } from '../../store/rows.ts';

/** The list of those who are in no group. */
const UNGROUPED = 'contacts';

export const EMPTY_LISTS: ResourceLists = { lists: [], extra: NO_EXTRA };

/** Groups and people of a document, each person once. */
export function readContactList(
  document: ResourceLists,
  blocked: readonly string[],
  source: ContactList['source'],
  asOf: number,
): ContactList {
  const people = new Map<string, ContactEntry>();
  for (const list of document.lists) {
    for (const entry of list.entries) {
      // Whatever else stands there (`javascript:`) is nobody; it stays in the document, which others share.
      if (contactLink(entry.uri) === undefined) continue;
      const aor = aorOf(entry.uri) ?? entry.uri;
      const before = people.get(aor);
      const groups = [...(before?.groups ?? []), ...(list.name === UNGROUPED ? [] : [list.name])];
      const { tagged, ...details } = entry.details;
      people.set(aor, {
        ...details,
        ...before,
        aor,
        name: before?.name || entry.displayName || nameOf(aor),
        groups: [...new Set(groups)],
        tagged: tagged === true || before?.tagged === true,
      });
    }
  }
  const groups = document.lists
    .filter((list) => list.name !== UNGROUPED)
    .map((list) => ({ id: list.name, name: list.displayName || list.name }));
  return { groups, entries: [...people.values()], source, asOf, ...(blocked.length > 0 && { blocked }) };
}

/** What stands for a name until somebody gives one. */
export function nameOf(aor: string): string {
  return /^sips?:([^@]+)@/.exec(aor)?.[1] ?? aor;
}

/** Applies a change. An edit that no longer makes sense (its group is gone) changes nothing. */
export function applyEdit(document: ResourceLists, edit: ContactEdit): ResourceLists {
  switch (edit.edit) {
    case 'add':
      return add(document, edit.group ?? UNGROUPED, {
        uri: edit.aor,
        displayName: edit.name,
        details: {},
        extra: NO_EXTRA,
      });
    case 'remove':
      return mapLists(document, (list) => ({
        ...list,
        entries: list.entries.filter((entry) => !isOf(entry, edit.aor)),
      }));
    case 'rename':
      return mapEntries(document, edit.aor, (entry) => ({ ...entry, displayName: edit.name }));
    case 'tag':
      return mapEntries(document, edit.aor, (entry) => {
        const details = omit(entry.details, 'tagged');
        return { ...entry, details: edit.tagged ? { ...details, tagged: true } : details };
      });
    case 'place':
      return place(document, edit.aor, edit.groups);
    case 'add-group':
      return document.lists.some((list) => list.name === edit.id)
        ? document
        : { ...document, lists: [...document.lists, emptyList(edit.id, edit.name)] };
    case 'rename-group':
      return mapLists(document, (list) =>
        list.name === edit.id ? { ...list, displayName: edit.name } : list,
      );
    case 'remove-group':
      return removeGroup(document, edit.id);
    case 'block':
    case 'level':
    case 'group-level':
    case 'domain-level':
    case 'newcomers':
    case 'private-note':
    case 'add-list':
    case 'move-group':
      return document;
  }
}

const emptyList = (name: string, displayName: string): ResourceList => ({
  name,
  displayName,
  entries: [],
  lists: [],
  extra: NO_EXTRA,
});

const isOf = (entry: Entry, aor: string): boolean => (aorOf(entry.uri) ?? entry.uri) === aor;

function mapLists(document: ResourceLists, change: (list: ResourceList) => ResourceList): ResourceLists {
  return { ...document, lists: document.lists.map(change) };
}

function mapEntries(document: ResourceLists, aor: string, change: (entry: Entry) => Entry): ResourceLists {
  return mapLists(document, (list) => ({
    ...list,
    entries: list.entries.map((entry) => (isOf(entry, aor) ? change(entry) : entry)),
  }));
}

function add(document: ResourceLists, group: string, entry: Entry): ResourceLists {
  const exists = document.lists.some((list) => list.name === group);
  const target = exists ? group : UNGROUPED;
  const lists = document.lists.some((list) => list.name === target)
    ? document.lists
    : [...document.lists, emptyList(target, '')];
  return mapLists({ ...document, lists }, (list) =>
    list.name !== target || list.entries.some((one) => isOf(one, entry.uri))
      ? list
      : { ...list, entries: [...list.entries, entry] },
  );
}

function place(document: ResourceLists, aor: string, groups: readonly string[]): ResourceLists {
  const entry = document.lists.flatMap((list) => list.entries).find((one) => isOf(one, aor));
  if (!entry) return document;
  const wanted = document.lists.filter((list) => list.name !== UNGROUPED && groups.includes(list.name));
  const names = new Set(wanted.length > 0 ? wanted.map((list) => list.name) : [UNGROUPED]);
  const cleared = mapLists(document, (list) =>
    names.has(list.name) ? list : { ...list, entries: list.entries.filter((one) => !isOf(one, aor)) },
  );
  return [...names].reduce((next, name) => add(next, name, entry), cleared);
}

function removeGroup(document: ResourceLists, id: string): ResourceLists {
  const gone = document.lists.find((list) => list.name === id);
  if (!gone || id === UNGROUPED) return document;
  const rest: ResourceLists = { ...document, lists: document.lists.filter((list) => list.name !== id) };
  const homeless = gone.entries.filter(
    (entry) => !rest.lists.some((list) => list.entries.some((one) => one.uri === entry.uri)),
  );
  return homeless.reduce((next, entry) => add(next, UNGROUPED, entry), rest);
}
