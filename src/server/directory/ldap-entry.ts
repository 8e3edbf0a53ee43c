/** LDAP entries to people and groups. What an entry says is data, bounded and cleaned; what makes no sense is left out. */
import type { Entry } from 'ldapts';
import { LONGEST_ID, type Person } from './contract.ts';
import { addressIn } from './ldap-filter.ts';
import { isBelow, partsOfDn, relativeDn } from './ldap-dn.ts';
import { plainLink, plainNumber, plainText } from './plain-text.ts';
import type { LdapField, LdapSettings } from './settings.ts';

export const LDAP_PREFIX = 'ldap:';

export interface LdapPerson {
  readonly dn: string;
  readonly person: Person;
  readonly uid?: string;
  /** DN, to be looked up. */
  readonly managerDn?: string;
}

export interface LdapGroup {
  readonly dn: string;
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** DNs, or names of `memberUid`, sorted, each once. */
  readonly members: readonly string[];
  /** Active Directory gives 1,500 at a time: where the next ones begin (MS-ADTS 3.1.1.3.1.3.3). */
  readonly more: number | null;
}

const KINDS = ['work', 'mobile', 'home'] as const;
const MEMBERS = ['member', 'uniqueMember', 'memberUid'] as const;
/** Attributes of a group. */
export const GROUP_ATTRIBUTES: readonly string[] = [
  'objectClass',
  'cn',
  'displayName',
  'description',
  ...MEMBERS,
];
const MOST_MEMBERS = 50_000;

/** Null without an address. */
export function readPerson(entry: Entry, settings: LdapSettings): LdapPerson | null {
  const values = (name: string): string[] => valuesOf(entry, name);
  const field = (name: LdapField, most?: number): string | undefined =>
    settings.fields[name].map((attribute) => plainText(values(attribute)[0], most)).find(Boolean);
  const aor = addressIn(settings, values);
  if (aor === null) return null;
  const phones = KINDS.flatMap((kind) =>
    settings.fields[kind]
      .flatMap(values)
      .flatMap((value) => plainNumber(value) ?? [])
      .slice(0, 4)
      .map((number) => ({ kind, number })),
  );
  const links = settings.fields.link.flatMap(values).flatMap(readLink).slice(0, 8);
  const texts = Object.fromEntries(
    (['title', 'team', 'company', 'email', 'office'] as const).flatMap((name) => {
      const text = field(name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
  const managerDn = settings.fields.manager.flatMap(values)[0];
  const uid = values('uid')[0];
  return {
    dn: entry.dn,
    person: {
      aor,
      name: field('name') ?? aor.slice('sip:'.length, aor.lastIndexOf('@')),
      ...texts,
      ...(phones.length > 0 && { phones }),
      ...(links.length > 0 && { links }),
    },
    ...(uid !== undefined && { uid }),
    // Somebody is their own manager in more than one directory.
    ...(managerDn !== undefined && partsOfDn(managerDn) !== null && managerDn !== entry.dn && { managerDn }),
  };
}

/** Null when it has no name, or lies where no id can say. */
export function readGroup(entry: Entry, settings: LdapSettings): LdapGroup | null {
  const name = plainText(valuesOf(entry, 'displayName')[0]) ?? plainText(valuesOf(entry, 'cn')[0]);
  const place = relativeDn(entry.dn, settings.groupBase);
  const id = `${LDAP_PREFIX}${place}`;
  if (name === undefined || !place || id.length > LONGEST_ID) return null;
  const description = plainText(valuesOf(entry, 'description')[0], 500);
  const ranged = Object.keys(entry).flatMap((key) => /^member;range=\d+-(\d+|\*)$/i.exec(key) ?? []);
  const [key = '', end = '*'] = ranged;
  const all = [...MEMBERS, key].filter(Boolean).flatMap((attribute) => valuesOf(entry, attribute));
  return {
    dn: entry.dn,
    id,
    name,
    ...(description !== undefined && { description }),
    members: inOrder(all),
    more: end === '*' ? null : Number(end) + 1,
  };
}

/** Each once, in an order that is the same every time. */
export function inOrder(members: readonly string[]): string[] {
  return [...new Set(members)].sort((a, b) => (a < b ? -1 : 1)).slice(0, MOST_MEMBERS);
}

export function isGroup(entry: Entry): boolean {
  const classes = valuesOf(entry, 'objectClass').map((name) => name.toLowerCase());
  return ['groupofnames', 'groupofuniquenames', 'posixgroup', 'group'].some((name) => classes.includes(name));
}

/** The DN an id stands for; null for an id that leads out of the base. */
export function dnOf(id: string, settings: LdapSettings): string | null {
  if (!id.startsWith(LDAP_PREFIX) || id.length > LONGEST_ID) return null;
  const place = id.slice(LDAP_PREFIX.length);
  // Looked at by itself: an escape at its end must not swallow the comma behind it.
  if (partsOfDn(place) === null) return null;
  const dn = `${place},${settings.groupBase}`;
  return isBelow(dn, settings.groupBase) ? dn : null;
}

/** The values of an attribute as text, whatever its name's case. */
function valuesOf(entry: Entry, name: string): string[] {
  const lower = name.toLowerCase();
  const key = Object.keys(entry).find((each) => each.toLowerCase() === lower);
  const value = key === undefined ? [] : entry[key];
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.filter((one) => typeof one === 'string').filter((one) => one !== '');
}

/** The first value as octets. */
export function octetsOf(entry: Entry, name: string): Uint8Array | null {
  const value = entry[Object.keys(entry).find((key) => key.toLowerCase() === name.toLowerCase()) ?? ''];
  const first = Array.isArray(value) ? value[0] : value;
  return first instanceof Uint8Array ? first : null;
}

/** `https://… label` (RFC 2079). */
function readLink(value: string): { name: string; url: string }[] {
  const [address = '', ...label] = value.trim().split(/\s+/);
  const url = plainLink(address);
  if (url === undefined) return [];
  return [{ name: plainText(label.join(' '), 80) ?? new URL(url).host, url }];
}
