import { expect, test } from 'vitest';
import { emergencyNumber, regionsOf } from './emergency-numbers.ts';

test.each([
  ['112', [], '112'],
  ['911', [], '911'],
  ['9 9 9', [], '999'],
  ['(000)', [], '000'],
  ['110', [], '110'],
  ['1-1-8', [], '118'],
  ['tel:112', [], '112'],
  ['TEL:911;phone-context=+1', [], '911'],
  ['sip:112@larkfield.example', [], '112'],
  ['sips:999@larkfield.example;user=phone', [], '999'],
  ['sip:119;user=phone', [], '119'],
  ['urn:service:sos', [], 'SOS'],
  ['urn:service:sos.fire', [], 'SOS'],
  ['sip:sos@larkfield.example', [], 'SOS'],
  ['15', ['FR'], '15'],
  ['15', ['DE'], null],
  ['144', ['AT', 'DE'], '144'],
  ['144', [], null],
  ['111', ['NZ'], '111'],
  ['10111', ['ZA'], '10111'],
  ['1120', [], null],
  ['+49112', [], null],
  ['+44 113 496 0147', [], null],
  ['0113', ['IT'], null],
  ['', ['FR'], null],
  ['sip:anna@larkfield.example', ['FR'], null],
  ['sip:anna112@larkfield.example', [], null],
  ['urn:service:counseling', [], null],
  ['112'.repeat(200), [], null],
] as const)('T13 %s in %j is %s', (target, regions, number) => {
  expect(emergencyNumber(target, regions)).toBe(number);
});

test('regions are those that languages name', () => {
  expect(regionsOf(['de-AT', 'de', 'zh-Hant-TW', 'en-GB', 'es-419'])).toEqual(['AT', 'TW', 'GB']);
});
