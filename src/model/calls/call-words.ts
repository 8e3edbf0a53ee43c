import type { CallEnd, CallLogRow, CallSnapshot } from '../../agent/contract.ts';
import { spanWords } from '../chat/span-words.ts';

/** What the stage says of a call that is not up, with the person's first name. Null while it is up. */
export function callWords(call: Pick<CallSnapshot, 'state' | 'end' | 'why'>, first: string): string | null {
  switch (call.state) {
    case 'dialling':
      return 'Calling';
    case 'ringing':
      return 'Ringing';
    case 'incoming':
      return `${first} is calling`;
    case 'answering':
      return 'Connecting';
    case 'ended':
      return call.why ?? endWords(call.end ?? 'hung-up', first);
    default:
      return null;
  }
}

/** Why a call ended, in words. */
function endWords(end: CallEnd, first: string): string {
  switch (end) {
    case 'hung-up':
      return 'Call ended';
    case 'declined':
      return `${first} declined`;
    case 'cancelled':
      return 'Call cancelled';
    case 'missed':
      return 'Missed call';
    case 'busy':
      return `${first} is busy`;
    case 'no-answer':
      return 'No answer';
    case 'elsewhere':
      return 'Answered on another device';
    case 'unreachable':
      return `${first} can’t be reached`;
    case 'forwarded':
      return 'Forwarded';
    case 'lost':
      return 'The connection was lost';
    case 'failed':
      return 'The call could not be connected';
  }
}

/** "04:18", "1:04:18": a running call, milliseconds in. */
export function timerWords(span: number): string {
  const seconds = Math.max(0, Math.floor(span / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** The second line of a row in the call log. */
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
