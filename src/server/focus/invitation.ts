/** What an INVITE to the factory asks for (RFC 4579 §5.4, RFC 5366 §4): a name and the people to bring in. */
import { parseMultipart } from '../../protocol/multipart.ts';
import { decodeRecipientList, RECIPIENT_LIST, RECIPIENT_LIST_INVITE } from '../../protocol/recipient-list.ts';
import { RESOURCE_LISTS_TYPE } from '../../protocol/resource-lists.ts';
import { readSdp } from '../../protocol/sdp.ts';
import { tokensOf } from '../../protocol/sip-header.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { parseMediaType } from '../../protocol/sip-values.ts';
import type { Answer } from '../sip/contract.ts';
import { cleanSubject, MOST_PEOPLE, type Refused } from './conference.ts';

export const SDP_TYPE = 'application/sdp';

export interface Invitation {
  readonly ok: true;
  readonly subject: string;
  /** As written, each once. */
  readonly people: readonly string[];
  /** '' when there is none. */
  readonly sdp: string;
}

/** Addresses of one list; the conversation itself takes fewer. */
const MOST_LISTED = 2 * MOST_PEOPLE;

export function readInvitation(request: SipRequest): Invitation | Refused {
  const parts = partsOf(request);
  if ('status' in parts) return parts;
  const isAsked = tokensOf(request, 'Require').includes(RECIPIENT_LIST_INVITE);
  if (isAsked && parts.lists.length === 0) return bad('No recipient list');
  const people = new Set<string>();
  for (const text of parts.lists) {
    const list = decodeRecipientList(text);
    if (!list.ok) return bad('Malformed recipient list');
    // The roster names everybody: who was promised not to be named is not brought in at all.
    if (list.value.some(({ copy, anonymize }) => copy === 'bcc' || anonymize))
      return { ok: false, status: 403, reason: 'Nobody is hidden in a conversation' };
    for (const { uri } of list.value) people.add(uri);
    if (people.size > MOST_LISTED) return { ok: false, status: 486, reason: `At most ${MOST_PEOPLE} people` };
  }
  const subject = cleanSubject(header(request, 'Subject') ?? '');
  return { ok: true, subject, people: [...people], sdp: parts.sdp };
}

interface Parts {
  readonly lists: readonly string[];
  readonly sdp: string;
}

function bad(reason: string): Refused {
  return { ok: false, status: 400, reason };
}

/** RFC 5363 §4: several lists are one. A part that nobody here understands is refused unless it may be left out. */
function partsOf(request: SipRequest): Parts | Refused {
  const written = header(request, 'Content-Type');
  if (request.body === '') return { lists: [], sdp: '' };
  if (request.binary) return bad('Body is not text');
  const type = parseMediaType(written ?? '')?.type;
  if (written === undefined || type === undefined) return bad('Malformed Content-Type');
  const whole = {
    contentType: type,
    body: request.body,
    disposition: header(request, 'Content-Disposition') ?? '',
  };
  const parts = type.startsWith('multipart/') ? split(written, request.body) : [whole];
  if (parts === null) return bad('Malformed multipart body');
  const lists: string[] = [];
  let sdp = '';
  for (const { contentType, body, disposition } of parts) {
    if (contentType === SDP_TYPE) sdp = body;
    else if (contentType === RESOURCE_LISTS_TYPE && isList(disposition)) lists.push(body);
    else if (!/;\s*handling\s*=\s*"?optional"?/i.test(disposition))
      return { ok: false, status: 415, reason: 'Unsupported Media Type' };
  }
  return sdp !== '' && readSdp(sdp) === null ? bad('Malformed session description') : { lists, sdp };
}

function isList(disposition: string): boolean {
  return disposition === '' || disposition.split(';', 1)[0]?.trim().toLowerCase() === RECIPIENT_LIST;
}

function split(type: string, body: string) {
  const read = parseMultipart(type, body);
  if (!read.ok) return null;
  return read.value.map((part) => ({
    contentType: part.contentType,
    body: part.body,
    disposition: part.headers.get('content-disposition') ?? '',
  }));
}

/**
 * The other half of the offer: a conversation in writing has no media, so that each medium is declined (RFC 3264 §6).
 * Without an offer it is ours, of no media.
 */
export function answerSdp(offer: string): string {
  const media = (offer === '' ? null : readSdp(offer))?.media ?? [];
  const lines = ['v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0'];
  for (const { kind, protocol, formats } of media) lines.push(`m=${kind} 0 ${protocol} ${formats.join(' ')}`);
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Accept for 415 (RFC 3261 §21.4.13). */
export const ACCEPTED: NonNullable<Answer['headers']> = [
  { name: 'Accept', value: `${SDP_TYPE}, ${RESOURCE_LISTS_TYPE}, multipart/mixed` },
];
