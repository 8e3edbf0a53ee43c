/**
 * Documents as a DOM that keeps prefixes, comments and white space, for editing in place. Nothing reaches this parser
 * that the strict one has not taken first: no document type, no depth, no size, no prefix out of the air.
 */
import { DOMParser, type Document, type Element, XMLSerializer } from '@xmldom/xmldom';
import { type Decoded, decoded, refused } from '../../protocol/decoded.ts';
import { LARGE_DOCUMENT, parseXml } from '../../protocol/xml.ts';
import { elementChildren } from './node-selector.ts';

/** A document, or a sentence for the log. */
export function parseDom(text: string): Decoded<Document> {
  const checked = parseXml(text, LARGE_DOCUMENT);
  return checked.ok ? build(text) : checked;
}

/**
 * An element alone (`application/xcap-el+xml`, RFC 4825 §16.1), with the namespace prefixes that are in scope where it
 * will stand. It belongs to `document` afterwards and hangs nowhere yet.
 */
export function parseFragment(text: string, parent: Element): Decoded<Element> {
  const owner = parent.ownerDocument;
  if (owner === null) return refused('No document around the parent');
  if (/<\?xml\s/.test(text)) return refused('An element resource has no XML declaration');
  const wrapper = `<w${declarations(parent)}>${text}</w>`;
  const checked = parseXml(wrapper, LARGE_DOCUMENT);
  if (!checked.ok) return checked;
  const { children } = checked.value;
  if (children.filter((child) => typeof child !== 'string').length !== 1)
    return refused('Not exactly one element');
  if (children.some((child) => typeof child === 'string' && child.trim() !== ''))
    return refused('Text beside the element');
  const built = build(wrapper);
  if (!built.ok) return built;
  const root = built.value.documentElement;
  const only = root === null ? undefined : elementChildren(root)[0];
  return only === undefined ? refused('No element') : decoded(owner.importNode(only, true));
}

/** The text of a document or of one element with the declarations it needs to stand alone. */
export function serialize(node: Document | Element): string {
  return new XMLSerializer().serializeToString(node);
}

/** Namespaces in scope at an element; '' is the default namespace. The innermost declaration wins. */
export function namespacesAt(element: Element): Map<string, string> {
  const found = new Map<string, string>();
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    for (const { name, value } of Array.from(at.attributes)) {
      const prefix = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice(6) : null;
      if (prefix !== null && !found.has(prefix)) found.set(prefix, value);
    }
  }
  return found;
}

function declarations(element: Element): string {
  let text = '';
  for (const [prefix, uri] of namespacesAt(element)) {
    const value = uri.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${value}"`;
  }
  return text;
}

function build(text: string): Decoded<Document> {
  try {
    const onError = (_level: string, message: string): void => {
      throw new Error(message);
    };
    return decoded(new DOMParser({ locator: false, onError }).parseFromString(text, 'text/xml'));
  } catch (error) {
    return refused(error instanceof Error ? error.message : 'XML not well formed');
  }
}
