/**
 * Reading and changing one element or attribute of a document (RFC 4825 §7, §8.2). Every change is checked by asking
 * the selector again: after PUT it must name what was put, after DELETE nothing (§8.2.3, §8.3).
 */
import type { Document, Element } from '@xmldom/xmldom';
import { unescapeAttributeValue } from '../../protocol/xcap-uri.ts';
import { namespacesAt, parseDom, parseFragment, serialize } from './dom.ts';
import {
  type Selector,
  type Step,
  attributeValue,
  elementChildren,
  isNamed,
  matching,
  selectElement,
} from './node-selector.ts';
import type { Conflict } from './usages.ts';

/** What a node looks like on the wire. */
export interface NodeContent {
  readonly contentType: string;
  readonly body: string;
}

/** `null`: the selector names nothing. */
export function readNode(text: string, selector: Selector): NodeContent | null {
  const parsed = parseDom(text);
  const element = parsed.ok ? selectElement(parsed.value, selector.steps) : null;
  if (element === null) return null;
  const { terminal } = selector;
  if (terminal.is === 'element') return { contentType: 'application/xcap-el+xml', body: serialize(element) };
  if (terminal.is === 'attribute') {
    const value = attributeValue(element, terminal.name);
    return value === null ? null : { contentType: 'application/xcap-att+xml', body: escapeValue(value) };
  }
  return { contentType: 'application/xcap-ns+xml', body: bindings(element) };
}

/** The content type a PUT to this node must have. */
export function nodeContentType(selector: Selector): string | null {
  const { is } = selector.terminal;
  return is === 'element'
    ? 'application/xcap-el+xml'
    : is === 'attribute'
      ? 'application/xcap-att+xml'
      : null;
}

export type Edited = { readonly text: string; readonly created: boolean } | { readonly conflict: Conflict };

/** PUT. Namespace nodes cannot be written; the caller answered 405 before. */
export function putNode(text: string, selector: Selector, body: string): Edited {
  const parsed = parseDom(text);
  if (!parsed.ok) return { conflict: { error: 'not-well-formed' } };
  return selector.terminal.is === 'attribute'
    ? putAttribute(parsed.value, selector, body)
    : putElement(parsed.value, selector.steps, body);
}

function putAttribute(document: Document, selector: Selector, body: string): Edited {
  const element = selectElement(document, selector.steps);
  if (element === null) return { conflict: { error: 'no-parent' } };
  const value = unescapeAttributeValue(body);
  if (value === null || selector.terminal.is !== 'attribute')
    return { conflict: { error: 'not-xml-att-value' } };
  const { ns, local } = selector.terminal.name;
  const created = attributeValue(element, { ns, local }) === null;
  const prefix = ns === '' ? null : prefixFor(element, ns);
  if (prefix === undefined)
    return { conflict: { error: 'cannot-insert', phrase: 'No prefix for that namespace' } };
  element.setAttributeNS(ns === '' ? null : ns, prefix === null ? local : `${prefix}:${local}`, value);
  // A new value of the very attribute the selector goes by leads somewhere else.
  if (selectElement(document, selector.steps) !== element) return { conflict: { error: 'cannot-insert' } };
  return { text: serialize(document), created };
}

function putElement(document: Document, steps: readonly Step[], body: string): Edited {
  const last = steps[steps.length - 1];
  const present = selectElement(document, steps);
  const parent = present?.parentElement ?? selectElement(document, steps.slice(0, -1));
  // Without a parent it would be the root: that is a document, to be put as one.
  if (parent === null || last === undefined) return { conflict: { error: 'no-parent' } };
  const parsed = parseFragment(body, parent);
  if (!parsed.ok) return { conflict: { error: 'not-xml-frag', phrase: parsed.why } };
  const fresh = parsed.value;
  if (present !== null) {
    parent.replaceChild(fresh, present);
  } else {
    const before = placeFor(parent, last, fresh);
    if (before === undefined) return { conflict: { error: 'cannot-insert' } };
    parent.insertBefore(fresh, before);
  }
  if (selectElement(document, steps) !== fresh) return { conflict: { error: 'cannot-insert' } };
  return { text: serialize(document), created: present === null };
}

/**
 * The sibling a new element goes before, `null` for the end, `undefined` when the position cannot be had. Without a
 * position it follows the last of its kind, so that lists keep the order they were made in.
 */
function placeFor(parent: Element, step: Step, fresh: Element): Element['nextSibling'] | undefined {
  const kind = elementChildren(parent).filter((child) =>
    step.name === null ? step.position !== null || sameName(child, fresh) : isNamed(child, step.name),
  );
  if (step.position === null || step.position === kind.length + 1) {
    const last = kind[kind.length - 1];
    return last === undefined ? null : last.nextSibling;
  }
  return kind[step.position - 1];
}

function sameName(one: Element, other: Element): boolean {
  return one.localName === other.localName && one.namespaceURI === other.namespaceURI;
}

/** DELETE; `null` when the selector names nothing. */
export function deleteNode(text: string, selector: Selector): Edited | null {
  const parsed = parseDom(text);
  if (!parsed.ok) return null;
  const document = parsed.value;
  const element = selectElement(document, selector.steps);
  if (element === null) return null;
  if (selector.terminal.is === 'attribute') {
    const { ns, local } = selector.terminal.name;
    if (attributeValue(element, { ns, local }) === null) return null;
    element.removeAttributeNS(ns === '' ? null : ns, local);
    return { text: serialize(document), created: false };
  }
  const parent = element.parentElement;
  const last = selector.steps[selector.steps.length - 1];
  if (parent === null || last === undefined) return { conflict: { error: 'cannot-delete' } };
  parent.removeChild(element);
  // Deleting `entry[1]` of two leaves an `entry[1]`: doing it twice would delete both (§7.6).
  if (matching(parent, last).length > 0) return { conflict: { error: 'cannot-delete' } };
  return { text: serialize(document), created: false };
}

/** A prefix bound to the namespace at this element; the default namespace is of no use to an attribute. */
function prefixFor(element: Element, ns: string): string | undefined {
  for (const [prefix, uri] of namespacesAt(element)) if (uri === ns && prefix !== '') return prefix;
  return undefined;
}

/** RFC 4825 §7.10: an empty element of that name with every binding in scope. */
function bindings(element: Element): string {
  let attributes = '';
  for (const [prefix, uri] of namespacesAt(element)) {
    attributes += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeValue(uri)}"`;
  }
  return `<${element.tagName}${attributes}/>`;
}

function escapeValue(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;');
}
