import { headers, type Header, type SipResponse } from '../../protocol/sip-message.ts';

/** Within a class: what the caller can do something about first (RFC 3261 §16.7 step 6), then what tells most. */
const ORDER = [401, 407, 415, 420, 484, 486, 488, 480, 404, 408, 487];

/** The response to pass on when every branch has ended; 6xx wins, then the lowest class. Null without any. */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | null {
  const [best, ...others] = [...responses].sort((a, b) => rank(a.status) - rank(b.status));
  if (!best || (best.status !== 401 && best.status !== 407)) return best ?? null;
  // Challenges of all branches go back together (§16.7 step 7).
  const more: Header[] = others.flatMap((other) =>
    ['WWW-Authenticate', 'Proxy-Authenticate'].flatMap((name) =>
      headers(other, name).map((value) => ({ name, value })),
    ),
  );
  return { ...best, headers: [...best.headers, ...more] };
}

function rank(status: number): number {
  if (status >= 600) return 0;
  const place = ORDER.indexOf(status);
  return Math.floor(status / 100) * 1000 + (place < 0 ? 100 : place);
}
