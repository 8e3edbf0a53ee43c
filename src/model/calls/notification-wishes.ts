import { PRESSED_LIFE, takePressed, type Pressed } from '../../store/pressed.ts';
import type { Router } from '../router.svelte.ts';
import { routeOf } from '../route.ts';
import type { Call } from './call.svelte.ts';
import type { Calls } from './calls.svelte.ts';

const VERBS: readonly Pressed[] = ['answer', 'decline'];

interface Wish {
  readonly verb: Pressed;
  /** The call's Call-ID: it may come only after this window did. */
  readonly call: string;
  readonly until: number;
}

/**
 * What a person pressed on a notification: the service worker opens `/chat/<aor>?answer=<call-id>` (or `?decline=`), or
 * tells it to a window that is open already. Answers or declines that call as soon as it rings here; the wish does not
 * stay in the address. An address alone is no wish: anybody can make a link. The worker must have kept the press, too.
 * Returns how to stop. Start it before the calls of the boot are taken.
 */
export function followNotifications(page: Window, router: Router, calls: Calls): () => void {
  let wish: Wish | null = null;

  const fulfil = (call: Call): void => {
    if (wish?.call !== call.id || call.state !== 'incoming') return;
    const { verb, until } = wish;
    wish = null;
    if (Date.now() > until) return;
    if (verb === 'answer') void calls.answer(call, call.isVideo);
    else void call.decline();
  };
  const take = async (query: URLSearchParams): Promise<void> => {
    const verb = VERBS.find((one) => query.has(one));
    const call = verb && query.get(verb);
    if (!call) return;
    const pressedAt = await takePressed(verb, call);
    if (pressedAt === null) return;
    wish = { verb, call, until: pressedAt + PRESSED_LIFE };
    for (const each of calls.incoming) fulfil(each);
  };
  const told = ({ data }: MessageEvent<unknown>): void => {
    if (typeof data !== 'object' || data === null || !('parley' in data) || data.parley !== 'go') return;
    if (!('path' in data) || typeof data.path !== 'string') return;
    const url = new URL(data.path, page.location.origin);
    if (url.origin !== page.location.origin) return;
    router.go(routeOf(url.pathname));
    void take(url.searchParams);
  };

  const here = new URL(page.location.href);
  void take(here.searchParams);
  if (VERBS.some((verb) => here.searchParams.has(verb))) router.go(router.route, 'replace');
  const unwatch = calls.watch({ rang: fulfil, ended: () => undefined });
  const { serviceWorker } = page.navigator;
  serviceWorker?.addEventListener('message', told);
  return () => {
    unwatch();
    serviceWorker?.removeEventListener('message', told);
  };
}
