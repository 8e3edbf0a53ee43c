/**
 * Contact lists on the server (RFC 4826): groups as lists, people as entries. What others wrote into the document
 * and we do not understand is kept when we write it back.
 */
import { ACCESS_LEVELS, type AccessLevel } from './access-levels.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import { type PersonDetails, decodeDetails, encodeDetails, isDetail } from './person-details.ts';
import {
  LARGE_DOCUMENT,
  type XmlAttribute,
  type XmlElement,
  type XmlNode,
  attribute,
  childText,
  isElement,
  parseXml,
} from './xml.ts';
import { element, writeFragment, writeXml } from './xml-writer.ts';

export const RESOURCE_LISTS_TYPE = 'application/resource-lists+xml';

/** The document: top-level lists by unique name. */
export interface ResourceLists {
  readonly lists: readonly ResourceList[];
  readonly extra: Extra;
}

/** A group. `name` identifies it among its siblings, `displayName` is shown. */
export interface ResourceList {
  readonly name: string;
  readonly displayName: string;
  /** What its members may see (features.md A06); in our namespace. */
  readonly level?: AccessLevel;
  /** A distribution list: its id in the directory; in our namespace, with an `<external>` for other clients. */
  readonly directory?: string;
  readonly entries: readonly Entry[];
  readonly lists: readonly ResourceList[];
  readonly extra: Extra;
}

/** A person, number or room in a group. `uri` is unique within its list. */
export interface Entry {
  readonly uri: string;
  readonly displayName: string;
  /** What RFC 4826 has no word for; in our namespace. */
  readonly details: PersonDetails;
  readonly extra: Extra;
}

/** What we do not understand, as it stood: written back unchanged, after what we do. */
export interface Extra {
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
}

export const NO_EXTRA: Extra = { attributes: [], children: [] };

/** Decode. Entries without a URI and repeated ones are left out, as the RFC forbids them. */
export function decodeResourceLists(text: string): Decoded<ResourceLists> {
  const xml = parseXml(text, LARGE_DOCUMENT);
  return xml.ok ? readResourceLists(xml.value) : xml;
}

function readResourceLists(root: XmlElement): Decoded<ResourceLists> {
  if (root.ns !== NS.resourceLists || root.name !== 'resource-lists')
    return refused('not a resource-lists document');
  const lists = elementsOf(root).filter((one) => is(one, 'list'));
  return decoded({ lists: lists.map(readList), extra: extraOf(root, [], ['list']) });
}

function readList(list: XmlElement): ResourceList {
  const children = elementsOf(list);
  const seen = new Set<string>();
  const entries: Entry[] = [];
  for (const one of children) {
    const uri = is(one, 'entry') ? (attribute(one, 'uri')?.trim() ?? '') : '';
    if (uri === '' || seen.has(uri)) continue;
    seen.add(uri);
    entries.push(readEntry(one, uri));
  }
  const level = ACCESS_LEVELS.find((one) => one === attribute(list, 'level', NS.parleyContacts));
  const directory = attribute(list, 'directory', NS.parleyContacts);
  const extra = extraOf(list, ['name'], ['display-name', 'entry', 'list']);
  return {
    name: attribute(list, 'name') ?? '',
    displayName: childText(list, NS.resourceLists, 'display-name') ?? '',
    ...(level && { level }),
    ...(directory && { directory }),
    entries,
    lists: children.filter((one) => is(one, 'list')).map(readList),
    extra: { ...extra, attributes: extra.attributes.filter((one) => !isOurs(one, level)) },
  };
}

function readEntry(entry: XmlElement, uri: string): Entry {
  const extra = extraOf(entry, ['uri'], ['display-name']);
  return {
    uri,
    displayName: childText(entry, NS.resourceLists, 'display-name') ?? '',
    details: decodeDetails(entry),
    extra: {
      attributes: extra.attributes.filter((one) => one.ns !== NS.parleyContacts),
      children: extra.children.filter((one) => !isDetail(one)),
    },
  };
}

/** Encode the whole document. */
export function encodeResourceLists({ lists, extra }: ResourceLists): string {
  return writeXml(withExtra(element(NS.resourceLists, 'resource-lists', {}, lists.map(writeList)), extra));
}

const LEVEL = `{${NS.parleyContacts}}level`;
const DIRECTORY = `{${NS.parleyContacts}}directory`;

function writeList(list: ResourceList): XmlElement {
  const attributes = {
    name: list.name === '' ? undefined : list.name,
    [LEVEL]: list.level,
    [DIRECTORY]: list.directory,
  };
  return withExtra(
    element(NS.resourceLists, 'list', attributes, [
      displayName(list.displayName),
      ...list.entries.map(writeEntry),
      ...list.lists.map(writeList),
    ]),
    list.extra,
  );
}

/** An entry as it stands alone, for a change of one element (RFC 4825 §7.4). */
export function encodeEntry(entry: Entry): string {
  return writeFragment(writeEntry(entry));
}

function writeEntry({ uri, displayName: name, details, extra }: Entry): XmlElement {
  return withExtra(
    element(NS.resourceLists, 'entry', { uri }, [displayName(name), ...encodeDetails(details)]),
    extra,
  );
}

function displayName(name: string): XmlElement | undefined {
  return name === '' ? undefined : element(NS.resourceLists, 'display-name', {}, [name]);
}

function withExtra(one: XmlElement, { attributes, children }: Extra): XmlElement {
  // Extensions come last in the schema's sequence; other clients' `entry-ref` and `external` may stand anywhere.
  return { ...one, attributes: [...one.attributes, ...attributes], children: [...one.children, ...children] };
}

function extraOf(one: XmlElement, attributes: readonly string[], children: readonly string[]): Extra {
  return {
    attributes: one.attributes.filter((each) => each.ns !== '' || !attributes.includes(each.name)),
    children: elementsOf(one).filter((each) => each.ns !== NS.resourceLists || !children.includes(each.name)),
  };
}

/** A level of a later Parley is none that we know, and stays as it stands. */
function isOurs({ ns, name }: XmlAttribute, level: AccessLevel | undefined): boolean {
  return ns === NS.parleyContacts && ((name === 'level' && level !== undefined) || name === 'directory');
}

function is(one: XmlElement, name: string): boolean {
  return one.ns === NS.resourceLists && one.name === name;
}

function elementsOf(parent: { readonly children: readonly XmlNode[] }): XmlElement[] {
  return parent.children.filter(isElement);
}
