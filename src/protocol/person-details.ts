/**
 * What a contact list remembers about a person beyond URI and name, as elements of our own namespace inside
 * `<entry>`: other clients that keep unknown content carry it along.
 */
import { NS } from './namespaces.ts';
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
  readonly phones?: readonly { readonly kind: 'work' | 'mobile' | 'home'; readonly number: string }[];
}

const TEXTS = ['title', 'team', 'company', 'email', 'office', 'photo', 'manager'] as const;
const KINDS = ['work', 'mobile', 'home'] as const;
const NAMES: readonly string[] = ['tagged', 'phone', ...TEXTS];

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
  return {
    ...texts,
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
  for (const { kind, number } of details.phones ?? [])
    out.push(element(NS.parleyContacts, 'phone', { kind }, [number]));
  return out;
}
