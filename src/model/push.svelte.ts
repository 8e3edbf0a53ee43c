import type { AgentLink, Config, PushEndpoint } from '../agent/contract.ts';

/**
 * Being reached while Parley is closed.
 *
 *   unknown -> unavailable | blocked | off <-> on
 */
export type PushState = 'unknown' | 'unavailable' | 'blocked' | 'off' | 'on';

export class Push {
  readonly #link: AgentLink;
  readonly #config: () => Config;
  #state = $state<PushState>('unknown');
  #isBusy = $state(false);
  #problem = $state<string | null>(null);

  constructor(link: AgentLink, config: () => Config) {
    this.#link = link;
    this.#config = config;
  }

  get #key(): string | null {
    return this.#config().vapidKey ?? null;
  }

  get state(): PushState {
    return this.#state;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  get problem(): string | null {
    return this.#problem;
  }

  /** What the switch means on this device, in words. */
  get words(): string {
    switch (this.#state) {
      case 'unavailable':
        return this.#key
          ? 'This browser can’t be woken. On an iPhone or iPad, add Parley to the home screen first.'
          : 'This server doesn’t wake closed browsers.';
      case 'blocked':
        return 'The browser is blocking notifications for this site. Allow them next to the address.';
      default:
        return 'Calls and messages reach you when no window is open.';
    }
  }

  /** Finds out how things stand, without asking the person. */
  async look(): Promise<void> {
    if (!this.#key || !('PushManager' in window) || !('serviceWorker' in navigator)) {
      this.#state = 'unavailable';
    } else if (Notification.permission === 'denied') {
      this.#state = 'blocked';
    } else {
      const worker = await navigator.serviceWorker.getRegistration();
      const subscription = await worker?.pushManager.getSubscription();
      this.#state = !worker ? 'unavailable' : subscription ? 'on' : 'off';
    }
  }

  /** Tells the agent what the browser has now: it may have dropped or renewed it since the last time. */
  async renew(): Promise<void> {
    if (!this.#key || !('PushManager' in window) || !('serviceWorker' in navigator)) return;
    const worker = await navigator.serviceWorker.getRegistration();
    const subscription = await worker?.pushManager.getSubscription();
    await this.#link.send('push-endpoint', subscription ? endpointOf(subscription) : null);
  }

  /** Asks the browser, then tells the server where to knock. Call it from a press. */
  async switch(on: boolean): Promise<void> {
    if (this.#isBusy || !this.#key) return;
    this.#isBusy = true;
    this.#problem = null;
    try {
      if (on) await this.#subscribe(this.#key);
      else await this.#unsubscribe();
    } catch {
      this.#problem = 'The browser didn’t accept it. Try again when you’re online.';
    }
    this.#isBusy = false;
    await this.look();
  }

  async #subscribe(key: string): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') return;
    const worker = await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: key,
    });
    const outcome = await this.#link.send('push-endpoint', endpointOf(subscription));
    if (outcome.ok) return;
    this.#problem = outcome.why;
    await subscription.unsubscribe();
  }

  async #unsubscribe(): Promise<void> {
    const worker = await navigator.serviceWorker.getRegistration();
    const subscription = await worker?.pushManager.getSubscription();
    await subscription?.unsubscribe();
    await this.#link.send('push-endpoint', null);
  }
}

function endpointOf(subscription: PushSubscription): PushEndpoint {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint: endpoint ?? '', p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' };
}
