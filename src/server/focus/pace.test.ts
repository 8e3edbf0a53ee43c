import { expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { createFanOutPace } from './pace.ts';

it('a hundred messages to a hundred people at once, then five a second; for everybody their own', () => {
  const clock = manualClock();
  const hasPace = createFanOutPace(clock);
  const spend = (who: string): number => {
    let count = 0;
    while (hasPace(who, 100)) count += 1;
    return count;
  };
  expect(spend('mallory')).toBe(100);
  clock.advance(2_000);
  expect(spend('mallory')).toBe(10);
  // Many in a conversation of few are no burden.
  expect(hasPace('alice', 3)).toBe(true);
});
