import type { Clock } from '../clock.ts';
import { tokenBucket } from '../sip/limits.ts';

/** Requests a second and at once, of one person: a thousand portraits at sign-in are fine, a thousand searches are not. */
const READ = { rate: 100, burst: 2_000 };
const COSTLY = { rate: 20, burst: 200 };

const MOST_PEOPLE = 10_000;

/** True while the person keeps within the pace. `costly`: it writes, or looks through everything. */
export function createPace(clock: Clock): (person: string, costly: boolean) => boolean {
  const buckets = new Map<string, (now: number) => boolean>();
  return (person, costly) => {
    const key = `${costly ? 'costly' : 'read'} ${person}`;
    let bucket = buckets.get(key);
    if (!bucket) {
      if (buckets.size >= MOST_PEOPLE) buckets.clear();
      const { rate, burst } = costly ? COSTLY : READ;
      bucket = tokenBucket(rate, burst, clock.now());
      buckets.set(key, bucket);
    }
    return bucket(clock.now());
  };
}
