/** The state of the connection as people read it. */
import type { SipConnection } from '../../sip/contract.ts';
import type { ConnectionState } from '../contract.ts';

/** `since` stays while the kind stays: ten attempts are one time of being away. */
export function connectionFrom(before: ConnectionState, next: SipConnection, now: number): ConnectionState {
  const since = 'since' in before && before.is === next.is ? before.since : now;
  switch (next.is) {
    case 'connecting':
      return { is: 'connecting', since, attempt: next.attempt };
    case 'online':
      return { is: 'online', since, server: next.server };
    case 'offline':
      return { is: 'offline', since, retryAt: next.retryAt, why: next.why };
    case 'refused':
      return { is: 'refused', why: refusalWords(next.status, next.wait) };
  }
}

/** Why the server refused a sign-in, and what to do. `wait`: seconds it asks for. */
export function refusalWords(status: number, wait = 0): string {
  if (wait > 0) return 'Too many attempts. Wait a few minutes and try again.';
  switch (status) {
    case 401:
    case 407:
    case 403:
      return 'The name or the password is not right. Check both and try again.';
    case 404:
      return 'The server does not know this address. Check it and try again.';
    default:
      return 'The server does not let you sign in here. Ask the people who run it.';
  }
}
