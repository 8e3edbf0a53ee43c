/** What an XCAP server can do (RFC 4825 §12): the global document `xcap-caps/global/index`. */
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import { type XmlElement, childElement, childElements, parseXml, textOf } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const XCAP_CAPS_TYPE = 'application/xcap-caps+xml';

/** Ours: this server gives each watcher only the variant of their access level, at every NOTIFY. */
export const LEVELS_EXTENSION = 'parley-levels';

export interface XcapCaps {
  readonly auids: readonly string[];
  readonly extensions: readonly string[];
  readonly namespaces: readonly string[];
}

/** Decode. */
export function decodeXcapCaps(text: string): Decoded<XcapCaps> {
  const xml = parseXml(text);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.xcapCaps || root.name !== 'xcap-caps') return refused('not an xcap-caps document');
  return decoded({
    auids: listIn(root, 'auids', 'auid'),
    extensions: listIn(root, 'extensions', 'extension'),
    namespaces: listIn(root, 'namespaces', 'namespace'),
  });
}

function listIn(root: XmlElement, list: string, item: string): string[] {
  const parent = childElement(root, NS.xcapCaps, list);
  return parent ? childElements(parent, NS.xcapCaps, item).map(textOf) : [];
}

/** Encode. */
export function encodeXcapCaps({ auids, extensions, namespaces }: XcapCaps): string {
  const list = (name: string, item: string, texts: readonly string[]): XmlElement =>
    element(
      NS.xcapCaps,
      name,
      {},
      texts.map((text) => element(NS.xcapCaps, item, {}, [text])),
    );
  return writeXml(
    element(NS.xcapCaps, 'xcap-caps', {}, [
      list('auids', 'auid', auids),
      list('extensions', 'extension', extensions),
      list('namespaces', 'namespace', namespaces),
    ]),
  );
}
