/** What tests of the focus do again and again. */
import { decodeConferenceInfo } from '../../protocol/conference-info.ts';
import { applyConferenceInfo, type ConferenceRoster } from '../../protocol/conference-roster.ts';
import { formatCpim } from '../../protocol/cpim.ts';
import { imdnHeaders } from '../../protocol/imdn.ts';
import { MARKS_NS } from '../../protocol/message-marks.ts';
import { formatMultipart } from '../../protocol/multipart.ts';
import { encodeRecipientList } from '../../protocol/recipient-list.ts';
import { RESOURCE_LISTS_TYPE } from '../../protocol/resource-lists.ts';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, type SipRequest, type SipResponse } from '../../protocol/sip-message.ts';
import { aorOf, DOMAIN } from '../testing/office.ts';
import type { Outgoing, Phone } from '../testing/phone.ts';

export const FACTORY = `sip:conference-factory@${DOMAIN}`;

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';

/** An INVITE to the factory. */
export function invitation(uris: readonly string[], subject = ''): Omit<Outgoing, 'uri'> {
  const list = encodeRecipientList(uris.map((uri) => ({ uri, copy: 'to', anonymize: false })));
  const part = (type: string, body: string, disposition?: string) => ({
    headers: new Map([
      ['content-type', type],
      ...(disposition === undefined ? [] : [['content-disposition', disposition] as const]),
    ]),
    body,
  });
  return {
    headers: [
      { name: 'Require', value: 'recipient-list-invite' },
      { name: 'Contact', value: '<sip:me@phone.invalid;transport=ws>' },
      ...(subject === '' ? [] : [{ name: 'Subject', value: subject }]),
    ],
    contentType: 'multipart/mixed;boundary="b1"',
    body: formatMultipart('b1', [
      part('application/sdp', SDP),
      part(RESOURCE_LISTS_TYPE, list, 'recipient-list'),
    ]),
  };
}

/** Makes a conversation and ends the dialog; its address. */
export async function makeGroup(phone: Phone, names: readonly string[], subject = ''): Promise<string> {
  const response = await phone.request('INVITE', { uri: FACTORY, ...invitation(names.map(aorOf), subject) });
  if (response.status !== 200) throw new Error(`no conversation: ${response.status} ${response.reason}`);
  phone.inDialog('ACK', response);
  const bye = phone.inDialog('BYE', response);
  const { status } = await phone.responseTo(bye);
  if (status !== 200) throw new Error(`BYE: ${status}`);
  return focusIn(response);
}

/** Where a 200 says the conversation is. */
export function focusIn(response: SipResponse): string {
  return parseNameAddr(header(response, 'Contact') ?? '')?.uri ?? '';
}

export interface Writing {
  readonly from: string;
  readonly to: string;
  readonly id: string;
  readonly text: string;
  readonly subject?: string;
  readonly event?: string;
  readonly type?: string;
}

/** A CPIM message to a conversation. */
export function words({ from, to, id, text, subject = '', event, type = 'text/plain' }: Writing): Outgoing {
  const marks = event === undefined ? [] : [{ prefix: 'parley', ns: MARKS_NS, name: 'Event', value: event }];
  return {
    uri: to,
    contentType: 'message/cpim',
    body: formatCpim({
      from: { name: '', uri: from },
      to: [{ name: '', uri: to }],
      subject,
      headers: [...imdnHeaders(id), ...marks],
      contentHeaders: [['Content-Type', type]],
      content: text,
    }),
  };
}

/** Answers 200 to every MESSAGE and lists them. */
export function collect(phone: Phone): SipRequest[] {
  const got: SipRequest[] = [];
  phone.answer('MESSAGE', (request) => {
    got.push(request);
    phone.reply(request, { status: 200 });
  });
  return got;
}

/** What a REFER to the conversation carries. */
export function referring(focus: string, whom: string, fields: Outgoing['headers'] = []): Outgoing {
  return {
    uri: focus,
    headers: [
      { name: 'Refer-To', value: `<${whom}>` },
      { name: 'Refer-Sub', value: 'false' },
      { name: 'Contact', value: '<sip:me@phone.invalid;transport=ws>' },
      ...fields,
    ],
  };
}

/** Somebody who watches a conversation: its documents, added up. */
export interface Watch {
  readonly response: SipResponse;
  readonly roster: () => ConferenceRoster;
  /** `full` or `partial`, as they came. */
  readonly states: readonly string[];
  /** Subscription-State of the last one. */
  readonly last: () => string;
}

export async function watch(phone: Phone, focus: string): Promise<Watch> {
  let roster: ConferenceRoster | null = null;
  let last = '';
  const states: string[] = [];
  phone.answer('NOTIFY', (request) => {
    phone.reply(request, { status: 200 });
    last = header(request, 'Subscription-State') ?? '';
    if (request.body === '') return;
    const read = decodeConferenceInfo(request.body);
    if (!read.ok) throw new Error(read.why);
    states.push(read.value.state);
    const next = applyConferenceInfo(roster, read.value);
    if (typeof next === 'string') throw new Error(`a roster that does not add up: ${next}`);
    roster = next;
  });
  const response = await phone.request('SUBSCRIBE', {
    uri: focus,
    headers: [
      { name: 'Event', value: 'conference' },
      { name: 'Accept', value: 'application/conference-info+xml' },
      { name: 'Contact', value: `<${phone.contact}>` },
      { name: 'Expires', value: '600' },
    ],
  });
  return {
    response,
    states,
    last: () => last,
    roster() {
      if (roster === null) throw new Error('no roster yet');
      return roster;
    },
  };
}
