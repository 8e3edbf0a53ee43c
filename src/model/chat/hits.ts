import type { CallLogRow, MessageRow } from '../../agent/contract.ts';

/** Something that was found. `at`: its place in time, server's clock, milliseconds. */
export type Hit =
  | { readonly is: 'message'; readonly key: string; readonly at: number; readonly row: MessageRow }
  | { readonly is: 'call'; readonly key: string; readonly at: number; readonly row: CallLogRow };

export function messageHit(row: MessageRow): Hit {
  return { is: 'message', key: `${row.conversation} ${row.sender} ${row.id}`, at: row.order, row };
}
export function callHit(row: CallLogRow): Hit {
  return { is: 'call', key: `call ${row.id}`, at: row.at, row };
}

/** Both, each once, newest first. What was found first stays. */
export function joined(known: readonly Hit[], more: readonly Hit[]): readonly Hit[] {
  const all = new Map(known.map((hit) => [hit.key, hit]));
  for (const hit of more) if (!all.has(hit.key)) all.set(hit.key, hit);
  return [...all.values()].sort((one, other) => other.at - one.at);
}
