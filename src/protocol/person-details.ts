/**
 * What a contact list remembers about a person beyond URI and name, as elements of our own namespace inside
 * `<entry>`: other clients that keep unknown content carry it along.
 */
import { ACCESS_LEVELS, type AccessLevel } from './access-levels.ts';
import { NS } from './namespaces.ts';
import { webLink } from './safe-link.ts';
import { type XmlElement, attribute, childElement, childElements, childText, textOf } from './xml.ts';
import { element } from './xml-writer.ts';

export interface PersonDetails {
  /** Tell me when this person's state changes (features.md P28). */
  readonly tagged?: boolean;
  readonly title?: string;
  readonly team?: string;
  readonly company?: string;
  readonly email?: string;
  readonly office?: string;
  readonly photo?: string;
  readonly manager?: string;
  /** Only the owner of the list can see it. */
  readonly privateNote?: string;
  /** The own level of somebody who is blocked, for the time after. */
  readonly levelBefore?: AccessLevel;
  /** Web pages. */
  readonly links?: readonly { readonly name: string; readonly url: string }[];
  readonly phones?: readonly { readonly kind: 'work' | 'mobile' | 'home'; readonly number: string }[];
}

const TEXTS = ['title', 'team', 'company', 'email', 'office', 'photo', 'manager', 'privateNote'] as const;
const KINDS = ['work', 'mobile', 'home'] as const;
const NAMES: readonly string[] = ['tagged', 'phone', 'link', 'levelBefore', ...TEXTS];

/** Whether this element is one of these and not somebody else's. */
export function isDetail({ ns, name }: XmlElement): boolean {
  return ns === NS.parleyContacts && NAMES.includes(name);
}

/** Our elements of an entry. */
export function decodeDetails(entry: XmlElement): PersonDetails {
  const texts: Partial<Record<(typeof TEXTS)[number], string>> = {};
  for (const name of TEXTS) {
    const text = childText(entry, NS.parleyContacts, name);
    if (text) texts[name] = text;
  }
  const phones = childElements(entry, NS.parleyContacts, 'phone').flatMap((one) => {
    const kind = KINDS.find((each) => each === attribute(one, 'kind'));
    const number = textOf(one);
    return kind && number ? [{ kind, number }] : [];
  });
  const links = childElements(entry, NS.parleyContacts, 'link').flatMap((one) => {
    const url = webLink(textOf(one));
    return url === undefined ? [] : [{ name: attribute(one, 'name') ?? '', url }];
  });
  const before = childText(entry, NS.parleyContacts, 'levelBefore');
  const levelBefore = ACCESS_LEVELS.find((one) => one === before);
  return {
    ...texts,
    ...(levelBefore && { levelBefore }),
    ...(links.length > 0 && { links }),
    ...(childElement(entry, NS.parleyContacts, 'tagged') && { tagged: true }),
    ...(phones.length > 0 && { phones }),
  };
}

/** The elements to write. */
export function encodeDetails(details: PersonDetails): XmlElement[] {
  const out: XmlElement[] = [];
  if (details.tagged) out.push(element(NS.parleyContacts, 'tagged'));
  for (const name of TEXTS) {
    const text = details[name];
    if (text) out.push(element(NS.parleyContacts, name, {}, [text]));
  }
  if (details.levelBefore) out.push(element(NS.parleyContacts, 'levelBefore', {}, [details.levelBefore]));
  for (const { name, url } of details.links ?? [])
    out.push(element(NS.parleyContacts, 'link', { name }, [url]));
  for (const { kind, number } of details.phones ?? [])
    out.push(element(NS.parleyContacts, 'phone', { kind }, [number]));
  return out;
}
