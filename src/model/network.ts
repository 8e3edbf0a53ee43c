import type { AgentLink } from '../agent/contract.ts';

/** Passes on what the browser says of its network. Returns how to stop. */
export function reportNetwork(link: AgentLink, page: Window): () => void {
  const changed = (): void => {
    void link.send('network-changed', { online: page.navigator.onLine });
  };
  page.addEventListener('online', changed);
  page.addEventListener('offline', changed);
  page.addEventListener('pageshow', changed);
  return () => {
    page.removeEventListener('online', changed);
    page.removeEventListener('offline', changed);
    page.removeEventListener('pageshow', changed);
  };
}
