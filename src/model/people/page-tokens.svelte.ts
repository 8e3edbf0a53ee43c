import type { AgentLink, Config } from '../../agent/contract.ts';
import type { EmbedToken, EmbedTokenRequest } from '../../protocol/service-api.ts';
import { asAor } from '../route.ts';

/** What stands in the form, as typed: lines or commas between several. */
export interface TokenDraft {
  readonly label: string;
  readonly origins: string;
  readonly people: string;
}

/** Tokens by which pages of the organisation show presence (`<parley-presence>`). */
export class PageTokens {
  readonly #link: AgentLink;
  readonly #config: Config;
  #tokens = $state.raw<readonly EmbedToken[] | null>(null);
  #made = $state.raw<EmbedToken | null>(null);
  #isBusy = $state(false);
  #problem = $state<string | null>(null);

  constructor(link: AgentLink, config: Config) {
    this.#link = link;
    this.#config = config;
  }

  /** Null: not known (yet). */
  get tokens(): readonly EmbedToken[] | null {
    return this.#tokens;
  }
  /** The one made last, with its secret: the server does not say it again. */
  get made(): EmbedToken | null {
    return this.#made;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  get problem(): string | null {
    return this.#problem;
  }

  async look(): Promise<void> {
    await this.#ask({});
  }

  async make({ label, origins, people }: TokenDraft): Promise<boolean> {
    const make = {
      label: label.trim(),
      origins: partsOf(origins).map((text) => URL.parse(text)?.origin ?? text),
      people: partsOf(people).map(asAor),
    };
    this.#made = null;
    const done = await this.#ask({ make });
    this.#made = this.#tokens?.find(({ token }) => token !== undefined) ?? null;
    return done;
  }

  async revoke(id: string): Promise<boolean> {
    if (this.#made?.id === id) this.#made = null;
    return this.#ask({ revoke: id });
  }

  /** HTML for a page: the script, and one person to begin with. `page`: the address Parley is open at. */
  snippet(person: string, page: string): string {
    const client = new URL(page).origin;
    const server = URL.parse(this.#config.serviceRoot ?? '', page)?.origin ?? client;
    const elsewhere = server === client ? '' : `\n  app="${client}"`;
    const token = this.#made?.token ?? '…';
    return `<script type="module" src="${client}/embed/parley-presence.js"></script>
<parley-presence
  aor="${attribute(person)}"
  server="${server}"${elsewhere}
  token="${attribute(token)}"
></parley-presence>`;
  }

  async #ask(input: { make?: EmbedTokenRequest; revoke?: string }): Promise<boolean> {
    if (this.#isBusy) return false;
    this.#isBusy = true;
    this.#problem = null;
    const outcome = await this.#link.send('embed-tokens', input);
    this.#isBusy = false;
    if (outcome.ok) this.#tokens = outcome.value;
    else this.#problem = outcome.why;
    return outcome.ok;
  }
}

function partsOf(text: string): string[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => part.replace(/\/$/, ''));
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
