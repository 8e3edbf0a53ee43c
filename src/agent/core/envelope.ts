/** What a message looks like on its way: CPIM with its id and the notices wanted, or plain text for peers that take no more. */
import { CPIM_TYPE, formatCpim } from '../../protocol/cpim.ts';
import { encodeImdn, IMDN_TYPE, imdnHeaders } from '../../protocol/imdn.ts';
import { encodeContent } from '../../protocol/message-content.ts';
import { marksHeaders } from '../../protocol/message-marks.ts';
import type { OutboxRow } from '../../store/rows.ts';

export interface Envelope {
  readonly contentType: string;
  readonly body: string;
}

/** Octets that an envelope may have: with its SIP headers it stays under the 64 KiB a server takes. */
export const LARGEST = 61_000;

/** Wraps a row of the outbox for transmission. Retries give the same body, letter by letter. */
export function wrap(row: OutboxRow, me: { aor: string; name: string }, plain: boolean): Envelope {
  if (plain && row.kind === 'message') return { contentType: 'text/plain;charset=UTF-8', body: row.body };
  const { headers, body: content } = contentOf(row);
  const { subject, marks } = row.extras ?? {};
  const body = formatCpim({
    from: { name: me.name, uri: me.aor },
    to: to(row),
    ...(subject !== undefined && { subject }),
    ...(row.stamp !== null && { dateTime: row.stamp }),
    headers: [...imdnHeaders(row.message ?? row.id, wishesFor(row)), ...marksHeaders(marks ?? {})],
    contentHeaders: headers,
    content,
  });
  return { contentType: CPIM_TYPE, body };
}

function to({ conversation, extras }: OutboxRow): { name: string; uri: string }[] {
  return extras?.people?.map(({ aor, name }) => ({ name, uri: aor })) ?? [{ name: '', uri: conversation }];
}

/** Nothing is asked for a notice, nor of a focus: its answer says that every member's mailbox has the message. */
function wishesFor({ kind, extras }: OutboxRow): ('positive-delivery' | 'display')[] {
  return kind === 'notice' || extras?.marks?.conversation !== undefined
    ? []
    : ['positive-delivery', 'display'];
}

function contentOf(row: OutboxRow): { headers: (readonly [string, string])[]; body: string } {
  if (row.kind === 'notice')
    return {
      headers: [
        ['Content-Type', IMDN_TYPE],
        ['Content-Disposition', 'notification'],
      ],
      body: row.body,
    };
  const { html, ink, inkPicture, files } = row.extras ?? {};
  const content = {
    text: row.body,
    ...(html !== undefined && { html }),
    ...(ink && { ink }),
    ...(inkPicture !== undefined && { inkPicture }),
    ...(files && { files }),
  };
  // The id is random and older than the content, so no part can hold it.
  return encodeContent(content, `part-${(row.message ?? row.id).replace(/[^\w-]/g, '').slice(0, 60)}`);
}

/** The IMDN document that answers a message (RFC 5438 §6). */
export function noticeBody(
  messageId: string,
  sentAt: number,
  recipient: string,
  what: 'delivered' | 'displayed',
): string {
  return encodeImdn({
    messageId,
    dateTime: sentAt,
    recipient,
    what: what === 'delivered' ? 'delivery' : 'display',
    status: what,
  });
}
