/**
 * The history as parts of one file. Everything readable is made from plain rows and escaped here; what is complete is
 * JSON, one object a line, so that a million rows can be read without holding them.
 */
import { encodeBase64 } from '../../protocol/base64.ts';
import type { CallLogRow, MessageRow, StoredConversation } from '../../store/rows.ts';

export const HISTORY_FILE = 'history.jsonl';
export const HISTORY_VERSION = 1;

/** First line of the complete part. */
export interface HistoryHead {
  readonly is: 'parley-history';
  readonly version: number;
  readonly aor: string;
  /** Milliseconds. */
  readonly at: number;
}
export type HistoryLine =
  | HistoryHead
  | {
      readonly is: 'conversation';
      readonly row: Pick<StoredConversation, 'id' | 'subject' | 'note' | 'group'>;
    }
  | { readonly is: 'message'; readonly row: MessageRow }
  | { readonly is: 'call'; readonly row: CallLogRow };

export function lineOf(line: HistoryLine): string {
  return `${JSON.stringify(line)}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

export function pageHead(title: string): string {
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>${escapeHtml(title)}</title>` +
    '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}' +
    'article{margin:.75rem 0}header{color:#555;font-size:.875rem}p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}' +
    '</style>' +
    `<h1>${escapeHtml(title)}</h1>\n`
  );
}

export const pageEnd = '</html>\n';

/** One message of a page. */
export function messageHtml(row: MessageRow, name: string): string {
  const files = (row.files ?? []).map((file) => `<p>File: ${escapeHtml(file.name)}</p>`).join('');
  const text = row.withdrawn ? '<p><i>Withdrawn</i></p>' : `<p>${escapeHtml(row.text)}</p>`;
  const edited = row.editedAt === undefined ? '' : ' (corrected)';
  const time = new Date(row.at).toISOString();
  return (
    `<article><header><b>${escapeHtml(name)}</b> <time datetime="${time}">${time.slice(0, 16).replace('T', ' ')}</time>` +
    `${edited}</header>${text}${files}</article>\n`
  );
}

export function callHtml(row: CallLogRow, name: string): string {
  const time = new Date(row.at).toISOString();
  const span = row.duration === undefined ? row.end : `${Math.round(row.duration / 1000)} s`;
  const way = row.direction === 'in' ? 'from' : 'to';
  const more = [row.subject, row.note].filter((part) => part).map((part) => escapeHtml(part ?? ''));
  return `<article><header>Call ${way} <b>${escapeHtml(name)}</b> ${time.slice(0, 16).replace('T', ' ')}, ${span}</header><p>${more.join('\n')}</p></article>\n`;
}

/** RFC 2047 §2, one encoded word for each piece that fits. */
function encoded(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.length < 70) return text.replace(/["\\]/g, '');
  const pieces: string[] = [];
  let piece = '';
  for (const sign of text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')) {
    if (octets(piece + sign) > 42) {
      pieces.push(piece);
      piece = '';
    }
    piece += sign;
  }
  return [...pieces, piece].map((one) => `=?UTF-8?B?${base64(one)}?=`).join('\r\n ');
}
const octets = (text: string): number => new TextEncoder().encode(text).length;
const base64 = (text: string): string => encodeBase64(new TextEncoder().encode(text));

/** `<user@domain>` of an address, for a mail; nothing of it can break the line. */
function mailbox(aor: string, name: string): string {
  const bare = aor.replace(/^sips?:/i, '').replace(/[^\w.!#$%&'*+/=?^`{|}~@-]/g, '_');
  return name === '' ? `<${bare}>` : `${/^[\w .'-]+$/.test(name) ? `"${name}"` : encoded(name)} <${bare}>`;
}
function messageId(id: string): string {
  return `<${id.replace(/[^\w.=+-]/g, '_').slice(0, 200)}@parley.invalid>`;
}

/** One message as a mail (RFC 5322). */
export function messageEml(
  row: MessageRow,
  from: { readonly aor: string; readonly name: string },
  to: { readonly aor: string; readonly name: string },
  subject: string,
): string {
  const words = row.withdrawn ? 'Withdrawn' : row.text;
  const files = (row.files ?? []).map((file) => `\nFile: ${file.name}`).join('');
  const title = subject === '' ? words.slice(0, 60).replace(/\s+/g, ' ').trim() || 'Message' : subject;
  const body = base64(words + files).replace(/.{76}/g, '$&\r\n');
  return [
    `Date: ${new Date(row.at).toUTCString().replace('GMT', '+0000')}`,
    `From: ${mailbox(from.aor, from.name)}`,
    `To: ${mailbox(to.aor, to.name)}`,
    `Subject: ${encoded(title)}`,
    `Message-ID: ${messageId(row.id)}`,
    ...(row.reply ? [`In-Reply-To: ${messageId(row.reply.id)}`] : []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    body,
    '',
  ].join('\r\n');
}

/** A name for a part of the file: letters, digits, dots; never a path. */
export function partName(text: string): string {
  return (
    text
      .replace(/^sips?:|^urn:uuid:/i, '')
      .replace(/[^\w@.-]+/g, '_')
      .replace(/^\.+/, '')
      .slice(0, 80) || 'part'
  );
}
