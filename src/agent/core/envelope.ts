/** What a message looks like on its way: CPIM with its id and the notices wanted, or plain text for peers that take no more. */
import { CPIM_TYPE, formatCpim } from '../../protocol/cpim.ts';
import { encodeImdn, IMDN_TYPE, imdnHeaders } from '../../protocol/imdn.ts';
import type { OutboxRow } from '../../store/rows.ts';

export interface Envelope {
  readonly contentType: string;
  readonly body: string;
}

/** Wraps a row of the outbox for transmission. Retries give the same body, letter by letter. */
export function wrap(row: OutboxRow, me: { aor: string; name: string }, plain: boolean): Envelope {
  if (plain && row.kind === 'message') return { contentType: 'text/plain;charset=UTF-8', body: row.body };
  const contentHeaders: [string, string][] =
    row.kind === 'notice'
      ? [
          ['Content-Type', IMDN_TYPE],
          ['Content-Disposition', 'notification'],
        ]
      : [['Content-Type', 'text/plain;charset=UTF-8']];
  const body = formatCpim({
    from: { name: me.name, uri: me.aor },
    to: [{ name: '', uri: row.conversation }],
    ...(row.stamp !== null && { dateTime: row.stamp }),
    headers: imdnHeaders(row.id, row.kind === 'notice' ? [] : ['positive-delivery', 'display']),
    contentHeaders,
    content: row.body,
  });
  return { contentType: CPIM_TYPE, body };
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
