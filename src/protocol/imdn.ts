/** Instant message disposition notification (RFC 5438): ids and wishes in CPIM headers, answers as small documents. */
import type { CpimMessage } from './cpim.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import { childElement, childElements, childText, parseXml } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const IMDN_TYPE = 'message/imdn+xml';
/** Namespace of the CPIM headers; the prefix is free, `imdn` by custom. */
export const IMDN_CPIM_NS = 'urn:ietf:params:imdn';

/** What a sender may want to hear back (RFC 5438 §6.3). */
export type ImdnWish = 'positive-delivery' | 'negative-delivery' | 'display' | 'processing';
const WISHES: readonly ImdnWish[] = ['positive-delivery', 'negative-delivery', 'display', 'processing'];

/** Message-ID of a CPIM message, `undefined` when the header is not in IMDN's namespace or senseless. */
export function messageIdOf(message: Pick<CpimMessage, 'headers'>): string | undefined {
  const id = imdnHeader(message, 'Message-ID');
  return id !== undefined && /^[\x21-\x7e]{1,256}$/.test(id) ? id : undefined;
}

/** What the sender wants to hear. Parameters (`;role`) are ignored. */
export function wishesOf(message: Pick<CpimMessage, 'headers'>): ImdnWish[] {
  const words = (imdnHeader(message, 'Disposition-Notification') ?? '')
    .split(',')
    .map((one) => one.split(';', 1)[0]?.trim());
  return WISHES.filter((wish) => words.includes(wish));
}

function imdnHeader(message: Pick<CpimMessage, 'headers'>, name: string): string | undefined {
  return message.headers.find((one) => one.ns === IMDN_CPIM_NS && one.name === name)?.value;
}

/** CPIM headers for a message of ours, ready for `formatCpim`. */
export function imdnHeaders(
  id: string,
  wishes: readonly ImdnWish[] = [],
): { prefix: string; ns: string; name: string; value: string }[] {
  const all = [{ prefix: 'imdn', ns: IMDN_CPIM_NS, name: 'Message-ID', value: id }];
  if (wishes.length > 0)
    all.push({
      prefix: 'imdn',
      ns: IMDN_CPIM_NS,
      name: 'Disposition-Notification',
      value: wishes.join(', '),
    });
  return all;
}

/** A notice about one message. `what` with `status` as in RFC 5438 §7.2.1. */
export interface Imdn {
  readonly messageId: string;
  /** Milliseconds: when the message in question was sent, as its sender said. */
  readonly dateTime?: number;
  readonly recipient?: string;
  readonly originalRecipient?: string;
  readonly what: 'delivery' | 'display' | 'processing';
  readonly status: 'delivered' | 'displayed' | 'processed' | 'stored' | 'failed' | 'forbidden' | 'error';
}

const STATUS = ['delivered', 'displayed', 'processed', 'stored', 'failed', 'forbidden', 'error'] as const;
const WHAT = ['delivery', 'display', 'processing'] as const;

/** Decode a notification document. */
export function decodeImdn(text: string): Decoded<Imdn> {
  const xml = parseXml(text);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.imdn || root.name !== 'imdn') return refused('not an IMDN document');
  const messageId = childText(root, NS.imdn, 'message-id') ?? '';
  if (messageId === '' || messageId.length > 256) return refused('IMDN without a message id');
  for (const what of WHAT) {
    const notice = childElement(root, NS.imdn, `${what}-notification`);
    const names = notice && childElement(notice, NS.imdn, 'status');
    const said = names ? childElements(names, NS.imdn).map((one) => one.name) : [];
    const status = STATUS.find((one) => said.includes(one));
    if (status === undefined) continue;
    const dateTime = parseDateTime(childText(root, NS.imdn, 'datetime'));
    const recipient = childText(root, NS.imdn, 'recipient-uri');
    const originalRecipient = childText(root, NS.imdn, 'original-recipient-uri');
    return decoded({
      messageId,
      what,
      status,
      ...(dateTime !== undefined && { dateTime }),
      ...(recipient && { recipient }),
      ...(originalRecipient && { originalRecipient }),
    });
  }
  return refused('IMDN that says nothing');
}

/** Write a notification document. */
export function encodeImdn(imdn: Imdn): string {
  const plain = (name: string, text: string | undefined) =>
    text ? element(NS.imdn, name, {}, [text]) : undefined;
  return writeXml(
    element(NS.imdn, 'imdn', {}, [
      plain('message-id', imdn.messageId),
      plain('datetime', formatDateTime(imdn.dateTime ?? 0)),
      plain('recipient-uri', imdn.recipient),
      plain('original-recipient-uri', imdn.originalRecipient),
      element(NS.imdn, `${imdn.what}-notification`, {}, [
        element(NS.imdn, 'status', {}, [element(NS.imdn, imdn.status)]),
      ]),
    ]),
  );
}
