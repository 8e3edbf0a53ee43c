/**
 * The history of this device as one file: pages to read, mails to keep where mail is kept, and everything as JSON to
 * bring back. Loaded when somebody asks for it; works in pages, so that live messages go on.
 */
import { strToU8, Zip, ZipDeflate } from 'fflate';
import { shownCall } from '../store/calls.ts';
import { shownMessage } from '../store/messages.ts';
import type { MessageRow, StoredConversation } from '../store/rows.ts';
import type { Vault } from '../store/vault.ts';
import type { Aor, Outcome } from './contract.ts';
import {
  callHtml,
  escapeHtml,
  HISTORY_FILE,
  HISTORY_VERSION,
  lineOf,
  messageEml,
  messageHtml,
  pageEnd,
  pageHead,
  partName,
} from './core/history-file.ts';

export interface ExportDeps {
  readonly vault: Pick<Vault, 'load' | 'messagesBefore' | 'callsBefore'>;
  readonly me: Aor;
  readonly nameOf: (aor: Aor) => string;
  /** Contacts as vCards; '' for none. */
  readonly cards: string;
  readonly now: number;
}

const PAGE = 500;
/** A file of the older ZIP format names no more parts than this; then a conversation is one mail of mails. */
const MOST_MAILS = 40_000;

export async function exportHistory(deps: ExportDeps): Promise<Outcome<{ file: Blob; messages: number }>> {
  const { vault, me, nameOf, now } = deps;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let problem: Error | null = null;
  const zip = new Zip((error, chunk) => {
    if (error) problem = error;
    else chunks.push(chunk as Uint8Array<ArrayBuffer>);
  });
  const open = (name: string): ((text: string, isLast?: boolean) => void) => {
    const part = new ZipDeflate(name, { level: 6 });
    part.mtime = now;
    zip.add(part);
    return (text, isLast = false) => part.push(strToU8(text), isLast);
  };
  const { conversations } = await vault.load();
  const spoken = conversations.toSorted((one, other) => other.at - one.at);
  let index = pageHead('Conversations');
  let all = '';
  const lines: string[] = [lineOf({ is: 'parley-history', version: HISTORY_VERSION, aor: me, at: now })];
  let messages = 0;
  let mails = 0;
  let at = 0;
  for (const conversation of spoken) {
    const rows = await rowsOf(vault, conversation.id);
    at += 1;
    const { id, subject, note, group } = conversation;
    lines.push(
      lineOf({
        is: 'conversation',
        row: {
          id,
          ...(subject !== undefined && { subject }),
          ...(note !== undefined && { note }),
          ...(group && { group }),
        },
      }),
    );
    if (rows.length === 0) continue;
    const name = titleOf(conversation, nameOf);
    const part = `${String(at).padStart(4, '0')}-${partName(id)}`;
    index += `<p><a href="conversations/${part}.html">${escapeHtml(name)}</a> ${rows.length}</p>\n`;
    const page = open(`conversations/${part}.html`);
    page(pageHead(name));
    if (note) page(`<p><i>${escapeHtml(note)}</i></p>`);
    for (const row of rows) page(messageHtml(row, nameOf(row.sender)));
    page(pageEnd, true);
    mails = writeMails(open, rows, { part, me, nameOf, subject: subject ?? '', other: id }, mails);
    for (const row of rows) lines.push(lineOf({ is: 'message', row }));
    messages += rows.length;
    all += lines.splice(0).join('');
    // Something else may have waited.
    await new Promise<void>((rested) => setTimeout(rested));
  }
  const calls = (await vault.callsBefore(null, 100_000)).map(shownCall);
  const callPage = open('calls.html');
  callPage(pageHead('Calls'));
  for (const row of calls) {
    callPage(callHtml(row, nameOf(row.conversation)));
    lines.push(lineOf({ is: 'call', row }));
  }
  callPage(pageEnd, true);
  open('index.html')(`${index}<p><a href="calls.html">Calls</a> ${calls.length}</p>\n${pageEnd}`, true);
  if (deps.cards !== '') open('contacts.vcf')(deps.cards, true);
  open(HISTORY_FILE)(all + lines.join(''), true);
  zip.end();
  if (problem !== null) return { ok: false, why: 'The file could not be written. Try again.' };
  return { ok: true, value: { file: new Blob(chunks, { type: 'application/zip' }), messages } };
}

/** Oldest first. */
async function rowsOf(vault: ExportDeps['vault'], conversation: Aor): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  for (;;) {
    const last = rows.at(-1);
    const page = await vault.messagesBefore(
      conversation,
      last ? { order: last.order, id: last.id } : null,
      PAGE,
    );
    rows.push(...page.filter(({ state }) => state !== 'queued').map(shownMessage));
    if (page.length < PAGE) return rows.reverse();
  }
}

function titleOf({ id, subject, group }: StoredConversation, nameOf: ExportDeps['nameOf']): string {
  if (!group) return nameOf(id);
  return subject ?? (group.members.map(({ aor, name }) => name || nameOf(aor)).join(', ') || 'Group');
}

function writeMails(
  open: (name: string) => (text: string, isLast?: boolean) => void,
  rows: readonly MessageRow[],
  about: {
    readonly part: string;
    readonly me: Aor;
    readonly nameOf: ExportDeps['nameOf'];
    readonly subject: string;
    readonly other: Aor;
  },
  before: number,
): number {
  const { part, me, nameOf, subject, other } = about;
  const person = (aor: Aor): { aor: Aor; name: string } => ({ aor, name: nameOf(aor) });
  const mailOf = (row: MessageRow): string =>
    messageEml(row, person(row.sender), person(row.mine || row.sender !== other ? other : me), subject);
  if (before + rows.length <= MOST_MAILS) {
    rows.forEach((row, at) => open(`mail/${part}/${String(at + 1).padStart(6, '0')}.eml`)(mailOf(row), true));
    return before + rows.length;
  }
  const boundary = `parley-${part.replace(/[^\w]/g, '')}`.slice(0, 60);
  const write = open(`mail/${part}.eml`);
  write(
    `From: ${me.replace(/^sips?:/, '')}\r\nSubject: Conversation\r\nMIME-Version: 1.0\r\nContent-Type: multipart/digest; boundary="${boundary}"\r\n\r\n`,
  );
  for (const row of rows) write(`--${boundary}\r\n\r\n${mailOf(row)}`);
  write(`--${boundary}--\r\n`, true);
  return before + 1;
}
