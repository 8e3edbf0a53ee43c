import { expect, type CDPSession, type Page, type Worker } from '@playwright/test';
import { startPushService, type PushService } from './push-service.ts';
import { Screen } from './screen.ts';
import type { Person } from './test.ts';

/** A notification as the system holds it. */
export interface Shown {
  readonly title: string;
  readonly body: string;
  readonly actions: readonly string[];
}

/** A browser with no window of Parley, woken by its push service only. */
export class Sleeper {
  readonly person: Person;
  readonly service: PushService;
  readonly #worker: Worker;
  readonly #protocol: CDPSession;
  readonly #registration: string;

  private constructor(
    person: Person,
    service: PushService,
    worker: Worker,
    protocol: CDPSession,
    registration: string,
  ) {
    this.person = person;
    this.service = service;
    this.#worker = worker;
    this.#protocol = protocol;
    this.#registration = registration;
  }

  /** The person switches push on in Settings, sees that the server agrees, and closes the window. */
  static async fallAsleep(person: Person): Promise<Sleeper> {
    const { context, page, door } = person;
    const service = await startPushService();
    // The browser's own push service is far away; everything else is real.
    await context.addInitScript(subscribeHere, service.subscription);
    await page.goto(`${door.url}/settings/notifications`);
    const [worker = await context.waitForEvent('serviceworker')] = context.serviceWorkers();
    const push = page.getByRole('switch', { name: /When Parley is closed/ });
    await push.click();
    await expect(push).toBeChecked();
    await worker.evaluate(subscribeHere, service.subscription);
    await page.goto(`${door.url}/doctor`);
    await expect(page.getByText('Calls and messages reach you while Parley is closed.')).toBeVisible();
    // The browser stays, without a window of ours.
    const elsewhere = await context.newPage();
    const protocol = await context.newCDPSession(elsewhere);
    const registration = await registrationOf(protocol, door.url);
    await page.close();
    return new Sleeper(person, service, worker, protocol, registration);
  }

  /** Hands the next push to the service worker, as the browser does. */
  async deliver(): Promise<{ k: string; f: string; c?: string }> {
    const text = await this.service.next();
    await this.#protocol.send('ServiceWorker.deliverPushMessage', {
      origin: this.person.door.url,
      registrationId: this.#registration,
      data: text,
    });
    return JSON.parse(text) as { k: string; f: string; c?: string };
  }

  notifications(): Promise<Shown[]> {
    return this.#worker.evaluate(async () => {
      const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
      const shown = await registration.getNotifications();
      return shown.map((one) => ({
        title: one.title,
        body: one.body,
        actions: (one as unknown as { actions: { action: string }[] }).actions.map(({ action }) => action),
      }));
    });
  }

  /** Presses a button of the only notification, or its text. Gives the window the worker wanted to open. */
  press(action: 'answer' | 'decline' | ''): Promise<string | null> {
    return this.#worker.evaluate(async (button) => {
      const scope = globalThis as unknown as {
        registration: ServiceWorkerRegistration;
        clients: { openWindow(path: string): Promise<null> };
        dispatchEvent(event: Event): void;
        NotificationEvent: new (type: string, init: object) => Event;
      };
      const [notification] = await scope.registration.getNotifications();
      let opened: string | null = null;
      // Only the system's own press may open a window.
      scope.clients.openWindow = (path) => {
        opened = path;
        return Promise.resolve(null);
      };
      const event = new scope.NotificationEvent('notificationclick', { notification, action: button });
      let done: Promise<unknown> = Promise.resolve();
      Object.defineProperty(event, 'waitUntil', { value: (work: Promise<unknown>) => (done = work) });
      scope.dispatchEvent(event);
      await done;
      return opened;
    }, action);
  }

  /** A window opens at a path. */
  async wake(path: string): Promise<Screen> {
    const page: Page = await this.person.context.newPage();
    await page.goto(this.person.door.url + path);
    return new Screen(page);
  }
}

/** Runs in a page and in the worker: a push subscription that knocks at the test's own service. */
function subscribeHere(subscription: PushService['subscription']): void {
  const { PushManager } = globalThis as unknown as { PushManager?: { prototype: object } };
  if (!PushManager) return;
  const kept = { ...subscription, toJSON: () => subscription, unsubscribe: () => Promise.resolve(true) };
  const inWorker = !('localStorage' in globalThis);
  const known = (): boolean => inWorker || localStorage.getItem('subscribed') !== null;
  Object.assign(PushManager.prototype, {
    getSubscription: () => Promise.resolve(known() ? kept : null),
    subscribe: () => {
      localStorage.setItem('subscribed', 'yes');
      return Promise.resolve(kept);
    },
  });
}

/** Id of the service worker of a site, as DevTools counts them. */
export async function registrationOf(protocol: CDPSession, url: string): Promise<string> {
  const found = new Promise<string>((resolve) => {
    protocol.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(url) && !isDeleted);
      if (own) resolve(own.registrationId);
    });
  });
  await protocol.send('ServiceWorker.enable');
  return found;
}
