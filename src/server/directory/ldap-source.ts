import { type Filter, PresenceFilter } from 'ldapts';
import type { Clock } from '../clock.ts';
import { findablePerson, isFound, wantedWords } from '../store/words.ts';
import type { DirectoryGroup, MemberRef, Person, Source } from './contract.ts';
import { createLdapConnection } from './ldap-connection.ts';
import { isBelow, partsOfDn } from './ldap-dn.ts';
import {
  dnOf,
  GROUP_ATTRIBUTES,
  inOrder,
  isGroup,
  LDAP_PREFIX,
  octetsOf,
  readGroup,
  readPerson,
  type LdapGroup,
  type LdapPerson,
} from './ldap-entry.ts';
import { addressAttributes, addressFilter, groupsFilter, holdingFilter, wordsFilter } from './ldap-filter.ts';
import { LARGEST_PICTURE, pictureType } from './plain-text.ts';
import { createRecent } from './recent.ts';
import type { LdapSettings } from './settings.ts';

export interface LdapOptions {
  readonly settings: LdapSettings;
  readonly clock: Clock;
  /** An entry without an address or a name was left out. */
  readonly malformed: (dn: string) => void;
}

/** Milliseconds something read is believed. */
const FRESH = 5 * 60_000;
const MOST_GROUPS = 100;
/** `(objectClass=*)`: every entry has one (RFC 4512 §2.4.1). */
const ANY = new PresenceFilter({ attribute: 'objectClass' });

/** People and groups of an LDAP server: OpenLDAP, 389, Active Directory. Rejects when it is away. */
export function ldapSource({ settings, clock, malformed }: LdapOptions): Source {
  const connection = createLdapConnection(settings, clock);
  const { peopleFilter: people, groupFilter: groups } = settings;
  const byAor = createRecent<LdapPerson>(20_000, FRESH, clock.now);
  const aorByDn = createRecent<{ aor: string | null }>(20_000, FRESH, clock.now);
  const groupByDn = createRecent<LdapGroup>(100, 60_000, clock.now);
  const attributes = [
    ...new Set([
      'uid',
      ...addressAttributes(settings),
      ...Object.entries(settings.fields).flatMap(([field, names]) => (field === 'photo' ? [] : names)),
    ]),
  ];

  const keep = (found: LdapPerson): LdapPerson => {
    byAor.set(found.person.aor, found);
    aorByDn.set(keyOf(found.dn), { aor: found.person.aor });
    return found;
  };

  /** Reads what the server said; who has no address is left out and told. */
  async function peopleAt(
    base: string,
    scope: 'base' | 'sub',
    filter: Filter,
    limit: number,
  ): Promise<LdapPerson[]> {
    const entries = await connection.search(base, { scope, filter, attributes, limit });
    return entries.flatMap((entry) => {
      const found = readPerson(entry, settings);
      if (found === null) malformed(entry.dn);
      return found === null ? [] : keep(found);
    });
  }

  async function aorOfDn(dn: string): Promise<string | null> {
    const known = aorByDn.get(keyOf(dn));
    if (known) return known.aor;
    if (!isBelow(dn, settings.base)) return null;
    const [found] = await peopleAt(dn, 'base', people, 1);
    aorByDn.set(keyOf(dn), { aor: found?.person.aor ?? null });
    return found?.person.aor ?? null;
  }

  async function withManager({ person, managerDn }: LdapPerson): Promise<Person> {
    const manager = managerDn === undefined ? null : await aorOfDn(managerDn).catch(() => null);
    return manager === null || manager === person.aor ? person : { ...person, manager };
  }

  async function readGroupAt(dn: string): Promise<LdapGroup | null> {
    const known = groupByDn.get(keyOf(dn));
    if (known) return known;
    const [entry] = await connection.search(dn, {
      scope: 'base',
      filter: groups,
      attributes: GROUP_ATTRIBUTES,
      limit: 1,
    });
    const group = entry && readGroup(entry, settings);
    return group ? whole(group) : null;
  }

  /** Gets the rest of the members where the server gives them in portions. */
  async function whole(start: LdapGroup): Promise<LdapGroup> {
    let group = start;
    // At most 50,000 members in portions of 1,500.
    for (let turn = 0; group.more !== null && turn < 34; turn++) {
      const [entry] = await connection.search(group.dn, {
        scope: 'base',
        filter: groups,
        attributes: [...GROUP_ATTRIBUTES.filter((name) => name !== 'member'), `member;range=${group.more}-*`],
        limit: 1,
      });
      const next = entry && readGroup(entry, settings);
      if (!next) break;
      group = { ...group, members: inOrder([...group.members, ...next.members]), more: next.more };
    }
    groupByDn.set(keyOf(group.dn), group);
    return group;
  }

  async function groupsBy(filter: Filter, limit: number): Promise<DirectoryGroup[]> {
    const entries = await connection.search(settings.groupBase, {
      scope: 'sub',
      filter,
      // Not the members of each: they are read once a minute, not with every key somebody presses.
      attributes: ['cn', 'displayName', 'description'],
      limit,
    });
    const read = entries.flatMap((entry) => {
      const group = readGroup(entry, settings);
      if (group === null) malformed(entry.dn);
      return group === null ? [] : [readGroupAt(entry.dn)];
    });
    return (await Promise.all(read)).flatMap((group) => (group === null ? [] : shown(group)));
  }

  /** A member by DN, or by the name of a `memberUid`; null when nothing useful is there. */
  async function member(name: string): Promise<MemberRef | null> {
    if (partsOfDn(name) === null) {
      const byUid = addressFilter({ ...settings, address: ['{uid}@member'] }, [`sip:${name}@member`]);
      const [found] = byUid ? await peopleAt(settings.base, 'sub', byUid, 1) : [];
      return found ? { is: 'person', aor: found.person.aor, known: await withManager(found) } : null;
    }
    const aor = aorByDn.get(keyOf(name))?.aor;
    const known = aor === undefined || aor === null ? undefined : byAor.get(aor);
    if (known) return { is: 'person', aor: known.person.aor, known: await withManager(known) };
    if (!isBelow(name, settings.base) && !isBelow(name, settings.groupBase)) return null;
    const wanted = [...new Set([...attributes, ...GROUP_ATTRIBUTES])];
    const [entry] = await connection.search(name, {
      scope: 'base',
      filter: ANY,
      attributes: wanted,
      limit: 1,
    });
    if (entry === undefined) return null;
    if (isGroup(entry)) {
      const group = readGroup(entry, settings);
      return group && { is: 'group', id: group.id, known: shown(await whole(group)) };
    }
    const found = readPerson(entry, settings);
    if (found === null) malformed(entry.dn);
    return found && { is: 'person', aor: found.person.aor, known: await withManager(keep(found)) };
  }

  return {
    name: 'the LDAP directory',
    prefix: LDAP_PREFIX,
    async search(words, limit) {
      const filter = wordsFilter(settings, words);
      const found = await peopleAt(settings.base, 'sub', filter, limit).catch((error: unknown) => {
        // Better what was seen lately than nothing, if there is any.
        const wanted = wantedWords(words);
        const seen = [...byAor.everything()].filter(({ person }) => isFound(findablePerson(person), wanted));
        if (seen.length === 0) throw error;
        return seen.slice(0, limit);
      });
      return Promise.all(found.map(withManager));
    },
    async people(aors) {
      const known = aors.flatMap((aor) => byAor.get(aor) ?? []);
      const missing = aors.filter((aor) => !known.some(({ person }) => person.aor === aor)).slice(0, 100);
      const filter = addressFilter(settings, missing);
      const found = filter ? await peopleAt(settings.base, 'sub', filter, 2 * missing.length) : [];
      const all = await Promise.all([...known, ...found].map(withManager));
      return new Map(all.filter(({ aor }) => aors.includes(aor)).map((person) => [person.aor, person]));
    },
    async portrait(aor) {
      const filter = addressFilter(settings, [aor]);
      if (filter === null) return null;
      const names = settings.fields.photo;
      const search = { scope: 'sub', filter, attributes: names, octets: names, limit: 1 } as const;
      const [entry] = await connection.search(settings.base, search);
      for (const name of entry ? names : []) {
        const octets = entry ? octetsOf(entry, name) : null;
        const type = octets === null || octets.length > LARGEST_PICTURE ? null : pictureType(octets);
        if (octets !== null && type !== null) return { type, octets };
      }
      return null;
    },
    searchGroups: (words, limit) => groupsBy(groupsFilter(groups, words), Math.min(limit, MOST_GROUPS)),
    async groupsOf(aor) {
      const filter = addressFilter(settings, [aor]);
      const known = byAor.get(aor) ?? (filter && (await peopleAt(settings.base, 'sub', filter, 1))[0]);
      return known ? groupsBy(holdingFilter(groups, known.dn, known.uid), MOST_GROUPS) : [];
    },
    async group(id) {
      const dn = dnOf(id, settings);
      const group = dn === null ? null : await readGroupAt(dn);
      return group && shown(group);
    },
    async members(id, offset, limit) {
      const dn = dnOf(id, settings);
      const group = dn === null ? null : await readGroupAt(dn);
      if (!group) return null;
      const page = await Promise.all(group.members.slice(offset, offset + limit).map(member));
      return {
        group: shown(group),
        members: page.filter((one) => one !== null),
        total: group.members.length,
      };
    },
    stop: () => connection.stop(),
  };
}

function shown({ id, name, description, members }: LdapGroup): DirectoryGroup {
  return { id, name, ...(description !== undefined && { description }), size: members.length };
}

/** DNs are compared without case. */
function keyOf(dn: string): string {
  return (partsOfDn(dn) ?? [dn]).join(',');
}
