/**
 * The documents of all devices as one (RFC 3903 §4.4, RFC 4479): appended, newest first. Which of several states counts is
 * the watcher's to fold; what the schema demands (tuples first, ids unique) is done here.
 */
import { NS } from '../../protocol/namespaces.ts';
import { type XmlElement, type XmlNode, attribute, childElements, isElement } from '../../protocol/xml.ts';
import { element } from '../../protocol/xml-writer.ts';

/**
 * PIDF roots: `devices` newest first, and what is said `beside` them by the server and by the person's hard state.
 * `null` when there are none: nothing to see.
 */
export function composePresence(
  entity: string,
  devices: readonly XmlElement[],
  beside: readonly XmlElement[] = [],
): XmlElement | null {
  const ids = new Set<string>();
  const tuples: XmlNode[] = [];
  const notes: XmlNode[] = [];
  const others: XmlNode[] = [];
  for (const document of [...newestOfEach(devices), ...beside]) {
    for (const child of document.children) {
      if (!isElement(child)) continue;
      if (child.ns === NS.pidf && child.name === 'tuple') tuples.push(withUniqueId(child, ids));
      else if (child.ns === NS.pidf && child.name === 'note') notes.push(child);
      else others.push(withUniqueId(child, ids));
    }
  }
  return devices.length + beside.length === 0
    ? null
    : element(NS.pidf, 'presence', { entity }, [...tuples, ...notes, ...others]);
}

/** Two documents of one device: it lost its entity tag and published afresh. */
function newestOfEach(devices: readonly XmlElement[]): XmlElement[] {
  const firsts = new Set<string>();
  return devices.filter((document) => {
    const first = firstTupleId(document);
    if (first === null) return true;
    const isNew = !firsts.has(first);
    firsts.add(first);
    return isNew;
  });
}

/** What names a device in its documents; `null` when it has no tuple. */
export function firstTupleId(document: XmlElement): string | null {
  const tuple = childElements(document, NS.pidf, 'tuple')[0];
  return tuple === undefined ? null : (attribute(tuple, 'id') ?? null);
}

/** `xs:ID`: unique over all elements of the document, whatever they are. */
function withUniqueId(one: XmlElement, taken: Set<string>): XmlElement {
  const id = attribute(one, 'id');
  if (id === undefined) return one;
  let unique = id;
  for (let i = 2; taken.has(unique); i++) unique = `${id}-${i}`;
  taken.add(unique);
  if (unique === id) return one;
  const attributes = one.attributes.map((each) =>
    each.name === 'id' && each.ns === '' ? { ...each, value: unique } : each,
  );
  return { ...one, attributes };
}
