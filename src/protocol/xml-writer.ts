/** The tree of `xml.ts` to text. Everything is escaped here and nowhere else. */
import { NS, PREFIXES } from './namespaces.ts';
import { type XmlAttribute, type XmlElement, type XmlNode, isElement } from './xml.ts';

/** Attributes by name, `{namespace}name` for a namespaced one; `undefined` leaves it out. */
export type AttributeValues = Readonly<Record<string, string | undefined>>;
/** `undefined` and `false` children are left out, so that conditions read well. */
export type ChildNodes = readonly (XmlNode | undefined | false)[];

/** Build an element. */
export function element(
  ns: string,
  name: string,
  attributes: AttributeValues = {},
  children: ChildNodes = [],
): XmlElement {
  const list: XmlAttribute[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const end = key.startsWith('{') ? key.indexOf('}') : -1;
    list.push({ ns: end < 0 ? '' : key.slice(1, end), name: key.slice(end + 1), value });
  }
  return {
    ns,
    name,
    attributes: list,
    children: children.filter((child): child is XmlNode => child !== undefined && child !== false),
  };
}

/** A whole document with its declaration. Characters XML cannot carry are written as U+FFFD. */
export function writeXml(root: XmlElement): string {
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + writeFragment(root);
}

/** An element as it stands alone: the XCAP element resource form (`application/xcap-el+xml`). */
export function writeFragment(root: XmlElement): string {
  const prefixes = prefixesFor(root);
  let declarations = root.ns === '' ? '' : ` xmlns="${escapeAttribute(root.ns)}"`;
  for (const [ns, prefix] of prefixes) declarations += ` xmlns:${prefix}="${escapeAttribute(ns)}"`;
  const out: string[] = [];
  write(root, out, declarations, root.ns, prefixes);
  return out.join('');
}

/** One prefix for every namespace that needs one: elements outside the root's namespace, and all attributes. */
function prefixesFor(root: XmlElement): Map<string, string> {
  const prefixes = new Map<string, string>();
  const taken = new Set<string>();
  const need = (ns: string): void => {
    if (ns === '' || ns === NS.xml || prefixes.has(ns)) return;
    let prefix = PREFIXES[ns] ?? 'n1';
    for (let i = 1; taken.has(prefix); i++) prefix = `n${i}`;
    taken.add(prefix);
    prefixes.set(ns, prefix);
  };
  const walk = (one: XmlElement): void => {
    if (one.ns !== root.ns) need(one.ns);
    for (const { ns } of one.attributes) need(ns);
    for (const child of one.children) if (isElement(child)) walk(child);
  };
  walk(root);
  return prefixes;
}

function write(
  one: XmlElement,
  out: string[],
  declarations: string,
  inherited: string,
  prefixes: ReadonlyMap<string, string>,
): void {
  // The root's namespace goes without a prefix; no namespace at all needs the default undone.
  const prefix = one.ns === inherited ? undefined : prefixes.get(one.ns);
  const name = prefix === undefined ? one.name : `${prefix}:${one.name}`;
  let scope = inherited;
  out.push('<', name, declarations);
  if (prefix === undefined && one.ns !== inherited) {
    out.push(` xmlns="${escapeAttribute(one.ns)}"`);
    scope = one.ns;
  }
  for (const { ns, name: local, value } of one.attributes) {
    const before = ns === '' ? '' : ns === NS.xml ? 'xml:' : `${prefixes.get(ns)}:`;
    out.push(' ', before, local, '="', escapeAttribute(value), '"');
  }
  if (one.children.length === 0) {
    out.push('/>');
    return;
  }
  out.push('>');
  for (const child of one.children) {
    if (isElement(child)) write(child, out, '', scope, prefixes);
    else out.push(escapeText(child));
  }
  out.push('</', name, '>');
}

/** Not XML 1.0 characters: most controls, lone surrogates, U+FFFE and U+FFFF. */
const NO_CHARACTER = /[^\P{Cc}\t\n\r\u007f-\u009f]|\p{Cs}|[\uFFFE\uFFFF]/gu;

/** Text content: `\r` is kept by a reference, for a parser would turn it into a line feed. */
function escapeText(text: string): string {
  return text
    .replace(NO_CHARACTER, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** Attribute value: white space by reference, for a parser would normalise it to blanks. */
function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
