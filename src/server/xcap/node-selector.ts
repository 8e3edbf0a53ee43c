/**
 * Node selectors (RFC 4825 §6.3): parsed by hand into steps, then walked over a DOM. There is no XPath engine here,
 * hence nothing that could loop, call or read beside the path.
 *
 *   selector = step *( "/" step ) [ "/" ( "@" name | "namespace::*" ) ]
 *   step     = ( name | "*" ) [ "[" position "]" ] [ "[@" name "=" quoted "]" ]
 */
import type { Document, Element, Node } from '@xmldom/xmldom';

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

export interface Selector {
  readonly steps: readonly Step[];
  readonly terminal:
    | { readonly is: 'element' }
    | { readonly is: 'attribute'; readonly name: QName }
    | { readonly is: 'namespaces' };
}

const MAX_STEPS = 32;
/** NCName without its rarer letters; what XML allows beyond is matched by the second class. */
const NAME = /(?:([\p{L}_][\p{L}\p{N}\p{M}._\-·]*):)?([\p{L}_][\p{L}\p{N}\p{M}._\-·]*)/uy;
const POSITION = /\[([1-9][0-9]{0,8})\]/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Parses an already percent-decoded selector. `query` binds prefixes (`xmlns(p=urn:x)`); names without a prefix are in
 * `defaultNamespace`, attributes without one in none. `null`: not a selector, or a prefix that nothing binds.
 */
export function parseSelector(text: string, query: string, defaultNamespace: string): Selector | null {
  const prefixes = parseBindings(query);
  if (prefixes === null) return null;
  const reader = new Reader(text, prefixes, defaultNamespace);
  const steps: Step[] = [];
  for (;;) {
    const terminal = steps.length > 0 ? reader.terminal() : null;
    if (terminal !== null) return { steps, terminal };
    const step = reader.step();
    if (step === null || steps.push(step) > MAX_STEPS) return null;
    if (reader.atEnd) return { steps, terminal: { is: 'element' } };
    if (!reader.take('/')) return null;
  }
}

/** XPointer xmlns() parts (RFC 4825 §6.4); `^` escapes a parenthesis or itself. */
function parseBindings(query: string): ReadonlyMap<string, string> | null {
  const bindings = new Map<string, string>();
  const part = /\s*xmlns\(\s*([\p{L}_][\p{L}\p{N}._-]*)\s*=\s*((?:\^[()^]|[^()^])*)\)\s*/uy;
  while (part.lastIndex < query.length) {
    const match = part.exec(query);
    if (match?.[1] === undefined || match[2] === undefined) return null;
    bindings.set(match[1], match[2].replace(/\^([()^])/g, '$1'));
  }
  return bindings;
}

class Reader {
  #at = 0;
  readonly #text: string;
  readonly #prefixes: ReadonlyMap<string, string>;
  readonly #defaultNamespace: string;

  constructor(text: string, prefixes: ReadonlyMap<string, string>, defaultNamespace: string) {
    this.#text = text;
    this.#prefixes = prefixes;
    this.#defaultNamespace = defaultNamespace;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  take(literal: string): boolean {
    if (!this.#text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  /** The end of the path that is no element; `null` and nothing consumed when another step follows. */
  terminal(): Selector['terminal'] | null {
    const start = this.#at;
    if (this.take('namespace::*') && this.atEnd) return { is: 'namespaces' };
    this.#at = start;
    if (this.take('@')) {
      const name = this.#name('');
      if (name !== null && this.atEnd) return { is: 'attribute', name };
    }
    this.#at = start;
    return null;
  }

  step(): Step | null {
    const name = this.take('*') ? null : this.#name(this.#defaultNamespace);
    if (name === null && this.#text[this.#at - 1] !== '*') return null;
    const position = this.#match(POSITION)?.[1];
    let attribute: Step['attribute'] = null;
    if (this.take('[@')) {
      const key = this.#name('');
      const value = key !== null && this.take('=') ? this.#quoted() : null;
      if (key === null || value === null || !this.take(']')) return null;
      attribute = { name: key, value };
    }
    return { name, position: position === undefined ? null : Number(position), attribute };
  }

  #name(defaultNamespace: string): QName | null {
    const match = this.#match(NAME);
    const local = match?.[2];
    if (local === undefined) return null;
    const prefix = match?.[1];
    const ns = prefix === undefined ? defaultNamespace : this.#prefixes.get(prefix);
    return ns === undefined ? null : { ns, local };
  }

  /** AttValue of XML: either quote, with the five entities and character references. */
  #quoted(): string | null {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") return null;
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) return null;
    const raw = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return unescapeValue(raw);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

/** The value an attribute would have with this text between its quotes; `null` when XML would not take it. */
export function unescapeValue(raw: string): string | null {
  if (raw.includes('<')) return null;
  let whole = true;
  const value = raw.replace(/&([^;&]{0,12});?|&/g, (reference, name: string | undefined) => {
    const text = reference.endsWith(';') && name !== undefined ? referenced(name) : null;
    if (text === null) whole = false;
    return text ?? '';
  });
  return whole ? value : null;
}

function referenced(name: string): string | null {
  const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  if (known !== undefined) return known;
  const match = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (match === null) return null;
  const code = match[1] === undefined ? Number(match[2]) : parseInt(match[1], 16);
  const legal =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 32 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0x10ffff);
  return legal ? String.fromCodePoint(code) : null;
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
