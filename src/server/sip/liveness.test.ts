import { describe, expect, it } from 'vitest';
import { guardedClock } from '../clock.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { watchLiveness } from './liveness.ts';

describe('a peer that may be gone', () => {
  const watched = () => {
    const clock = manualClock();
    const told: string[] = [];
    const liveness = watchLiveness({
      clock,
      idle: 30_000,
      pong: 10_000,
      ping: () => told.push('ping'),
      dead: () => told.push('dead'),
    });
    return { clock, told, liveness };
  };

  it('is asked after the silence, and given up without an answer', () => {
    const { clock, told } = watched();
    clock.advance(29_999);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['ping']);
    clock.advance(10_000);
    expect(told).toEqual(['ping', 'dead']);
  });

  it('is not asked while it speaks', () => {
    const { clock, told, liveness } = watched();
    for (let i = 0; i < 10; i++) {
      clock.advance(29_000);
      liveness.heard();
    }
    expect(told).toEqual([]);
  });

  it('is not given up unasked when the clock is set forward, or the machine slept', () => {
    const { clock, told, liveness } = watched();
    clock.set(3_600_000);
    clock.advance(30_000);
    expect(told).toEqual(['ping']);
    liveness.heard();
    clock.advance(10_000);
    expect(told).toEqual(['ping']);
  });

  it('is noticed in time when the clock is set back', () => {
    const { clock, told } = watched();
    clock.set(-86_400_000);
    clock.advance(70_000);
    expect(told).toEqual(['ping', 'dead']);
  });

  it('is left alone after stop', () => {
    const { clock, told, liveness } = watched();
    liveness.stop();
    clock.advance(100_000);
    expect(told).toEqual([]);
  });
});

it('a timer that fails is told of and ends nothing', () => {
  const clock = manualClock();
  const failures: unknown[] = [];
  const guarded = guardedClock(clock, (error) => failures.push(error));
  guarded.after(1, () => {
    throw new Error('ours');
  });
  let ran = false;
  guarded.after(2, () => (ran = true));
  clock.advance(5);
  expect([failures.length, ran]).toEqual([1, true]);
});
