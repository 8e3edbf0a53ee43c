/**
 * What relates a message to others: CPIM headers in a namespace of ours (RFC 3862 §3.4 lets anybody define some), and
 * the plain words that say the same to clients that do not know them.
 *
 *   NS: parley <urn:parley:message:1>
 *   parley.Conversation: <URI>   the focus, or urn:uuid:… of a group without one
 *   parley.Reply-To: <id>        answers that message
 *   parley.Replaces: <id>        corrects that message of the same sender
 *   parley.Withdraws: <id>       takes that message of the same sender back
 *   parley.Event: <word>         what happened to the conversation
 *   parley.Member: <AOR>         who came or went by it; several times for several
 */
import type { CpimMessage } from './cpim.ts';

export const MARKS_NS = 'urn:parley:message:1';

/** What happened to a conversation, told in a message of the person who did it: by the focus, or by themselves without. */
export type GroupEvent = 'created' | 'joined' | 'left' | 'renamed';
const EVENTS: readonly GroupEvent[] = ['created', 'joined', 'left', 'renamed'];

/** Ids are Message-IDs (RFC 5438) of the same conversation. */
export interface MessageMarks {
  readonly conversation?: string;
  readonly replyTo?: string;
  readonly replaces?: string;
  readonly withdraws?: string;
  readonly event?: GroupEvent;
  /** Who came or went. */
  readonly members?: readonly string[];
}

const NAMES = {
  conversation: 'Conversation',
  replyTo: 'Reply-To',
  replaces: 'Replaces',
  withdraws: 'Withdraws',
  event: 'Event',
  members: 'Member',
} as const;

/** CPIM headers for `formatCpim`. */
export function marksHeaders(
  marks: MessageMarks,
): { prefix: string; ns: string; name: string; value: string }[] {
  return (Object.keys(NAMES) as (keyof typeof NAMES)[]).flatMap((key) => {
    const value = marks[key];
    const values: readonly string[] = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return values.map((one) => ({ prefix: 'parley', ns: MARKS_NS, name: NAMES[key], value: one }));
  });
}

/** The marks of a message; senseless ones are left out. */
export function marksOf({ headers }: Pick<CpimMessage, 'headers'>): MessageMarks {
  const all = (name: string): string[] =>
    headers
      .filter((one) => one.ns === MARKS_NS && one.name === name && /^[\x21-\x7e]{1,256}$/.test(one.value))
      .map((one) => one.value);
  const read = (name: string): string | undefined => all(name)[0];
  const conversation = read(NAMES.conversation);
  const replyTo = read(NAMES.replyTo);
  const replaces = read(NAMES.replaces);
  const withdraws = read(NAMES.withdraws);
  const event = EVENTS.find((one) => one === read(NAMES.event));
  const members = all(NAMES.members).slice(0, MOST_MEMBERS);
  return {
    ...(conversation !== undefined && { conversation }),
    ...(replyTo !== undefined && { replyTo }),
    ...(replaces !== undefined && { replaces }),
    ...(withdraws !== undefined && { withdraws }),
    ...(event !== undefined && { event }),
    ...(members.length > 0 && { members }),
  };
}

/** features.md I07 */
const MOST_MEMBERS = 100;
const LONGEST_QUOTE = 280;

/** A reply for clients that know no marks: the quoted lines, a blank line, the words. */
export function quotedWords(quote: string, text: string): string {
  const short = quote.length > LONGEST_QUOTE ? `${quote.slice(0, LONGEST_QUOTE - 1)}…` : quote;
  return `${short
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n${text}`;
}

/** The quote that a reply begins with, and what is said after it. */
export function splitQuote(text: string): { readonly quote: string; readonly text: string } {
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex((line) => !line.startsWith('>'));
  const at = end < 0 ? lines.length : end;
  const quote = lines
    .slice(0, at)
    .map((line) => line.replace(/^> ?/, ''))
    .join('\n');
  return { quote, text: lines.slice(lines[at] === '' ? at + 1 : at).join('\n') };
}

/** What the plain part of a correction says. */
export function correctionWords(text: string): string {
  return `Correction: ${text}`;
}

/** The corrected words out of the plain part of a correction. */
export function correctedText(text: string): string {
  return text.startsWith('Correction: ') ? text.slice('Correction: '.length) : text;
}

export const WITHDRAWN_WORDS = '(I withdrew a message.)';
