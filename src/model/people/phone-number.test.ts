import { describe, expect, test } from 'vitest';
import { readNumber, usualCountry } from './phone-number.ts';

describe('C06 a number as people write it', () => {
  test.each<[string, string | null, string, string]>([
    ['+49 (0)30 123456', null, 'tel:+4930123456', '+49 30 123456'],
    ['030 / 123456', 'DE', 'tel:+4930123456', '+49 30 123456'],
    ['0049 30 123456', 'DE', 'tel:+4930123456', '+49 30 123456'],
    ['0049 30 123456', 'US', 'tel:+4930123456', '+49 30 123456'],
    ['0049 30 123456', null, 'tel:+4930123456', '+49 30 123456'],
    ['011 49 30 123456', 'US', 'tel:+4930123456', '+49 30 123456'],
    ['(212) 555-0123', 'US', 'tel:+12125550123', '+1 212 555 0123'],
    ['+44 20 7946 0018', 'DE', 'tel:+442079460018', '+44 20 7946 0018'],
    ['+49 30 123456 ext. 12', 'DE', 'tel:+4930123456;ext=12', '+49 30 123456 ext. 12'],
    ['tel:+49-30-123456;ext=5', null, 'tel:+4930123456;ext=5', '+49 30 123456 ext. 5'],
    ['٠٣٠ ١٢٣٤٥٦', 'DE', 'tel:+4930123456', '+49 30 123456'],
  ])('%s in %s', async (text, country, uri, shown) => {
    expect(await readNumber(text, country)).toEqual({ ok: true, uri, shown });
  });

  test.each<[string, string | null, RegExp]>([
    ['030 123456', null, /country code/],
    ['030 123456', 'XX', /country code/],
    ['12', 'DE', /too short/],
    ['110', 'DE', /too short/],
    ['+49301234567890123456', 'DE', /too long/],
    ['9'.repeat(10_000), 'DE', /too long/],
    ['hello', 'DE', /not a telephone number/],
    ['sip:ann@x.test', 'DE', /not a telephone number/],
    ['', 'DE', /not a telephone number/],
    ['+999 123456', 'DE', /country code/],
  ])('%s in %s is refused with a sentence', async (text, country, why) => {
    const read = await readNumber(text, country);
    expect(read.ok ? read.uri : read.why).toMatch(why);
  });
});

test.each<[string[], string[], string | null]>([
  [['+49 30 123456'], ['en-US'], 'DE'],
  [['030 123456', 'tel:+43 1 234567'], ['en-US'], 'AT'],
  [[], ['de', 'de-CH', 'en-US'], 'CH'],
  [[], ['de', 'not a language'], null],
])('own numbers %j and languages %j are in %s', async (own, languages, country) => {
  expect(await usualCountry(own, languages)).toBe(country);
});
