import { afterEach, beforeEach, expect, test } from 'vitest';
import { Router } from './router.svelte.ts';

const start = location.pathname;
let stop: () => void = () => undefined;
let router: Router;
beforeEach(() => {
  history.replaceState(null, '', '/');
  router = new Router(window);
  stop = router.listen();
});
afterEach(() => {
  stop();
  history.replaceState(null, '', start);
});

function click(href: string, held: MouseEventInit = {}, set: Partial<HTMLAnchorElement> = {}): boolean {
  const link = Object.assign(document.createElement('a'), { href, ...set });
  const child = link.appendChild(document.createElement('span'));
  document.body.append(link);
  // What is not taken by the router must not leave the test page.
  const block = (event: Event): void => event.preventDefault();
  const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...held });
  window.addEventListener('click', block, { once: true });
  child.dispatchEvent(event);
  window.removeEventListener('click', block);
  link.remove();
  return router.route.at !== 'contacts';
}

test('a plain click on a link of ours changes the place without a reload', () => {
  expect(click('/chat/sip:ana@example.test')).toBe(true);
  expect(router.route).toEqual({ at: 'chat', aor: 'sip:ana@example.test' });
  expect(location.pathname).toBe('/chat/sip:ana@example.test');
});

test.each<[string, MouseEventInit, Partial<HTMLAnchorElement>]>([
  ['with Ctrl', { ctrlKey: true }, {}],
  ['with the middle button', { button: 1 }, {}],
  ['for another window', {}, { target: '_blank' }],
  ['for a download', {}, { download: 'card.vcf' }],
])('a click %s is left to the browser', (_name, held, set) => {
  expect(click('/calls', held, set)).toBe(false);
});

test('a link elsewhere is left to the browser', () => {
  expect(click('https://elsewhere.example/calls')).toBe(false);
});

test('back and forward follow, and a conversation keeps the list it was opened from', async () => {
  router.go({ at: 'chats' });
  router.go({ at: 'chat', aor: 'sip:ana@example.test' });
  expect(router.list).toBe('chats');
  router.back({ at: 'contacts' });
  await expect.poll(() => router.route).toEqual({ at: 'chats' });
  history.forward();
  await expect.poll(() => router.route.at).toBe('chat');
});

test('back leads up where the person came in by a link', () => {
  history.replaceState(null, '', '/card/sip:ana@example.test');
  const fresh = new Router(window);
  fresh.back({ at: 'contacts' });
  expect(fresh.route).toEqual({ at: 'contacts' });
  expect(location.pathname).toBe('/');
});
