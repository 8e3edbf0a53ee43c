import type { Fact } from '../agent/contract.ts';

/** The service worker as far as an update needs it. `activate` makes the waiting one take over in all windows. */
export interface Release {
  onWaiting(listener: () => void): void;
  onTakenOver(listener: () => void): void;
  activate(): void;
}

/**
 * A new version: offered once it is ready, taken by all windows together, never during a call.
 *
 *   current -> ready -> (person agrees) -> taken over -> reloaded, or held back until the call ends
 */
export class Updates {
  #ready = $state(false);
  #held = $state(false);
  readonly #reload: () => void;
  readonly #isBusy: () => boolean;
  #release: Release | null = null;

  /** `isBusy`: a call is up in any window. */
  constructor(isBusy: () => boolean, reload: () => void) {
    this.#isBusy = isBusy;
    this.#reload = reload;
  }

  follow(release: Release): void {
    this.#release = release;
    release.onWaiting(() => (this.#ready = true));
    release.onTakenOver(() => this.#takeOver());
  }

  apply(fact: Fact): void {
    if (fact.fact === 'outdated') this.#takeOver();
    // The call that held the new version back has ended.
    if (fact.fact === 'call' && fact.call.state === 'ended' && this.#held && !this.#isBusy()) this.#reload();
  }

  /** Never during a call. */
  get isOffered(): boolean {
    return this.#ready && !this.#isBusy();
  }

  /** The person agrees. During a call nothing happens; the offer is then not shown. */
  accept(): void {
    if (this.#isBusy()) return;
    if (this.#held || !this.#release) this.#reload();
    else this.#release.activate();
  }

  #takeOver(): void {
    if (this.#isBusy()) {
      this.#held = true;
      this.#ready = true;
    } else {
      this.#reload();
    }
  }
}
