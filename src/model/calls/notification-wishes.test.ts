import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepPressed, takePressed } from '../../store/pressed.ts';
import { Router } from '../router.svelte.ts';
import type { Call } from './call.svelte.ts';
import type { Calls } from './calls.svelte.ts';
import { followNotifications } from './notification-wishes.ts';

const before = location.pathname + location.search;
const stops: (() => void)[] = [];
beforeEach(() => void caches.delete('parley-pressed'));
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  history.replaceState(null, '', before);
});

/** A page opened at an address, and the calls that ring in it. */
function opened(path: string) {
  history.replaceState(null, '', path);
  const did: string[] = [];
  const incoming: Call[] = [];
  let rang: (call: Call) => void = () => undefined;
  const calls = {
    incoming,
    answer: (call: Call, video: boolean) => Promise.resolve(did.push(`answer ${call.id} ${video}`)),
    watch: (watcher: { rang: (call: Call) => void }) => {
      rang = watcher.rang;
      return () => undefined;
    },
  };
  const ring = (id: string): void => {
    const call = { id, state: 'incoming', isVideo: true, decline: () => did.push(`decline ${id}`) };
    incoming.push(call as unknown as Call);
    rang(call as unknown as Call);
  };
  const router = new Router(window);
  stops.push(followNotifications(window, router, calls as unknown as Calls));
  return { did, ring, router };
}

test('Answer on the notification answers the call that rings later, and leaves the address clean', async () => {
  await keepPressed('answer', 'c1');
  const { did, ring, router } = opened('/chat/sip:ana@x.test?answer=c1');
  expect(location.search).toBe('');
  expect(router.route).toEqual({ at: 'chat', aor: 'sip:ana@x.test' });
  ring('another');
  ring('c1');
  await expect.poll(() => did).toEqual(['answer c1 true']);
});

test('Decline does the same with its verb', async () => {
  await keepPressed('decline', 'c1');
  const { did, ring } = opened('/chat/sip:ana@x.test?decline=c1');
  ring('c1');
  await expect.poll(() => did).toEqual(['decline c1']);
});

test('a link that nobody pressed a notification for answers nothing', async () => {
  await keepPressed('decline', 'c1');
  await keepPressed('answer', 'c2');
  const { did, ring } = opened('/chat/sip:ana@x.test?answer=c1');
  ring('c1');
  ring('c2');
  // The same queue was asked before: whatever the page would take, it has taken by now.
  expect(await takePressed('answer', 'c2')).not.toBeNull();
  expect(did).toEqual([]);
  expect(location.search).toBe('');
});

test('a press is good for one call only', async () => {
  await keepPressed('answer', 'c1');
  const first = opened('/chat/sip:ana@x.test?answer=c1');
  first.ring('c1');
  await expect.poll(() => first.did).toHaveLength(1);
  const second = opened('/chat/sip:ana@x.test?answer=c1');
  second.ring('c1');
  expect(await takePressed('answer', 'c1')).toBeNull();
  expect(second.did).toEqual([]);
});
