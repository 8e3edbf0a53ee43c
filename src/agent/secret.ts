/** The Digest secret of the account: HA1 values in memory, sealed in the store only for "keep me signed in". */
import { ha1 } from '../protocol/digest.ts';
import { secretName } from '../store/account.ts';
import type { Secret } from '../sip/contract.ts';

export interface AccountSecret extends Secret {
  /** HA1 by `secretName`: what may be sealed and kept. */
  readonly known: ReadonlyMap<string, string>;
}

/** `password` null: only the realms that are known already can be answered. `learned`: a new realm came. */
export function createSecret(
  username: string,
  password: string | null,
  kept: ReadonlyMap<string, string>,
  learned: () => void,
): AccountSecret {
  const known = new Map(kept);
  return {
    username,
    known,
    ha1(realm, algorithm) {
      const key = secretName(realm, algorithm);
      const value = known.get(key);
      if (value !== undefined || password === null) return value ?? null;
      // Both at once: a server that changes its algorithm must not sign the person out.
      for (const one of ['MD5', 'SHA-256'] as const)
        known.set(secretName(realm, one), ha1(one, username, realm, password));
      learned();
      return known.get(key) ?? null;
    },
  };
}
