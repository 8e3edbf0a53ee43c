import { emergencyNumber, regionsOf } from '../../protocol/emergency-numbers.ts';

/** Stands before every call: an emergency number opens a warning, and no call is placed (features.md T13). */
export class Emergency {
  readonly #languages: readonly string[];
  #number = $state<string | null>(null);

  constructor(languages: readonly string[] = navigator.languages) {
    this.#languages = languages;
  }

  /** What somebody was about to call; null when there is nothing to warn of. */
  get number(): string | null {
    return this.#number;
  }

  /** True when it is an emergency number: the warning is open and the caller goes no further. */
  stops(target: string): boolean {
    const number = emergencyNumber(target, regionsOf(this.#languages));
    if (number !== null) this.#number = number;
    return number !== null;
  }

  close(): void {
    this.#number = null;
  }
}
