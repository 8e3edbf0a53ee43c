/** Why a call ended, from what the wire said. Pure: a table tests it. */
import { shownName } from '../../protocol/shown-name.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Aor, CallEnd } from '../../store/rows.ts';

/** `timedOut`: we gave up ringing. `established`: media had flowed. */
export interface Ending extends CallEnded {
  readonly direction: 'in' | 'out';
  readonly established: boolean;
  readonly timedOut: boolean;
}

/** How the wire says that a dialog is over; `status` null when none was. */
export interface CallEnded {
  readonly by: 'us' | 'them' | 'network';
  readonly status: number | null;
  readonly elsewhere: boolean;
}

export function endOf(ending: Ending): CallEnd {
  const { direction, established, by, status, elsewhere, timedOut } = ending;
  if (established) return by === 'network' ? 'lost' : 'hung-up';
  if (elsewhere) return 'elsewhere';
  if (timedOut) return direction === 'out' ? 'no-answer' : 'missed';
  if (direction === 'in') {
    if (by === 'us' && status === 302) return 'forwarded';
    if (by === 'us') return status === null || status === 603 || status === 486 ? 'declined' : 'failed';
    return by === 'them' ? 'missed' : 'lost';
  }
  if (by === 'us') return 'cancelled';
  if (by === 'network' && status === null) return 'lost';
  return byStatus(status ?? 0);
}

function byStatus(status: number): CallEnd {
  switch (status) {
    case 486:
    case 600:
      return 'busy';
    case 603:
      return 'declined';
    case 408:
      return 'no-answer';
    case 404:
    case 410:
    case 480:
    case 484:
    case 604:
      return 'unreachable';
    case 487:
      return 'cancelled';
    default:
      return 'failed';
  }
}

/** The name that a server puts into the Reason of its CANCEL when another person took the call (RFC 3326). */
export function answererIn(reason: string): string | undefined {
  return shownName(/^Answered by (.+)$/i.exec(reason)?.[1] ?? '') || undefined;
}

/**
 * A sentence for the person; undefined where nothing needs saying. `answeredBy`: who else took it. `behalf`: in whose name
 * it was made.
 */
export function wordsOf(
  end: CallEnd,
  name: string,
  status: number | null,
  {
    answeredBy,
    behalf,
  }: { readonly answeredBy?: string | undefined; readonly behalf?: string | undefined } = {},
): string | undefined {
  switch (end) {
    case 'busy':
      return `${name} is busy on another call.`;
    case 'declined':
      return `${name} declined the call.`;
    case 'no-answer':
      return `${name} did not answer.`;
    case 'unreachable':
      return status === 404 || status === 604
        ? 'Nobody has this address. Check it and try again.'
        : `${name} cannot be reached just now. You can leave a message.`;
    case 'elsewhere':
      return answeredBy === undefined ? 'You answered on another device.' : `${answeredBy} answered.`;
    case 'lost':
      return 'The connection was lost. Please call again.';
    case 'failed':
      return status === 488 || status === 415 || status === 606
        ? `${name}'s device cannot take this kind of call.`
        : status === 403
          ? behalf === undefined
            ? 'The server does not allow this call.'
            : `The server took no call on behalf of ${behalf}: you may no longer be their delegate. You can call ${name} in your own name.`
          : 'The call could not be set up. Please try again.';
    default:
      return undefined;
  }
}

export const BY_MAILBOX = 'Answered by voicemail, which records after the tone';

/** Nobody of our organisation has that name. */
export function isMailbox(at: string | undefined, me: Aor): boolean {
  return at !== undefined && aorOf(at) === `sip:voicemail${me.slice(me.lastIndexOf('@'))}`;
}
