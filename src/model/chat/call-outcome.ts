import type { CallEnd, CallLogRow } from '../../agent/contract.ts';
import { targetName } from '../people/target-name.ts';
import { spanWords } from './span-words.ts';

type NameOf = (aor: string) => string;

/** How a call went: the second line of a row in the call log. `nameOf`: how people are called here. */
export function logWords(row: CallLogRow, nameOf: NameOf): string {
  return [wentWords(row, nameOf), ...takenBy(row), ...inNamesOf(row, nameOf)].join(', ');
}

/** "answered by Ben Farrow": a call of mine, taken in the place of whom I called. */
function takenBy({ direction, answeredBy }: CallLogRow): readonly string[] {
  return direction === 'out' && answeredBy !== undefined ? [`answered by ${answeredBy}`] : [];
}

/** "on behalf of Maya Chen", "for Ingrid Solberg": when it was not just between the two. */
function inNamesOf({ onBehalfOf, forUser }: CallLogRow, nameOf: NameOf): readonly string[] {
  return [
    ...(onBehalfOf ? [`on behalf of ${targetName(onBehalfOf, nameOf)}`] : []),
    ...(forUser ? [`for ${targetName(forUser, nameOf)}`] : []),
  ];
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
  if (row.end === 'elsewhere') {
    // By name from the CANCEL that ended the ringing here, by address from the server's history.
    const by = row.answeredBy ?? (row.forwardedTo === undefined ? null : placeName(row.forwardedTo, nameOf));
    return by === null ? 'Answered on another device' : `Answered by ${by}`;
  }
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
  const intended = inNamesOf(row, nameOf)
    .map((words) => ` ${words}`)
    .join('');
  if (isMissed(row)) return `Missed ${row.video ? 'video call' : 'call'}${intended}`;
  const kind = `${row.video ? 'Video call' : 'Voice call'}${intended}`;
  const went = row.duration === undefined ? wentWords(row, nameOf) : spanWords(row.duration);
  return [kind, `${went.charAt(0).toLowerCase()}${went.slice(1)}`, ...takenBy(row)].join(', ');
}
