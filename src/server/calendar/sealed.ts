/** Addresses and passwords of calendars at rest: AES-256-GCM, bound to the person they are of. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** `about` has to be the same to open it again. */
export function seal(key: Buffer, secret: string, about: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Null when it was sealed with another key, or about something else. */
export function unseal(key: Buffer, sealed: string, about: string): string | null {
  const octets = Buffer.from(sealed, 'base64url');
  if (octets.length < NONCE + TAG) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, NONCE))
      .setAAD(Buffer.from(about))
      .setAuthTag(octets.subarray(NONCE, NONCE + TAG));
    return decipher.update(octets.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
