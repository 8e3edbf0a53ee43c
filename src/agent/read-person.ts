/** What our own HTTP service sends, read as what it should be: nothing of it is believed unseen. */
import type { DirectoryGroup, GroupMembers } from '../protocol/service-api.ts';
import { webLink } from '../protocol/safe-link.ts';
import type { Person } from './contract.ts';

const TEXTS = ['title', 'team', 'company', 'email', 'photo', 'office', 'manager', 'zone'] as const;

/** JSON, or null for what is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A person out of whatever the service sent; null when it is none. */
export function readPerson(value: unknown): Person | null {
  if (typeof value !== 'object' || value === null) return null;
  const from = value as Record<string, unknown>;
  const { aor, name, phones, links } = from as Readonly<Record<'aor' | 'name' | 'phones' | 'links', unknown>>;
  if (typeof aor !== 'string' || typeof name !== 'string' || !/^sip:[^@]+@[^@]+$/.test(aor)) return null;
  const texts = Object.fromEntries(
    TEXTS.flatMap((key) => (typeof from[key] === 'string' && from[key] !== '' ? [[key, from[key]]] : [])),
  );
  const numbers = Array.isArray(phones) ? phones.filter(isPhone) : [];
  const pages = Array.isArray(links) ? links.filter(isLink) : [];
  return {
    aor,
    name,
    ...texts,
    ...(numbers.length > 0 && { phones: numbers }),
    ...(pages.length > 0 && { links: pages }),
  };
}

/** A group; null when it is none. */
function readGroup(value: unknown): DirectoryGroup | null {
  const { id, name, description, size } = (value ?? {}) as Readonly<
    Record<'id' | 'name' | 'description' | 'size', unknown>
  >;
  if (typeof id !== 'string' || id === '' || id.length > 200 || typeof name !== 'string') return null;
  const members = typeof size === 'number' && Number.isInteger(size) && size >= 0 ? size : 0;
  return { id, name, size: members, ...(typeof description === 'string' && { description }) };
}

/** Groups of an answer, leaving out what is none; null for no list. */
export function readGroups(value: unknown): DirectoryGroup[] | null {
  const list = (value as { groups?: unknown } | null)?.groups;
  return Array.isArray(list) ? list.map(readGroup).filter((one) => one !== null) : null;
}

/** A page of members, leaving out what is neither person nor group; null for no page. */
export function readMembers(value: unknown): GroupMembers | null {
  const from = (value ?? {}) as Readonly<Record<'group' | 'members' | 'total' | 'problem', unknown>>;
  const group = readGroup(from.group);
  if (!group || !Array.isArray(from.members)) return null;
  const members = from.members.flatMap((one: unknown): GroupMembers['members'] => {
    const { is, person, group: nested } = (one ?? {}) as Readonly<Record<'is' | 'person' | 'group', unknown>>;
    const somebody = is === 'person' ? readPerson(person) : null;
    const inner = is === 'group' ? readGroup(nested) : null;
    if (somebody) return [{ is: 'person', person: somebody }];
    return inner ? [{ is: 'group', group: inner }] : [];
  });
  return {
    group,
    members,
    total: typeof from.total === 'number' ? from.total : members.length,
    ...(typeof from.problem === 'string' && { problem: from.problem }),
  };
}

function isPhone(value: unknown): value is NonNullable<Person['phones']>[number] {
  const { kind, number } = (value ?? {}) as { kind?: unknown; number?: unknown };
  return (kind === 'work' || kind === 'mobile' || kind === 'home') && typeof number === 'string';
}

function isLink(value: unknown): value is NonNullable<Person['links']>[number] {
  const { name, url } = (value ?? {}) as { name?: unknown; url?: unknown };
  return typeof name === 'string' && typeof url === 'string' && webLink(url) !== undefined;
}
