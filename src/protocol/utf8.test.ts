import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8, latin1, takeOctets, utf8Length } from './utf8.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });

it('agrees with the platform on any octets', () => {
  const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        text.map((t) => new Uint8Array(Buffer.from(t))),
      ),
      (octets) => {
        let expected: string | null;
        try {
          expected = platform.decode(octets);
        } catch {
          expected = null;
        }
        expect(decodeUtf8(octets)).toBe(expected);
        expect(latin1(octets)).toBe(Buffer.from(octets).toString('latin1'));
      },
    ),
    { numRuns: 3000 },
  );
});

it('agrees with the platform on any text', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(utf8Length(value)).toBe(Buffer.byteLength(value));
      expect(Buffer.from(encodeUtf8(value)).equals(Buffer.from(value))).toBe(true);
    }),
    { numRuns: 3000 },
  );
  const long = 'aé😀'.repeat(5000);
  expect(decodeUtf8(encodeUtf8(long))).toBe(long);
});

it('cuts at octets, never inside a character', () => {
  fc.assert(
    fc.property(text, fc.nat({ max: 60 }), (value, octets) => {
      const cut = Buffer.from(value).subarray(0, octets);
      const whole = cut.length === octets ? decodeUtf8(cut) : null;
      expect(takeOctets(value.toWellFormed(), octets)).toBe(whole);
    }),
    { numRuns: 3000 },
  );
});
