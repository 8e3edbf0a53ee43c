/** What changed in XCAP documents (RFC 5874, RFC 5875). We fetch what changed anew; patches are not applied. */
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import {
  LARGE_DOCUMENT,
  type XmlElement,
  attribute,
  childElements,
  isElement,
  parseXml,
  textOf,
} from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const XCAP_DIFF_TYPE = 'application/xcap-diff+xml';

export interface XcapDiff {
  readonly root: string;
  readonly documents: readonly DocumentChange[];
  readonly elements: readonly ElementChange[];
  readonly attributes: readonly { readonly path: string; readonly value: string | null }[];
}

/** `path` is relative to the root. No previous tag: created. No new tag: removed. */
export interface DocumentChange {
  readonly path: string;
  readonly newEtag: string | null;
  readonly previousEtag: string | null;
  /** Carries patch operations (RFC 5261); we fetch the document instead. */
  readonly patched: boolean;
}

/** `null`: it does not exist (any more). */
export interface ElementChange {
  readonly path: string;
  readonly element: XmlElement | null;
}

/** Decode. */
export function decodeXcapDiff(text: string): Decoded<XcapDiff> {
  const xml = parseXml(text, LARGE_DOCUMENT);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.xcapDiff || root.name !== 'xcap-diff') return refused('not an xcap-diff document');
  return decoded({
    root: attribute(root, 'xcap-root') ?? '',
    documents: withPath(root, 'document').map(([path, one]) => ({
      path,
      newEtag: attribute(one, 'new-etag') ?? null,
      previousEtag: attribute(one, 'previous-etag') ?? null,
      patched: childElements(one, NS.xcapDiff).some((each) => each.name !== 'body-not-changed'),
    })),
    elements: withPath(root, 'element').map(([path, one]) => ({
      path,
      element: isGone(one) ? null : (one.children.find(isElement) ?? null),
    })),
    attributes: withPath(root, 'attribute').map(([path, one]) => ({
      path,
      value: isGone(one) ? null : textOf(one),
    })),
  });
}

/** Children of that name with their selector; white space inside comes from printing. */
function withPath(root: XmlElement, name: string): (readonly [string, XmlElement])[] {
  return childElements(root, NS.xcapDiff, name).flatMap((one) => {
    const path = (attribute(one, 'sel') ?? '').replace(/\s+/g, '');
    return path === '' ? [] : [[path, one] as const];
  });
}

function isGone(one: XmlElement): boolean {
  const exists = attribute(one, 'exists');
  return exists === 'false' || exists === '0';
}

/** Encode changes of whole documents: what our server notifies. */
export function encodeXcapDiff(root: string, documents: readonly DocumentChange[]): string {
  const children = documents.map(({ path, newEtag, previousEtag }) =>
    element(NS.xcapDiff, 'document', {
      sel: path,
      'new-etag': newEtag ?? undefined,
      'previous-etag': previousEtag ?? undefined,
    }),
  );
  return writeXml(element(NS.xcapDiff, 'xcap-diff', { 'xcap-root': root }, children));
}
