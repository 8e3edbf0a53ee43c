import { headers } from '../../protocol/sip-message.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Answer, Aor, Domain, Users } from './contract.ts';
import type { ServedRequest } from './server-transaction.ts';

export interface IdentityOptions {
  readonly domain: Domain;
  readonly authenticator: Authenticator;
  readonly users: Users;
}

/**
 * Binds From to whoever proved the password (reliability.md §6 "From forgery", "registration hijack"). A person
 * proves it once per connection, and at every REGISTER: a changed password ends there at the latest.
 * `inCall`: who it is by the call that the request belongs to (dialog-sender.ts).
 * Resolves to the AOR, or to the refusal. `proxied` chooses 407 instead of 401 (RFC 3261 §22.1).
 */
export function createIdentity({ domain, authenticator, users }: IdentityOptions) {
  return async (
    transaction: ServedRequest,
    proxied: boolean,
    inCall: Aor | null = null,
  ): Promise<{ aor: string } | { refusal: Answer }> => {
    const { request, flow } = transaction;
    const registering = request.method === 'REGISTER';
    if (inCall !== null && users.exists(inCall)) return { aor: inCall };
    const from = domain.aorOf(request.from.uri);
    if (from === null) return { refusal: { status: 403, reason: 'From is not of this domain' } };
    if (registering && domain.aorOf(request.to.uri) !== from) {
      return { refusal: { status: 403, reason: 'To is not From' } };
    }
    // An account that was removed ends at once.
    if (!registering && flow.proved(from) && users.exists(from)) return { aor: from };
    const field = proxied ? 'Proxy-Authorization' : 'Authorization';
    const verdict = await authenticator.check({
      fields: headers(request, field),
      method: request.method,
      uri: request.uri,
      address: flow.address,
    });
    switch (verdict.is) {
      case 'proved':
        if (verdict.aor !== from) return { refusal: { status: 403, reason: 'From is somebody else' } };
        flow.prove(from);
        return { aor: from };
      case 'barred':
        return {
          refusal: {
            status: 403,
            reason: 'Too many wrong passwords',
            headers: [{ name: 'Retry-After', value: String(verdict.retryAfter) }],
          },
        };
      case 'challenged': {
        if (verdict.wrong) flow.revoke(from);
        const name = proxied ? 'Proxy-Authenticate' : 'WWW-Authenticate';
        return {
          refusal: {
            status: proxied ? 407 : 401,
            headers: authenticator.challenges(verdict.stale).map((value) => ({ name, value })),
          },
        };
      }
    }
  };
}
