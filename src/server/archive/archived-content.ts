/** What a stored MESSAGE says, as far as the archive has to know: its kind, its words, which other message it changes. */
import { CPIM_TYPE, parseCpim, type CpimMessage } from '../../protocol/cpim.ts';
import type { MessageKind } from '../../protocol/history-api.ts';
import { textOfHtml } from '../../protocol/html-text.ts';
import { decodeImdn, IMDN_TYPE } from '../../protocol/imdn.ts';
import { decodeContent } from '../../protocol/message-content.ts';
import { correctedText, marksOf, splitQuote, type MessageMarks } from '../../protocol/message-marks.ts';
import { parseMediaType } from '../../protocol/multipart.ts';

/** Characters of a message that can be found. */
const LONGEST_TEXT = 20_000;

export type ArchivedContent =
  /** A notice about another message (RFC 5438); `null`: of no interest. */
  | { readonly is: 'notice'; readonly of: string; readonly status: 'delivered' | 'displayed' | null }
  | {
      readonly is: 'message';
      readonly kind: MessageKind;
      /** To be found by; empty when there is nothing to read, or it is to be forgotten. */
      readonly text: string;
      /** Id of the message that this one corrects or withdraws. */
      readonly target: string | null;
      /** `urn:uuid:…` of a group without a focus. */
      readonly conversation: string | null;
      readonly subject: string | null;
    };

/** Reads content of the type its header names. */
export function readContent(contentType: string, body: string): ArchivedContent {
  const { type } = parseMediaType(contentType);
  if (type !== CPIM_TYPE) return describe(contentType || 'text/plain', '', body, null);
  const cpim = parseCpim(body);
  if (!cpim.ok) return describe('application/octet-stream', '', body, null);
  const { contentHeaders, content } = cpim.value;
  const inner = contentHeaders.get('content-type') ?? 'text/plain';
  const encoding = (contentHeaders.get('content-transfer-encoding') ?? '').trim().toLowerCase();
  return describe(inner, encoding, content, cpim.value);
}

function describe(
  contentType: string,
  encoding: string,
  body: string,
  cpim: CpimMessage | null,
): ArchivedContent {
  if (parseMediaType(contentType).type === IMDN_TYPE) return notice(body);
  const marks = cpim ? marksOf(cpim) : {};
  const { kind, text } = read(contentType, encoding, body);
  const { conversation = '', withdraws, replaces } = marks;
  return {
    is: 'message',
    kind: (withdraws ?? replaces) ? 'change' : marks.event ? 'event' : kind,
    text: oneLine(ownWords(text, marks)),
    target: withdraws ?? replaces ?? null,
    conversation: /^urn:uuid:[0-9a-f-]{36}$/i.test(conversation) ? conversation : null,
    subject: cpim?.subjects[0]?.text.slice(0, 500) ?? null,
  };
}

function notice(body: string): ArchivedContent {
  const imdn = decodeImdn(body);
  if (!imdn.ok) return { is: 'notice', of: '', status: null };
  const { messageId, status } = imdn.value;
  const known = status === 'delivered' || status === 'displayed';
  return { is: 'notice', of: messageId, status: known ? status : null };
}

/** Without what others said before, and what only clients without our marks need. */
function ownWords(text: string, { withdraws, replaces, replyTo }: MessageMarks): string {
  if (withdraws !== undefined) return '';
  const words = replyTo === undefined ? text : splitQuote(text).text;
  return replaces === undefined ? words : correctedText(words);
}

function read(
  contentType: string,
  encoding: string,
  body: string,
): { readonly kind: MessageKind; readonly text: string } {
  const content = decodeContent(contentType, encoding, body);
  if ('type' in content) return { kind: 'other', text: '' };
  const { text, html, ink, files } = content;
  const words = text !== '' || html === undefined ? text : textOfHtml(html);
  return { kind: files ? 'file' : ink ? 'ink' : 'text', text: words };
}

function oneLine(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replace(/[\p{Cc}\p{Zs}\s]+/gu, ' ')
    .trim();
}
