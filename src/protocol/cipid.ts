/** Contact information in presence (RFC 4482). Links are offered only when they cannot run anything. */
import { NS } from './namespaces.ts';
import { imageLink, webLink } from './safe-link.ts';
import { type XmlElement, childText } from './xml.ts';
import { element } from './xml-writer.ts';

export interface Cipid {
  readonly displayName?: string;
  readonly homepage?: string;
  readonly card?: string;
  readonly icon?: string;
  readonly map?: string;
}

/** CIPID children of a person, tuple or (RFC 5263 and others) the presence element. */
export function decodeCipid(parent: XmlElement): Cipid {
  const displayName = childText(parent, NS.cipid, 'display-name');
  const homepage = webLink(childText(parent, NS.cipid, 'homepage'));
  const card = webLink(childText(parent, NS.cipid, 'card'));
  const icon = imageLink(childText(parent, NS.cipid, 'icon'));
  const map = webLink(childText(parent, NS.cipid, 'map'));
  return {
    ...(displayName && { displayName }),
    ...(homepage && { homepage }),
    ...(card && { card }),
    ...(icon && { icon }),
    ...(map && { map }),
  };
}

/** The children to write. */
export function encodeCipid(cipid: Cipid): XmlElement[] {
  const out: XmlElement[] = [];
  const plain = (name: string, text: string | undefined): void => {
    if (text) out.push(element(NS.cipid, name, {}, [text]));
  };
  plain('card', cipid.card);
  plain('display-name', cipid.displayName);
  plain('homepage', cipid.homepage);
  plain('icon', cipid.icon);
  plain('map', cipid.map);
  return out;
}
