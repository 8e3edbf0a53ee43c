/** Person and device (RFC 4479): who somebody is just now, apart from the services that reach them. */
import { type Choices, decodeChoices, encodeChoices } from './choices.ts';
import { type Cipid, decodeCipid, encodeCipid } from './cipid.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';
import { NS } from './namespaces.ts';
import { type Mobility, decodeMobility, encodeMobility } from './prescaps.ts';
import { type Rpid, decodeRpid, encodeRpid } from './rpid.ts';
import { type XmlElement, attribute, childElements, childText, textOf } from './xml.ts';
import { element } from './xml-writer.ts';

/** A note in one language; `lang` is the BCP 47 tag as written. */
export interface Note {
  readonly text: string;
  readonly lang?: string;
}

/** `<person>`. Several in one document come from several devices. */
export interface PersonElement {
  readonly id: string;
  readonly rpid: Rpid;
  readonly cipid: Cipid;
  /** Ours: for the person's own devices. */
  readonly choices?: Choices;
  readonly notes: readonly Note[];
  readonly timestamp?: number;
}

/** `<device>`; a tuple names it by `deviceId`. */
export interface DeviceElement {
  readonly id: string;
  readonly deviceId: string;
  readonly rpid: Rpid;
  readonly mobility?: Mobility;
  readonly notes: readonly Note[];
  readonly timestamp?: number;
}

/** Notes of one namespace below an element; empty ones are dropped. */
export function decodeNotes(parent: XmlElement, ns: string): Note[] {
  const notes: Note[] = [];
  for (const one of childElements(parent, ns, 'note')) {
    const text = textOf(one);
    const lang = attribute(one, 'lang', NS.xml);
    if (text !== '') notes.push({ text, ...(lang && { lang }) });
  }
  return notes;
}

/** The notes to write. */
export function encodeNotes(notes: readonly Note[], ns: string): XmlElement[] {
  return notes.map(({ text, lang }) => element(ns, 'note', { [`{${NS.xml}}lang`]: lang }, [text]));
}

export function decodePerson(person: XmlElement): PersonElement {
  const timestamp = parseDateTime(childText(person, NS.dataModel, 'timestamp'));
  const choices = decodeChoices(person);
  return {
    id: attribute(person, 'id') ?? '',
    rpid: decodeRpid(person),
    cipid: decodeCipid(person),
    ...(choices && { choices }),
    notes: decodeNotes(person, NS.dataModel),
    ...(timestamp !== undefined && { timestamp }),
  };
}

export function encodePerson(person: PersonElement): XmlElement {
  return element(NS.dataModel, 'person', { id: person.id }, [
    ...encodeRpid(person.rpid),
    ...encodeCipid(person.cipid),
    person.choices && encodeChoices(person.choices),
    ...encodeNotes(person.notes, NS.dataModel),
    timestampOf(person.timestamp),
  ]);
}

export function decodeDevice(device: XmlElement): DeviceElement {
  const mobility = decodeMobility(device);
  const timestamp = parseDateTime(childText(device, NS.dataModel, 'timestamp'));
  return {
    id: attribute(device, 'id') ?? '',
    deviceId: childText(device, NS.dataModel, 'deviceID') ?? '',
    rpid: decodeRpid(device),
    ...(mobility && { mobility }),
    notes: decodeNotes(device, NS.dataModel),
    ...(timestamp !== undefined && { timestamp }),
  };
}

export function encodeDevice(device: DeviceElement): XmlElement {
  return element(NS.dataModel, 'device', { id: device.id }, [
    ...encodeRpid(device.rpid),
    device.mobility && encodeMobility(device.mobility),
    element(NS.dataModel, 'deviceID', {}, [device.deviceId]),
    ...encodeNotes(device.notes, NS.dataModel),
    timestampOf(device.timestamp),
  ]);
}

function timestampOf(ms: number | undefined): XmlElement | undefined {
  return ms === undefined ? undefined : element(NS.dataModel, 'timestamp', {}, [formatDateTime(ms)]);
}
