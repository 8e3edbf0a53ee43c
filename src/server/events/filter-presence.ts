/** Transformations (RFC 5025 §3.3): what a watcher's permissions leave of a document. Always applied, to every NOTIFY. */
import { NS } from '../../protocol/namespaces.ts';
import type { Provided, Provides } from '../../protocol/pres-rules.ts';
import { type XmlElement, childText, isElement } from '../../protocol/xml.ts';

/** Without these a tuple would be no tuple (RFC 5025 §3.3.2 gives them with the service). */
const ALWAYS = ['status', 'contact', 'timestamp', 'basic'];

/** A new document with nothing in it that is not provided. */
export function filterPresence(document: XmlElement, provides: Provides): XmlElement {
  const kept: XmlElement[] = [];
  for (const child of document.children) {
    if (!isElement(child)) continue;
    const kind = kindOf(child, provides);
    if (kind === 'attribute' ? isProvided(child, provides) : kind !== null && isMember(child, kind)) {
      kept.push(kind === 'attribute' ? child : withoutHidden(child, provides));
    }
  }
  return { ...document, children: kept };
}

function kindOf({ ns, name }: XmlElement, provides: Provides): Provided | 'attribute' | null {
  if (ns === NS.pidf && name === 'tuple') return provides.services;
  if (ns === NS.dataModel && name === 'person') return provides.persons;
  if (ns === NS.dataModel && name === 'device') return provides.devices;
  return ns === NS.pidf && name === 'note' ? 'attribute' : provides.attributes === true ? 'attribute' : null;
}

function isMember(one: XmlElement, provided: Provided): boolean {
  if (provided.all) return true;
  const label = childText(one, NS.rpid, 'class');
  return label !== undefined && provided.classes.includes(label);
}

function withoutHidden(one: XmlElement, provides: Provides): XmlElement {
  if (provides.attributes === true) return one;
  return {
    ...one,
    children: one.children.filter((child) => !isElement(child) || isProvided(child, provides)),
  };
}

function isProvided({ ns, name }: XmlElement, { attributes }: Provides): boolean {
  if (attributes === true) return true;
  if (ns === NS.pidf && ALWAYS.includes(name)) return true;
  const known = ns === NS.pidf || ns === NS.dataModel || ns === NS.rpid;
  return known && attributes.includes(name);
}
