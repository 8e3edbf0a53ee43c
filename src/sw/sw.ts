/**
 * The service worker: the shell offline, calls and messages while no window is open. It speaks SIP for one thing only,
 * to decline a call without opening a window.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { configFirstFromNetwork, keepConfig } from './config-cache.ts';
import { onNotificationClick, onPush } from './notices.ts';
import { OUTBOX_TAG, sendOutbox } from './outbox-sync.ts';

declare const self: ServiceWorkerGlobalScope;

/** What the server answers itself; everything else that a person navigates to is the app. */
const SERVER_PATHS = [/^\/(api|xcap|sip|health|metrics)(\/|$)/, /^\/config\.json$/];
/** Held by a tab while a call is up: a new version never takes over under it. */
const CALL_LOCK = 'parley-in-call';

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
if (import.meta.env.PROD) {
  registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html'), { denylist: SERVER_PATHS }));
}
registerRoute(({ url, sameOrigin }) => sameOrigin && url.pathname === '/config.json', configFirstFromNetwork);

self.addEventListener('install', (event) => event.waitUntil(keepConfig()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  const data: unknown = event.data;
  const asked =
    typeof data === 'object' && data !== null && (data as { type?: unknown }).type === 'SKIP_WAITING';
  if (asked) event.waitUntil(takeOverUnlessInCall());
});
self.addEventListener('push', (event) => event.waitUntil(onPush(self, event.data?.text() ?? '')));
// In no DOM library yet (Background Synchronization).
self.addEventListener('sync' as never, (event: ExtendableEvent & { readonly tag: string }) => {
  if (event.tag === OUTBOX_TAG) event.waitUntil(sendOutbox(self));
});
self.addEventListener('notificationclick', (event) => event.waitUntil(onNotificationClick(self, event)));

async function takeOverUnlessInCall(): Promise<void> {
  const { held = [] } = await self.navigator.locks.query();
  if (!held.some((lock) => lock.name === CALL_LOCK)) await self.skipWaiting();
}
