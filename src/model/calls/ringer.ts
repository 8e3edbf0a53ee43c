import type { Tone, Tones } from '../../media/tones.ts';

/** The part of the Web Locks API used here. */
type Locks = Pick<LockManager, 'request'>;

/** Plays what the calls ask for. An incoming call rings in one window of the browser only, whichever holds the lock. */
export class Ringer {
  readonly #tones: Tones;
  readonly #locks: Locks;
  #wanted: Tone | null = null;
  #stop: (() => void) | null = null;

  constructor(tones: Tones, locks: Locks = navigator.locks) {
    this.#tones = tones;
    this.#locks = locks;
  }

  /** Sound is allowed from the first press on; signing in is one. Returns how to stop waiting. */
  listen(page: Window): () => void {
    const unlock = (): void => void this.#tones.unlock();
    if (page.navigator.userActivation?.hasBeenActive) unlock();
    const stop = new AbortController();
    for (const press of ['pointerdown', 'keydown']) {
      page.addEventListener(press, unlock, { once: true, signal: stop.signal });
    }
    return () => stop.abort();
  }

  /** Says what should sound now; the same again changes nothing. */
  want(tone: Tone | null): void {
    if (tone === this.#wanted) return;
    this.#wanted = tone;
    this.#stop?.();
    this.#stop = null;
    if (tone === 'ring') this.#ringAlone();
    else if (tone) this.#stop = this.#tones.play(tone);
  }

  /** One short sound, unless something is sounding already. */
  once(tone: Tone): void {
    if (this.#wanted === null) this.#tones.play(tone);
  }

  #ringAlone(): void {
    let release: () => void = () => undefined;
    let stopTone: (() => void) | null = null;
    let over = false;
    this.#stop = () => {
      over = true;
      stopTone?.();
      release();
    };
    void this.#locks.request('parley-ring', { ifAvailable: true }, async (lock) => {
      if (!lock || over) return;
      stopTone = this.#tones.play('ring');
      await new Promise<void>((resolve) => (release = resolve));
    });
  }
}
