import type { Aor } from '../../agent/contract.ts';
import { hrefOf } from '../route.ts';

/**
 * What the operating system shows while no window of Parley is seen. One notice per person or call, whichever window
 * tells it: the tag replaces the earlier one. The service worker opens the place in `data.path` when it is pressed.
 */
export class SystemNotices {
  readonly #page: Window;

  constructor(page: Window) {
    this.#page = page;
  }

  async message(message: { person: Aor; name: string; text: string }): Promise<void> {
    await this.#show(message.name, {
      body: message.text,
      tag: `message ${message.person}`,
      data: { path: hrefOf({ at: 'chat', aor: message.person }) },
    });
  }

  /** `words`: what kind of call, for whom, what about. */
  async call(call: { id: string; person: Aor; name: string; words: string }): Promise<void> {
    await this.#show(call.name, {
      body: call.words,
      tag: `call ${call.id}`,
      requireInteraction: true,
      data: { path: hrefOf({ at: 'chat', aor: call.person }) },
    });
  }

  /** Somebody tagged is in another state (features.md P28); `words` stand behind the name. */
  async presence(told: { person: Aor; name: string; words: string }): Promise<void> {
    await this.#show(`${told.name} ${told.words}`, {
      body: 'You asked to be told.',
      tag: `presence ${told.person}`,
      data: { path: hrefOf({ at: 'chat', aor: told.person }) },
    });
  }

  /** A call that rings no more needs nobody. */
  callOver(id: string): void {
    this.#takeAway(`call ${id}`);
  }

  /** Everything of that person or group has been read. */
  messageRead(person: Aor): void {
    this.#takeAway(`message ${person}`);
  }

  #takeAway(tag: string): void {
    void this.#registration().then(async (worker) => {
      const shown = (await worker?.getNotifications({ tag })) ?? [];
      for (const notice of shown) notice.close();
    });
  }

  async #show(title: string, options: NotificationOptions): Promise<void> {
    if (this.#page.document.visibilityState === 'visible') return;
    if (!('Notification' in this.#page) || Notification.permission !== 'granted') return;
    if (await this.#isSeenElsewhere()) return;
    const worker = await this.#registration();
    await worker?.showNotification(title, { icon: '/icon-192.png', ...options });
  }

  /** Another window of this browser is seen and shows the alert itself. */
  async #isSeenElsewhere(): Promise<boolean> {
    const { held = [] } = await this.#page.navigator.locks.query();
    return held.some((lock) => lock.name === SEEN);
  }

  async #registration(): Promise<ServiceWorkerRegistration | undefined> {
    return this.#page.navigator.serviceWorker?.getRegistration();
  }
}

const SEEN = 'parley-seen';

/** Holds a shared lock while this window is seen, so that the hidden ones know. Returns how to stop. */
export function tellSeen(page: Window): () => void {
  let release: (() => void) | null = null;
  const update = (): void => {
    const seen = page.document.visibilityState === 'visible';
    if (!seen) {
      release?.();
      release = null;
    } else if (!release) {
      const held = new Promise<void>((resolve) => (release = resolve));
      void page.navigator.locks.request(SEEN, { mode: 'shared' }, () => held);
    }
  };
  page.document.addEventListener('visibilitychange', update);
  update();
  return () => {
    page.document.removeEventListener('visibilitychange', update);
    release?.();
  };
}
