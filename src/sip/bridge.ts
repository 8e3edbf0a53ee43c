/**
 * Our messages as sip.js wants them. Every header it would parse comes parsed, so that its own grammar (3 ms a
 * message, and wrong about one torture message in five) never runs.
 */
import { NameAddrHeader } from 'sip.js/lib/grammar/name-addr-header.js';
import { IncomingRequestMessage, IncomingResponseMessage } from 'sip.js/lib/core/index.js';
import { parseNameAddr, splitList } from '../protocol/sip-header.ts';
import {
  header,
  type NameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../protocol/sip-message.ts';
import { WireUri } from './wire-uri.ts';

/** What stands in for a parsed challenge: sip.js hands it to our authenticator without looking inside. */
export interface BridgedChallenge {
  /** True lets sip.js ask again however often; our authenticator decides. Set to false by it on each answer. */
  stale: boolean;
  readonly response: SipResponse;
}

export function bridgeRequest(request: SipRequest, target: WireUri): IncomingRequestMessage {
  const message = new IncomingRequestMessage();
  message.method = request.method;
  message.ruri = target;
  fill(message, request);
  return message;
}

export function bridgeResponse(response: SipResponse): IncomingResponseMessage {
  const message = new IncomingResponseMessage();
  message.method = response.cseq.method;
  message.statusCode = response.status;
  message.reasonPhrase = response.reason;
  fill(message, response);
  const challenge: BridgedChallenge = { stale: true, response };
  for (const name of ['WWW-Authenticate', 'Proxy-Authenticate']) {
    for (const field of message.headers[name] ?? []) field.parsed = challenge;
  }
  return message;
}

/**
 * The headers sip.js reads. It keeps them in a plain object, where a header named `constructor` would do harm.
 * Marked true: lists that it counts or reverses, one entry for each value and not for each field.
 */
const READ: ReadonlyMap<string, boolean> = new Map([
  ['Via', true],
  ['Record-Route', true],
  ['Contact', true],
  ['From', false],
  ['To', false],
  ['Call-ID', false],
  ['CSeq', false],
  ['Content-Type', false],
  ['Content-Disposition', false],
  ['Require', false],
  ['RSeq', false],
  ['RAck', false],
  ['Reason', false],
  ['Refer-To', true],
  ['Event', false],
  ['Subscription-State', false],
  ['Retry-After', false],
  ['Supported', false],
  ['Allow', false],
  ['P-Asserted-Identity', false],
  ['Session-Expires', false],
  ['Min-SE', false],
  ['WWW-Authenticate', false],
  ['Proxy-Authenticate', false],
]);

function fill(message: IncomingRequestMessage | IncomingResponseMessage, source: SipMessage): void {
  for (const { name, value } of source.headers) {
    const list = READ.get(name);
    if (list === undefined) continue;
    const entries = (message.headers[name] ??= []);
    for (const raw of list ? (splitList(value) ?? [value]) : [value]) entries.push({ raw });
  }
  message.callId = source.callId;
  message.cseq = source.cseq.seq;
  message.from = nameAddr(source.from);
  message.to = nameAddr(source.to);
  message.fromTag = source.from.params.get('tag') ?? '';
  message.toTag = source.to.params.get('tag') ?? '';
  // Without a type sip.js throws; a body nobody can name is none.
  message.body = header(source, 'Content-Type') === undefined ? '' : source.body;
  message.viaBranch = source.vias[0]?.params.get('branch') ?? '';
  setParsed(message, 'From', message.from);
  setParsed(message, 'To', message.to);
  const contact = parseNameAddr(message.headers['Contact']?.[0]?.raw ?? '');
  // A Contact that cannot be read is none: sip.js then answers or drops as for a missing one.
  if (contact) setParsed(message, 'Contact', nameAddr(contact));
  else delete message.headers['Contact'];
  const type = header(source, 'Content-Type');
  if (type !== undefined) setParsed(message, 'Content-Type', mediaType(type));
  const event = header(source, 'Event');
  if (event !== undefined) setParsed(message, 'Event', { event: mediaType(event) });
  const disposition = header(source, 'Content-Disposition');
  if (disposition !== undefined) setParsed(message, 'Content-Disposition', { type: mediaType(disposition) });
}

function setParsed(
  message: IncomingRequestMessage | IncomingResponseMessage,
  name: string,
  parsed: unknown,
): void {
  const entry = message.headers[name]?.[0];
  if (entry) entry.parsed = parsed;
}

/** The first token of a value, without its parameters, in lower case. */
export function mediaType(value: string): string {
  return (value.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function nameAddr(value: NameAddr): NameAddrHeader {
  const params: Record<string, string> = {};
  const tag = value.params.get('tag');
  if (tag) params['tag'] = tag;
  return new NameAddrHeader(new WireUri(value.uri), value.display, params);
}
