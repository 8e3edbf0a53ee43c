/** Who uses this browser, and the sealed secret of those who asked to stay signed in. */
import type { Database } from './database.ts';
import type { SealedSecret, StoredAccount } from './rows.ts';

export const ACCOUNT_KEY = 'me';

/** Under which an HA1 value is kept. */
export function secretName(realm: string, algorithm: string): string {
  return `${algorithm} ${realm}`;
}

export async function readAccount(db: Database): Promise<StoredAccount | undefined> {
  return db.get('account', ACCOUNT_KEY);
}

/**
 * Encrypts HA1 values for keeping. The AES-GCM key is not extractable: a copy of the disk does not open it, script of
 * this origin can still use it (reliability.md §5).
 */
export async function sealSecret(ha1: ReadonlyMap<string, string>): Promise<SealedSecret> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify([...ha1]));
  return { key, iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text) };
}

/** The HA1 values by {@link secretName}, or null when they cannot be read any more. */
export async function openSecret(sealed: SealedSecret): Promise<Map<string, string> | null> {
  try {
    const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, sealed.key, sealed.data);
    const pairs: unknown = JSON.parse(new TextDecoder().decode(text));
    return Array.isArray(pairs) ? new Map(pairs as [string, string][]) : null;
  } catch {
    return null;
  }
}
