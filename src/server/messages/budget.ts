import type { Aor, Clock } from '../sip/contract.ts';

/** Octets that one person may have stored in an hour: room for a thousand long messages, not for filling the disk. */
export const HOURLY_OCTETS = 64 * 1024 * 1024;

const HOUR = 3_600_000;

/** What each sender has left of this hour. Begins anew for everybody at once, so that nothing has to be forgotten singly. */
export function createBudget(clock: Clock, octets: number): (sender: Aor, size: number) => boolean {
  const spent = new Map<Aor, number>();
  let began = clock.now();
  return (sender, size) => {
    if (Math.abs(clock.now() - began) >= HOUR) {
      spent.clear();
      began = clock.now();
    }
    const sum = (spent.get(sender) ?? 0) + size;
    if (sum > octets) return false;
    spent.set(sender, sum);
    return true;
  };
}
