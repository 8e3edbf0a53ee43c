/**
 * Changes of the contact list. Each can be applied to any document, in any order with those of other devices: one
 * that no longer makes sense (its group is gone) does the next best or nothing, and none takes away an entry that
 * nobody removed.
 */
import type { AccessPolicy } from '../../protocol/access-levels.ts';
import type { PersonDetails } from '../../protocol/person-details.ts';
import { NS } from '../../protocol/namespaces.ts';
import {
  NO_EXTRA,
  type Entry,
  type ResourceList,
  type ResourceLists,
} from '../../protocol/resource-lists.ts';
import { element } from '../../protocol/xml-writer.ts';
import { omit } from '../../store/omit.ts';
import type { ContactEdit, ImportedCard } from '../../store/rows.ts';
import { applyAccessEdit } from './access-document.ts';
import { entriesOf, isGroup, isOf, keyOf, levelBefore, UNGROUPED } from './contact-document.ts';

/** Both documents of somebody's contacts. */
export interface ContactState {
  readonly lists: ResourceLists;
  readonly policy: AccessPolicy;
  /** Groups made twice (on two devices, before either knew): the id that was given, the id that stays. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Root of the service that knows the distribution lists; null without one. */
  readonly serviceRoot: string | null;
}

/** Applies a change to both. */
export function applyChange(state: ContactState, written: ContactEdit): ContactState {
  const edit = withStandingIds(written, state.aliases);
  const twin = twinOf(state.lists, edit);
  if (twin !== null) {
    const { id } = edit as { id: string };
    return twin === id ? state : { ...state, aliases: { ...state.aliases, [id]: twin } };
  }
  const before = edit.edit === 'block' ? levelBefore(state.lists, edit.aor) : undefined;
  return {
    ...state,
    lists: applyEdit(state.lists, edit, state),
    policy: applyAccessEdit(state.policy, edit, before),
  };
}

/** A group of that name, or that distribution list, is there already: its id. */
function twinOf({ lists }: ResourceLists, edit: ContactEdit): string | null {
  if (edit.edit !== 'add-group' && edit.edit !== 'add-list') return null;
  const twin = lists.find((list) => {
    if (list.name === edit.id) return true;
    if (!isGroup(list)) return false;
    return edit.edit === 'add-list'
      ? list.directory === edit.listId
      : list.directory === undefined && sameName(list.displayName || list.name, edit.name);
  });
  return twin?.name ?? null;
}

const sameName = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (name: string): string => name.trim().normalize('NFKC').toLowerCase();

function withStandingIds(edit: ContactEdit, aliases: ContactState['aliases']): ContactEdit {
  const standing = (id: string): string => (Object.hasOwn(aliases, id) ? aliases[id] : undefined) ?? id;
  switch (edit.edit) {
    case 'add':
      return edit.group === null ? edit : { ...edit, group: standing(edit.group) };
    case 'place':
      return { ...edit, groups: edit.groups.map(standing) };
    case 'import':
      return {
        ...edit,
        cards: edit.cards.map((card) => ({ ...card, groups: card.groups.map(standing) })),
      };
    case 'rename-group':
    case 'remove-group':
    case 'group-level':
      return { ...edit, id: standing(edit.id) };
    case 'move-group':
      return { ...edit, id: standing(edit.id), before: edit.before === null ? null : standing(edit.before) };
    default:
      return edit;
  }
}

function applyEdit(
  document: ResourceLists,
  edit: ContactEdit,
  { policy, serviceRoot }: ContactState,
): ResourceLists {
  switch (edit.edit) {
    case 'add':
      return add(document, edit.group, newEntry(keyOf(edit.aor), edit.name, {}));
    case 'remove':
      return mapLists(document, (list) =>
        list.entries.some((entry) => isOf(entry, edit.aor))
          ? { ...list, entries: list.entries.filter((entry) => !isOf(entry, edit.aor)) }
          : list,
      );
    case 'rename':
      return mapEntries(document, edit.aor, (entry) => ({ ...entry, displayName: edit.name }));
    case 'tag':
      return detail(document, edit.aor, 'tagged', edit.tagged ? { tagged: true } : {});
    case 'private-note':
      return detail(document, edit.aor, 'privateNote', edit.text ? { privateNote: edit.text } : {});
    case 'place':
      return place(document, edit.aor, edit.groups);
    case 'add-group':
      return addGroup(document, emptyList(edit.id, edit.name));
    case 'add-list':
      return edit.listId === '' ? document : addGroup(document, directoryList(edit, serviceRoot));
    case 'rename-group':
      return mapGroup(document, edit.id, (list) => ({ ...list, displayName: edit.name }));
    case 'group-level':
      return mapGroup(document, edit.id, (list) => ({
        ...omit(list, 'level'),
        // Who is in a distribution list is not known here, so nothing could be derived from its level.
        ...(edit.level && list.directory === undefined && { level: edit.level }),
      }));
    case 'move-group':
      return moveGroup(document, edit.id, edit.before);
    case 'remove-group':
      return removeGroup(document, edit.id);
    case 'import':
      return importCards(document, edit.cards);
    case 'block': {
      const own = policy.people[keyOf(edit.aor)];
      if (!edit.blocked || own === 'blocked') return document;
      return detail(document, edit.aor, 'levelBefore', own ? { levelBefore: own } : {});
    }
    case 'level':
    case 'domain-level':
    case 'newcomers':
      return document;
  }
}

const newEntry = (uri: string, displayName: string, details: PersonDetails): Entry => ({
  ...{ uri, displayName, details, extra: NO_EXTRA },
});

const emptyList = (name: string, displayName: string): ResourceList => ({
  ...{ name, displayName, entries: [], lists: [], extra: NO_EXTRA },
});

/** `<external>` (RFC 4826 §3.2) tells other clients where the members are. */
function directoryList(
  { id, listId, name }: { id: string; listId: string; name: string },
  serviceRoot: string | null,
): ResourceList {
  const anchor = `${serviceRoot ?? ''}/groups/${encodeURIComponent(listId)}`;
  const external = element(NS.resourceLists, 'external', { anchor });
  return {
    ...emptyList(id, name),
    directory: listId,
    extra: { attributes: [], children: serviceRoot === null ? [] : [external] },
  };
}

/** What is not changed stays the same object, also in lists inside lists. */
function mapLists(document: ResourceLists, change: (list: ResourceList) => ResourceList): ResourceLists {
  const deep = (list: ResourceList): ResourceList => {
    const lists = list.lists.map(deep);
    const same = lists.every((one, i) => one === list.lists[i]);
    return change(same ? list : { ...list, lists });
  };
  const lists = document.lists.map(deep);
  return lists.every((one, i) => one === document.lists[i]) ? document : { ...document, lists };
}

function addGroup(document: ResourceLists, list: ResourceList): ResourceLists {
  return isGroup(list) ? { ...document, lists: [...document.lists, list] } : document;
}

function mapGroup(
  document: ResourceLists,
  id: string,
  change: (list: ResourceList) => ResourceList,
): ResourceLists {
  const lists = document.lists.map((list) => (list.name === id && isGroup(list) ? change(list) : list));
  return { ...document, lists };
}

function mapEntries(document: ResourceLists, aor: string, change: (entry: Entry) => Entry): ResourceLists {
  const key = keyOf(aor);
  return mapLists(document, (list) =>
    list.entries.some((entry) => isOf(entry, key))
      ? { ...list, entries: list.entries.map((entry) => (isOf(entry, key) ? change(entry) : entry)) }
      : list,
  );
}

function detail(
  document: ResourceLists,
  aor: string,
  name: keyof PersonDetails,
  value: PersonDetails,
): ResourceLists {
  return mapEntries(document, aor, (entry) => ({
    ...entry,
    details: { ...omit(entry.details, name), ...value },
  }));
}

function find(document: ResourceLists, key: string): Entry | undefined {
  for (const list of document.lists) {
    const found = entriesOf(list).find((entry) => isOf(entry, key));
    if (found) return found;
  }
  return undefined;
}

/** Who is known already comes with what is known of them; without a group they stay where they are. */
function add(document: ResourceLists, group: string | null, entry: Entry): ResourceLists {
  const known = find(document, entry.uri);
  const target = document.lists.find((list) => list.name === group && takesPeople(list))?.name ?? UNGROUPED;
  if (known && target === UNGROUPED) return document;
  return append(document, target, [known ?? entry]);
}

const takesPeople = (list: ResourceList): boolean => isGroup(list) && list.directory === undefined;

function append(document: ResourceLists, name: string, entries: readonly Entry[]): ResourceLists {
  const at = document.lists.findIndex((list) => list.name === name);
  const list = document.lists[at] ?? emptyList(name, '');
  const there = new Set(entriesOf(list).map(({ uri }) => keyOf(uri)));
  const fresh = entries.filter(({ uri }) => !there.has(keyOf(uri)));
  if (fresh.length === 0) return document;
  const next = { ...list, entries: [...list.entries, ...fresh] };
  return { ...document, lists: at < 0 ? [...document.lists, next] : document.lists.with(at, next) };
}

function place(document: ResourceLists, aor: string, groups: readonly string[]): ResourceLists {
  const key = keyOf(aor);
  const entry = find(document, key);
  if (!entry) return document;
  const wanted = document.lists.filter((list) => takesPeople(list) && groups.includes(list.name));
  const names = wanted.length > 0 ? wanted.map((list) => list.name) : [UNGROUPED];
  const lists = document.lists.map((list) =>
    names.includes(list.name) || !entriesOf(list).some((one) => isOf(one, key))
      ? list
      : (mapLists({ lists: [list], extra: NO_EXTRA }, (each) => without(each, key)).lists[0] ?? list),
  );
  let next: ResourceLists = { ...document, lists };
  for (const name of names) next = append(next, name, [entry]);
  return next;
}

function without(list: ResourceList, key: string): ResourceList {
  const entries = list.entries.filter((one) => !isOf(one, key));
  return entries.length === list.entries.length ? list : { ...list, entries };
}

function removeGroup(document: ResourceLists, id: string): ResourceLists {
  const gone = document.lists.find((list) => list.name === id && isGroup(list));
  if (!gone) return document;
  const rest: ResourceLists = { ...document, lists: document.lists.filter((list) => list !== gone) };
  const kept = new Set(rest.lists.flatMap(entriesOf).map(({ uri }) => keyOf(uri)));
  return append(
    rest,
    UNGROUPED,
    entriesOf(gone).filter(({ uri }) => !kept.has(keyOf(uri))),
  );
}

function moveGroup(document: ResourceLists, id: string, before: string | null): ResourceLists {
  const moved = document.lists.find((list) => list.name === id && isGroup(list));
  if (!moved || before === id) return document;
  const rest = document.lists.filter((list) => list !== moved);
  const at = before === null ? -1 : rest.findIndex((list) => list.name === before);
  return { ...document, lists: at < 0 ? [...rest, moved] : rest.toSpliced(at, 0, moved) };
}

function importCards(document: ResourceLists, cards: readonly ImportedCard[]): ResourceLists {
  const known = new Set(document.lists.flatMap(entriesOf).map(({ uri }) => keyOf(uri)));
  const groups = new Set(document.lists.filter(takesPeople).map((list) => list.name));
  const byList = new Map<string, Entry[]>();
  for (const card of cards) {
    const uri = keyOf(card.aor);
    if (known.has(uri)) continue;
    known.add(uri);
    // Two groups of the file may be one by now.
    const wanted = [...new Set(card.groups)].filter((id) => groups.has(id));
    const entry = newEntry(uri, card.name, card.details);
    for (const name of wanted.length > 0 ? wanted : [UNGROUPED]) {
      const entries = byList.get(name) ?? [];
      entries.push(entry);
      byList.set(name, entries);
    }
  }
  let next = document;
  for (const [name, entries] of byList) next = append(next, name, entries);
  return next;
}

/** What makes this state out of nothing: a list that lived in the browser goes to a server. */
export function editsOf({ lists, policy }: ContactState): ContactEdit[] {
  const entries = lists.lists.flatMap(entriesOf);
  const groupsOf = (uri: string): string[] =>
    lists.lists
      .filter((list) => isGroup(list) && entriesOf(list).some((one) => one.uri === uri))
      .map((list) => list.name);
  return [
    ...lists.lists
      .filter(takesPeople)
      .map(({ name, displayName }) => ({ edit: 'add-group', id: name, name: displayName || name }) as const),
    {
      edit: 'import',
      cards: entries.map(({ uri, displayName, details }) => ({
        ...{ aor: uri, name: displayName, groups: groupsOf(uri) },
        details: omit(details, 'tagged', 'levelBefore'),
      })),
    },
    ...entries.flatMap(({ uri, details }) =>
      details.tagged ? [{ edit: 'tag', aor: uri, tagged: true } as const] : [],
    ),
    ...Object.entries(policy.people).map(([aor, level]) => ({ edit: 'level', aor, level }) as const),
  ];
}
