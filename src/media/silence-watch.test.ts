import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SilenceWatch } from './silence-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('sound that stops to come is told once, and again only after some has come', () => {
  let timestamp = 0;
  let told = 0;
  const sound = {
    track: { kind: 'audio' },
    getSynchronizationSources: () => (timestamp ? [{ timestamp }] : []),
  };
  const picture = {
    track: { kind: 'video' },
    getSynchronizationSources: () => [{ timestamp: Math.random() }],
  };
  const watch = new SilenceWatch({ getReceivers: () => [sound, picture] as never }, () => (told += 1));
  // Nothing has come yet: nothing has stopped.
  vi.advanceTimersByTime(5_000);
  expect(told).toBe(0);
  // Pauses of speech.
  for (let turn = 0; turn < 5; turn++) {
    timestamp += 400;
    vi.advanceTimersByTime(400);
  }
  expect(told).toBe(0);
  vi.advanceTimersByTime(700);
  expect(told).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(told).toBe(1);
  timestamp += 20;
  vi.advanceTimersByTime(1_200);
  expect(told).toBe(2);
  watch.stop();
  timestamp += 20;
  vi.advanceTimersByTime(5_000);
  expect(told).toBe(2);
});
