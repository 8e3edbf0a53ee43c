/**
 * What an incoming MESSAGE is. Pure: the row to add, the state to move, the typing to show. Nothing is answered here:
 * the 200 goes out after the commit, and a repeat is answered and not shown (reliability.md §7).
 */
import { CPIM_TYPE, parseCpim, type CpimMessage } from '../../protocol/cpim.ts';
import { decodeImdn, IMDN_TYPE, messageIdOf, wishesOf } from '../../protocol/imdn.ts';
import { decodeIsComposing, IS_COMPOSING_TYPE, type IsComposing } from '../../protocol/is-composing.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { StoredMessage } from '../../store/rows.ts';
import { placeOf } from './order.ts';

/** The parts of a SIP MESSAGE that decide. `date`: the server's, milliseconds. */
export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly contentType: string;
  readonly body: string;
  readonly callId: string;
  readonly date: number | null;
}

export type Reading =
  | { readonly is: 'row'; readonly row: StoredMessage }
  /** One of our own messages got there, or was looked at. */
  | {
      readonly is: 'notice';
      readonly conversation: string;
      readonly id: string;
      readonly to: 'delivered' | 'displayed';
    }
  /** Another device of ours told the peer that this message has been looked at. */
  | { readonly is: 'seen'; readonly conversation: string; readonly id: string }
  | {
      readonly is: 'composing';
      readonly conversation: string;
      readonly heard: IsComposing;
    }
  /** Understood, and nothing to do. */
  | { readonly is: 'nothing' }
  /** Refused, with the status for its sender. */
  | { readonly is: 'bad'; readonly status: number };

interface Content {
  readonly type: string;
  readonly body: string;
  readonly id: string;
  readonly stamp: number | null;
  readonly wants: ('delivered' | 'displayed')[];
}

/** Reads a letter to `me`. A letter from `me` comes from another device of the same person. */
export function readLetter(letter: Letter, me: string, serverNow: number): Reading {
  const sender = aorOf(letter.from);
  const mine = sender === me;
  const conversation = mine ? aorOf(letter.to) : sender;
  if (!sender || !conversation) return { is: 'bad', status: 400 };
  const content = unwrap(letter);
  if (!content) return { is: 'bad', status: 400 };
  if (content.type === IS_COMPOSING_TYPE) {
    const state = decodeIsComposing(content.body);
    if (!state.ok) return { is: 'bad', status: 400 };
    return mine ? { is: 'nothing' } : { is: 'composing', conversation, heard: state.value };
  }
  if (content.type === IMDN_TYPE) return readNotice(content.body, conversation, mine);
  const order = placeOf(content.stamp, letter.date, serverNow);
  const wants = mine ? [] : content.wants;
  return {
    is: 'row',
    row: {
      id: content.id,
      conversation,
      sender,
      mine,
      ...display(content),
      state: mine ? 'sent' : 'received',
      at: order,
      order,
      ...(wants.length > 0 && { wants }),
    },
  };
}

function readNotice(body: string, conversation: string, mine: boolean): Reading {
  const notice = decodeImdn(body);
  if (!notice.ok) return { is: 'bad', status: 400 };
  const { messageId, status } = notice.value;
  if (mine && status === 'displayed') return { is: 'seen', conversation, id: messageId };
  if (mine || (status !== 'delivered' && status !== 'displayed')) return { is: 'nothing' };
  return { is: 'notice', conversation, id: messageId, to: status };
}

function unwrap(letter: Letter): Content | null {
  const type = mediaType(letter.contentType);
  if (type !== CPIM_TYPE)
    return { type: type || 'text/plain', body: letter.body, id: letter.callId, stamp: null, wants: [] };
  const cpim = parseCpim(letter.body);
  if (!cpim.ok) return null;
  const { contentType, content, dateTime } = cpim.value;
  return {
    type: contentType,
    body: content,
    id: messageIdOf(cpim.value) ?? letter.callId,
    stamp: dateTime,
    wants: wantsOf(cpim.value),
  };
}

function wantsOf(cpim: CpimMessage): ('delivered' | 'displayed')[] {
  if (messageIdOf(cpim) === undefined) return [];
  const wishes = wishesOf(cpim);
  const wants: ('delivered' | 'displayed')[] = [];
  if (wishes.includes('positive-delivery')) wants.push('delivered');
  if (wishes.includes('display')) wants.push('displayed');
  return wants;
}

/** Text is shown; anything else becomes an attachment whose text says what it is. */
function display(content: Content): Pick<StoredMessage, 'text' | 'attachment'> {
  if (content.type === 'text/plain') return { text: content.body };
  return {
    text: `An attachment of the type ${content.type}`,
    attachment: { type: content.type, body: content.body },
  };
}

const mediaType = (value: string): string => (value.split(';', 1)[0] ?? '').trim().toLowerCase();
