/**
 * Node selectors (RFC 4825 §6.3) walked over a DOM. There is no XPath engine here, hence nothing that could loop, call or
 * read beside the path.
 */
import type { Document, Element, Node } from '@xmldom/xmldom';
import type { NodeSelector } from '../../protocol/xcap-uri.ts';

export interface QName {
  /** Namespace URI, '' for none. */
  readonly ns: string;
  readonly local: string;
}

export interface Step {
  /** `null` is `*`. */
  readonly name: QName | null;
  /** From 1, among the siblings of that name. */
  readonly position: number | null;
  readonly attribute: { readonly name: QName; readonly value: string } | null;
}

/** A selector whose prefixes are resolved. */
export interface Selector {
  readonly steps: readonly Step[];
  readonly terminal:
    | { readonly is: 'element' }
    | { readonly is: 'attribute'; readonly name: QName }
    | { readonly is: 'namespaces' };
}

/**
 * Names without a prefix are in `defaultNamespace`, attributes without one in none (§6.4). `null`: a prefix that nothing
 * binds.
 */
export function resolveSelector(
  { steps, terminal }: NodeSelector,
  prefixes: ReadonlyMap<string, string>,
  defaultNamespace: string,
): Selector | null {
  let bound = true;
  const resolve = (name: { readonly prefix: string; readonly local: string }, otherwise: string): QName => {
    const ns = name.prefix === '' ? otherwise : prefixes.get(name.prefix);
    bound &&= ns !== undefined;
    return { ns: ns ?? '', local: name.local };
  };
  const resolved: Selector = {
    steps: steps.map(({ name, position, attribute }) => ({
      name: name === null ? null : resolve(name, defaultNamespace),
      position: position ?? null,
      attribute:
        attribute === undefined ? null : { name: resolve(attribute.name, ''), value: attribute.value },
    })),
    terminal:
      terminal === null
        ? { is: 'element' }
        : terminal.is === 'attribute'
          ? { is: 'attribute', name: resolve(terminal.name, '') }
          : terminal,
  };
  return bound ? resolved : null;
}

/** The one element the steps lead to; `null` when a step matches none or more than one. */
export function selectElement(document: Document, steps: readonly Step[]): Element | null {
  let node: Document | Element = document;
  for (const step of steps) {
    const found: Element[] = matching(node, step);
    const only = found[0];
    if (only === undefined || found.length > 1) return null;
    node = only;
  }
  return node === document ? null : (node as Element);
}

/** Children of `parent` a step matches. */
export function matching(parent: Document | Element, step: Step): Element[] {
  const named = elementChildren(parent).filter((child) => step.name === null || isNamed(child, step.name));
  const placed = step.position === null ? named : named.slice(step.position - 1, step.position);
  const { attribute } = step;
  return attribute === null
    ? placed
    : placed.filter((child) => attributeValue(child, attribute.name) === attribute.value);
}

export function elementChildren(parent: Document | Element): Element[] {
  const children: Element[] = [];
  for (let node: Node | null = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE) children.push(node as Element);
  }
  return children;
}

export function isNamed(element: Element, name: QName): boolean {
  return element.localName === name.local && (element.namespaceURI ?? '') === name.ns;
}

/** `null` when absent. */
export function attributeValue(element: Element, name: QName): string | null {
  return element.getAttributeNodeNS(name.ns === '' ? null : name.ns, name.local)?.value ?? null;
}
