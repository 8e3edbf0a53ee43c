import type { AgentLink } from '../agent/contract.ts';

/** A hand on the keyboard is told at most this often, milliseconds; the idle limits are minutes. */
const SPACING = 20_000;

/** What the browser says of the whole computer (IdleDetector). */
export interface SystemSight {
  /** Whether somebody did anything in the last minute. */
  readonly active: boolean;
  readonly locked: boolean;
}

/**
 * Tells the agent when this window is seen, when somebody last did something, and whether it is in front of an
 * audience (features.md P18). Within the page by itself; beyond it only with what `SystemIdle` passes on.
 */
export class Activity {
  readonly #link: AgentLink;
  readonly #page: Window;
  readonly #counts: () => boolean;
  #told = 0;
  #sight: SystemSight | null = null;
  #shares = false;

  /** `counts`: whether the person wants presenting to be told. */
  constructor(link: AgentLink, page: Window, counts: () => boolean = () => true) {
    this.#link = link;
    this.#page = page;
    this.#counts = counts;
  }

  /** Begins to tell. Returns how to stop. */
  start(): () => void {
    const { document } = this.#page;
    const acted = (): void => {
      if (Date.now() - this.#told >= SPACING) this.#act();
    };
    const seen = (): void => {
      if (document.visibilityState === 'visible') this.#act();
      else this.#tell();
    };
    const stretched = (): void => {
      this.#act();
    };
    const events = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
    for (const name of events) this.#page.addEventListener(name, acted, { passive: true, capture: true });
    document.addEventListener('visibilitychange', seen);
    document.addEventListener('fullscreenchange', stretched);
    seen();
    return () => {
      for (const name of events) this.#page.removeEventListener(name, acted, { capture: true });
      document.removeEventListener('visibilitychange', seen);
      document.removeEventListener('fullscreenchange', stretched);
    };
  }

  /** Whether this window shares a screen. */
  share(on: boolean): void {
    this.#shares = on;
    this.#tell();
  }

  /** What is seen beyond the page; null: nothing (any more). */
  see(sight: SystemSight | null): void {
    this.#sight = sight;
    if (sight?.active === true && !sight.locked) this.#act();
    else this.#tell();
  }

  #act(): void {
    this.#told = Date.now();
    this.#tell();
  }

  #tell(): void {
    const { document } = this.#page;
    void this.#link.send('activity', {
      visible: document.visibilityState === 'visible',
      lastInput: this.#told,
      presenting: this.#counts() && (this.#shares || document.fullscreenElement !== null),
      ...(this.#sight && { system: true, screenLocked: this.#sight.locked }),
    });
  }
}
