import type { UserStore } from '../store/users.ts';
import type { Person, Source } from './contract.ts';
import { OWN_PREFIX, type GroupStore } from './groups-store.ts';

/** The accounts of this server and the groups its administrator made. */
export function builtInSource(
  users: Pick<UserStore, 'search' | 'entry' | 'portrait'>,
  groups: Pick<GroupStore, 'search' | 'groupsOf' | 'group' | 'members'>,
): Source {
  return {
    name: 'the accounts of this server',
    prefix: OWN_PREFIX,
    search: (words, limit) => users.search(words, limit),
    async people(aors) {
      const known = new Map<string, Person>();
      for (const aor of aors) {
        const entry = await users.entry(aor);
        if (entry) known.set(aor, entry);
      }
      return known;
    },
    portrait: (aor) => users.portrait(aor),
    searchGroups: async (words, limit) => groups.search(words, limit),
    groupsOf: async (aor) => groups.groupsOf(aor),
    group: async (id) => groups.group(id),
    members: async (id, offset, limit) => groups.members(id, offset, limit),
    stop: () => undefined,
  };
}
