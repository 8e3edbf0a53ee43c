/**
 * `<parley-presence aor="sip:amara@example.org" server="https://parley.example.org" token="…">`: badge, name, state in words,
 * and links that open a conversation or the person's card in Parley.
 *
 * Attributes: `aor`, `server`, `token`; `app` where people open Parley, when that is not the server; `name` instead of the directory's; `links="chat"` for that link alone, `links="none"`.
 * Parts to style: `lamp`, `name`, `words`, `chat`, `call`.
 */
import type { EmbedPresence } from '../protocol/service-api.ts';
import { drawLamp, makeStyle } from './appearance.ts';
import { createPresenceLine, type LineParts, type PresenceLine } from './presence-line.ts';

const UNKNOWN = 'Presence unknown';
const SETUP = 'parley-presence needs aor, server and token';

/** Defines the element, once. Elements with the same server and token share one connection. */
export function definePresence(parts: LineParts): void {
  if (customElements.get('parley-presence')) return;
  const style = makeStyle();
  const lines = new Map<string, PresenceLine>();
  const lineTo = (server: string, token: string): PresenceLine => {
    const key = `${server} ${token}`;
    const line = lines.get(key) ?? createPresenceLine(server, token, parts);
    lines.set(key, line);
    return line;
  };

  class ParleyPresence extends HTMLElement {
    static readonly observedAttributes = ['aor', 'server', 'token', 'app', 'name', 'links'];
    readonly #root = this.attachShadow({ mode: 'open' });
    #leave = (): void => undefined;

    connectedCallback(): void {
      this.#root.adoptedStyleSheets = [style];
      this.#follow();
    }

    disconnectedCallback(): void {
      this.#leave();
    }

    attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
      if (this.isConnected && before !== after) this.#follow();
    }

    #follow(): void {
      this.#leave();
      const aor = sipAddress(this.getAttribute('aor') ?? '');
      const server = URL.parse(this.getAttribute('server') ?? '')?.origin;
      const token = this.getAttribute('token') ?? '';
      this.#show(aor, server, null);
      if (aor === null || server === undefined || token === '') {
        this.title = SETUP;
        return;
      }
      if (this.title === SETUP) this.removeAttribute('title');
      this.#leave = lineTo(server, token).follow(aor, (presence) => {
        this.#show(aor, server, presence);
      });
    }

    #show(aor: string | null, server: string | undefined, presence: EmbedPresence | null): void {
      const bare = aor?.replace(/^sip:/, '') ?? '';
      const name = this.getAttribute('name') ?? (presence && presence.name !== bare ? presence.name : bare);
      const links = this.getAttribute('links') ?? 'chat call';
      const words = make('span', 'words', presence?.words ?? UNKNOWN);
      const nodes: Element[] = [
        drawLamp(presence?.availability ?? 'unknown'),
        make('bdi', 'name', name),
        words,
      ];
      const app = URL.parse(this.getAttribute('app') ?? '')?.origin ?? server;
      if (aor !== null && app !== undefined) {
        const path = encodeURIComponent(aor).replaceAll('%3A', ':').replaceAll('%40', '@');
        for (const [part, label] of LINKS) {
          if (links.split(/\s+/).includes(part)) {
            nodes.push(link(part, label, `${label} with ${name} in Parley`, `${app}/${part}/${path}`));
          }
        }
      }
      this.#replace(nodes);
    }

    /** A link that has the focus keeps it, although what is around it is drawn anew. */
    #replace(nodes: readonly Element[]): void {
      const focused = this.#root.activeElement?.getAttribute('part');
      this.#root.replaceChildren(...nodes);
      const same = nodes.find((node) => focused && node.getAttribute('part') === focused);
      if (same instanceof HTMLElement) same.focus();
    }
  }
  customElements.define('parley-presence', ParleyPresence);
}

const LINKS = [
  ['chat', 'Chat'],
  ['call', 'Call'],
] as const;

function make(tag: string, part: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.setAttribute('part', part);
  node.textContent = text;
  return node;
}

function link(part: string, text: string, label: string, href: string): HTMLElement {
  const anchor = make('a', part, text);
  anchor.setAttribute('href', href);
  anchor.setAttribute('target', '_blank');
  anchor.setAttribute('rel', 'noopener');
  anchor.setAttribute('aria-label', label);
  return anchor;
}

/** `amara@example.org` or with its scheme; null for anything else. */
function sipAddress(text: string): string | null {
  const bare = text.trim().replace(/^sips?:/i, '');
  return /^[^@\s]+@[^@\s]+$/.test(bare) ? `sip:${bare}` : null;
}
