/** Named by the service worker too: while any window holds it, no new version of Parley takes over (facts, section D). */
const NAME = 'parley-in-call';

/** Says to every other part of this browser that a call is up here. */
export class CallLock {
  readonly #locks: Pick<LockManager, 'request'>;
  #release: (() => void) | null = null;

  constructor(locks: Pick<LockManager, 'request'> = navigator.locks) {
    this.#locks = locks;
  }

  hold(on: boolean): void {
    if (on === (this.#release !== null)) return;
    this.#release?.();
    this.#release = null;
    if (!on) return;
    const over = new Promise<void>((resolve) => (this.#release = resolve));
    // Shared: two windows may each have a call.
    void this.#locks.request(NAME, { mode: 'shared' }, () => over);
  }
}
