import { createHash } from 'node:crypto';
import { parseCpim, CPIM_TYPE } from '../../protocol/cpim.ts';
import { IMDN_TYPE, messageIdOf } from '../../protocol/imdn.ts';
import { IS_COMPOSING_TYPE } from '../../protocol/is-composing.ts';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, type Header, type SipRequest } from '../../protocol/sip-message.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { formatDate, parseMediaType } from '../../protocol/sip-values.ts';
import { addressValue, makeRequest } from '../../protocol/sip-writer.ts';
import { isForeign, UNPROVEN } from '../sip/claims.ts';
import type { Aor, Domain } from '../sip/contract.ts';
import type { NewMessage, StoredMessage } from '../store/messages.ts';

/** Fields of the hop or of the sender's account, not of the message, and those nobody may believe. */
const NOT_KEPT = new Set([
  ...(
    'Via From To Call-ID CSeq Max-Forwards Content-Length Route Record-Route Contact Authorization ' +
    'Proxy-Authorization Require Proxy-Require Supported Allow User-Agent Date'
  ).split(' '),
  ...UNPROVEN,
]);

export type Envelope =
  /** Typing notices: for whoever is there now. */
  | { readonly is: 'passing' }
  | {
      readonly is: 'message';
      readonly id: string;
      /** A person wants to know of it at once. */ readonly wakes: boolean;
    }
  | { readonly is: 'refused'; readonly status: number; readonly reason: string };

/** What a MESSAGE is, by its content; the sender named inside a CPIM wrapper has to be the one who proved it. */
export function readEnvelope(request: SipRequest, sender: Aor, domain: Domain): Envelope {
  const type = parseMediaType(header(request, 'Content-Type') ?? 'text/plain')?.type;
  if (type === undefined) return { is: 'refused', status: 400, reason: 'Malformed Content-Type' };
  if (type === IS_COMPOSING_TYPE) return { is: 'passing' };
  if (type !== CPIM_TYPE) return { is: 'message', id: plainId(request), wakes: type !== IMDN_TYPE };
  const cpim = parseCpim(request.body);
  if (!cpim.ok) return { is: 'refused', status: 400, reason: 'Malformed CPIM' };
  const { from, contentType } = cpim.value;
  if (isForeign(from, sender, domain)) {
    return { is: 'refused', status: 403, reason: 'CPIM From is somebody else' };
  }
  if (contentType === IS_COMPOSING_TYPE) return { is: 'passing' };
  const id = messageIdOf(cpim.value);
  return { is: 'message', id: id ?? plainId(request), wakes: contentType !== IMDN_TYPE };
}

/**
 * Without a Message-ID the Call-ID stands for it (reliability.md §7). Some clients keep one Call-ID for all they
 * send (RFC 3428 §8), so the content counts too.
 */
function plainId(request: SipRequest): string {
  return `${request.callId} ${createHash('sha256').update(request.body).digest('base64url')}`;
}

/** Characters of an id that are kept as they are. */
const LONGEST_ID = 200;

function withoutTag(params: SipRequest['to']['params']): SipRequest['to']['params'] {
  return params.has('tag') ? new Map([...params].filter(([name]) => name !== 'tag')) : params;
}

export function seal(request: SipRequest, id: string, sender: Aor, recipient: Aor): NewMessage {
  return {
    sender,
    recipient,
    id: id.length > LONGEST_ID ? createHash('sha256').update(id).digest('base64url') : id,
    from: header(request, 'From') ?? '',
    // Kept for devices that share no dialog with the sender: a tag would only have them refuse it.
    to: addressValue({ ...request.to, params: withoutTag(request.to.params) }),
    callId: request.callId,
    cseq: request.cseq.seq,
    headers: keptFields(request),
    body: request.body,
    binary: request.binary,
  };
}

export function keptFields(request: SipRequest): Header[] {
  return request.headers.filter(({ name }) => !NOT_KEPT.has(name));
}

export interface Addressee {
  readonly contact: string;
  readonly path: readonly string[];
}

/**
 * A stored message as a device gets it: original From, To, Call-ID, CSeq and content; `Date` is when it was
 * accepted, `Parley-Sequence` its number in the mailbox. Null when a stored field can no longer be read.
 */
export function unseal(message: StoredMessage, to: Addressee, senderName: string): SipRequest | null {
  const from = parseNameAddr(message.from);
  const original = parseNameAddr(message.to);
  if (!from || !original) return null;
  const asserted = addressValue({ display: senderName, uri: message.sender, params: NO_PARAMS });
  const request = makeRequest({
    method: 'MESSAGE',
    uri: to.contact,
    from,
    to: original,
    callId: message.callId,
    seq: message.cseq,
    headers: [
      ...to.path.map((value) => ({ name: 'Route', value })),
      { name: 'P-Asserted-Identity', value: asserted },
      { name: 'Date', value: formatDate(message.at) },
      { name: 'Parley-Sequence', value: String(message.sequence) },
      ...message.headers,
    ],
    body: message.body,
  });
  return message.binary ? { ...request, binary: true } : request;
}
