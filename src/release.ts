/** The service worker and its next version, for main.ts. */
import type { Updates } from './model/updates.svelte.ts';
import type { ScriptPolicy } from './script-policy.ts';

/** How often a window that stays open asks for a new version. */
const HOUR = 3_600_000;

/** Registers the service worker of a built Parley; while developing there is none. */
export async function followRelease(updates: Updates, policy: ScriptPolicy): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { Workbox } = await import('workbox-window');
  const workbox = new Workbox(policy.createScriptURL('/sw.js') as string);
  let wasControlled = navigator.serviceWorker.controller !== null;
  updates.follow({
    onWaiting: (listener) => workbox.addEventListener('waiting', listener),
    onTakenOver(listener) {
      navigator.serviceWorker.addEventListener('controllerchange', () => {
        // The very first worker takes over a page that is as new as itself.
        if (wasControlled) listener();
        wasControlled = true;
      });
    },
    activate: () => workbox.messageSkipWaiting(),
  });
  await workbox.register();
  setInterval(() => void workbox.update().catch(() => undefined), HOUR);
}
