import { hash } from 'node:crypto';
import type { Secrets } from '../store/users.ts';

/** HA1 of RFC 7616 §3.4.2 under both algorithms: all that is kept of a password. */
export function secretsOf(username: string, realm: string, password: string): Secrets {
  const text = `${username}:${realm}:${password}`;
  return { 'SHA-256': hash('sha256', text), MD5: hash('md5', text) };
}

/** The digest username of an AOR: its user part. */
export function usernameOf(aor: string): string {
  return aor.slice('sip:'.length, aor.lastIndexOf('@'));
}
