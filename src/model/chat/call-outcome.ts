import type { CallEnd, CallLogRow } from '../../agent/contract.ts';
import { targetName } from '../people/target-name.ts';
import { spanWords } from './span-words.ts';

type NameOf = (aor: string) => string;

/** How a call went: the second line of a row in the call log. `nameOf`: how people are called here. */
export function logWords(row: CallLogRow, nameOf: NameOf): string {
  const went = wentWords(row, nameOf);
  return row.forUser ? `${went}, for ${targetName(row.forUser, nameOf)}` : went;
}

function wentWords(row: CallLogRow, nameOf: NameOf): string {
  const span = row.duration === undefined ? null : spanWords(row.duration);
  if (span !== null) return row.video ? `Video, ${span}` : span;
  // The server knows that it was taken, not for how long: it may still be going on.
  if (row.end === 'hung-up') return 'Answered';
  if (row.direction === 'out') {
    const words: Partial<Record<CallEnd, string>> = {
      busy: 'Busy',
      'no-answer': 'No answer',
      declined: 'Declined',
      unreachable: 'Could not be reached',
      cancelled: 'Cancelled',
    };
    return words[row.end] ?? 'Not connected';
  }
  if (row.end === 'elsewhere')
    return row.answeredBy === undefined ? 'Answered on another device' : `${row.answeredBy} answered`;
  if (row.end === 'forwarded')
    return row.forwardedTo === undefined ? 'Forwarded' : `Forwarded to ${placeName(row.forwardedTo, nameOf)}`;
  if (row.end === 'declined' || row.end === 'busy') return 'Declined';
  return 'Missed';
}

/** Voicemail is nobody's name (RFC 4458). */
function placeName(aor: string, nameOf: NameOf): string {
  return aor.startsWith('sip:voicemail@') ? 'voicemail' : nameOf(aor);
}

/** An incoming call that nobody took and nobody turned down. */
export function isMissed(row: CallLogRow): boolean {
  if (row.direction !== 'in' || row.duration !== undefined) return false;
  return !['hung-up', 'elsewhere', 'declined', 'busy', 'forwarded'].includes(row.end);
}

/** A call as one line among messages: "Voice call, 3 min", "Missed video call", "Voice call, no answer". */
export function callLine(row: CallLogRow, nameOf: NameOf): string {
  const intended = row.forUser ? ` for ${targetName(row.forUser, nameOf)}` : '';
  if (isMissed(row)) return `Missed ${row.video ? 'video call' : 'call'}${intended}`;
  const kind = `${row.video ? 'Video call' : 'Voice call'}${intended}`;
  if (row.answeredBy !== undefined) return `${kind}, ${row.answeredBy} answered`;
  const went = row.duration === undefined ? wentWords(row, nameOf) : spanWords(row.duration);
  return `${kind}, ${went.charAt(0).toLowerCase()}${went.slice(1)}`;
}
