import type { Fact } from '../agent/contract.ts';

/** A registration where the browser has Background Sync; in no DOM library yet. */
interface SyncRegistration extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

/** As the service worker knows it. */
const TAG = 'outbox';

/**
 * Asks the browser to wake the service worker when there is a network again, once something of mine waits without one:
 * it goes out although every window is closed by then.
 */
export function askForSync(fact: Fact, isOnline: boolean, worker: ServiceWorkerContainer | undefined): void {
  if (isOnline || fact.fact !== 'messages' || !fact.rows.some(({ state }) => state === 'queued')) return;
  void worker
    ?.getRegistration()
    .then((found) => (found as SyncRegistration | undefined)?.sync?.register(TAG))
    // Forbidden by the person or not there: what waits goes when a window is next open.
    .catch(() => undefined);
}
