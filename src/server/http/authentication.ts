import type { Authenticator } from '../auth/authenticator.ts';
import type { Clock } from '../clock.ts';
import type { HttpAuthenticator } from './contract.ts';
import { createPace } from './pace.ts';

/** RFC 7616 with the accounts, nonces and limits of SIP; whoever asks for too much too fast gets 429. */
export function createHttpAuthenticator(authenticator: Authenticator, clock: Clock): HttpAuthenticator {
  const keepsPace = createPace(clock);
  return {
    async authenticate({ method, target, headers, address }) {
      const given = headers['authorization'];
      const fields = given === undefined ? [] : [given];
      const verdict = await authenticator.check({ fields, method, uri: target, address });
      if (verdict.is === 'proved') {
        const costly = (method !== 'GET' && method !== 'HEAD') || target.includes('?');
        if (keepsPace(verdict.aor, costly)) return { aor: verdict.aor };
        return { answer: { status: 429, headers: { 'Retry-After': '2' } } };
      }
      if (verdict.is === 'barred') {
        return { answer: { status: 403, headers: { 'Retry-After': String(verdict.retryAfter) } } };
      }
      return {
        answer: { status: 401, headers: { 'WWW-Authenticate': authenticator.challenges(verdict.stale) } },
      };
    },
  };
}
