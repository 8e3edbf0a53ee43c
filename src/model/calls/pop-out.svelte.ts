import type { Calls } from './calls.svelte.ts';

/** Of the window's inside when it opens, pixels: room for a wide picture over the name and the controls. */
const SIZE = { width: 340, height: 330 } as const;

/** Opens a window that stays on top; refuses, as a rejection, without a press. */
export type OpenSmallWindow = (size: typeof SIZE) => Promise<Window>;

/** The part of Document Picture-in-Picture (WICG) used here. */
interface SmallWindows {
  requestWindow(size: typeof SIZE): Promise<Window>;
}

/** Null where the browser has no such windows. */
export function smallWindowsOf(page: Window): OpenSmallWindow | null {
  const found: unknown = Reflect.get(page, 'documentPictureInPicture');
  if (typeof found !== 'object' || found === null) return null;
  return (size) => (found as SmallWindows).requestWindow(size);
}

/**
 * The call in a small window of its own that stays on top of other programs, while the page is free for other work.
 *
 *   in the page --open--> popped out --close, or the person closes it, or the last call ends--> in the page
 */
export class PopOut {
  readonly #calls: Pick<Calls, 'current' | 'held' | 'minimise' | 'watch'>;
  readonly #request: OpenSmallWindow | null;
  #window = $state.raw<Window | null>(null);
  #isOpening = false;

  constructor(
    calls: Pick<Calls, 'current' | 'held' | 'minimise' | 'watch'>,
    request: OpenSmallWindow | null,
  ) {
    this.#calls = calls;
    this.#request = request;
  }

  /** Follows the calls. Returns how to stop; what is popped out is then closed. */
  start(): () => void {
    const unwatch = this.#calls.watch({
      rang: () => undefined,
      // The next one that waits is shown in its place.
      ended: () => {
        if (!this.#isNeeded) this.close();
      },
    });
    return () => {
      unwatch();
      this.close();
    };
  }

  /** False where the browser has no such windows. */
  get canOpen(): boolean {
    return this.#request !== null;
  }

  /** Where the call is shown now; null while it is in the page. */
  get window(): Window | null {
    return this.#window;
  }

  /** Must be called from a press. False when the browser refuses. */
  async open(): Promise<boolean> {
    if (this.#window || this.#isOpening) return true;
    this.#isOpening = true;
    const opened = await this.#request?.(SIZE).catch(() => null);
    this.#isOpening = false;
    if (!opened) return false;
    // It ended while the window was on its way.
    if (!this.#isNeeded) {
      opened.close();
      return true;
    }
    opened.addEventListener('pagehide', () => {
      if (this.#window === opened) this.#window = null;
    });
    this.#window = opened;
    this.#calls.minimise(true);
    return true;
  }

  /** The call is in the page again. */
  close(): void {
    const opened = this.#window;
    this.#window = null;
    opened?.close();
  }

  get #isNeeded(): boolean {
    const { current, held } = this.#calls;
    return held.length > 0 || (current !== null && current.state !== 'ended');
  }
}
