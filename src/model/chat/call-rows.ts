import type { CallLogRow, MessageRow } from '../../agent/contract.ts';
import { spanWords } from './span-words.ts';

const PREFIX = 'call ';

/**
 * Calls stand among the messages of the same people, where they were (features.md E02). `isAll`: nothing older is left
 * to read, so that calls before the first message show too.
 */
export function withCalls(
  rows: readonly MessageRow[],
  calls: readonly CallLogRow[],
  isAll: boolean,
): readonly MessageRow[] {
  const from = isAll ? 0 : (rows[0]?.order ?? Infinity);
  const shown = calls.filter(({ at }) => at >= from).map(rowOf);
  if (shown.length === 0) return rows;
  return [...rows, ...shown].sort((one, other) => one.order - other.order);
}

function rowOf(call: CallLogRow): MessageRow {
  const { id, conversation, at, direction } = call;
  return {
    ...{ id: `${PREFIX}${id}`, conversation, at, order: at, mine: direction === 'out', state: 'received' },
    sender: `${PREFIX}${direction}`,
    text: callLine(call),
  };
}

/** The call that a row of the log stands for. */
export function callOf(row: MessageRow, calls: readonly CallLogRow[]): CallLogRow | null {
  if (!row.id.startsWith(PREFIX)) return null;
  return calls.find(({ id }) => row.id === `${PREFIX}${id}`) ?? null;
}

/** "Voice call, 3 min", "Missed video call", "Voice call, not answered". */
export function callLine({ video, duration, direction, end }: CallLogRow): string {
  const kind = video ? 'Video call' : 'Voice call';
  if (duration !== undefined) return `${kind}, ${spanWords(duration)}`;
  if (direction === 'in') {
    if (end === 'elsewhere') return `${kind}, answered on another device`;
    if (end === 'declined' || end === 'busy') return `${kind}, declined`;
    return `Missed ${video ? 'video call' : 'call'}`;
  }
  switch (end) {
    case 'busy':
      return `${kind}, busy`;
    case 'declined':
      return `${kind}, declined`;
    case 'no-answer':
      return `${kind}, not answered`;
    case 'cancelled':
    case 'hung-up':
      return `${kind}, cancelled`;
    default:
      return `${kind}, not connected`;
  }
}
