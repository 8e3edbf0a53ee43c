import { describe, expect, it } from 'vitest';
import { createGuesses, GUESS_LIMITS } from './guesses.ts';

const MINUTE = 60_000;

describe('guessing passwords', () => {
  it('bars an account after five failures, longer with each further one', () => {
    const guesses = createGuesses(GUESS_LIMITS);
    for (let i = 0; i < 5; i++) {
      expect(guesses.wait('bob', 'a', 0)).toBe(0);
      guesses.failed('bob', 'a', 0);
    }
    expect(guesses.wait('bob', 'b', 0)).toBe(30_000);
    guesses.failed('bob', 'b', 30_000);
    expect(guesses.wait('bob', 'b', 30_000)).toBe(60_000);
    expect(guesses.wait('alice', 'a', 0)).toBe(0);
  });

  it('bars an address after twenty failures over many accounts', () => {
    const guesses = createGuesses(GUESS_LIMITS);
    for (let i = 0; i < 20; i++) guesses.failed(`user${i}`, 'a', 0);
    expect(guesses.wait('somebody', 'a', 0)).toBe(30_000);
    expect(guesses.wait('somebody', 'b', 0)).toBe(0);
  });

  it('forgets failures after ten minutes', () => {
    const guesses = createGuesses(GUESS_LIMITS);
    for (let i = 0; i < 4; i++) guesses.failed('bob', 'a', 0);
    guesses.failed('bob', 'a', 11 * MINUTE);
    expect(guesses.wait('bob', 'a', 11 * MINUTE)).toBe(0);
  });

  it('a right password clears the account, and the address for that account only', () => {
    const guesses = createGuesses({ ...GUESS_LIMITS, perAddress: 6 });
    for (let i = 0; i < 4; i++) guesses.failed('bob', 'a', 0);
    guesses.succeeded('bob', 'a', 0);
    guesses.failed('bob', 'a', 0);
    expect(guesses.wait('bob', 'a', 0)).toBe(0);
    guesses.failed('carol', 'a', 0);
    expect(guesses.wait('bob', 'a', 0)).toBe(0);
    expect(guesses.wait('carol', 'a', 0)).toBe(30_000);
    for (let i = 0; i < 5; i++) guesses.failed('bob', 'a', 0);
    expect(guesses.wait('bob', 'a', 0)).toBeGreaterThan(0);
  });

  it('strangers cannot lock a person out of where they have signed in', () => {
    const guesses = createGuesses(GUESS_LIMITS);
    guesses.succeeded('bob', 'home', 0);
    for (let i = 0; i < 10; i++) guesses.failed('bob', `stranger ${i}`, 0);
    expect(guesses.wait('bob', 'elsewhere', 0)).toBeGreaterThan(0);
    expect(guesses.wait('bob', 'home', 0)).toBe(0);
  });

  it('stays small when everybody guesses at everything', () => {
    const guesses = createGuesses(GUESS_LIMITS);
    for (let i = 0; i < 200_000; i++) guesses.failed(`user${i}`, `address${i}`, i);
    expect(guesses.size).toBeLessThanOrEqual(50_001);
  });
});
