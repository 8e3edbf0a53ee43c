/** What one peer may use up (reliability.md §6 "flood", "connection exhaustion", "slow reader"). */
export interface Limits {
  /** Messages a second and connection, in the long run and at once. */
  readonly rate: number;
  readonly burst: number;
  /** Excesses after which the connection is closed; at most one a second is counted. */
  readonly violations: number;
  /** Octets of a message; of a NOTIFY. */
  readonly message: number;
  readonly notify: number;
  /** Milliseconds to the first valid message. */
  readonly firstMessage: number;
  /** Milliseconds of silence before a ping, and for its answer. */
  readonly idle: number;
  readonly pong: number;
  readonly perAddress: number;
  /** Octets waiting to be read by the peer: congested above the first, closed above the second. */
  readonly slow: number;
  readonly stuck: number;
}

export const LIMITS: Limits = {
  rate: 50,
  burst: 200,
  violations: 3,
  message: 65_536,
  notify: 1_048_576,
  firstMessage: 10_000,
  idle: 30_000,
  pong: 10_000,
  perAddress: 64,
  slow: 1_048_576,
  stuck: 4_194_304,
};

/** A bucket that leaks `rate` a second and holds `burst`. */
export function tokenBucket(rate: number, burst: number, start: number): (now: number) => boolean {
  let tokens = burst;
  let last = start;
  return (now) => {
    tokens = Math.min(burst, tokens + (Math.max(0, now - last) / 1000) * rate);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
