import { hrefOf, routeOf, type Route } from './route.ts';

/** The address bar as state. Real URLs, back and forward; plain links work, also opened in a new tab. */
export class Router {
  #route = $state.raw<Route>({ at: 'contacts' });
  #list = $state<'chats' | 'contacts' | 'calls' | 'settings' | null>('contacts');
  readonly #window: Window;

  constructor(page: Window) {
    this.#window = page;
    this.#take(page.location.pathname);
  }

  /** Follows back, forward and every plain click on a link of ours. Returns how to stop. */
  listen(): () => void {
    const page = this.#window;
    const moved = (): void => {
      this.#take(page.location.pathname);
    };
    const clicked = (event: MouseEvent): void => {
      const link = linkOf(event);
      if (!link || link.origin !== page.location.origin) return;
      event.preventDefault();
      this.#push(link.pathname);
    };
    page.addEventListener('popstate', moved);
    page.document.addEventListener('click', clicked);
    return () => {
      page.removeEventListener('popstate', moved);
      page.document.removeEventListener('click', clicked);
    };
  }

  get route(): Route {
    return this.#route;
  }

  /** Which list stands beside the place: a conversation or card keeps the list it was opened from. */
  get list(): 'chats' | 'contacts' | 'calls' | 'settings' | null {
    return this.#list;
  }

  href(route: Route): string {
    return hrefOf(route);
  }

  go(route: Route, how: 'push' | 'replace' = 'push'): void {
    this.#push(hrefOf(route), how);
  }

  /** One step back inside Parley, or up to `parent` when this is where the person came in. */
  back(parent: Route): void {
    if (this.#depth > 0) this.#window.history.back();
    else this.go(parent, 'replace');
  }

  get #depth(): number {
    const state: unknown = this.#window.history.state;
    return typeof state === 'object' && state !== null && 'depth' in state ? Number(state.depth) : 0;
  }

  #push(path: string, how: 'push' | 'replace' = 'push'): void {
    const { history, location } = this.#window;
    const same = path === location.pathname;
    if (same || how === 'replace') history.replaceState({ depth: this.#depth }, '', path);
    else history.pushState({ depth: this.#depth + 1 }, '', path);
    this.#take(path);
  }

  #take(path: string): void {
    const route = routeOf(path);
    this.#route = route;
    if (route.at === 'chat' || route.at === 'card') return;
    this.#list = listOf(route);
  }
}

/** The link a plain click means: no modifier, no other window, no download, not handled by somebody else. */
function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  if (!(event.target instanceof Element)) return null;
  const link = event.target.closest('a');
  if (!link || link.hasAttribute('download') || (link.target !== '' && link.target !== '_self')) return null;
  return link.getAttribute('href')?.startsWith('#') ? null : link;
}

function listOf({ at }: Route): Router['list'] {
  if (at === 'doctor') return 'settings';
  return at === 'chats' || at === 'contacts' || at === 'calls' || at === 'settings' ? at : null;
}
