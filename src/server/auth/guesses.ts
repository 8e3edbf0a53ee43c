/** How often a password may be guessed (reliability.md §6 "password guessing"). */
export interface GuessLimits {
  readonly perAccount: number;
  readonly perAddress: number;
  /** Milliseconds in which failures count. */
  readonly within: number;
}

export const GUESS_LIMITS: GuessLimits = { perAccount: 5, perAddress: 20, within: 600_000 };

/** The wait after the limit grows from this, doubled with every further failure, to that. */
const FIRST_DELAY = 30_000;
const LONGEST_DELAY = 3_600_000;

const MOST_ROWS = 50_000;

interface Failures {
  count: number;
  /** When the row began, for `within`. */
  since: number;
  /** No further check before. */
  until: number;
}

export interface Guesses {
  /** Milliseconds to wait before credentials may be checked again; 0: now. */
  wait(account: string, address: string, now: number): number;
  failed(account: string, address: string, now: number): void;
  /** Forgets the account's failures; those of the address stay, one known password must not buy guesses. */
  succeeded(account: string, address: string, now: number): void;
  /** Rows remembered. */
  readonly size: number;
}

/**
 * Counts by the claimed account, whether it exists or not, and by address. An address that has proved the account's
 * password before is counted apart from strangers, so that nobody can lock a person out of where they work.
 */
export function createGuesses(limits: GuessLimits): Guesses {
  const failures = new Map<string, Failures>();
  const trusted = new Set<string>();

  const accountKey = (account: string, address: string): string => {
    const pair = `${account} ${address}`;
    return trusted.has(pair) ? `home ${pair}` : `account ${account}`;
  };
  const left = (key: string, now: number): number => {
    const row = failures.get(key);
    // Never longer than the longest delay, also after a clock set back.
    return row && row.until > now ? Math.min(row.until - now, LONGEST_DELAY) : 0;
  };
  const count = (key: string, most: number, now: number): void => {
    let row = failures.get(key);
    if (!row || (now - row.since > limits.within && row.until <= now))
      row = { count: 0, since: now, until: 0 };
    row.count += 1;
    if (row.count >= most) {
      // A row over the limit stays: its age counts from the last failure.
      row.since = now;
      row.until = now + Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (row.count - most));
    }
    failures.set(key, row);
    if (failures.size > MOST_ROWS) forget(now);
  };
  /** Seldom and thoroughly: the dead rows, and when all live, the older half. */
  const forget = (now: number): void => {
    for (const [key, row] of failures) {
      if (row.until <= now && now - row.since > limits.within) failures.delete(key);
    }
    let surplus = failures.size - MOST_ROWS / 2;
    for (const key of failures.keys()) {
      if (surplus-- <= 0) break;
      failures.delete(key);
    }
  };
  return {
    get size() {
      return failures.size;
    },
    wait(account, address, now) {
      const key = accountKey(account, address);
      // Behind one address sit whole offices: strangers there must not lock out who has signed in from it.
      return key.startsWith('home ')
        ? left(key, now)
        : Math.max(left(key, now), left(`address ${address}`, now));
    },
    failed(account, address, now) {
      count(accountKey(account, address), limits.perAccount, now);
      count(`address ${address}`, limits.perAddress, now);
    },
    succeeded(account, address) {
      failures.delete(accountKey(account, address));
      if (trusted.size > MOST_ROWS) trusted.clear();
      trusted.add(`${account} ${address}`);
    },
  };
}
