import type { AgentLink, Aor, Boot, Config, Fact, SignIn } from '../agent/contract.ts';

/**
 * Who uses this browser:
 *
 *   starting -> signed-out <-> signing-in -> signed-in -> signed-out
 *        \________________________________/
 */
export type SessionPhase = 'starting' | 'signed-out' | 'signing-in' | 'signed-in';

export class Session {
  readonly #link: AgentLink;
  #config = $state.raw<Config>({});
  #phase = $state<SessionPhase>('starting');
  #aor = $state<Aor | null>(null);
  #problem = $state<string | null>(null);

  constructor(link: AgentLink, config: Config) {
    this.#link = link;
    this.#config = config;
  }

  /** What the site says of itself: at first as it was last heard, then as it is. */
  get config(): Config {
    return this.#config;
  }
  configure(config: Config): void {
    this.#config = config;
  }

  boot(boot: Pick<Boot, 'account' | 'connection'>): void {
    this.#aor = boot.account?.aor ?? null;
    this.#phase = boot.account ? 'signed-in' : 'signed-out';
    if (boot.connection.is === 'refused') this.#refuse(boot.connection.why);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'account') {
      this.#aor = fact.account?.aor ?? null;
      this.#phase = fact.account ? 'signed-in' : 'signed-out';
    } else if (fact.fact === 'connection' && fact.state.is === 'refused') {
      this.#refuse(fact.state.why);
    }
  }

  #refuse(why: string): void {
    this.#problem = why;
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get aor(): Aor | null {
    return this.#aor;
  }

  /** Why the last attempt did not work, in words. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The user part alone is enough where the server's domain is known. */
  completeAddress(typed: string): string {
    const address = typed.trim().replace(/^sips?:/i, '');
    return address === '' || address.includes('@') || !this.config.domain
      ? address
      : `${address}@${this.config.domain}`;
  }

  /** The host that will be asked for this address, as far as the site's own settings tell; else null. */
  serverFor(typed: string): string | null {
    const domain = this.completeAddress(typed).split('@')[1]?.toLowerCase();
    const url = this.config.sip?.[0];
    if (!domain || !url || domain !== this.config.domain?.toLowerCase()) return null;
    try {
      return new URL(url, location.href).host;
    } catch {
      return null;
    }
  }

  async signIn(input: SignIn): Promise<void> {
    this.#phase = 'signing-in';
    this.#problem = null;
    const outcome = await this.#link.send('sign-in', {
      ...input,
      address: this.completeAddress(input.address),
    });
    if (outcome.ok) return;
    this.#problem = outcome.why;
    if (this.#phase === 'signing-in') this.#phase = 'signed-out';
  }

  async signOut(forget: boolean): Promise<void> {
    this.#problem = null;
    const outcome = await this.#link.send('sign-out', { forget });
    if (!outcome.ok) this.#problem = outcome.why;
  }
}
