/** Plays back to a caller what it hears and sees, half a second later. */
import type { Track } from 'node-datachannel';
import { isRtcp } from './rtp.ts';

/** Long enough to be told from one's own voice. */
const DELAY_MS = 500;
/** Sets what we send apart from what the caller sends, and back again in their feedback. */
const SSRC_MASK = 0x2f6b_31c7;
/** Packets on their way back of one track; a flood is not stored. */
const MOST_WAITING = 500;

/** `ssrc`: what our own offer promised; null: the caller's, masked. */
export function echo(track: Track, ssrc: number | null): void {
  let waiting = 0;
  track.onMessage((packet) => {
    if (packet.length < 12) return;
    const copy = Buffer.from(packet);
    if (isRtcp(packet)) {
      // Only feedback (loss, key frame wanted) means something to the sender of what we echo.
      if (packet[1] !== 205 && packet[1] !== 206) return;
      copy.writeUInt32BE((copy.readUInt32BE(8) ^ SSRC_MASK) >>> 0, 8);
      if (track.isOpen()) track.sendMessageBinary(copy);
      return;
    }
    if (waiting >= MOST_WAITING) return;
    waiting += 1;
    copy.writeUInt32BE(ssrc ?? (copy.readUInt32BE(8) ^ SSRC_MASK) >>> 0, 8);
    setTimeout(() => {
      waiting -= 1;
      // A closed track throws in native code.
      if (track.isOpen()) track.sendMessageBinary(copy);
    }, DELAY_MS);
  });
}
