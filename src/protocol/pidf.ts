/** Presence documents (RFC 3863) with the data model (RFC 4479): decode, encode. Folding is `availability.ts`. */
import {
  type DeviceElement,
  type Note,
  type PersonElement,
  decodeDevice,
  decodeNotes,
  decodePerson,
  encodeDevice,
  encodeNotes,
  encodePerson,
} from './data-model.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import {
  type ServiceCapabilities,
  decodeServiceCapabilities,
  encodeServiceCapabilities,
} from './prescaps.ts';
import { type Rpid, decodeRpid, encodeRpid } from './rpid.ts';
import { contactLink } from './safe-link.ts';
import { type TimedStatus, decodeTimedStatus, encodeTimedStatus } from './timed-status.ts';
import {
  type XmlElement,
  attribute,
  childElement,
  childElements,
  childText,
  isElement,
  parseXml,
} from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const PIDF_TYPE = 'application/pidf+xml';

/** One presence document. `entity` is the presentity as written: the caller checks whose it is. */
export interface Pidf {
  readonly entity: string;
  readonly tuples: readonly Tuple[];
  readonly persons: readonly PersonElement[];
  readonly devices: readonly DeviceElement[];
  readonly notes: readonly Note[];
}

/** A service by which the presentity can be reached. Times in milliseconds. */
export interface Tuple {
  readonly id: string;
  /** `null`: the document does not say. */
  readonly basic: 'open' | 'closed' | null;
  /** Absent when its scheme is not one to reach people by. */
  readonly contact?: string;
  /** 0 to 1, clamped. */
  readonly priority?: number;
  readonly deviceId?: string;
  readonly rpid: Rpid;
  readonly capabilities?: ServiceCapabilities;
  readonly timed: readonly TimedStatus[];
  readonly notes: readonly Note[];
  readonly timestamp?: number;
}

/** Refused: not XML, not PIDF, no entity, or something in it must be understood and is not. */
export function decodePidf(text: string): Decoded<Pidf> {
  const xml = parseXml(text);
  return xml.ok ? readPidf(xml.value) : xml;
}

function readPidf(root: XmlElement): Decoded<Pidf> {
  // The full state of partial presence (RFC 5262 §4) differs in the name of its root alone.
  const isFull = root.ns === NS.pidfDiff && root.name === 'pidf-full';
  if (!isFull && (root.ns !== NS.pidf || root.name !== 'presence')) return refused('not a presence document');
  const entity = attribute(root, 'entity') ?? '';
  if (entity === '') return refused('presence without entity');
  if (mustBeIgnored(root)) return refused('presence with an element that must be understood and is not');
  const kept = (ns: string, name: string): XmlElement[] =>
    childElements(root, ns, name).filter((one) => !mustBeIgnored(one));
  return decoded({
    entity,
    tuples: kept(NS.pidf, 'tuple').map(readTuple),
    persons: kept(NS.dataModel, 'person').map(decodePerson),
    devices: kept(NS.dataModel, 'device').map(decodeDevice),
    notes: decodeNotes(root, NS.pidf),
  });
}

const UNDERSTOOD = new Set<string>([
  NS.pidf,
  NS.dataModel,
  NS.rpid,
  NS.timed,
  NS.cipid,
  NS.caps,
  NS.locationType,
  NS.parleyPresence,
]);

/** RFC 3863 §4.3.3: an element that must be understood and is not makes its parent as good as absent. */
function mustBeIgnored(parent: XmlElement): boolean {
  return parent.children.some((child) => {
    if (!isElement(child) || UNDERSTOOD.has(child.ns)) return false;
    const must = attribute(child, 'mustUnderstand', NS.pidf);
    return must === '1' || must === 'true';
  });
}

function readTuple(tuple: XmlElement): Tuple {
  const status = childElement(tuple, NS.pidf, 'status');
  const basic =
    status && !mustBeIgnored(status) ? childText(status, NS.pidf, 'basic')?.toLowerCase() : undefined;
  const contactElement = childElement(tuple, NS.pidf, 'contact');
  const contact = contactLink(childText(tuple, NS.pidf, 'contact'));
  const priority = Number((contactElement && attribute(contactElement, 'priority')) || NaN);
  const deviceId = childText(tuple, NS.dataModel, 'deviceID');
  const capabilities = decodeServiceCapabilities(tuple);
  const timestamp = parseDateTime(childText(tuple, NS.pidf, 'timestamp'));
  return {
    id: attribute(tuple, 'id') ?? '',
    basic: basic === 'open' || basic === 'closed' ? basic : null,
    ...(contact && { contact }),
    ...(!Number.isNaN(priority) && { priority: Math.min(1, Math.max(0, priority)) }),
    ...(deviceId && { deviceId }),
    // Some put RPID into <status>, as its draft did.
    rpid: { ...(status && decodeRpid(status)), ...decodeRpid(tuple) },
    ...(capabilities && { capabilities }),
    timed: decodeTimedStatus(tuple),
    notes: decodeNotes(tuple, NS.pidf),
    ...(timestamp !== undefined && { timestamp }),
  };
}

/** The document as text, in the order of the schema: some servers validate. */
export function encodePidf(pidf: Pidf): string {
  return writeXml(
    element(NS.pidf, 'presence', { entity: pidf.entity }, [
      ...pidf.tuples.map(writeTuple),
      ...encodeNotes(pidf.notes, NS.pidf),
      ...pidf.persons.map(encodePerson),
      ...pidf.devices.map(encodeDevice),
    ]),
  );
}

function writeTuple(tuple: Tuple): XmlElement {
  const { priority, timestamp } = tuple;
  return element(NS.pidf, 'tuple', { id: tuple.id }, [
    element(NS.pidf, 'status', {}, [
      tuple.basic === null ? undefined : element(NS.pidf, 'basic', {}, [tuple.basic]),
    ]),
    ...tuple.timed.map(encodeTimedStatus),
    ...encodeRpid(tuple.rpid),
    tuple.capabilities && encodeServiceCapabilities(tuple.capabilities),
    tuple.deviceId ? element(NS.dataModel, 'deviceID', {}, [tuple.deviceId]) : undefined,
    tuple.contact
      ? element(NS.pidf, 'contact', { priority: priority === undefined ? undefined : decimal(priority) }, [
          tuple.contact,
        ])
      : undefined,
    ...encodeNotes(tuple.notes, NS.pidf),
    timestamp === undefined ? undefined : element(NS.pidf, 'timestamp', {}, [formatDateTime(timestamp)]),
  ]);
}

/** Three decimals at most (RFC 3863 §4.1.5). */
function decimal(priority: number): string {
  return String(Math.round(Math.min(1, Math.max(0, priority)) * 1000) / 1000);
}
