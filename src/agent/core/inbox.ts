/**
 * What an incoming MESSAGE is. Pure: the row to add, the state to move, the typing to show. Nothing is answered here:
 * the 200 goes out after the commit, and a repeat is answered and not shown (reliability.md §7).
 */
import { CPIM_TYPE, parseCpim, type CpimMessage } from '../../protocol/cpim.ts';
import { decodeImdn, IMDN_TYPE, messageIdOf, wishesOf } from '../../protocol/imdn.ts';
import { decodeIsComposing, IS_COMPOSING_TYPE, type IsComposing } from '../../protocol/is-composing.ts';
import { decodeContent, type MessageContent, type UnknownContent } from '../../protocol/message-content.ts';
import { correctedText, marksOf, splitQuote, type MessageMarks } from '../../protocol/message-marks.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Aor, StoredMessage, StoredRevision } from '../../store/rows.ts';
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

/** What a message says of the group it was sent in. */
export interface GroupHint {
  readonly focus: boolean;
  /** Of a group without a focus: everybody its sender sent to, the sender among them. */
  readonly people: readonly { readonly aor: Aor; readonly name: string }[];
  readonly subject?: string;
}

export type Reading =
  | {
      readonly is: 'row';
      readonly row: StoredMessage;
      readonly group?: GroupHint;
      /** Its place is known to the second only: its sender put no time into it. */
      readonly rough?: true;
      /** What the conversation is about, as the sender says. */
      readonly subject?: string;
    }
  /** A correction or withdrawal of an earlier message of the same sender. */
  | { readonly is: 'revision'; readonly revision: StoredRevision }
  /** One of our own messages got there, or was looked at, or never will. */
  | {
      readonly is: 'notice';
      readonly conversation: string;
      readonly id: string;
      readonly to: 'delivered' | 'displayed' | 'failed';
    }
  /** Another device of ours told the peer that this message has been looked at. */
  | { readonly is: 'seen'; readonly conversation: string; readonly id: string }
  | {
      readonly is: 'composing';
      readonly conversation: string;
      /** The group it is for, if I am in one of that name; a group without a focus is named by the document. */
      readonly place: string | null;
      readonly sender: string;
      readonly heard: IsComposing;
    }
  /** Understood, and nothing to do. */
  | { readonly is: 'nothing' }
  /** Refused, with the status for its sender. */
  | { readonly is: 'bad'; readonly status: number };

interface Content {
  /** Media type in lower case, without parameters. */
  readonly type: string;
  /** With its parameters. */
  readonly contentType: string;
  readonly encoding: string;
  readonly body: string;
  readonly id: string;
  readonly stamp: number | null;
  readonly wants: ('delivered' | 'displayed')[];
  readonly marks: MessageMarks;
  readonly subject?: string;
  readonly people: readonly { readonly aor: Aor; readonly name: string }[];
}

/** Reads a letter to `me`. A letter from `me` comes from another device of the same person. */
export function readLetter(letter: Letter, me: string, serverNow: number): Reading {
  const sender = aorOf(letter.from);
  const mine = sender === me;
  const to = aorOf(letter.to);
  const peer = mine ? to : sender;
  if (!sender || !peer) return { is: 'bad', status: 400 };
  const content = unwrap(letter);
  if (!content) return { is: 'bad', status: 400 };
  const group = groupOf(content, to, sender, me);
  const conversation = group?.id ?? peer;
  if (content.type === IS_COMPOSING_TYPE) {
    const state = decodeIsComposing(content.body);
    if (!state.ok) return { is: 'bad', status: 400 };
    const place = state.value.conversation ?? (to === me ? null : to);
    return mine ? { is: 'nothing' } : { is: 'composing', conversation, place, sender, heard: state.value };
  }
  if (content.type === IMDN_TYPE) return readNotice(content.body, conversation, mine);
  const order = placeOf(content.stamp, letter.date, serverNow);
  const { replaces, withdraws } = content.marks;
  const target = withdraws ?? replaces;
  const said = decodeContent(content.contentType, content.encoding, content.body);
  if (target !== undefined) {
    const becomes = withdraws !== undefined || !('text' in said) ? null : corrected(said);
    return { is: 'revision', revision: { id: content.id, conversation, sender, target, becomes, order } };
  }
  const wants = mine || group ? [] : content.wants;
  return {
    is: 'row',
    row: {
      id: content.id,
      conversation,
      sender,
      mine,
      ...display(said, content.marks),
      state: mine ? 'sent' : 'received',
      at: order,
      order,
      ...(wants.length > 0 && { wants }),
      ...happened(content.marks),
    },
    ...(content.stamp === null && { rough: true as const }),
    ...(group && { group: group.hint }),
    ...(content.subject !== undefined && { subject: content.subject }),
  };
}

/**
 * The group a letter belongs to. A focus is the To of its letters, and says so itself in the wrapper: one without the
 * other is a letter from one person to another, whatever it claims.
 */
function groupOf(
  { marks: { conversation }, people, subject }: Content,
  to: string | null | undefined,
  sender: Aor,
  me: string,
): { readonly id: string; readonly hint: GroupHint } | null {
  if (conversation === undefined) return null;
  const named = { ...(subject !== undefined && { subject }) };
  if (/^urn:uuid:[0-9a-f-]{36}$/i.test(conversation)) {
    const all = new Map(people.map((one) => [one.aor, one]));
    if (!all.has(sender)) all.set(sender, { aor: sender, name: '' });
    if (!all.has(me) || all.size > MOST_PEOPLE) return null;
    return { id: conversation.toLowerCase(), hint: { focus: false, people: [...all.values()], ...named } };
  }
  const focus = aorOf(conversation);
  return focus && focus === to && focus !== me && focus !== sender
    ? { id: focus, hint: { focus: true, people: [], ...named } }
    : null;
}

const MOST_PEOPLE = 100;

function happened({ event, members = [] }: MessageMarks): Pick<StoredMessage, 'event' | 'about'> {
  const about = members.flatMap((one) => aorOf(one) ?? []);
  return { ...(event && { event }), ...(event && about.length > 0 && { about }) };
}

function corrected(said: MessageContent): StoredRevision['becomes'] {
  const { text, html, ink, files } = said;
  return {
    text: correctedText(text),
    ...(html !== undefined && { html }),
    ...(ink && { ink }),
    ...(files && { files }),
  };
}

function readNotice(body: string, conversation: string, mine: boolean): Reading {
  const notice = decodeImdn(body);
  if (!notice.ok) return { is: 'bad', status: 400 };
  const { messageId, status } = notice.value;
  if (mine && status === 'displayed') return { is: 'seen', conversation, id: messageId };
  if (mine) return { is: 'nothing' };
  if (status === 'failed' || status === 'forbidden' || status === 'error') {
    return { is: 'notice', conversation, id: messageId, to: 'failed' };
  }
  if (status !== 'delivered' && status !== 'displayed') return { is: 'nothing' };
  return { is: 'notice', conversation, id: messageId, to: status };
}

function unwrap(letter: Letter): Content | null {
  const type = mediaType(letter.contentType);
  if (type !== CPIM_TYPE)
    return {
      ...{ type: type || 'text/plain', contentType: letter.contentType, encoding: '', body: letter.body },
      ...{ id: letter.callId, stamp: null, wants: [], marks: {}, people: [] },
    };
  const cpim = parseCpim(letter.body);
  if (!cpim.ok) return null;
  const { contentType, contentHeaders, content, dateTime, subjects, from, to, cc } = cpim.value;
  const subject = subjects[0]?.text.trim();
  const people = [...(from ? [from] : []), ...to, ...cc].flatMap(({ name, uri }) => {
    const aor = aorOf(uri);
    return aor ? [{ aor, name }] : [];
  });
  return {
    type: contentType,
    contentType: contentHeaders.get('content-type') ?? contentType,
    encoding: (contentHeaders.get('content-transfer-encoding') ?? '').toLowerCase(),
    body: content,
    id: messageIdOf(cpim.value) ?? letter.callId,
    stamp: dateTime,
    wants: wantsOf(cpim.value),
    marks: marksOf(cpim.value),
    ...(subject !== undefined && { subject: subject.slice(0, LONGEST_SUBJECT) }),
    people,
  };
}

const LONGEST_SUBJECT = 200;

function wantsOf(cpim: CpimMessage): ('delivered' | 'displayed')[] {
  if (messageIdOf(cpim) === undefined) return [];
  const wishes = wishesOf(cpim);
  const wants: ('delivered' | 'displayed')[] = [];
  if (wishes.includes('positive-delivery')) wants.push('delivered');
  if (wishes.includes('display')) wants.push('displayed');
  return wants;
}

/** What we know is shown; anything else becomes an attachment whose text says what it is. */
function display(
  said: MessageContent | UnknownContent,
  { replyTo }: MessageMarks,
): Pick<StoredMessage, 'text' | 'html' | 'ink' | 'files' | 'reply' | 'attachment'> {
  if (!('text' in said))
    return {
      text: `An attachment of the type ${said.type}`,
      attachment: { type: said.type, body: said.body },
    };
  const { text, html, ink, files } = said;
  const rest = { ...(html !== undefined && { html }), ...(ink && { ink }), ...(files && { files }) };
  if (replyTo === undefined) return { text, ...rest };
  const split = splitQuote(text);
  return { text: split.text, ...rest, reply: { id: replyTo, text: split.quote } };
}

const mediaType = (value: string): string => (value.split(';', 1)[0] ?? '').trim().toLowerCase();
