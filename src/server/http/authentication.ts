import type { Authenticator } from '../auth/authenticator.ts';
import type { HttpAuthenticator } from './contract.ts';

/** RFC 7616 with the accounts, nonces and limits of SIP. */
export function createHttpAuthenticator(authenticator: Authenticator): HttpAuthenticator {
  return {
    async authenticate({ method, target, headers, address }) {
      const given = headers['authorization'];
      const fields = given === undefined ? [] : [given];
      const verdict = await authenticator.check({ fields, method, uri: target, address });
      if (verdict.is === 'proved') return { aor: verdict.aor };
      if (verdict.is === 'barred') {
        return { answer: { status: 403, headers: { 'Retry-After': String(verdict.retryAfter) } } };
      }
      return {
        answer: { status: 401, headers: { 'WWW-Authenticate': authenticator.challenges(verdict.stale) } },
      };
    },
  };
}
