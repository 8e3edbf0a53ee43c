/** Chromium's event: the page may ask once whether to be installed. Not in the DOM library. */
interface InstallEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

/** Putting Parley on the desktop, where the browser offers it. */
export class Install {
  #event = $state.raw<InstallEvent | null>(null);

  /** Returns how to stop. */
  listen(page: Window): () => void {
    const offered = (event: Event): void => {
      event.preventDefault();
      if ('prompt' in event) this.#event = event as InstallEvent;
    };
    const done = (): void => {
      this.#event = null;
    };
    page.addEventListener('beforeinstallprompt', offered);
    page.addEventListener('appinstalled', done);
    return () => {
      page.removeEventListener('beforeinstallprompt', offered);
      page.removeEventListener('appinstalled', done);
    };
  }

  get isOffered(): boolean {
    return this.#event !== null;
  }

  /** Not now: the browser offers it again on another day. */
  decline(): void {
    this.#event = null;
  }

  async ask(): Promise<void> {
    const event = this.#event;
    this.#event = null;
    await event?.prompt();
  }
}
