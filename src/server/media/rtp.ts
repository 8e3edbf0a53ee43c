/** The little of RTP (RFC 3550 §5.1) that an end without a codec looks at. */

/** RTCP shares the port; its payload types fall into 64–95 after the marker bit is cut (RFC 5761 §4). */
export function isRtcp(packet: Uint8Array): boolean {
  const type = (packet[1] ?? 0) & 0x7f;
  return type >= 64 && type <= 95;
}
