/** The views of the contact list (features.md P07, C01, C02). Each is one pass over a list that is in order of name. */
import { ACCESS_LEVELS } from '../../protocol/access-levels.ts';
import type { Group } from '../../agent/contract.ts';
import { lazily } from '../lazily.ts';
import { BANDS, type AvailabilityOrder } from './availability-order.ts';
import type { Contact } from './contact.svelte.ts';
import type { DirectoryGroup } from './directory-lists.svelte.ts';
import { levelNames } from './level-words.ts';
import type { Member, Section } from './tree-rows.ts';

export const LIST_VIEWS = ['group', 'name', 'availability', 'level', 'tagged'] as const;
export type ListView = (typeof LIST_VIEWS)[number];

export function viewOf(kept: string): ListView {
  return LIST_VIEWS.find((view) => view === kept) ?? 'group';
}

const member = (contact: Contact): Member => ({ contact, line: null });

/** A heading that stands only while somebody is under it. */
function filled(section: Omit<Section, 'members'>, contacts: readonly Contact[]): readonly Section[] {
  return contacts.length > 0 ? [{ ...section, members: contacts.map(member) }] : [];
}

/** The group at the top, while anything is going on. */
export function conversations(current: readonly Member[]): readonly Section[] {
  return current.length > 0
    ? [{ kind: 'current', id: 'current', name: 'Current conversations', members: current }]
    : [];
}

/** Groups that follow from how my calls are handled, never made by hand (features.md C07, C08). */
export interface Duties {
  /** Who may answer and act for me. */
  readonly delegates: readonly Contact[];
  /** Who is rung together with me. */
  readonly teamCall: readonly Contact[];
  /** Whose delegate I am. */
  readonly managers: readonly Contact[];
}
const NO_DUTIES: Duties = { delegates: [], teamCall: [], managers: [] };

/** In the order of the design: tagged, recent, delegates, those I answer for, team call, my groups, the organisation's, everybody else. Empty own groups stay. */
export function byGroup(
  listed: readonly Contact[],
  groups: readonly Group[],
  recent: readonly Contact[],
  organisation: readonly DirectoryGroup[],
  duties: Duties = NO_DUTIES,
): readonly Section[] {
  const own = new Map<string, Member[]>(groups.map(({ id }) => [id, []]));
  const others: Contact[] = [];
  const tagged: Contact[] = [];
  for (const contact of listed) {
    if (contact.isTagged) tagged.push(contact);
    let isPlaced = false;
    for (const id of contact.groups) {
      const place = own.get(id);
      place?.push(member(contact));
      isPlaced ||= place !== undefined;
    }
    if (!isPlaced) others.push(contact);
  }
  const taken = new Set(groups.map(({ listId }) => listId));
  return [
    ...filled({ kind: 'tagged', id: 'tagged', name: 'Tagged' }, tagged),
    ...filled({ kind: 'recent', id: 'recent', name: 'Recent' }, recent),
    ...filled({ kind: 'duty', id: 'delegates', name: 'Delegates' }, duties.delegates),
    ...filled({ kind: 'duty', id: 'managers', name: 'People I answer for' }, duties.managers),
    ...filled({ kind: 'duty', id: 'team-call', name: 'Team call' }, duties.teamCall),
    ...groups.map((group): Section => {
      const { id, name, listId } = group;
      if (group.is !== 'list' || listId === undefined)
        return { kind: 'own', id, name, group, members: own.get(id) ?? [] };
      return { kind: 'list', id, name, group, members: [], list: { id: listId, name, size: null } };
    }),
    ...organisation
      .filter(({ id }) => !taken.has(id))
      .map((list): Section => ({ kind: 'list', id: `list ${list.id}`, name: list.name, members: [], list })),
    ...filled(
      { kind: 'others', id: 'others', name: groups.length > 0 ? 'Other contacts' : 'Contacts' },
      others,
    ),
  ];
}

/** An address book: a heading for each first letter; names that begin with none stand under "#". */
export function byName(listed: readonly Contact[]): readonly Section[] {
  const letters = new Map<string, Contact[]>();
  for (const contact of listed) {
    const letter = letterOf(contact.name);
    const under = letters.get(letter);
    if (under) under.push(contact);
    else letters.set(letter, [contact]);
  }
  return [...letters].flatMap(([name, under]) =>
    filled({ kind: 'letter', id: `letter ${name}`, name }, under),
  );
}

const collator = lazily(() => new Intl.Collator(undefined, { sensitivity: 'base' }));

/** The letter a name is looked up by. A mark counts where the reader's alphabet has it as a letter (Å in Swedish). */
function letterOf(name: string): string {
  const [whole = ''] = name.trim().normalize('NFC');
  const [bare = ''] = whole.normalize('NFD');
  if (!/\p{L}/u.test(bare)) return '#';
  return (collator().compare(whole, bare) === 0 ? bare : whole).toLocaleUpperCase();
}

export function byAvailability(order: AvailabilityOrder): readonly Section[] {
  const bands = order.read();
  return BANDS.flatMap(({ id, name }) =>
    filled({ kind: 'band', id: `band ${id}`, name }, bands.get(id) ?? []),
  );
}

export function byLevel(listed: readonly Contact[]): readonly Section[] {
  return [
    ...ACCESS_LEVELS.flatMap((level) =>
      filled(
        { kind: 'level', id: `level ${level}`, name: levelNames[level] },
        listed.filter((contact) => contact.level === level),
      ),
    ),
    ...filled(
      { kind: 'others', id: 'level none', name: 'Without a level' },
      listed.filter((contact) => contact.level === null),
    ),
  ];
}

export function byTag(listed: readonly Contact[]): readonly Section[] {
  return [
    ...filled(
      { kind: 'tagged', id: 'tagged', name: 'Tagged' },
      listed.filter(({ isTagged }) => isTagged),
    ),
    ...filled(
      { kind: 'others', id: 'untagged', name: 'Not tagged' },
      listed.filter(({ isTagged }) => !isTagged),
    ),
  ];
}
