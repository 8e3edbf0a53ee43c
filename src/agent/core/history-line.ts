/** One line of the complete part of an exported history, read from a file that anybody may have made. */
import { decodeInk } from '../../protocol/ink.ts';
import { cleanFileName } from '../../protocol/file-names.ts';
import type { FileRef } from '../../protocol/file-ref.ts';
import type { CallLogRow, MessageRow, StoredMessage } from '../../store/rows.ts';
import { HISTORY_VERSION, type HistoryLine } from './history-file.ts';

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most;
const isAddress = (value: unknown): value is string =>
  isText(value, 512) && /^(?:sips?:|tel:|urn:uuid:)[\x21-\x7e]+$/i.test(value);
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 4e12;

const LONGEST_TEXT = 100_000;
const MOST_FILES = 20;
const STATES: readonly string[] = ['sent', 'delivered', 'displayed', 'failed', 'received'];
const ENDS: readonly string[] = [
  ...['hung-up', 'declined', 'cancelled', 'missed', 'busy', 'no-answer', 'elsewhere', 'unreachable'],
  ...['forwarded', 'lost', 'failed'],
];

/** Null for what is no line of a history, or has the wrong shape. `me`: whose history may be read. */
export function readLine(text: string, me: string): HistoryLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { is, row, version, aor, at } = fieldsOf(value);
  switch (is) {
    case 'parley-history':
      return version === HISTORY_VERSION && isAddress(aor) && isTime(at) ? { is, version, aor, at } : null;
    case 'conversation': {
      const { id, subject, note } = fieldsOf(row);
      if (!isAddress(id)) return null;
      return {
        is,
        row: {
          id,
          ...(isText(subject, 200) && { subject }),
          ...(isText(note, LONGEST_TEXT) && { note }),
        },
      };
    }
    case 'message': {
      const message = readMessage(fieldsOf(row), me);
      return message && { is, row: message };
    }
    case 'call': {
      const call = readCall(fieldsOf(row));
      return call && { is, row: call };
    }
    default:
      return null;
  }
}

function readMessage(from: Fields, me: string): StoredMessage | null {
  const { id, conversation, sender, text, state, at, order, html, ink, files, reply, editedAt } = from;
  if (!isText(id, 256) || id === '' || !isAddress(conversation) || !isAddress(sender)) return null;
  if (!isText(text, LONGEST_TEXT) || !isTime(at) || !isTime(order)) return null;
  if (!isText(state, 20) || !STATES.includes(state)) return null;
  const mine = sender === me;
  const drawing = ink === undefined ? null : decodeInk(JSON.stringify(ink));
  const refs = Array.isArray(files) ? files.slice(0, MOST_FILES).map(readFile) : [];
  const known = refs.filter((one) => one !== null);
  const { id: answered, text: quoted } = fieldsOf(reply);
  return {
    ...{ id, conversation, sender, mine, text, at, order },
    state: mine && state !== 'received' ? (state as MessageRow['state']) : mine ? 'sent' : 'received',
    ...(isText(html, LONGEST_TEXT) && { html }),
    ...(drawing?.ok && { ink: drawing.value }),
    ...(known.length > 0 && { files: known }),
    ...(isText(answered, 256) && isText(quoted, 1000) && { reply: { id: answered, text: quoted } }),
    ...(isTime(editedAt) && { editedAt }),
    ...(from['withdrawn'] === true && { withdrawn: true as const, text: '' }),
  };
}

function readFile(value: unknown): FileRef | null {
  const { name, type, size, hash, url } = fieldsOf(value);
  if (!isText(name, 1000) || !isText(type, 200) || !isTime(size)) return null;
  return {
    ...{ name: cleanFileName(name), type, size },
    ...(isText(hash, 64) && /^[0-9a-f]{64}$/i.test(hash) && { hash }),
    ...(isText(url, 2048) && /^https:\/\//i.test(url) && URL.canParse(url) && { url }),
  };
}

function readCall(from: Fields): CallLogRow | null {
  const { id, conversation, direction, at, duration, end, subject, note } = from;
  if (!isText(id, 256) || id === '' || !isAddress(conversation) || !isTime(at)) return null;
  if ((direction !== 'in' && direction !== 'out') || !isText(end, 20) || !ENDS.includes(end)) return null;
  return {
    ...{ id, conversation, direction, at, video: from['video'] === true, seen: true },
    end: end as CallLogRow['end'],
    ...(isTime(duration) && { duration }),
    ...(isText(subject, 200) && { subject }),
    ...(isText(note, LONGEST_TEXT) && { note }),
  };
}
