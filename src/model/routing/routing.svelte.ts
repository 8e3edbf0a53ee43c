import type { AgentLink, CallHandlingState, Fact } from '../../agent/contract.ts';
import { refusalOf, type Handling } from './handling-words.ts';

/** What becomes of calls to me, as the server keeps it (features.md CF1). */
export class Routing {
  readonly #link: AgentLink;
  readonly #me: () => string;
  readonly #nameOf: (aor: string) => string;
  #state = $state.raw<CallHandlingState | null>(null);
  #problem = $state<string | null>(null);
  #isBusy = $state(false);
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(link: AgentLink, me: () => string, nameOf: (aor: string) => string) {
    this.#link = link;
    this.#me = me;
    this.#nameOf = nameOf;
  }

  /** False while nobody has said yet. */
  get isKnown(): boolean {
    return this.#state !== null;
  }
  /** Null: this server keeps none, or nobody has said yet. */
  get handling(): Handling | null {
    return this.#state?.handling ?? null;
  }
  /** Those whose delegate I am. */
  get managers(): readonly string[] {
    return this.#state?.managers ?? [];
  }
  get hasVoicemail(): boolean {
    return this.#state?.voicemail === true;
  }
  get hasNumbers(): boolean {
    return this.#state?.numbers === true;
  }
  /** Why the last request did nothing, in a sentence. */
  get problem(): string | null {
    return this.#problem;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }

  async look(): Promise<void> {
    await this.#ask();
  }

  /** True when it holds from now on. Changes that follow each other quickly build on each other. */
  change(edit: (now: Handling) => Partial<Handling>): Promise<boolean> {
    const done = this.#last.then(() => this.#change(edit));
    this.#last = done;
    return done;
  }

  async #change(edit: (now: Handling) => Partial<Handling>): Promise<boolean> {
    const { handling } = this;
    if (!handling) return false;
    const change = edit(handling);
    const why = refusalOf({ ...handling, ...change }, this.#me(), this.managers, this.#nameOf);
    if (why === null) return this.#ask(change);
    this.#problem = why;
    return false;
  }

  apply(fact: Fact): void {
    if (fact.fact === 'call-handling') this.#state = fact.state;
  }

  async #ask(change?: Partial<Handling>): Promise<boolean> {
    this.#isBusy = true;
    this.#problem = null;
    const outcome = await this.#link.send('call-handling', change ? { change } : {});
    this.#isBusy = false;
    if (outcome.ok) this.#state = outcome.value;
    else this.#problem = outcome.why;
    return outcome.ok;
  }
}
