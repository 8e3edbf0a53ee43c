import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodePushNotice, type PushNotice } from '../protocol/push-notice.ts';
import { keepPressed, PRESSED_LIFE, takePressed } from '../store/pressed.ts';
import { onNotificationClick, onPush } from './notices.ts';

interface Shown extends NotificationOptions {
  readonly title: string;
  readonly actions?: { readonly action: string }[];
  close(): void;
}

/** As much of the browser's Cache as the worker and the page share. */
function fakeCaches() {
  const stores = new Map<string, Map<string, Response>>();
  return {
    delete: (name: string) => Promise.resolve(stores.delete(name)),
    open: (name: string) => {
      const kept = stores.get(name) ?? new Map<string, Response>();
      stores.set(name, kept);
      return Promise.resolve({
        put: (key: string, value: Response) => Promise.resolve(void kept.set(key, value)),
        match: (key: string) => Promise.resolve(kept.get(key)),
        delete: (key: string) => Promise.resolve(kept.delete(key)),
      });
    },
  };
}

beforeEach(() => void vi.stubGlobal('caches', fakeCaches()));
afterEach(() => void vi.unstubAllGlobals());

/** A service worker without windows; what it shows and opens is written down. */
function worker() {
  const shown: Shown[] = [];
  const went: string[] = [];
  const windows: { visibilityState: string; focus(): Promise<void>; postMessage(data: unknown): void }[] = [];
  const scope = {
    registration: {
      showNotification: (title: string, options: NotificationOptions) => {
        const one: Shown = { ...options, title, close: () => void shown.splice(shown.indexOf(one), 1) };
        shown.push(one);
        return Promise.resolve();
      },
      getNotifications: ({ tag }: { tag: string }) =>
        Promise.resolve(shown.filter((each) => each.tag === tag)),
    },
    clients: {
      matchAll: () => Promise.resolve(windows),
      openWindow: (path: string) => Promise.resolve(void went.push(path)),
    },
  } as unknown as ServiceWorkerGlobalScope;
  return {
    ...{ shown, went, windows },
    push: (notice: PushNotice | string) =>
      onPush(scope, typeof notice === 'string' ? notice : encodePushNotice(notice)),
    press: (data: unknown, action = '') =>
      onNotificationClick(scope, {
        ...{ action, notification: { data, close: () => undefined } },
      } as unknown as NotificationEvent),
  };
}

const call = { kind: 'call', from: 'sip:ana@x.test', callId: 'c 1' } as const;

test('a call shows who calls, with its two buttons, until it is gone', async () => {
  const { shown, push } = worker();
  await push(call);
  expect(shown).toMatchObject([
    { title: 'ana@x.test', body: 'is calling you', tag: 'call c 1', requireInteraction: true },
  ]);
  expect(shown[0]?.actions?.map(({ action }) => action)).toEqual(['answer', 'decline']);
  await push({ ...call, kind: 'gone' });
  expect(shown).toEqual([]);
});

test('N04 a call for somebody else says for whom', async () => {
  const { shown, push } = worker();
  await push({ ...call, intended: 'sip:ingrid@x.test' });
  expect(shown).toMatchObject([{ title: 'ana@x.test', body: 'is calling for ingrid@x.test' }]);
});

test('a message to several people shows who wrote, and leads to the conversation', async () => {
  const { push, press, shown, went } = worker();
  const notice = { kind: 'message', from: 'sip:ana@x.test', group: 'sip:conf-1@x.test' } as const;
  await push(notice);
  expect(shown).toMatchObject([
    { title: 'ana@x.test', body: 'wrote in a conversation', tag: 'message sip:conf-1@x.test' },
  ]);
  await press(notice);
  expect(went).toEqual(['/chat/sip:conf-1@x.test']);
});

test('a message shows its sender and no word of it; what cannot be read is a message from somebody', async () => {
  const { shown, push } = worker();
  await push({ kind: 'message', from: 'sip:ana@x.test' });
  await push('{"k":"message","f":"javascript:alert(1)"}');
  expect(shown).toMatchObject([
    { title: 'ana@x.test', body: 'wrote to you', tag: 'message sip:ana@x.test' },
    { title: 'Parley', body: 'You have a new message' },
  ]);
  expect(shown.some(({ actions }) => actions)).toBe(false);
});

test('Answer opens the conversation and keeps the press for one page to take once', async () => {
  const { went, press } = worker();
  await press(call, 'answer');
  expect(went).toEqual(['/chat/sip:ana@x.test?answer=c%201']);
  expect(await takePressed('answer', 'another')).toBeNull();
  expect(await takePressed('decline', 'c 1')).toBeNull();
  expect(await takePressed('answer', 'c 1')).toBeCloseTo(Date.now(), -4);
  expect(await takePressed('answer', 'c 1')).toBeNull();
});

test('Decline that the worker cannot do itself opens a window for it', async () => {
  const { went, press } = worker();
  await press(call, 'decline');
  expect(went).toEqual(['/chat/sip:ana@x.test?decline=c%201']);
  expect(await takePressed('decline', 'c 1')).not.toBeNull();
});

test('an address cannot leave its place in the path', async () => {
  const { went, press } = worker();
  await press({ kind: 'message', from: 'sip:/../x?answer=1#y@x.test' });
  expect(went).toEqual(['/chat/sip:%2F..%2Fx%3Fanswer%3D1%23y@x.test']);
});

test('a window that is open is brought to the front and told', async () => {
  const { went, windows, press } = worker();
  const told: unknown[] = [];
  const window = (visibilityState: string) => ({
    visibilityState,
    focus: () => Promise.reject(new Error('not allowed')),
    postMessage: (data: unknown) => void told.push([visibilityState, data]),
  });
  windows.push(window('hidden'), window('visible'));
  await press({ path: '/chat/sip:ana@x.test' });
  expect(told).toEqual([['visible', { parley: 'go', path: '/chat/sip:ana@x.test' }]]);
  expect(went).toEqual([]);
});

test('a press that is too old, or from a clock ahead, is none', async () => {
  for (const later of [PRESSED_LIFE, -1]) {
    await keepPressed('answer', 'c1', 1_000_000);
    expect(await takePressed('answer', 'c1', 1_000_000 + later)).toBeNull();
  }
});
