/**
 * Which way each m-line goes (RFC 3264 §5.1, §8.4). Ours is set once per transceiver from what the person wants; the
 * browser cuts it down to what the far end offers, and our wish survives that (a held call comes back by itself).
 */
export interface Wish {
  /** A live microphone track. */
  readonly microphone: boolean;
  /** A live camera track. */
  readonly camera: boolean;
  /** We put the call on hold. */
  readonly held: boolean;
  /** The person answered with voice only: no picture either way. */
  readonly voiceOnly: boolean;
}

/** The direction of one transceiver. `first`: it carries our own track; others are only received. */
export function direction(kind: 'audio' | 'video', first: boolean, wish: Wish): RTCRtpTransceiverDirection {
  if (kind === 'video' && wish.voiceOnly) return 'inactive';
  const send = first && (kind === 'audio' ? wish.microphone : wish.camera);
  const receive = !wish.held;
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

/** True when the description offers to send us a picture on a line that is not rejected (port 0). */
export function offersPicture(sdp: string): boolean {
  return sdp.split(/^m=/m).some((section) => {
    if (!/^video [1-9]/.test(section)) return false;
    const way = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1];
    return way === undefined || way === 'sendrecv' || way === 'sendonly';
  });
}
