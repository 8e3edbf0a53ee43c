/** What the SIP proxy in front of us asks while a call or message waits. */
import { timingSafeEqual } from 'node:crypto';
import { personOf } from '../sip/claims.ts';
import type { Aor, Domain, Reach } from '../sip/contract.ts';
import type { HttpRoute } from './contract.ts';

export interface ProxyRoutesOptions {
  readonly domain: Domain;
  readonly reach: Reach;
  /** Whether this person has set what becomes of calls. */
  readonly handles: (aor: Aor) => boolean;
  /** Shared with the proxy. */
  readonly key: string;
}

/**
 * `GET /proxy/reach?from=sip:…&to=sip:…&method=INVITE` with `X-Parley-Key`: `yes`, `quiet` or `blocked` (contract.ts
 * `Reached`). A target that is not of our domain is nobody's to judge: `yes`. `hidden`: they appear offline, and the request is no
 * call and no message, but would find out that they are there. `led`: the service takes the call and rings whom they have set.
 */
export function proxyRoutes({ domain, reach, handles, key }: ProxyRoutesOptions): HttpRoute[] {
  const text = (status: number, body: string) => ({
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body,
  });
  return [
    {
      prefix: '/proxy/reach',
      async handle({ target, headers }) {
        if (!isSame(headers['x-parley-key'] ?? '', key)) return text(403, 'no\n');
        const query = new URLSearchParams(target.split('?')[1] ?? '');
        const [from, to] = [personOf(query.get('from') ?? '', domain), domain.aorOf(query.get('to') ?? '')];
        if (from === null || to === null) return text(200, 'yes');
        const { is, hidden } = await reach.decide(from, to);
        const isOpen = ['INVITE', 'MESSAGE'].includes(query.get('method') ?? 'INVITE');
        if (is !== 'blocked' && query.get('method') === 'INVITE' && handles(to)) return text(200, 'led');
        return text(200, is !== 'blocked' && hidden === true && !isOpen ? 'hidden' : is);
      },
    },
  ];
}

function isSame(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return key !== '' && a.length === b.length && timingSafeEqual(a, b);
}
