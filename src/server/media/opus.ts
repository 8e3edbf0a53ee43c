/** What can be known of an Opus packet without decoding it (RFC 6716 §3). */

/** Samples at 48 kHz of one frame, by the configuration in the first octet (table 2). */
function frameSamples(config: number): number {
  if (config < 12) return [480, 960, 1920, 2880][config % 4] ?? 0;
  if (config < 16) return config % 2 === 0 ? 480 : 960;
  return 120 << (config % 4);
}

/** RFC 6716 §3.4 R5: 120 ms. */
const LONGEST = 5_760;
const MOST_OCTETS = 1_275;

/** Samples at 48 kHz that the packet stands for; null when it breaks the rules of its framing (§3.4, R1 to R7). */
export function opusSamples(packet: Uint8Array): number | null {
  const [toc] = packet;
  if (toc === undefined) return null;
  const frame = frameSamples(toc >> 3);
  const rest = packet.length - 1;
  switch (toc & 3) {
    case 0:
      return rest <= MOST_OCTETS ? frame : null;
    case 1:
      return rest % 2 === 0 && rest / 2 <= MOST_OCTETS ? 2 * frame : null;
    case 2: {
      const first = lengthAt(packet, 1);
      return first !== null && first.next + first.octets <= packet.length ? 2 * frame : null;
    }
    default:
      return manyFrames(packet, frame);
  }
}

/** §3.2.5: a count, padding, and frames of one size or of sizes told. */
function manyFrames(packet: Uint8Array, frame: number): number | null {
  const head = packet[1];
  if (head === undefined) return null;
  const count = head & 0x3f;
  if (count === 0 || count * frame > LONGEST) return null;
  let at = 2;
  let end = packet.length;
  if ((head & 0x40) !== 0) {
    let padding = packet[at++];
    for (; padding === 255; padding = packet[at++]) end -= 254;
    if (padding === undefined) return null;
    end -= padding;
  }
  if ((head & 0x80) === 0) return end >= at && (end - at) % count === 0 ? count * frame : null;
  let octets = 0;
  for (let one = 1; one < count; one += 1) {
    const length = lengthAt(packet, at);
    if (length === null) return null;
    at = length.next;
    octets += length.octets;
  }
  return at + octets <= end ? count * frame : null;
}

/** §3.2.1: one octet, or two from 252 on. */
function lengthAt(packet: Uint8Array, at: number): { octets: number; next: number } | null {
  const first = packet[at];
  if (first === undefined) return null;
  if (first < 252) return { octets: first, next: at + 1 };
  const second = packet[at + 1];
  return second === undefined ? null : { octets: 4 * second + first, next: at + 2 };
}

/** A packet of one frame without octets: the decoder makes up 20 ms as for a lost one (RFC 7845 §4.1). */
export const LOST: Uint8Array = Uint8Array.of(0xf8);
export const LOST_SAMPLES = 960;
