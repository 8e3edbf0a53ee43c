import type { Account as AccountValues, AgentLink, Boot, Fact, Outcome } from '../../agent/contract.ts';
import type { Availability, ManualState } from '../../protocol/availability.ts';
import { availabilityWords } from './availability-words.ts';

/** The states a person can choose, as the menu shows them. */
export const choices: readonly {
  readonly state: Exclude<ManualState, 'auto'>;
  readonly shape: Availability;
  readonly words: string;
}[] = [
  { state: 'available', shape: 'available', words: 'Available' },
  { state: 'busy', shape: 'busy', words: 'Busy' },
  { state: 'dnd', shape: 'dnd', words: 'Do not disturb' },
  { state: 'brb', shape: 'away', words: 'Be right back' },
  { state: 'away', shape: 'away', words: 'Away' },
  { state: 'offline', shape: 'offline', words: 'Appear offline' },
];

/** Me. */
export class Account {
  readonly #link: AgentLink;
  #values = $state.raw<AccountValues | null>(null);

  constructor(link: AgentLink) {
    this.#link = link;
  }

  boot(boot: Pick<Boot, 'account'>): void {
    this.#values = boot.account;
  }
  apply(fact: Fact): void {
    if (fact.fact === 'account' && fact.account) this.#values = fact.account;
  }

  get aor(): string {
    return this.#values?.aor ?? '';
  }
  get name(): string {
    return this.#values?.name ?? '';
  }
  get title(): string {
    return this.#values?.title ?? '';
  }
  get photo(): string | undefined {
    return this.#values?.photo;
  }
  get note(): string {
    return this.#values?.note ?? '';
  }
  get location(): string {
    return this.#values?.location ?? '';
  }
  get manual(): ManualState {
    return this.#values?.manual ?? 'auto';
  }
  /** False: this server cannot keep levels apart. */
  get levelsKept(): boolean {
    return this.#values?.levelsKept ?? false;
  }
  get address(): string {
    return this.aor.replace(/^sips?:/, '');
  }

  /** What others see now. Appearing offline is chosen, so it has its own word. */
  get shape(): Availability {
    return this.#values?.presence.availability ?? 'unknown';
  }
  words(now: number): string {
    if (this.manual === 'offline') return 'Appear offline';
    return this.#values ? availabilityWords(this.#values.presence, now) : '';
  }

  setState(manual: ManualState, until?: number): Promise<Outcome> {
    return this.#link.send('set-state', { manual, ...(until === undefined ? {} : { until }) });
  }
  setNote(text: string, until?: number): Promise<Outcome> {
    return this.#link.send('set-note', { text, ...(until === undefined ? {} : { until }) });
  }
  setLocation(text: string): Promise<Outcome> {
    return this.#link.send('set-location', { text });
  }
}
