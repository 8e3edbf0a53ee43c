/** A push subscription as parameters of the Contact (RFC 8599): the endpoint, and the keys that encrypt for it. */
import type { PushParams } from '../../sip/contract.ts';
import type { PushEndpoint } from '../contract.ts';

const BASE64URL = /^[A-Za-z0-9_-]{16,200}$/;

/** Null when the browser handed over something that no push service would take. */
export function pushParams({ endpoint, p256dh, auth }: PushEndpoint): PushParams | null {
  if (!URL.canParse(endpoint) || !BASE64URL.test(p256dh) || !BASE64URL.test(auth)) return null;
  return { provider: 'webpush', prid: endpoint, param: `${p256dh}.${auth}` };
}
