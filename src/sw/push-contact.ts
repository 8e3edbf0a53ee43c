/** The push parameters of this browser's Contact URI (RFC 8599 §4), or nothing when it has no subscription. */
import { pushParams } from '../protocol/push-params.ts';

export async function pushContactParams(scope: ServiceWorkerGlobalScope): Promise<string> {
  const subscription = await scope.registration.pushManager.getSubscription();
  const { endpoint, keys } = subscription?.toJSON() ?? {};
  const p256dh = keys?.['p256dh'];
  const auth = keys?.['auth'];
  if (!endpoint || !p256dh || !auth) return '';
  const { provider, prid, param } = pushParams({ endpoint, p256dh, auth });
  // What encodeURIComponent leaves alone is an unreserved character of RFC 3261 §25.1.
  return `;pn-provider=${provider};pn-prid=${encodeURIComponent(prid)};pn-param=${param}`;
}
