/**
 * Opus packets as an Ogg file (RFC 3533, RFC 7845), page by page, so that whatever of it has reached the disk can be
 * played; and the way back, for a file whose writer was killed.
 *
 *   page 0  OpusHead, beginning of stream
 *   page 1  OpusTags
 *   page n  about a second of packets; granule: samples at 48 kHz up to its last packet, those to be skipped included
 *   last    the rest, end of stream
 */

/** Samples that a player throws away while the decoder finds its feet: recording begins in the midst of a stream (§4.6). */
export const PRE_SKIP = 3_840;

const SECOND = 48_000;
const MOST_SEGMENTS = 255;
const HEAD_OCTETS = 27;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc >>> 0;
});

/** RFC 3533 §6: generator 0x04c11db7, from zero, not reflected. */
export function oggCrc(octets: Uint8Array): number {
  let crc = 0;
  for (const octet of octets) crc = ((crc << 8) ^ (TABLE[(crc >>> 24) ^ octet] ?? 0)) >>> 0;
  return crc;
}

export interface OggOpusWriter {
  /** The two pages that every file begins with. Once, first. */
  head(): Buffer;
  /** Adds a packet; gives the page that was full before it, or null. */
  add(packet: Uint8Array, samples: number): Buffer | null;
  /** The last page. Nothing may follow. */
  end(): Buffer;
  /** Samples so far, those to be skipped not counted. */
  readonly samples: number;
}

/** `serial`: any number of 32 bits. */
export function oggOpusWriter(serial: number): OggOpusWriter {
  let sequence = 0;
  let granule = 0;
  let packets: Uint8Array[] = [];
  let segments = 0;
  let onPage = 0;

  const page = (flags: number): Buffer => {
    const lacing = packets.flatMap(({ length }) => [
      ...Array<number>(Math.floor(length / 255)).fill(255),
      length % 255,
    ]);
    const head = Buffer.alloc(HEAD_OCTETS);
    head.write('OggS', 0, 'latin1');
    head[5] = flags;
    head.writeBigUInt64LE(BigInt(granule), 6);
    head.writeUInt32LE(serial >>> 0, 14);
    head.writeUInt32LE(sequence, 18);
    head[26] = lacing.length;
    const whole = Buffer.concat([head, Buffer.from(lacing), ...packets]);
    whole.writeUInt32LE(oggCrc(whole), 22);
    sequence += 1;
    packets = [];
    segments = 0;
    onPage = 0;
    return whole;
  };
  return {
    get samples() {
      return Math.max(0, granule - PRE_SKIP);
    },
    head() {
      packets = [opusHead()];
      const first = page(FIRST);
      packets = [opusTags()];
      return Buffer.concat([first, page(0)]);
    },
    add(packet, samples) {
      const needed = Math.floor(packet.length / 255) + 1;
      // Only now: the last page must have a packet left for it.
      const full = onPage >= SECOND || segments + needed > MOST_SEGMENTS ? page(0) : null;
      packets.push(Buffer.from(packet));
      segments += needed;
      onPage += samples;
      granule += samples;
      return full;
    },
    end: () => page(LAST),
  };
}

/** RFC 7845 §5.1: two channels, as RTP names every Opus stream (RFC 7587 §7), no gain, mapping family 0. */
function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head[8] = 1;
  head[9] = 2;
  head.writeUInt16LE(PRE_SKIP, 10);
  head.writeUInt32LE(SECOND, 12);
  return head;
}

function opusTags(): Buffer {
  const vendor = Buffer.from('Parley');
  const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
  tags.write('OpusTags', 0, 'latin1');
  tags.writeUInt32LE(vendor.length, 8);
  vendor.copy(tags, 12);
  return tags;
}

export interface OggOpusFile {
  /** Samples at 48 kHz that a player plays. */
  readonly samples: number;
  /** Up to the end of the last whole page. */
  readonly octets: number;
  readonly packets: readonly Buffer[];
}

/** As much of the file as is whole: reading ends at the first page that is cut off, damaged or of another stream. */
export function readOggOpus(file: Buffer): OggOpusFile {
  const packets: Buffer[] = [];
  let granule = 0;
  let at = 0;
  for (let sequence = 0; ; sequence += 1) {
    const page = pageAt(file, at);
    if (page === null || page.sequence !== sequence) break;
    at += page.octets;
    granule = page.granule;
    if (sequence >= 2) packets.push(...page.packets);
  }
  return { samples: Math.max(0, granule - PRE_SKIP), octets: at, packets };
}

function pageAt(file: Buffer, at: number) {
  if (at + HEAD_OCTETS > file.length || file.toString('latin1', at, at + 4) !== 'OggS') return null;
  const count = file[at + 26] ?? 0;
  const lacing = file.subarray(at + HEAD_OCTETS, at + HEAD_OCTETS + count);
  const octets = HEAD_OCTETS + count + lacing.reduce((sum, one) => sum + one, 0);
  // Our writer cuts no packet in two.
  if (at + octets > file.length || ((file[at + 5] ?? 0) & CONTINUED) !== 0) return null;
  const whole = Buffer.from(file.subarray(at, at + octets));
  const crc = whole.readUInt32LE(22);
  whole.writeUInt32LE(0, 22);
  if (oggCrc(whole) !== crc) return null;
  const packets: Buffer[] = [];
  let from = HEAD_OCTETS + count;
  let length = 0;
  for (const one of lacing) {
    length += one;
    if (one === 255) continue;
    packets.push(whole.subarray(from, from + length));
    from += length;
    length = 0;
  }
  const granule = Number(whole.readBigUInt64LE(6));
  return { octets, packets, granule, sequence: whole.readUInt32LE(18) };
}
