import type {
  Account as AccountValues,
  AgentLink,
  Boot,
  CallHandlingState,
  Fact,
  Outcome,
} from '../../agent/contract.ts';
import type { VoicemailWaiting } from '../../agent/contract-values.ts';
import type { ShownLevel } from '../../protocol/access-levels.ts';
import type { Availability, ManualState, Presence } from '../../protocol/availability.ts';
import { customWords } from '../../protocol/custom-words.ts';
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

/** A state the organisation offers, as this person reads it. */
export interface CustomChoice {
  readonly id: string;
  readonly shape: Availability;
  readonly words: string;
  /** The plain state it stands on, for who knows no other. */
  readonly manual: ManualState;
}

const none: readonly string[] = [];

/** Me. */
export class Account {
  readonly #link: AgentLink;
  readonly #languages: readonly string[];
  #values = $state.raw<AccountValues | null>(null);
  #handling = $state.raw<CallHandlingState['handling']>(null);
  #managers = $state.raw<readonly string[]>(none);

  constructor(link: AgentLink, languages: readonly string[] = navigator.languages) {
    this.#link = link;
    this.#languages = languages;
  }

  boot(boot: Pick<Boot, 'account'>): void {
    this.#values = boot.account;
  }
  apply(fact: Fact): void {
    if (fact.fact === 'account' && fact.account) this.#values = fact.account;
    else if (fact.fact === 'call-handling') {
      this.#handling = fact.state.handling;
      this.#managers = fact.state.managers;
    }
  }

  /** Where every call to me goes instead; null: my devices ring. */
  get callsTo(): NonNullable<CallHandlingState['handling']>['forward'] {
    return this.#handling?.forward ?? null;
  }
  /** Who answers for me. */
  get delegates(): readonly string[] {
    return this.#handling?.delegates ?? none;
  }
  /** For whom I answer and may call: those whose delegate I am. */
  get managers(): readonly string[] {
    return this.#managers;
  }
  /** Who takes my calls with me. */
  get teamCall(): readonly string[] {
    return this.#handling?.team ?? none;
  }

  get aor(): string {
    return this.#values?.aor ?? '';
  }
  /** Whether people are told that I have read their messages. */
  get receipts(): boolean {
    return this.#values?.receipts ?? true;
  }
  setReceipts(on: boolean): Promise<Outcome> {
    return this.#link.send('set-receipts', { on });
  }
  /** Voice messages on the server; null: it has said nothing of any. */
  get voicemail(): VoicemailWaiting | null {
    return this.#values?.voicemail ?? null;
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
  /** Until when the note stands, server time; null: until it is changed. */
  get noteUntil(): number | null {
    return this.#values?.noteUntil ?? null;
  }
  /** The least trusted level that sees the location. */
  get locationFor(): ShownLevel {
    return this.#values?.locationFor ?? 'team';
  }
  get manual(): ManualState {
    return this.#values?.manual ?? 'auto';
  }
  /** Until when the chosen state holds, server time; null: until it is changed. */
  get manualUntil(): number | null {
    return this.#values?.manualUntil ?? null;
  }
  /** Id of the organisation's state that was chosen. */
  get custom(): string | null {
    return this.#values?.custom ?? null;
  }
  readonly customChoices: readonly CustomChoice[] = $derived(
    (this.#values?.customStates ?? []).map((state) => ({
      id: state.id,
      shape: state.band,
      words: customWords(state, this.#languages),
      // There is no plain "out of office": Away is what others would read.
      manual: state.band === 'oof' ? 'away' : state.band,
    })),
  );
  /** False: this server cannot keep levels apart. */
  get levelsKept(): boolean {
    return this.#values?.levelsKept ?? false;
  }
  /** Do not disturb holds, by choice or because a screen is shared. */
  get isUndisturbed(): boolean {
    return this.manual === 'dnd' || this.shape === 'dnd';
  }
  get address(): string {
    return this.aor.replace(/^sips?:/, '');
  }

  /** What others see now. Appearing offline is chosen, so it has its own word. */
  get shape(): Availability {
    return this.#presence?.availability ?? 'unknown';
  }
  words(now: number): string {
    if (this.manual === 'offline') return 'Appear offline';
    return this.#presence ? availabilityWords(this.#presence, now) : '';
  }
  /** "Urgent interruptions only" is what Team reads; I chose Do not disturb. */
  get #presence(): Presence | null {
    const presence = this.#values?.presence ?? null;
    return presence?.availability === 'urgent' ? { ...presence, availability: 'dnd' } : presence;
  }

  /** `until` by the server's clock, milliseconds; `custom`: id of one of `customChoices`. */
  setState(manual: ManualState, until?: number, custom?: string): Promise<Outcome> {
    return this.#link.send('set-state', {
      manual,
      ...(until === undefined ? {} : { until }),
      ...(custom === undefined ? {} : { custom }),
    });
  }
  setNote(text: string, until?: number): Promise<Outcome> {
    return this.#link.send('set-note', { text, ...(until === undefined ? {} : { until }) });
  }
  setLocation(text: string, visibleTo?: ShownLevel): Promise<Outcome> {
    return this.#link.send('set-location', { text, ...(visibleTo === undefined ? {} : { visibleTo }) });
  }
}
