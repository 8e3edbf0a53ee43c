/**
 * Which way each m-line goes (RFC 3264 §5.1, §8.4). Ours is set once per transceiver from what the person wants; the
 * browser cuts it down to what the far end offers, and our wish survives that (a held call comes back by itself).
 */
export interface Wish {
  /** A live microphone track. */
  readonly microphone: boolean;
  /** A live camera track, or the screen on the camera's line. */
  readonly camera: boolean;
  /** A live screen on a line of its own. */
  readonly screen: boolean;
  /** We put the call on hold. */
  readonly held: boolean;
  /** The person answered with voice only: no picture of anybody either way. A shared screen is none. */
  readonly voiceOnly: boolean;
}

/** What a line is for: sound, pictures of people, or a screen (RFC 4796 "slides"). */
export type Role = 'sound' | 'picture' | 'slides';

/** The direction of one transceiver. `first`: it carries our own track; others are only received. */
export function direction(role: Role, first: boolean, wish: Wish): RTCRtpTransceiverDirection {
  if (role === 'picture' && wish.voiceOnly) return 'inactive';
  const receive = !wish.held;
  // Whoever shows looks at nothing on that line, and whoever has stopped may be shown something on it.
  if (role === 'slides' && first && wish.screen) return 'sendonly';
  const send = first && (role === 'sound' ? wish.microphone : role === 'picture' && wish.camera);
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** What kind a transceiver carries; a receiver has its track from the first moment. */
export function kindOf(transceiver: RTCRtpTransceiver): 'audio' | 'video' {
  return transceiver.receiver.track.kind === 'video' ? 'video' : 'audio';
}

/** True for a direction in which something arrives here. */
export function receives(value: RTCRtpTransceiverDirection | null): boolean {
  return value === 'sendrecv' || value === 'recvonly';
}

/** True for a direction in which something leaves here. */
export function sends(value: RTCRtpTransceiverDirection | null): boolean {
  return value === 'sendrecv' || value === 'sendonly';
}
