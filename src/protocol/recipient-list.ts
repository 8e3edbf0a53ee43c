/**
 * The people a request is for as well (RFC 5363, RFC 5366): a flat resource list, each entry marked with how it is
 * addressed (copyControl, RFC 5364).
 */
import { type Decoded, decoded } from './decoded.ts';
import { NS } from './namespaces.ts';
import { NO_EXTRA, type ResourceList, decodeResourceLists, encodeResourceLists } from './resource-lists.ts';

/** Content-Disposition of the body part that carries it. */
export const RECIPIENT_LIST = 'recipient-list';
/** Option tag of an INVITE with such a list. */
export const RECIPIENT_LIST_INVITE = 'recipient-list-invite';

const COPIES = ['to', 'cc', 'bcc'] as const;

export interface Recipient {
  /** As written. */
  readonly uri: string;
  /** `to` when the sender did not say (RFC 5364 §4). `bcc`: nobody else may learn of them. */
  readonly copy: (typeof COPIES)[number];
  /** The others may learn that there is somebody, not who. */
  readonly anonymize: boolean;
}

/** Decode; nested lists are one. Each URI once, as it stands first. */
export function decodeRecipientList(text: string): Decoded<readonly Recipient[]> {
  const read = decodeResourceLists(text);
  if (!read.ok) return read;
  const found = new Map<string, Recipient>();
  const walk = (lists: readonly ResourceList[]): void => {
    for (const { entries, lists: inner } of lists) {
      for (const { uri, extra } of entries) {
        const control = (name: string): string | undefined =>
          extra.attributes.find((one) => one.ns === NS.copyControl && one.name === name)?.value;
        const copy = COPIES.find((one) => one === control('copyControl')) ?? 'to';
        if (!found.has(uri)) found.set(uri, { uri, copy, anonymize: control('anonymize') === 'true' });
      }
      walk(inner);
    }
  };
  walk(read.value.lists);
  return decoded([...found.values()]);
}

/** Encode. */
export function encodeRecipientList(recipients: readonly Recipient[]): string {
  const entries = recipients.map(({ uri, copy, anonymize }) => ({
    uri,
    displayName: '',
    details: {},
    extra: {
      attributes: [
        { ns: NS.copyControl, name: 'copyControl', value: copy as string },
        ...(anonymize ? [{ ns: NS.copyControl, name: 'anonymize', value: 'true' }] : []),
      ],
      children: [],
    },
  }));
  return encodeResourceLists({
    lists: [{ name: '', displayName: '', entries, lists: [], extra: NO_EXTRA }],
    extra: NO_EXTRA,
  });
}
