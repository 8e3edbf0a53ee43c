/** Objects of the server's history, as far as they have the right shape: what comes over the network is not believed. */
import {
  CALL_OUTCOMES,
  JMAP_HISTORY,
  type ArchivedMessage,
  type CallRecord,
  type HistoryConversation,
  type HistoryPolicy,
} from '../../protocol/history-api.ts';

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value < 1e14;

/** Whatever of a list can be read. */
export function readList<T>(value: unknown, read: (one: unknown) => T | null): readonly T[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).map(read).filter((one) => one !== null);
}

export function readTexts(value: unknown): readonly string[] {
  return readList(value, (one) => (isText(one) ? one : null));
}

/** The policy of a JMAP session (RFC 8620 §2); null: this is none that keeps a history. */
export function readPolicy(session: unknown): HistoryPolicy | null {
  const { archived, retentionDays, words } = fieldsOf(
    fieldsOf(fieldsOf(session)['capabilities'])[JMAP_HISTORY],
  );
  if (typeof archived !== 'boolean') return null;
  const days = typeof retentionDays === 'number' && retentionDays > 0 ? Math.floor(retentionDays) : 0;
  return { archived, retentionDays: days, words: isText(words) ? words.slice(0, 500) : '' };
}

export function readArchived(value: unknown): ArchivedMessage | null {
  const from = fieldsOf(value);
  const {
    id,
    sequence,
    conversationId,
    messageId,
    sender,
    to,
    callId,
    date,
    contentType,
    body,
    kind,
    state,
  } = from;
  if (!isText(id) || !isText(conversationId) || !isText(messageId) || !isText(sender)) return null;
  if (!isText(from['from']) || !isText(to) || !isText(callId) || !isTime(date)) return null;
  if (!isText(contentType) || !isText(body)) return null;
  return {
    ...{ id, conversationId, messageId, sender, from: from['from'], to, callId, date, contentType, body },
    sequence: isTime(sequence) ? sequence : 0,
    kind: isText(kind) ? (kind as ArchivedMessage['kind']) : 'text',
    ...((state === 'delivered' || state === 'displayed') && { state }),
  };
}

export function readHistoryConversation(value: unknown): HistoryConversation | null {
  const { id, lastAt, lastSequence, readThrough, muted, note, subject } = fieldsOf(value);
  if (!isText(id) || id === '') return null;
  const { date, id: at } = fieldsOf(readThrough);
  return {
    id,
    lastAt: isTime(lastAt) ? lastAt : 0,
    lastSequence: isTime(lastSequence) ? lastSequence : 0,
    readThrough: isTime(date) ? { date, ...(isText(at) && { id: at }) } : null,
    muted: muted === true,
    note: isText(note) ? note : '',
    ...(isText(subject) && { subject: subject.slice(0, 200) }),
  };
}

export function readCallRecord(value: unknown): CallRecord | null {
  const from = fieldsOf(value);
  const { id, callId, conversationId, direction, at, answeredAt, endedAt, outcome, video, note, seen } = from;
  const { subject, forwardedTo, device, onBehalfOf } = from;
  if (!isText(id) || !isText(callId) || !isText(conversationId) || !isTime(at)) return null;
  const known = CALL_OUTCOMES.find((one) => one === outcome);
  if (!known || (direction !== 'in' && direction !== 'out')) return null;
  return {
    ...{ id, callId, conversationId, direction, at, outcome: known },
    ...{ video: video === true, note: isText(note) ? note : '', seen: seen === true },
    ...(isTime(answeredAt) && { answeredAt }),
    ...(isTime(endedAt) && { endedAt }),
    ...(isText(subject) && subject !== '' && { subject: subject.slice(0, 200) }),
    ...(isText(forwardedTo) && { forwardedTo }),
    ...(isText(device) && { device }),
    ...(isText(onBehalfOf) && { onBehalfOf }),
  };
}
