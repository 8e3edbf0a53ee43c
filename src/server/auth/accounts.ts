import { escapeUser, parseUri } from '../../protocol/sip-uri.ts';
import type { DirectoryEntry, Portrait, UserStore } from '../store/users.ts';
import { secretsOf, usernameOf } from './secrets.ts';

/** `alice` or `sip:alice@domain` as the AOR; null when it is no address of this domain. */
export function accountAddress(text: string, domain: string): string | null {
  const bare = text.replace(/^sips?:/i, '');
  const at = bare.lastIndexOf('@');
  if (at >= 0 && bare.slice(at + 1).toLowerCase() !== domain) return null;
  const user = at < 0 ? bare : bare.slice(0, at);
  const aor = `sip:${escapeUser(user)}@${domain}`;
  // A quotation mark or a backslash would have to be escaped in every digest.
  return user === '' || /[\s"\\:]/.test(user) || parseUri(aor)?.kind !== 'sip' ? null : aor;
}

/** Addresses of the server's own: the factory and the conversations it makes, and what answers calls. */
const RESERVED = /^sip:(?:conference-factory|conf-[0-9a-f]{32}|echo|voicemail)@/;

/** Makes an account. False when the address is taken. */
export function addAccount(
  users: UserStore,
  domain: string,
  entry: DirectoryEntry,
  password: string,
  portrait?: Portrait,
): Promise<boolean> {
  if (RESERVED.test(entry.aor)) return Promise.resolve(false);
  return users.add(entry, secretsOf(usernameOf(entry.aor), domain, password), portrait);
}

/** False when nobody has the address. */
export function changePassword(
  users: UserStore,
  domain: string,
  aor: string,
  password: string,
): Promise<boolean> {
  return users.setSecrets(aor, secretsOf(usernameOf(aor), domain, password));
}
