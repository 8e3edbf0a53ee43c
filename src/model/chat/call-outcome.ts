import type { CallEnd, CallLogRow } from '../../agent/contract.ts';
import { spanWords } from './span-words.ts';

/** How a call went: the second line of a row in the call log. */
export function logWords(row: CallLogRow): string {
  const span = row.duration === undefined ? null : spanWords(row.duration);
  if (span !== null) return row.video ? `Video, ${span}` : span;
  if (row.direction === 'out') {
    const words: Partial<Record<CallEnd, string>> = {
      busy: 'Busy',
      'no-answer': 'No answer',
      declined: 'Declined',
      unreachable: 'Could not be reached',
      cancelled: 'Cancelled',
      'hung-up': 'Cancelled',
    };
    return words[row.end] ?? 'Not connected';
  }
  if (row.end === 'elsewhere') return 'Answered on another device';
  if (row.end === 'forwarded') return 'Forwarded';
  if (row.end === 'declined' || row.end === 'busy') return 'Declined';
  return 'Missed';
}

/** An incoming call that nobody took and nobody turned down. */
export function isMissed(row: CallLogRow): boolean {
  if (row.direction !== 'in' || row.duration !== undefined) return false;
  return !['elsewhere', 'declined', 'busy', 'forwarded'].includes(row.end);
}

/** A call as one line among messages: "Voice call, 3 min", "Missed video call", "Voice call, no answer". */
export function callLine(row: CallLogRow): string {
  if (isMissed(row)) return `Missed ${row.video ? 'video call' : 'call'}`;
  const went = row.duration === undefined ? logWords(row) : spanWords(row.duration);
  return `${row.video ? 'Video call' : 'Voice call'}, ${went.charAt(0).toLowerCase()}${went.slice(1)}`;
}
