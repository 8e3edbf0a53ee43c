/** The little of RTP (RFC 3550 §5.1) that an end without a codec looks at. */

/** RTCP shares the port; its payload types fall into 64–95 after the marker bit is cut (RFC 5761 §4). */
export function isRtcp(packet: Uint8Array): boolean {
  const type = (packet[1] ?? 0) & 0x7f;
  return type >= 64 && type <= 95;
}

export interface RtpPacket {
  readonly type: number;
  readonly seq: number;
  readonly time: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Null when it is none. Padding and extensions are cut away. */
export function rtpPayload(packet: Buffer): RtpPacket | null {
  const first = packet[0] ?? 0;
  let from = 12 + 4 * (first & 0x0f);
  if (packet.length < from || first >> 6 !== 2) return null;
  if ((first & 0x10) !== 0) {
    if (packet.length < from + 4) return null;
    from += 4 + 4 * packet.readUInt16BE(from + 2);
  }
  const padding = (first & 0x20) !== 0 ? (packet.at(-1) ?? 0) : 0;
  const to = packet.length - padding;
  if (to < from) return null;
  return {
    type: (packet[1] ?? 0) & 0x7f,
    seq: packet.readUInt16BE(2),
    time: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(from, to),
  };
}

/** Version 2, no extension. `time`: of the medium's clock. */
export function rtpPacket({ type, seq, time, ssrc, payload }: RtpPacket): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = type;
  head.writeUInt16BE(seq & 0xffff, 2);
  head.writeUInt32BE(time >>> 0, 4);
  head.writeUInt32BE(ssrc >>> 0, 8);
  return Buffer.concat([head, payload]);
}
