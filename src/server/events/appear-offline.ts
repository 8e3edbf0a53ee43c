/** Whether somebody who is there says that they are not: what only the person themselves may know. */
import { decodePerson } from '../../protocol/data-model.ts';
import { NS } from '../../protocol/namespaces.ts';
import { type XmlElement, childElement, childElements, childText, isElement } from '../../protocol/xml.ts';

/**
 * Some device says closed and none says open, or the last choice by hand that outlives the devices was Offline.
 * What the calendar knows is then nobody else's business.
 */
export function appearsOffline(devices: readonly XmlElement[], hard: XmlElement | null): boolean {
  if (devices.some(hasOpenTuple)) return false;
  return devices.some(isClosed) || (hard !== null && choseOffline(hard));
}

/** Nothing in it but closed services without a word: what is left of somebody who is gone. */
export function isBare(document: XmlElement): boolean {
  return document.children.every(
    (child) =>
      !isElement(child) ||
      (isTuple(child) && !isOpen(child) && childElement(child, NS.pidf, 'note') === undefined),
  );
}

/** Whether any service of the document says that somebody is there. */
export function hasOpenTuple(document: XmlElement): boolean {
  return childElements(document, NS.pidf, 'tuple').some(isOpen);
}

function isClosed(document: XmlElement): boolean {
  return childElements(document, NS.pidf, 'tuple').length > 0 && !hasOpenTuple(document);
}

function isOpen(tuple: XmlElement): boolean {
  return childElements(tuple, NS.pidf, 'status').some(
    (status) => childText(status, NS.pidf, 'basic')?.toLowerCase() === 'open',
  );
}

function isTuple({ ns, name }: XmlElement): boolean {
  return ns === NS.pidf && name === 'tuple';
}

function choseOffline(hard: XmlElement): boolean {
  const persons = childElements(hard, NS.dataModel, 'person').map(decodePerson);
  return persons.some(
    ({ choices, rpid }) => choices?.state?.manual === 'offline' || rpid.manual?.state === 'offline',
  );
}
