/**
 * XML to a small namespace-aware tree. The only importer of saxes. SIP's documents need no DTD, no entities beyond
 * the five, no nesting to speak of: everything that makes XML dangerous is refused before or during the parse
 * (reliability.md §5). The writer is `xml-writer.ts`.
 */
import { SaxesParser } from 'saxes';
import { type Decoded, decoded, refused } from './decoded.ts';

/** An element; `ns` is the namespace URI ('' for none), `name` the local name. Text children are strings. */
export interface XmlElement {
  readonly ns: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
}
export type XmlNode = XmlElement | string;

/** `ns` is '' for the usual unprefixed attribute. Namespace declarations are not attributes here. */
export interface XmlAttribute {
  readonly ns: string;
  readonly name: string;
  readonly value: string;
}

/** Sizes in UTF-16 units. */
export interface XmlLimits {
  readonly size: number;
}

/** Any single document. */
const DOCUMENT: XmlLimits = { size: 256 * 1024 };
/** Resource lists, RLMI parts in sum, and what an XCAP server keeps. */
export const LARGE_DOCUMENT: XmlLimits = { size: 1024 * 1024 };

/** saxes needs seconds for 100,000 nested elements; no SIP document nests more than about ten deep. */
const MAX_DEPTH = 64;
const MAX_ATTRIBUTES = 256;
/** A list of 10,000 contacts has about five elements each. */
const MAX_ELEMENTS = 60_000;
const XMLNS = 'http://www.w3.org/2000/xmlns/';
/** Control characters except tab and line ends; C1 controls are legal XML 1.0. */
const CONTROL = /[^\P{Cc}\t\n\r\u007f-\u009f]/u;

/** A refusal out of a parser callback; never leaves this file. */
class Refused extends Error {}

/** Parse one document. Comments and processing instructions are dropped, CDATA becomes text. */
export function parseXml(text: string, limits: XmlLimits = DOCUMENT): Decoded<XmlElement> {
  if (text.length > limits.size) return refused('XML larger than allowed');
  if (/<!DOCTYPE/i.test(text)) return refused('XML with a document type');
  if (count(text, '<') > 2 * MAX_ELEMENTS) return refused('XML with too many elements');
  if (CONTROL.test(text)) return refused('XML with control characters');
  try {
    return decoded(read(text.replace(/^[\uFEFF\s]+/, '')));
  } catch (error) {
    // saxes reports by throwing; its message names a position, not content we would mind in a log.
    return refused(error instanceof Error ? error.message : 'XML not well formed');
  }
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}

interface Building {
  readonly ns: string;
  readonly name: string;
  readonly attributes: XmlAttribute[];
  readonly children: XmlNode[];
}

function read(text: string): XmlElement {
  const parser = new SaxesParser({
    xmlns: true,
    position: false,
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  const open: Building[] = [];
  let root: Building | undefined;
  let attributes = 0;
  let elements = 0;
  parser.on('xmldecl', ({ encoding }) => {
    // The text is decoded already: another name means somebody wants two readings of it.
    if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding))
      throw new Refused('XML not in UTF-8');
  });
  parser.on('opentagstart', () => {
    attributes = 0;
    if (++elements > MAX_ELEMENTS) throw new Refused('XML with too many elements');
    if (open.length >= MAX_DEPTH) throw new Refused('XML nested too deeply');
  });
  parser.on('attribute', () => {
    if (++attributes > MAX_ATTRIBUTES) throw new Refused('XML with too many attributes');
  });
  parser.on('opentag', (tag) => {
    const element: Building = { ns: tag.uri, name: tag.local, attributes: [], children: [] };
    for (const { uri, local, value } of Object.values(tag.attributes)) {
      if (uri !== XMLNS) element.attributes.push({ ns: uri, name: local, value });
    }
    if (open.length === 0) root = element;
    else open[open.length - 1]?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  const addText = (part: string): void => {
    const children = open[open.length - 1]?.children;
    if (children === undefined) return;
    const last = children[children.length - 1];
    // A comment or CDATA splits the text; the tree does not show where.
    if (typeof last === 'string') children[children.length - 1] = last + part;
    else children.push(part);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  if (root === undefined) throw new Refused('XML without a root element');
  return root;
}

/** The value of an attribute; `ns` '' for the usual kind. */
export function attribute(element: XmlElement, name: string, ns = ''): string | undefined {
  return element.attributes.find((one) => one.name === name && one.ns === ns)?.value;
}

/** Child elements of one namespace, all of them or those of one name, in document order. */
export function childElements(element: XmlElement, ns: string, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (const child of element.children) {
    if (isElement(child) && child.ns === ns && (name === undefined || child.name === name)) found.push(child);
  }
  return found;
}

/** First child element of that name. */
export function childElement(element: XmlElement, ns: string, name: string): XmlElement | undefined {
  for (const child of element.children) {
    if (isElement(child) && child.ns === ns && child.name === name) return child;
  }
  return undefined;
}

/** All text below an element, markup dropped (XHTML in a note is shown as its words), trimmed. */
export function textOf(element: XmlElement | undefined): string {
  return element === undefined ? '' : gather(element).trim();
}

/** Text of the first child element of that name, `undefined` when there is none. */
export function childText(element: XmlElement, ns: string, name: string): string | undefined {
  const child = childElement(element, ns, name);
  return child === undefined ? undefined : textOf(child);
}

/** Narrows a child node. */
export function isElement(node: XmlNode): node is XmlElement {
  return typeof node !== 'string';
}

function gather(element: XmlElement): string {
  return element.children.map((child) => (isElement(child) ? gather(child) : child)).join('');
}
