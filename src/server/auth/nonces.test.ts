import { describe, expect, it } from 'vitest';
import { createNonces, NONCE_LIFE } from './nonces.ts';

const key = new Uint8Array(32).fill(7);

describe('nonces', () => {
  it('are good for five minutes, then stale', () => {
    const nonces = createNonces(key, 'parley.test');
    const nonce = nonces.make(1000);
    expect(nonces.state(nonce, 1000 + NONCE_LIFE)).toBe('good');
    expect(nonces.state(nonce, 1001 + NONCE_LIFE)).toBe('stale');
    expect(nonces.state(nonce, 0)).toBe('stale');
  });

  it('cannot be made up, nor brought from another realm', () => {
    const nonces = createNonces(key, 'parley.test');
    const foreign = createNonces(key, 'other.test').make(1000);
    for (const nonce of ['', '.', 'a.b.c', foreign, `${nonces.make(1000)}x`.replace(/^./, 'z')]) {
      expect(nonces.state(nonce, 1000)).toBe('forged');
    }
  });

  it('count every use once, in any order within the window', () => {
    const nonces = createNonces(key, 'parley.test');
    const nonce = nonces.make(0);
    expect(nonces.use(nonce, 2, 0)).toBe(true);
    expect(nonces.use(nonce, 2, 0)).toBe(false);
    expect(nonces.use(nonce, 1, 0)).toBe(true);
    expect(nonces.use(nonce, 1, 0)).toBe(false);
    expect(nonces.use(nonce, 0xffffffff, 0)).toBe(true);
    expect(nonces.use(nonce, 3, 0)).toBe(false);
    expect(nonces.use(nonce, 0xfffffffe, 0)).toBe(true);
  });

  it('a count of nought is no use', () => {
    const nonces = createNonces(key, 'parley.test');
    expect(nonces.use(nonces.make(0), 0, 0)).toBe(false);
  });
});
