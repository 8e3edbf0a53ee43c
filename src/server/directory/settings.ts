/** What an administrator sets for the directory by environment; README "Directory". */
import { type Filter, FilterParser } from 'ldapts';
import { partsOfDn } from './ldap-dn.ts';

/** A field of a person and the attributes it may be in, the first that has a value counts. */
export const LDAP_FIELDS = {
  name: ['displayName', 'cn'],
  title: ['title'],
  team: ['department', 'departmentNumber', 'ou'],
  company: ['company', 'o'],
  email: ['mail'],
  office: ['physicalDeliveryOfficeName', 'roomNumber'],
  manager: ['manager'],
  work: ['telephoneNumber'],
  mobile: ['mobile'],
  home: ['homePhone'],
  photo: ['jpegPhoto', 'thumbnailPhoto'],
  link: ['labeledURI', 'wWWHomePage'],
} as const;
export type LdapField = keyof typeof LDAP_FIELDS;

export interface LdapSettings {
  /** `ldap://host:port` or `ldaps://host:port` */
  readonly url: string;
  readonly startTls: boolean;
  /** Empty: anonymous. */
  readonly bindDn: string;
  readonly password: string;
  readonly base: string;
  readonly groupBase: string;
  /** RFC 4515. */
  readonly peopleFilter: Filter;
  readonly groupFilter: Filter;
  /**
   * Where a person's address is: attributes with a mail address or a `sip:` URI, or a pattern `{uid}@example.org`. The
   * first that has a value counts.
   */
  readonly address: readonly string[];
  readonly fields: Readonly<Record<LdapField, readonly string[]>>;
}

export interface CardDavSettings {
  /** A collection, a principal or a server's root. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Where a person's address is; the first that has a value counts. */
  readonly address: readonly ('impp' | 'email')[];
  /** Milliseconds between two looks. */
  readonly every: number;
}

export interface DirectorySettings {
  readonly ldap: LdapSettings | null;
  readonly cardDav: CardDavSettings | null;
}

export const NO_DIRECTORY: DirectorySettings = { ldap: null, cardDav: null };

const PEOPLE = '(|(objectClass=inetOrgPerson)(&(objectClass=user)(!(objectClass=computer))))';
const GROUPS =
  '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=group))';

type Environment = Readonly<Record<string, string | undefined>>;
type Problem = { readonly problem: string };

/** Reads and checks; `problem` is a sentence. */
export function readDirectorySettings(environment: Environment): DirectorySettings | Problem {
  const ldap = readLdap(environment);
  if (ldap && 'problem' in ldap) return ldap;
  const cardDav = readCardDav(environment);
  if (cardDav && 'problem' in cardDav) return cardDav;
  return { ldap, cardDav };
}

function readLdap(environment: Environment): LdapSettings | Problem | null {
  const url = environment['PARLEY_LDAP_URL'];
  if (!url) return null;
  if (!/^ldaps?:\/\/[^/\s]+\/?$/i.test(url)) {
    return { problem: 'PARLEY_LDAP_URL is not an address such as ldaps://ldap.example.org.' };
  }
  const base = environment['PARLEY_LDAP_BASE'] ?? '';
  const groupBase = environment['PARLEY_LDAP_GROUP_BASE'] ?? base;
  for (const [name, dn] of [
    ['PARLEY_LDAP_BASE', base],
    ['PARLEY_LDAP_GROUP_BASE', groupBase],
  ] as const) {
    if (partsOfDn(dn) === null)
      return { problem: `${name} is not a DN such as ou=people,dc=example,dc=org.` };
  }
  const fields = readFields(environment['PARLEY_LDAP_ATTRIBUTES'] ?? '');
  if ('problem' in fields) return fields as Problem;
  const address = listOf(environment['PARLEY_LDAP_ADDRESS'] ?? 'msRTCSIP-PrimaryUserAddress,mail');
  const wrong = address.find((one) => !isAttribute(one) && !/^\{[a-z][a-z0-9;-]*\}@[a-z0-9.-]+$/i.test(one));
  if (wrong !== undefined || address.length === 0) {
    return { problem: 'PARLEY_LDAP_ADDRESS is a list of attributes, such as mail, or {uid}@example.org.' };
  }
  const peopleFilter = parseFilter(environment['PARLEY_LDAP_PEOPLE_FILTER'] ?? PEOPLE);
  const groupFilter = parseFilter(environment['PARLEY_LDAP_GROUP_FILTER'] ?? GROUPS);
  if (peopleFilter === null || groupFilter === null) {
    const which = peopleFilter === null ? 'PEOPLE' : 'GROUP';
    return { problem: `PARLEY_LDAP_${which}_FILTER is not a filter such as (objectClass=inetOrgPerson).` };
  }
  return {
    url: url.replace(/\/$/, ''),
    startTls: environment['PARLEY_LDAP_START_TLS'] === '1',
    bindDn: environment['PARLEY_LDAP_BIND_DN'] ?? '',
    password: environment['PARLEY_LDAP_PASSWORD'] ?? '',
    base,
    groupBase,
    peopleFilter,
    groupFilter,
    address,
    fields,
  };
}

/** `title=position,team=ou|department`: what is not named keeps its usual attributes. */
function readFields(text: string): LdapSettings['fields'] | Problem {
  const fields: Record<LdapField, readonly string[]> = { ...LDAP_FIELDS };
  for (const part of listOf(text)) {
    const [field = '', attributes = ''] = part.split('=').map((side) => side.trim());
    const names = attributes.split('|').map((name) => name.trim());
    if (!(field in LDAP_FIELDS) || !names.every(isAttribute)) {
      const known = Object.keys(LDAP_FIELDS).join(', ');
      return {
        problem: `PARLEY_LDAP_ATTRIBUTES holds ${part}; it should be like title=position, with one of ${known}.`,
      };
    }
    fields[field as LdapField] = names;
  }
  return fields;
}

function readCardDav(environment: Environment): CardDavSettings | Problem | null {
  const url = environment['PARLEY_CARDDAV_URL'];
  if (!url) return null;
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') {
    return { problem: 'PARLEY_CARDDAV_URL is not an address such as https://dav.example.org/addressbook/.' };
  }
  const address = listOf(environment['PARLEY_CARDDAV_ADDRESS'] ?? 'impp,email');
  if (address.length === 0 || !address.every((one) => one === 'impp' || one === 'email')) {
    return { problem: 'PARLEY_CARDDAV_ADDRESS is a list of impp and email.' };
  }
  const minutes = Number(environment['PARLEY_CARDDAV_MINUTES'] ?? 5);
  if (!(minutes >= 1 && minutes <= 1440)) {
    return { problem: 'PARLEY_CARDDAV_MINUTES is a number from 1 to 1440.' };
  }
  return {
    url: parsed.href,
    username: environment['PARLEY_CARDDAV_USER'] ?? '',
    password: environment['PARLEY_CARDDAV_PASSWORD'] ?? '',
    address,
    every: minutes * 60_000,
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function isAttribute(name: string): boolean {
  return /^[a-z][a-z0-9;-]*$/i.test(name);
}

function parseFilter(text: string): Filter | null {
  try {
    return FilterParser.parseString(text);
  } catch {
    return null;
  }
}
