/**
 * Who is in a conference and what it is about (RFC 4575). Sidebars are not read: no focus we know has any.
 * How partial documents add up is `conference-roster.ts`.
 */
import { formatDateTime, parseDateTime } from './date-time.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import {
  LARGE_DOCUMENT,
  type XmlElement,
  attribute,
  childElement,
  childElements,
  childText,
  parseXml,
  textOf,
} from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const CONFERENCE_INFO_TYPE = 'application/conference-info+xml';

/** Whether an element says everything, what changed, or that it is gone (§4.4). */
export type PartState = 'full' | 'partial' | 'deleted';
const STATES: readonly PartState[] = ['full', 'partial', 'deleted'];

/** A document. `version` rises by one with each document of a subscription; a gap means a lost one. */
export interface ConferenceInfo {
  /** Conference URI. */
  readonly entity: string;
  readonly state: PartState;
  readonly version: number;
  readonly description?: ConferenceDescription;
  readonly conferenceState?: ConferenceState;
  readonly users?: ConferenceUsers;
}

/** §5.3; what is left out is not said. */
export interface ConferenceDescription {
  readonly displayText?: string;
  readonly subject?: string;
  readonly freeText?: string;
  readonly keywords?: string;
  readonly conferenceUris?: readonly ConferenceUri[];
  readonly serviceUris?: readonly ConferenceUri[];
  readonly maximumUserCount?: number;
}

export interface ConferenceUri {
  readonly uri: string;
  readonly displayText?: string;
  /** `participation`, `streaming`, `web-page`, `recording` … */
  readonly purpose?: string;
}

/** §5.5 */
export interface ConferenceState {
  readonly userCount?: number;
  readonly active?: boolean;
  readonly locked?: boolean;
}

export interface ConferenceUsers {
  readonly state: PartState;
  readonly list: readonly ConferenceUser[];
}

/** §5.6. `entity` is the key. */
export interface ConferenceUser {
  readonly entity: string;
  readonly state: PartState;
  /** As the focus believes it; never proof of who it is. */
  readonly displayText?: string;
  readonly roles?: readonly string[];
  readonly endpoints: readonly ConferenceEndpoint[];
}

const STATUSES = [
  ...(['pending', 'dialing-out', 'dialing-in', 'alerting', 'on-hold', 'connected'] as const),
  ...(['muted-via-focus', 'disconnecting', 'disconnected'] as const),
] as const;
const JOINED = ['dialed-in', 'dialed-out', 'focus-owner'] as const;
const LEFT = ['departed', 'booted', 'failed', 'busy'] as const;
const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;

/** §5.7. `entity` is the key. */
export interface ConferenceEndpoint {
  readonly entity: string;
  readonly state: PartState;
  readonly displayText?: string;
  readonly status?: (typeof STATUSES)[number];
  readonly joiningMethod?: (typeof JOINED)[number];
  readonly joining?: ConferenceDeed;
  readonly disconnectionMethod?: (typeof LEFT)[number];
  readonly disconnection?: ConferenceDeed;
  readonly media: readonly ConferenceMedia[];
}

/** When, why and by whom. `when` in milliseconds. */
export interface ConferenceDeed {
  readonly when?: number;
  readonly reason?: string;
  readonly by?: string;
}

/** §5.8. `id` is the key. */
export interface ConferenceMedia {
  readonly id: string;
  readonly displayText?: string;
  readonly type?: string;
  readonly label?: string;
  /** SSRC, decimal. */
  readonly sourceId?: string;
  readonly status?: (typeof DIRECTIONS)[number];
}

/** Decode; users and endpoints without an entity, and repeated ones, are left out. */
export function decodeConferenceInfo(text: string): Decoded<ConferenceInfo> {
  const xml = parseXml(text, LARGE_DOCUMENT);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.conferenceInfo || root.name !== 'conference-info')
    return refused('not a conference-info document');
  const entity = attribute(root, 'entity')?.trim() ?? '';
  if (entity === '') return refused('conference-info without an entity');
  const state = stateOf(root);
  const version = count(attribute(root, 'version'));
  if (version === undefined) return refused('conference-info without a version');
  const description = childElement(root, NS.conferenceInfo, 'conference-description');
  const conference = childElement(root, NS.conferenceInfo, 'conference-state');
  const users = childElement(root, NS.conferenceInfo, 'users');
  return decoded({
    ...{ entity, state, version },
    ...(description && { description: readDescription(description) }),
    ...(conference && { conferenceState: readState(conference) }),
    ...(users && { users: { state: stateOf(users), list: keyed(users, 'user', 'entity', readUser) } }),
  });
}

/** Full when it says nothing, or nothing we know (§4.4). */
function stateOf(one: XmlElement): PartState {
  return STATES.find((known) => known === attribute(one, 'state')) ?? 'full';
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined;
}

function keyed<T>(
  parent: XmlElement,
  name: string,
  key: string,
  read: (one: XmlElement, key: string) => T,
): T[] {
  const seen = new Map<string, T>();
  for (const one of childElements(parent, NS.conferenceInfo, name)) {
    const value = attribute(one, key)?.trim() ?? '';
    if (value !== '' && !seen.has(value)) seen.set(value, read(one, value));
  }
  return [...seen.values()];
}

function text(parent: XmlElement, name: string): string | undefined {
  return childText(parent, NS.conferenceInfo, name) || undefined;
}

function oneOf<T extends string>(words: readonly T[], value: string | undefined): T | undefined {
  return words.find((word) => word === value);
}

function flag(value: string | undefined): boolean | undefined {
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : undefined;
}

/** What is undefined is left out, so that a value equals itself after a journey. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function readDescription(one: XmlElement): ConferenceDescription {
  return given({
    displayText: text(one, 'display-text'),
    subject: text(one, 'subject'),
    freeText: text(one, 'free-text'),
    keywords: text(one, 'keywords'),
    conferenceUris: readUris(one, 'conf-uris'),
    serviceUris: readUris(one, 'service-uris'),
    maximumUserCount: count(text(one, 'maximum-user-count')),
  });
}

function readUris(parent: XmlElement, name: string): ConferenceUri[] | undefined {
  const list = childElement(parent, NS.conferenceInfo, name);
  if (list === undefined) return undefined;
  return childElements(list, NS.conferenceInfo, 'entry').flatMap((one) => {
    const uri = text(one, 'uri');
    if (uri === undefined) return [];
    return [{ uri, ...given({ displayText: text(one, 'display-text'), purpose: text(one, 'purpose') }) }];
  });
}

function readState(one: XmlElement): ConferenceState {
  return given({
    userCount: count(text(one, 'user-count')),
    active: flag(text(one, 'active')),
    locked: flag(text(one, 'locked')),
  });
}

function readUser(one: XmlElement, entity: string): ConferenceUser {
  const roles = childElement(one, NS.conferenceInfo, 'roles');
  return {
    entity,
    state: stateOf(one),
    ...given({
      displayText: text(one, 'display-text'),
      roles:
        roles && childElements(roles, NS.conferenceInfo, 'entry').flatMap((entry) => textOf(entry) || []),
    }),
    endpoints: keyed(one, 'endpoint', 'entity', readEndpoint),
  };
}

function readEndpoint(one: XmlElement, entity: string): ConferenceEndpoint {
  return {
    entity,
    state: stateOf(one),
    ...given({
      displayText: text(one, 'display-text'),
      status: oneOf(STATUSES, text(one, 'status')),
      joiningMethod: oneOf(JOINED, text(one, 'joining-method')),
      joining: readDeed(childElement(one, NS.conferenceInfo, 'joining-info')),
      disconnectionMethod: oneOf(LEFT, text(one, 'disconnection-method')),
      disconnection: readDeed(childElement(one, NS.conferenceInfo, 'disconnection-info')),
    }),
    media: keyed(one, 'media', 'id', readMedia),
  };
}

function readDeed(one: XmlElement | undefined): ConferenceDeed | undefined {
  if (one === undefined) return undefined;
  return given({ when: parseDateTime(text(one, 'when')), reason: text(one, 'reason'), by: text(one, 'by') });
}

function readMedia(one: XmlElement, id: string): ConferenceMedia {
  return {
    id,
    ...given({
      displayText: text(one, 'display-text'),
      type: text(one, 'type'),
      label: text(one, 'label'),
      sourceId: text(one, 'src-id'),
      status: oneOf(DIRECTIONS, text(one, 'status')),
    }),
  };
}

/** Encode. The state of a part is written where it is not `full`. */
export function encodeConferenceInfo(info: ConferenceInfo): string {
  const { entity, state, version, description, conferenceState, users } = info;
  return writeXml(
    node('conference-info', { entity, state, version: String(version) }, [
      description && writeDescription(description),
      conferenceState &&
        node('conference-state', {}, [
          leaf('user-count', conferenceState.userCount),
          leaf('active', conferenceState.active),
          leaf('locked', conferenceState.locked),
        ]),
      users && node('users', { state: written(users.state) }, users.list.map(writeUser)),
    ]),
  );
}

function node(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly (XmlElement | undefined)[],
): XmlElement {
  return element(NS.conferenceInfo, name, attributes, children);
}

function leaf(name: string, value: string | number | boolean | undefined): XmlElement | undefined {
  return value === undefined ? undefined : element(NS.conferenceInfo, name, {}, [String(value)]);
}

function written(state: PartState): string | undefined {
  return state === 'full' ? undefined : state;
}

function writeDescription(one: ConferenceDescription): XmlElement {
  return node('conference-description', {}, [
    leaf('display-text', one.displayText),
    leaf('subject', one.subject),
    leaf('free-text', one.freeText),
    leaf('keywords', one.keywords),
    writeUris('conf-uris', one.conferenceUris),
    writeUris('service-uris', one.serviceUris),
    leaf('maximum-user-count', one.maximumUserCount),
  ]);
}

function writeUris(name: string, uris: readonly ConferenceUri[] | undefined): XmlElement | undefined {
  return (
    uris &&
    node(
      name,
      {},
      uris.map((one) =>
        node('entry', {}, [
          leaf('uri', one.uri),
          leaf('display-text', one.displayText),
          leaf('purpose', one.purpose),
        ]),
      ),
    )
  );
}

function writeUser({ entity, state, displayText, roles, endpoints }: ConferenceUser): XmlElement {
  return node('user', { entity, state: written(state) }, [
    leaf('display-text', displayText),
    roles &&
      node(
        'roles',
        {},
        roles.map((role) => leaf('entry', role)),
      ),
    ...endpoints.map(writeEndpoint),
  ]);
}

function writeEndpoint(one: ConferenceEndpoint): XmlElement {
  return node('endpoint', { entity: one.entity, state: written(one.state) }, [
    leaf('display-text', one.displayText),
    leaf('status', one.status),
    leaf('joining-method', one.joiningMethod),
    writeDeed('joining-info', one.joining),
    leaf('disconnection-method', one.disconnectionMethod),
    writeDeed('disconnection-info', one.disconnection),
    ...one.media.map(({ id, displayText, type, label, sourceId, status }) =>
      node('media', { id }, [
        leaf('display-text', displayText),
        leaf('type', type),
        leaf('label', label),
        leaf('src-id', sourceId),
        leaf('status', status),
      ]),
    ),
  ]);
}

function writeDeed(name: string, deed: ConferenceDeed | undefined): XmlElement | undefined {
  return (
    deed &&
    node(name, {}, [
      leaf('when', deed.when === undefined ? undefined : formatDateTime(deed.when)),
      leaf('reason', deed.reason),
      leaf('by', deed.by),
    ])
  );
}
