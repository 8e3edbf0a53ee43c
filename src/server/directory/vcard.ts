/** vCards (RFC 6350, RFC 2426) to people and groups. What a card says is data, bounded and cleaned. */
import ICAL from 'ical.js';
import type { Person, Portrait } from './contract.ts';
import { addressOf, LARGEST_PICTURE, pictureType, plainLink, plainNumber, plainText } from './plain-text.ts';
import type { CardDavSettings } from './settings.ts';

/** One property of a jCard (RFC 7095 §3.3). */
type Property = readonly [
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  type: string,
  ...values: unknown[],
];

export type Card =
  | {
      readonly is: 'person';
      readonly uid: string;
      readonly person: Person;
      readonly portrait: Portrait | null;
      /** Every address, to find a member of a group by. */
      readonly addresses: readonly string[];
    }
  | {
      readonly is: 'group';
      readonly uid: string;
      readonly name: string;
      readonly description?: string;
      /** `uid:…` or `sip:…`, each once. */
      readonly members: readonly string[];
    };

/** Octets of a card with its picture. */
export const LARGEST_CARD = 512 * 1024;
const MOST_MEMBERS = 50_000;

/** Null for what is no card, and for a person without an address or a group without a name. */
export function readCard(text: string, settings: Pick<CardDavSettings, 'address'>): Card | null {
  const properties = text.length > LARGEST_CARD ? null : parseCard(text);
  if (properties === null) return null;
  const all = (name: string): Property[] => properties.filter((property) => property[0] === name);
  const first = (...names: string[]): string | undefined => textOf(names.flatMap(all)[0]);
  const uid = uidOf(first('uid') ?? '');
  const name = plainText(first('fn'));
  const kind = first('kind', 'x-addressbookserver-kind')?.toLowerCase();
  if (uid === '' || uid.length > 150) return null;
  if (kind === 'group') {
    if (name === undefined) return null;
    const members = ['member', 'x-addressbookserver-member']
      .flatMap(all)
      .flatMap((one) => memberOf(textOf(one)));
    const description = plainText(first('note'), 500);
    return {
      is: 'group',
      uid,
      name,
      ...(description !== undefined && { description }),
      members: [...new Set(members)].sort().slice(0, MOST_MEMBERS),
    };
  }
  const addresses = settings.address.flatMap((where) =>
    ['impp', 'email'].includes(where)
      ? all(where)
          .sort((a, b) => preference(a) - preference(b))
          .flatMap((property) => addressOf(textOf(property)) ?? [])
      : [],
  );
  const [aor] = addresses;
  if (aor === undefined) return null;
  const phones = all('tel').flatMap(phoneOf).slice(0, 8);
  const links = all('url')
    .flatMap((property) => plainLink(textOf(property)) ?? [])
    .slice(0, 8)
    .map((url) => ({ name: new URL(url).host, url }));
  const [company, team] = listOf(all('org')[0]);
  const texts = Object.entries({
    title: plainText(first('title') ?? first('role')),
    team: plainText(team),
    company: plainText(company),
    email: plainText(first('email')),
    office: plainText(officeOf(all('adr'))),
    zone: zoneOf(first('tz')),
  }).filter(([, value]) => value !== undefined);
  return {
    is: 'person',
    uid,
    person: {
      aor,
      name: name ?? aor.slice('sip:'.length, aor.lastIndexOf('@')),
      ...Object.fromEntries(texts),
      ...(phones.length > 0 && { phones }),
      ...(links.length > 0 && { links }),
    },
    portrait: all('photo').flatMap((property) => pictureOf(property) ?? [])[0] ?? null,
    addresses: [...new Set([...addresses, ...all('email').flatMap((one) => addressOf(textOf(one)) ?? [])])],
  };
}

/** The properties of the first card of a text; null when it is malformed. */
function parseCard(text: string): Property[] | null {
  try {
    const parsed = ICAL.parse(text) as unknown;
    const [kind, properties] = (Array.isArray(parsed) ? parsed : []) as [unknown?, unknown?];
    return kind === 'vcard' && Array.isArray(properties) ? (properties as Property[]) : null;
  } catch {
    return null;
  }
}

function textOf(property: Property | undefined): string | undefined {
  const value = property?.[3];
  if (Array.isArray(value)) return value.filter((part) => typeof part === 'string').join(' ');
  return typeof value === 'string' ? value : undefined;
}

function listOf(property: Property | undefined): (string | undefined)[] {
  const value = property?.[3];
  return Array.isArray(value)
    ? value.map((part) => (typeof part === 'string' ? part : undefined))
    : [textOf(property)];
}

function typesOf(property: Property): string[] {
  const { type } = property[1];
  return (Array.isArray(type) ? type : [type]).map((one) => String(one).toLowerCase());
}

/** Lower is better (RFC 6350 §5.3; `TYPE=pref` in vCard 3). */
function preference(property: Property): number {
  const pref = Number(property[1]['pref']);
  return Number.isFinite(pref) ? pref : typesOf(property).includes('pref') ? 1 : 101;
}

function phoneOf(property: Property): NonNullable<Person['phones']>[number][] {
  const number = plainNumber(textOf(property));
  const types = typesOf(property);
  if (number === undefined || types.includes('fax') || types.includes('pager')) return [];
  const kind = types.includes('cell') ? 'mobile' : types.includes('home') ? 'home' : 'work';
  return [{ kind, number }];
}

/** Street and town of the place of work. */
function officeOf(addresses: readonly Property[]): string | undefined {
  const work = addresses.find((property) => typesOf(property).includes('work')) ?? addresses[0];
  const [, , street, town] = listOf(work);
  return [street, town].filter(Boolean).join(', ') || undefined;
}

/** An IANA name; an offset says nothing about the summer. */
function zoneOf(value: string | undefined): string | undefined {
  return value !== undefined && /^[A-Za-z]+\/[A-Za-z_/+-]{2,40}$/.test(value) ? value : undefined;
}

/** Inline pictures only: nothing is fetched because a card says so. */
function pictureOf(property: Property): Portrait | null {
  // Servers that rewrite cards escape the commas of URIs as if they were text.
  const value = (textOf(property) ?? '').replace(/\\([,;:])/g, '$1');
  const base64 =
    /^data:image\/[a-z+.-]+;base64,(.*)$/is.exec(value)?.[1] ?? (isInline(property) ? value : '');
  if (base64 === '' || base64.length > LARGEST_PICTURE * 1.4) return null;
  const octets = Uint8Array.from(Buffer.from(base64, 'base64'));
  const type = octets.length > LARGEST_PICTURE ? null : pictureType(octets);
  return type && { type, octets };
}

/** vCard 3, and what some servers make of vCard 4 (RFC 2426 §3.1.4). */
function isInline([, parameters, type]: Property): boolean {
  return type === 'binary' || ['b', 'base64'].includes(String(parameters['encoding']).toLowerCase());
}

function uidOf(text: string): string {
  return text
    .trim()
    .replace(/^urn:uuid:/i, '')
    .toLowerCase();
}

function memberOf(text: string | undefined): string[] {
  if (text === undefined) return [];
  const address = /^(?:sips?|mailto|im):/i.test(text) ? addressOf(text) : null;
  if (address !== null) return [address];
  return /^urn:uuid:/i.test(text) ? [`uid:${uidOf(text)}`] : [];
}
