import { describe, expect, it } from 'vitest';
import { oggCrc, oggOpusWriter, PRE_SKIP, readOggOpus } from './ogg-opus.ts';

const FRAME = 960;

function fileOf(packets: readonly Buffer[]): Buffer {
  const writer = oggOpusWriter(7);
  const pages = [writer.head()];
  for (const packet of packets) pages.push(writer.add(packet, FRAME) ?? Buffer.alloc(0));
  return Buffer.concat([...pages, writer.end()]);
}

const packets = (count: number, octets = 60): Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(octets, index));

/** Flags and granule of each page. */
function pages(file: Buffer): { flags: number; granule: number }[] {
  const found = [];
  for (let at = 0; at < file.length;) {
    const segments = file[at + 26] ?? 0;
    const lacing = file.subarray(at + 27, at + 27 + segments);
    found.push({ flags: file[at + 5] ?? -1, granule: Number(file.readBigUInt64LE(at + 6)) });
    at += 27 + segments + lacing.reduce((sum, one) => sum + one, 0);
  }
  return found;
}

describe('an Ogg Opus file', () => {
  it('checks itself as RFC 3533 says', () => {
    // Of a polynomial without reflection and inversion: the check value of CRC-32/POSIX before its last step differs.
    expect(oggCrc(Buffer.from('123456789'))).toBe(0x89a1897f);
    expect(oggCrc(Buffer.alloc(0))).toBe(0);
  });

  it('has two head pages, a page a second with the samples so far, and an end', () => {
    const file = fileOf(packets(120));
    expect(pages(file)).toEqual([
      { flags: 2, granule: 0 },
      { flags: 0, granule: 0 },
      { flags: 0, granule: 50 * FRAME },
      { flags: 0, granule: 100 * FRAME },
      { flags: 4, granule: 120 * FRAME },
    ]);
    expect(file.toString('latin1', 28, 36)).toBe('OpusHead');
    expect(file.readUInt16LE(38)).toBe(PRE_SKIP);
    const read = readOggOpus(file);
    expect(read.packets).toEqual(packets(120));
    expect([read.samples, read.octets]).toEqual([120 * FRAME - PRE_SKIP, file.length]);
  });

  it('carries packets of every length', () => {
    const all = [0, 1, 254, 255, 256, 510, 1275].map((octets) => Buffer.alloc(octets, 9));
    expect(readOggOpus(fileOf(all)).packets).toEqual(all);
    const large = packets(300, 1275);
    expect(readOggOpus(fileOf(large)).packets).toEqual(large);
  });

  it('is readable up to the last whole page wherever it was cut, or damaged', () => {
    const file = fileOf(packets(200, 20));
    for (let cut = 0; cut <= file.length; cut += 97) {
      const { samples, octets } = readOggOpus(file.subarray(0, cut));
      expect(octets).toBeLessThanOrEqual(cut);
      expect(readOggOpus(file.subarray(0, octets)).samples).toBe(samples);
    }
    const damaged = Buffer.from(file);
    damaged[file.length - 5] = (damaged[file.length - 5] ?? 0) ^ 1;
    // The last page, of 50, is lost.
    expect(readOggOpus(damaged).packets).toHaveLength(150);
    expect(readOggOpus(Buffer.from('OggS'))).toMatchObject({ samples: 0, octets: 0 });
  });
});
