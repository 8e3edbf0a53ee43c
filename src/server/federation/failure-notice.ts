/** What tells a sender that their message will not be delivered: a failed IMDN (RFC 5438 §7.2.1) from the server. */
import { randomUUID } from 'node:crypto';
import { CPIM_TYPE, formatCpim, parseCpim } from '../../protocol/cpim.ts';
import { encodeImdn, IMDN_TYPE, imdnHeaders, messageIdOf } from '../../protocol/imdn.ts';
import { header } from '../../protocol/sip-message.ts';
import { parseMediaType } from '../../protocol/sip-values.ts';
import type { NewMessage } from '../store/messages.ts';
import type { OutgoingMessage } from './outbox.ts';

/** Null when nothing in the message has an id by which its sender would know it, or it was a notice itself. */
export function failureNotice(message: OutgoingMessage): NewMessage | null {
  const type = parseMediaType(header(message, 'Content-Type') ?? '')?.type;
  const cpim = message.written && type === CPIM_TYPE ? parseCpim(message.body) : null;
  const messageId = cpim?.ok === true ? messageIdOf(cpim.value) : undefined;
  if (cpim?.ok !== true || messageId === undefined) return null;
  const { sender, recipient } = message;
  const body = formatCpim({
    from: { name: '', uri: recipient },
    to: [{ name: '', uri: sender }],
    headers: imdnHeaders(randomUUID()),
    contentHeaders: [['Content-Type', IMDN_TYPE]],
    content: encodeImdn({
      messageId,
      dateTime: cpim.value.dateTime ?? message.at,
      recipient,
      originalRecipient: recipient,
      what: 'delivery',
      status: 'failed',
    }),
  });
  return {
    ...{ sender: recipient, recipient: sender, id: `failed ${message.key}` },
    ...{ from: `<${recipient}>;tag=${randomUUID().slice(0, 8)}`, to: `<${sender}>` },
    ...{ callId: randomUUID(), cseq: 1, headers: [{ name: 'Content-Type', value: CPIM_TYPE }] },
    ...{ body, binary: false },
  };
}
