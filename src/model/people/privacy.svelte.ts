import type {
  AccessSettings,
  AgentLink,
  Aor,
  Boot,
  Fact,
  Outcome,
  SeenAs,
  Watcher,
} from '../../agent/contract.ts';
import type { AccessLevel, Newcomers, ShownLevel } from '../../protocol/access-levels.ts';

export type { SeenAs, Watcher } from '../../agent/contract.ts';

type LevelOf = { readonly aor: Aor } | { readonly group: string } | { readonly domain: string };

/** Who sees what of me, who asks to, and who looks (features.md A01 to A11; RFC 3858). */
export class Privacy {
  readonly #link: AgentLink;
  #settings = $state.raw<AccessSettings | null>(null);
  #watchers = $state.raw<readonly Watcher[]>([]);
  #later = $state.raw<readonly Aor[]>([]);
  /** People who wait for a yes or no and were not put off in this window. */
  readonly asking: readonly Watcher[] = $derived(
    this.#watchers.filter((one) => one.is === 'waiting' && !this.#later.includes(one.aor)),
  );

  constructor(link: AgentLink) {
    this.#link = link;
  }

  boot(boot: Pick<Boot, 'access' | 'watchers'>): void {
    this.#settings = boot.access;
    this.#watchers = boot.watchers;
  }
  apply(fact: Fact): void {
    if (fact.fact === 'access') this.#settings = fact.access;
    else if (fact.fact === 'watchers') this.#watchers = fact.watchers;
  }

  /** Null until the server's rules are known. */
  get settings(): AccessSettings | null {
    return this.#settings;
  }
  /** Who is told of my state now, and who waits to be. */
  get watchers(): readonly Watcher[] {
    return this.#watchers;
  }

  /** They stay in the settings and are asked about again in the next window. */
  putOff(watcher: Watcher): void {
    this.#later = [...this.#later, watcher.aor];
  }

  setLevel(of: LevelOf, level: AccessLevel | null): Promise<Outcome> {
    return this.#link.send('set-level', { of, level });
  }
  setNewcomers(change: { readonly colleagues?: Newcomers; readonly others?: Newcomers }): Promise<Outcome> {
    return this.#link.send('set-newcomers', change);
  }
  viewAs(level: ShownLevel): Promise<Outcome<SeenAs>> {
    return this.#link.send('view-as', { level });
  }
}

/** A domain as somebody types it: `@Example.org`, an address of it, a URI. Null: it is none. */
export function readDomain(text: string): string | null {
  const domain = text
    .trim()
    .replace(/^(sips?:|https?:\/\/)/i, '')
    .replace(/^.*@/, '')
    .replace(/[/:;?].*$/, '')
    .toLowerCase();
  return /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(
    domain,
  )
    ? domain
    : null;
}
