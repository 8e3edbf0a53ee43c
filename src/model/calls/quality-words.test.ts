import { expect, test } from 'vitest';
import { plotPoints, qualityFigures, qualityWords } from './quality-words.ts';

test.each([
  [4.4, 'Clear'],
  [4, 'Clear'],
  [3.7, 'Good enough'],
  [3.2, 'Hard at times'],
  [1, 'Poor'],
])('MO1 an estimate of %d is %s', (mos, words) => {
  expect(qualityWords({ mos })).toBe(words);
});

test('MO1 the figures leave out what nobody measured', () => {
  const quality = { codec: 'opus', hertz: 48000, lossIn: 0.0123, mos: 4, trend: [] };
  expect(qualityFigures({ ...quality, lossOut: null, jitter: null, roundTrip: null })).toBe(
    '1.2 % lost coming',
  );
  expect(qualityFigures({ ...quality, lossOut: 0, jitter: 4, roundTrip: 31 })).toBe(
    '1.2 % lost coming, 0.0 % lost going, 4 ms jitter, 31 ms round trip',
  );
});

test('MO1 the plot keeps inside its frame', () => {
  expect(plotPoints([4.5, 1])).toBe('0.0,1.0 100.0,23.0');
  expect(plotPoints([9])).toBe('0.0,1.0 100.0,1.0');
  expect(plotPoints([])).toBe('');
});
