import type { Aor, CallLogRow, MessageRow } from '../../agent/contract.ts';
import { callLine } from './call-outcome.ts';

const PREFIX = 'call ';

/**
 * Calls stand among the messages of the same people, where they were (features.md E02). `isAll`: nothing older is left
 * to read, so that calls before the first message show too.
 */
export function withCalls(
  rows: readonly MessageRow[],
  calls: readonly CallLogRow[],
  isAll: boolean,
  nameOf: (aor: Aor) => string,
): readonly MessageRow[] {
  const from = isAll ? 0 : (rows[0]?.order ?? Infinity);
  const shown = calls.filter(({ at }) => at >= from).map((call) => rowOf(call, nameOf));
  if (shown.length === 0) return rows;
  return [...rows, ...shown].sort((one, other) => one.order - other.order);
}

function rowOf(call: CallLogRow, nameOf: (aor: Aor) => string): MessageRow {
  const { id, conversation, at, direction } = call;
  return {
    ...{ id: `${PREFIX}${id}`, conversation, at, order: at, mine: direction === 'out', state: 'received' },
    sender: `${PREFIX}${direction}`,
    text: callLine(call, nameOf),
  };
}

/** The call that a row of the log stands for. */
export function callOf(row: MessageRow, calls: readonly CallLogRow[]): CallLogRow | null {
  if (!row.id.startsWith(PREFIX)) return null;
  return calls.find(({ id }) => row.id === `${PREFIX}${id}`) ?? null;
}
