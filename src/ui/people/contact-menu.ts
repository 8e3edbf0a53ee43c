/** What the menus of a person, of several, and of a group offer. */
import type { Router } from '../../model/router.svelte.ts';
import type { Contact, Level } from '../../model/people/contact.svelte.ts';
import { isForeign } from '../../model/people/foreign.ts';
import { stepOf, type Picked } from '../../model/people/contact-changes.ts';
import type { Office } from '../../model/people/context.ts';
import { levelNames } from '../../model/people/level-words.ts';
import type { GroupRow } from '../../model/people/tree-rows.ts';
import type { IconName } from '../parts/icon-name.ts';
import type { MenuItem } from '../parts/menu-item.ts';
import type { PeopleDesk } from './desk.svelte.ts';

interface Tools {
  readonly office: Office;
  readonly desk: PeopleDesk;
  readonly router: Router;
}
type Action = Extract<MenuItem, { is: 'action' }>;

const line: MenuItem = { is: 'line' };
const levels = Object.keys(levelNames) as Level[];

function action(
  label: string,
  icon: IconName | undefined,
  run: () => void,
  more: Partial<Action> = {},
): Action {
  return { is: 'action', label, icon, run, ...more };
}

/** Ways to reach somebody, then what the list knows of them. `from`: the own group their row stands in. */
export function contactItems(
  contact: Contact,
  tools: Tools,
  from: string | null = null,
): readonly MenuItem[] {
  const { desk, router } = tools;
  const picked = [{ contact, from }];
  return [
    ...reachItems(contact, tools),
    action('Open card', 'user', () => router.go({ at: 'card', aor: contact.aor }), { hint: 'Ctrl Enter' }),
    line,
    ...(contact.isListed
      ? [
          contact.isNumber ? null : tagItem(contact, desk),
          levelsItem(picked, contact.level, tools),
          groupsItem(contact, tools),
          moveItem(picked, tools),
          action('Rename', 'pencil', () => desk.ask({ is: 'rename', contact })),
        ]
      : [action('Add to contacts', 'user-plus', () => desk.ask({ is: 'add', contact }))]
    ).filter((item) => item !== null),
    ...(contact.isNumber ? [] : [blockItem(contact, desk)]),
    ...(contact.isListed
      ? [action('Remove from contacts', 'user-minus', () => void desk.removeAll(picked), { danger: true })]
      : []),
  ];
}

/** What can be done with several at once; they are counted where it is not plain who is meant. */
export function pickedItems(people: readonly Picked[], tools: Tools): readonly MenuItem[] {
  const { desk } = tools;
  const listed = people.filter(({ contact }) => contact.isListed);
  const untagged = listed.filter(({ contact }) => !contact.isTagged && !contact.isNumber);
  const level = people[0]?.contact.level ?? null;
  const isSame = people.every(({ contact }) => contact.level === level);
  const title: MenuItem = {
    is: 'title',
    label: people.length === 1 ? '1 person' : `${people.length} people`,
  };
  const reachable = people.filter(({ contact }) => !contact.isNumber).map(({ contact }) => contact.aor);
  return [
    title,
    reachable.length > 1
      ? action(`Message ${reachable.length} people`, 'message-circle', () =>
          tools.office.reach.message(reachable),
        )
      : null,
    moveItem(people, tools),
    levelsItem(people, isSame ? level : null, tools),
    untagged.length > 0
      ? action('Tag to be told of changes', 'bell-ring', () => void desk.tagAll(untagged, true))
      : action('Remove tags', 'bell-off', () => void desk.tagAll(listed, false)),
    action('Save as vCard', 'download', () => void saveCards(tools, people)),
    ...(listed.length > 0
      ? [
          line,
          action('Remove from contacts', 'user-minus', () => void desk.removeAll(listed), { danger: true }),
        ]
      : []),
  ].filter((item) => item !== null);
}

export function groupItems(row: GroupRow, tools: Tools): readonly MenuItem[] {
  const { office, desk } = tools;
  const { group, list } = row;
  const groups = office.people.groups;
  const step = (by: -1 | 1, label: string, icon: IconName, hint: string): MenuItem | null => {
    const before = group && stepOf(groups, group.id, by);
    if (!group || before === undefined) return null;
    return action(label, icon, () => void desk.reorder(group.id, before), { hint });
  };
  return [
    row.kind === 'letter' || row.isRepeated
      ? null
      : action(row.isOpen ? 'Close group' : 'Open group', undefined, () => office.tree.toggle(row)),
    messageEverybody(row, tools),
    list ? action('Show members', 'users', () => desk.ask({ is: 'members', list })) : null,
    list && !group ? action('Add list to contacts', 'plus', () => void desk.addList(list)) : null,
    line,
    action('New group', 'folder-plus', () => desk.ask({ is: 'new-group', members: [] })),
    group ? action('Rename group', 'pencil', () => desk.ask({ is: 'rename-group', group })) : null,
    group && row.kind === 'own' ? groupLevelItem(row, tools) : null,
    step(-1, 'Move up', 'chevron-up', 'Alt ↑'),
    step(1, 'Move down', 'chevron-down', 'Alt ↓'),
    group
      ? action(
          row.kind === 'list' ? 'Remove list' : 'Remove group',
          'trash-2',
          () => desk.ask({ is: 'remove-group', group }),
          { danger: true },
        )
      : null,
  ].filter((item) => item !== null);
}

/** A group of mine, or a list of the directory whose members are there to choose from. */
function messageEverybody({ kind, group, list }: GroupRow, { office }: Tools): MenuItem | null {
  if (list) return action('Message everybody', 'message-circle', () => office.reach.gather([], list));
  if (kind !== 'own' || !group) return null;
  const members = office.people.listed.filter((one) => !one.isNumber && one.groups.includes(group.id));
  return members.length === 0
    ? null
    : action('Message everybody', 'message-circle', () => office.reach.gather(members.map(({ aor }) => aor)));
}

function reachItems(contact: Contact, { office, router }: Tools): readonly MenuItem[] {
  const { reach } = office;
  const why = contact.isBlocked ? 'Blocked' : reach.whyNoCall ? 'When connected' : undefined;
  const message = action('Message', 'message-circle', () => router.go({ at: 'chat', aor: contact.aor }));
  const call = (label: string, icon: IconName, video: boolean): MenuItem =>
    action(label, icon, () => reach.call(contact.aor, video), { why });
  if (contact.isNumber) return [];
  const calls = [
    call('Call', 'phone', false),
    call('Video call', 'video', true),
    ...behalfItems(contact, office, why),
  ];
  return contact.device === 'phone' ? [...calls, message] : [message, ...calls];
}

/** Calls in the name of those whose delegate I am; none to themselves, and none beyond the organisation that knows of it. */
function behalfItems(contact: Contact, { me, people, reach }: Office, why?: string): readonly MenuItem[] {
  if (isForeign(contact.aor, me.aor)) return [];
  const items = me.managers
    .filter((manager) => manager !== contact.aor)
    .map((manager) => [people.contact(manager).name, manager] as const);
  const item = (label: string, manager: string): MenuItem =>
    action(label, 'phone-outgoing', () => reach.call(contact.aor, false, manager), { why });
  const [only, ...more] = items;
  if (!only) return [];
  if (more.length === 0) return [item(`Call on behalf of ${only[0]}`, only[1])];
  const choices = items.map(([name, manager]) => item(name, manager));
  return [{ is: 'more', label: 'Call on behalf of', icon: 'phone-outgoing', items: choices }];
}

function tagItem(contact: Contact, desk: PeopleDesk): MenuItem {
  return action(
    contact.isTagged ? 'Remove tag' : 'Tag to be told of changes',
    contact.isTagged ? 'bell-off' : 'bell-ring',
    () => void desk.tag(contact, !contact.isTagged),
  );
}

function blockItem(contact: Contact, desk: PeopleDesk): MenuItem {
  return contact.isBlocked
    ? action('Unblock', 'shield', () => void desk.block(contact, false))
    : action('Block', 'shield', () => desk.ask({ is: 'block', contact }));
}

/** Null where levels cannot be given: numbers, and servers that keep none apart. */
function levelsItem(people: readonly Picked[], now: Level | null, { office, desk }: Tools): MenuItem | null {
  const able = people.filter(({ contact }) => !contact.isNumber && contact.levelFrom !== 'delegate');
  if (!office.me.levelsKept || able.length === 0) return null;
  const hasOwn = able.some(({ contact }) => contact.levelFrom === 'person');
  return {
    is: 'more',
    label: 'Access level',
    icon: 'eye',
    items: [
      ...levels.map((level): MenuItem => ({
        is: 'choice',
        label: levelNames[level],
        checked: level === now,
        run: () => void desk.setLevel(able, level),
      })),
      ...(hasOwn ? [line, action('Usual level', undefined, () => void desk.setLevel(able, null))] : []),
    ],
  };
}

function groupLevelItem(row: GroupRow, { office, desk }: Tools): MenuItem | null {
  const { group } = row;
  if (!group || !office.me.levelsKept) return null;
  const choice = (label: string, level: Level | null): MenuItem => ({
    is: 'choice',
    label,
    checked: (group.level ?? null) === level,
    run: () => void desk.setGroupLevel(group, level),
  });
  return {
    is: 'more',
    label: 'Access level of the group',
    icon: 'eye',
    items: [...levels.map((level) => choice(levelNames[level], level)), line, choice('Usual level', null)],
  };
}

/** The groups somebody is in, to tick and untick. */
function groupsItem(contact: Contact, { office, desk }: Tools): MenuItem {
  return {
    is: 'more',
    label: 'Groups',
    icon: 'users',
    items: [
      ...ownGroups(office).map((group): MenuItem => {
        const checked = contact.groups.includes(group.id);
        return {
          is: 'tick',
          label: group.name,
          checked,
          run: () => void desk.place(contact, group.id, !checked),
        };
      }),
      ...(ownGroups(office).length > 0 ? [line] : []),
      newGroup([{ contact, from: null }], desk),
    ],
  };
}

/** The keyboard's way to do what dragging does. */
function moveItem(people: readonly Picked[], { office, desk }: Tools): MenuItem | null {
  const only = people.length === 1 ? people[0] : undefined;
  const targets = ownGroups(office).filter(({ id }) => !only?.contact.groups.includes(id));
  const canLeave = people.some(({ from }) => from !== null);
  if (targets.length === 0 && !canLeave && only) return null;
  return {
    is: 'more',
    label: 'Move to',
    icon: 'arrow-right',
    items: [
      ...targets.map((group) => action(group.name, undefined, () => void desk.move(people, group))),
      ...(targets.length > 0 ? [line] : []),
      newGroup(people, desk),
      ...(canLeave ? [action('Out of the group', undefined, () => void desk.move(people, null))] : []),
    ],
  };
}

function newGroup(members: readonly Picked[], desk: PeopleDesk): MenuItem {
  return action('New group', 'folder-plus', () => desk.ask({ is: 'new-group', members }));
}

function ownGroups({ people }: Office): Office['people']['groups'] {
  return people.groups.filter((group) => group.is !== 'list');
}

async function saveCards(tools: Tools, people: readonly Picked[]): Promise<void> {
  const { saveVCards } = await import('./save-cards.ts');
  await saveVCards(
    tools.office.people,
    tools.desk,
    people.map(({ contact }) => contact),
  );
}
