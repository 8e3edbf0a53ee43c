import type { GroupStore } from '../directory/groups-store.ts';

/** On the engine groups come from LDAP or CardDAV; there is none of its own. */
export function noGroups(): Pick<GroupStore, 'search' | 'groupsOf' | 'group' | 'members'> {
  return { search: () => [], groupsOf: () => [], group: () => null, members: () => null };
}
