import type { CallEnd, CallSnapshot } from '../../agent/contract.ts';
import { targetName } from '../people/target-name.ts';

/** "Voice call", "Invitation to a video conference": what an incoming call is (features.md N01). */
export function modeWords({ video, isInvitation }: Pick<CallSnapshot, 'video' | 'isInvitation'>): string {
  if (isInvitation) return `Invitation to a ${video ? 'video' : 'voice'} conference`;
  return video ? 'Video call' : 'Voice call';
}

type NameOf = (aor: string) => string;
type About = Pick<CallSnapshot, 'forUser' | 'forwardedBy' | 'onBehalfOf'>;

/**
 * " on behalf of Maya Chen for Ingrid Solberg, forwarded by Mei Tanaka" (features.md N04, CD1); '' when they call
 * for themselves, and me.
 */
export function forWords({ forUser, forwardedBy, onBehalfOf }: About, nameOf: NameOf): string {
  const behalf = onBehalfOf ? ` on behalf of ${targetName(onBehalfOf, nameOf)}` : '';
  const intended = forUser ? ` for ${targetName(forUser, nameOf)}` : '';
  const by = forwardedBy ? `, forwarded by ${targetName(forwardedBy, nameOf)}` : '';
  return `${behalf}${intended}${by}`;
}

/** "On behalf of Maya Chen", "Answered by Ben Farrow for Maya Chen": the line under a name while a call lasts; '' for most. */
export function aboutWords(
  { forUser, onBehalfOf, passed, answerer, peer }: About & Pick<CallSnapshot, 'passed' | 'answerer' | 'peer'>,
  nameOf: NameOf,
): string {
  const about = forWords({ ...(onBehalfOf && { onBehalfOf }), ...(forUser && { forUser }) }, nameOf).trim();
  const taken = answerer ? `Answered by ${targetName(answerer, nameOf)} for ${nameOf(peer)}` : '';
  return [about.charAt(0).toUpperCase() + about.slice(1), passed || taken].filter(Boolean).join(' · ');
}

/** What the stage says of a call that is not up, with the person's first name. Null while it is up. */
export function callWords(
  call: Pick<CallSnapshot, 'state' | 'end' | 'why' | 'transfer' | 'parking'>,
  first: string,
): string | null {
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
      if (call.parking === 'parked') return 'Parked: your Team can pick it up';
      if (call.parking === 'back') return `Nobody picked it up. ${first} is waiting`;
      return call.transfer && !call.transfer.failed ? call.transfer.words : null;
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
