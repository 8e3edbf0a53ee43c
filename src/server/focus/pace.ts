import type { Aor, Clock } from '../sip/contract.ts';

/** Mailboxes that one person's messages and changes may reach, a second in the long run and at once. */
const RATE = 500;
const BURST = 10_000;
const MOST_PEOPLE = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** One request of a hundred people is a hundred deliveries: true while somebody keeps within what is theirs. */
export function createFanOutPace(clock: Clock): (who: Aor, mailboxes: number) => boolean {
  const buckets = new Map<Aor, Bucket>();
  return (who, mailboxes) => {
    const now = clock.now();
    let bucket = buckets.get(who);
    if (bucket === undefined) {
      if (buckets.size >= MOST_PEOPLE) buckets.clear();
      bucket = { tokens: BURST, at: now };
      buckets.set(who, bucket);
    }
    bucket.tokens = Math.min(BURST, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * RATE);
    bucket.at = now;
    if (bucket.tokens < mailboxes) return false;
    bucket.tokens -= mailboxes;
    return true;
  };
}
