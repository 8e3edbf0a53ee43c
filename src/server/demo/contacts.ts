/**
 * What somebody of the demo office begins with: whoever works in their team (Team level), whoever plays a part, the
 * rest, a distribution list; one colleague tagged; and the rules that follow from the levels.
 */
import { encodeAccessPolicy } from '../../protocol/access-policy.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import {
  encodeResourceLists,
  NO_EXTRA,
  type Entry,
  type ResourceList,
} from '../../protocol/resource-lists.ts';
import type { Documents } from '../xcap/documents.ts';
import { DEMO_COMPANY, type DemoPerson } from './people.ts';
import { OPEN_TO_ALL, PARTS, TAGGED } from './phrases.ts';

/** Writes both documents. `shared`: the distribution list. */
export async function seedDemoContacts(
  documents: Documents,
  me: DemoPerson,
  people: readonly DemoPerson[],
  shared: { readonly id: string; readonly name: string },
  domain: string,
): Promise<void> {
  const lists = contactLists(me, people, domain);
  const levelled = lists.flatMap(({ name, level, entries }) =>
    level ? [{ id: name, level, members: entries.map(({ uri }) => uri) }] : [],
  );
  const list: ResourceList = {
    ...{ name: 'crossing', displayName: shared.name, directory: shared.id },
    ...{ entries: [], lists: [], extra: NO_EXTRA },
  };
  const put = (auid: string, write: string): Promise<null> =>
    documents.change({ auid, owner: `sip:${me.user}@${domain}`, path: 'index' }, () => ({
      edit: { write },
      answer: null,
    }));
  await put('resource-lists', encodeResourceLists({ lists: [...lists, list], extra: NO_EXTRA }));
  await put('pres-rules', encodeAccessPolicy({ ...usualPolicy(domain), groups: levelled }, true));
}

function contactLists(me: DemoPerson, people: readonly DemoPerson[], domain: string): ResourceList[] {
  const others = people.filter((person) => person !== me);
  const played = new Set(PARTS.map((part) => part.user));
  const isTeam = ({ team }: DemoPerson): boolean => team === me.team;
  const group = (
    name: string,
    displayName: string,
    those: readonly DemoPerson[],
    team: boolean,
  ): ResourceList => ({
    ...{ name, displayName },
    ...((team || me.user === OPEN_TO_ALL) && { level: 'team' }),
    ...{ entries: those.map((person) => entryOf(person, domain)), lists: [], extra: NO_EXTRA },
  });
  return [
    group(
      'colleagues',
      'In the office',
      others.filter((one) => played.has(one.user) && !isTeam(one)),
      false,
    ),
    group('team', 'My team', others.filter(isTeam), true),
    group(
      'larkfield',
      DEMO_COMPANY,
      others.filter((one) => !isTeam(one) && !played.has(one.user)),
      false,
    ),
  ].filter((list) => list.entries.length > 0);
}

function entryOf(person: DemoPerson, domain: string): Entry {
  const { user, name, title, team } = person;
  return {
    uri: `sip:${user}@${domain}`,
    displayName: name,
    details: { title, team, ...(user === TAGGED && { tagged: true }) },
    extra: NO_EXTRA,
  };
}
