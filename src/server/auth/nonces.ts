import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a nonce is good, milliseconds. */
export const NONCE_LIFE = 300_000;

/** Counts kept per nonce below the highest seen, for requests that overtake each other. */
const WINDOW = 64n;

/** Nonces remembered before the dead among them are looked for. */
const MOST_USED = 20_000;

type NonceState = 'good' | 'stale' | 'forged';

export interface Nonces {
  make(now: number): string;
  state(nonce: string, now: number): NonceState;
  /** Uses the nonce for the nth time; false when that count was used before. Only for credentials that are right. */
  use(nonce: string, count: number, now: number): boolean;
  /** True once per nonce: the caller may say `stale`. */
  tellStale(nonce: string): boolean;
}

/**
 * Nonces without a list of them: time and chance under an HMAC (RFC 7616 §3.3). Only used ones are remembered, so
 * that strangers cannot fill the memory.
 */
export function createNonces(key: Uint8Array, realm: string): Nonces {
  const used = new Map<string, { highest: bigint; seen: bigint; until: number }>();
  const told = new Set<string>();
  const seal = (stamp: string): Buffer =>
    createHmac('sha256', key).update(`${stamp}:${realm}`).digest().subarray(0, 16);

  const forget = (now: number): void => {
    if (used.size < MOST_USED) return;
    for (const [nonce, { until }] of used) if (until <= now) used.delete(nonce);
    // Only people with a password get here: that many in five minutes are not people.
    if (used.size >= MOST_USED) used.clear();
  };
  return {
    make(now) {
      const stamp = `${Math.floor(now).toString(36)}.${randomBytes(6).toString('base64url')}`;
      return `${stamp}.${seal(stamp).toString('base64url')}`;
    },
    state(nonce, now) {
      const cut = nonce.lastIndexOf('.');
      const stamp = nonce.slice(0, Math.max(0, cut));
      const mac = Buffer.from(nonce.slice(cut + 1), 'base64url');
      if (mac.length !== 16 || !timingSafeEqual(mac, seal(stamp))) return 'forged';
      const age = now - parseInt(stamp, 36);
      return age >= 0 && age <= NONCE_LIFE ? 'good' : 'stale';
    },
    use(nonce, count, now) {
      const n = BigInt(count);
      const known = used.get(nonce);
      if (!known) {
        forget(now);
        used.set(nonce, { highest: n, seen: 1n, until: now + NONCE_LIFE });
        return n > 0n;
      }
      if (n > known.highest) {
        const step = n - known.highest;
        known.seen = step >= WINDOW ? 1n : ((known.seen << step) | 1n) & ((1n << WINDOW) - 1n);
        known.highest = n;
        return true;
      }
      if (known.highest - n >= WINDOW) return false;
      const bit = 1n << (known.highest - n);
      if ((known.seen & bit) !== 0n) return false;
      known.seen |= bit;
      return true;
    },
    tellStale(nonce) {
      if (told.has(nonce)) return false;
      if (told.size >= MOST_USED) told.clear();
      told.add(nonce);
      return true;
    },
  };
}
