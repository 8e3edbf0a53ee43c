/**
 * A browser's push subscription as RFC 8599 parameters of the Contact URI, and back.
 *
 *   pn-provider=webpush
 *   pn-prid=     the endpoint's URL (RFC 8030)
 *   pn-param=    <p256dh>.<auth>, both base64url without padding (RFC 8291 §2)
 *
 * On the wire every character outside `paramchar` is percent-escaped (RFC 3261 §25.1); the base64url letters and the dot
 * need none.
 */

export const PUSH_PROVIDER = 'webpush';

/** What `PushSubscription.toJSON()` holds. */
export interface PushEndpoint {
  readonly endpoint: string;
  /** The browser's public key: 65 octets in base64url. */
  readonly p256dh: string;
  /** Its secret: 16 octets in base64url. */
  readonly auth: string;
}

/** Unescaped: whoever writes the Contact escapes. */
export interface PushContactParams {
  readonly provider: typeof PUSH_PROVIDER;
  readonly prid: string;
  readonly param: string;
}

/** Longer is no endpoint of any push service. */
const LONGEST = 2000;
const P256DH = /^[A-Za-z0-9_-]{87}$/;
const AUTH = /^[A-Za-z0-9_-]{22}$/;

export function pushParams({ endpoint, p256dh, auth }: PushEndpoint): PushContactParams {
  return { provider: PUSH_PROVIDER, prid: endpoint, param: `${unpadded(p256dh)}.${unpadded(auth)}` };
}

/**
 * From parameters as they stood in the Contact, escapes included. `null`: another provider, no URL of a web, keys of the
 * wrong size. Whether the address may be knocked at is the sender's to decide.
 */
export function readPushParams(written: {
  readonly provider: string;
  readonly prid: string;
  readonly param: string | null;
}): PushEndpoint | null {
  const endpoint = unescapeParam(written.prid);
  const [p256dh = '', auth = '', ...rest] = (unescapeParam(written.param ?? '') ?? '')
    .split('.')
    .map(unpadded);
  if (written.provider.toLowerCase() !== PUSH_PROVIDER || endpoint === null || rest.length > 0) return null;
  if (endpoint.length > LONGEST || !/^https?:\/\/[!-~]+$/i.test(endpoint)) return null;
  return P256DH.test(p256dh) && AUTH.test(auth) ? { endpoint, p256dh, auth } : null;
}

/** Some browsers and libraries pad, and some use the other alphabet. */
function unpadded(text: string): string {
  return text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
}

function unescapeParam(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
