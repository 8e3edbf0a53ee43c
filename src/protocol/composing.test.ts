/*
 * Ana types ... stops ...          Ben sees
 *   0 s   key    -- active -->     typing until 72 s
 *   61 s  key    -- active -->     typing until 133 s
 *   76 s         -- idle   -->     nothing
 */
import { describe, expect, test } from 'vitest';
import { QUIET, cleared, composingUntil, messageSent, passed, typed } from './composing.ts';

describe('the writer', () => {
  test('says active once a minute, and idle 15 s after the last key', () => {
    let step = typed(QUIET, 1_000);
    expect(step.say).toEqual({ active: true, contentType: 'text/plain', refresh: 60 });
    expect(step.wake).toBe(16_000);
    step = typed(step.state, 5_000);
    expect(step).toMatchObject({ say: null, wake: 20_000 });
    step = passed(step.state, 16_000);
    expect(step).toMatchObject({ say: null, wake: 20_000 });
    step = typed(step.state, 61_000);
    expect(step.say?.active).toBe(true);
    step = passed(step.state, 76_000);
    expect(step).toEqual({
      state: QUIET,
      say: { active: false, contentType: 'text/plain', lastActive: 61_000 },
      wake: null,
    });
    expect(passed(step.state, 99_000).say).toBeNull();
  });
  test('an emptied field is idle at once, but only when active was said', () => {
    expect(cleared(typed(QUIET, 1_000).state).say?.active).toBe(false);
    expect(cleared(QUIET).say).toBeNull();
  });
  test('a message ends it without a word (RFC 3994 §3.3), and the next key says it anew', () => {
    const step = messageSent();
    expect(step).toEqual({ state: QUIET, say: null, wake: null });
    expect(typed(step.state, 2_000).say?.active).toBe(true);
  });
});

describe('the reader', () => {
  test.each([
    ['as long as the refresh, and a little', { active: true, refresh: 60 }, 72_000],
    ['120 s and a little without one', { active: true }, 120_000 * 1.2],
    ['ten minutes at most', { active: true, refresh: 999_999 }, 600_000],
    ['not at all', { active: true, refresh: 0 }, 15_000],
  ])('believes %s', (_, heard, until) => {
    expect(composingUntil(heard, 0)).toBe(until);
  });
  test('idle is idle', () => {
    expect(composingUntil({ active: false, refresh: 60 }, 0)).toBeNull();
  });
});
