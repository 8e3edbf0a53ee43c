import type { Activity } from './activity.ts';

/**
 * Whether Parley notices that somebody is at the computer while they work in another program (IdleDetector,
 * features.md P20 to P22). Without it only this window counts.
 *
 *   unknown -> unavailable | blocked | off <-> on
 */
export type SystemIdleState = 'unknown' | 'unavailable' | 'blocked' | 'off' | 'on';

/** The browser's least threshold, milliseconds. */
const THRESHOLD = 60_000;
/** The browser says when somebody stops or begins, not that they go on. */
const AGAIN = 60_000;

/** The parts of the browser it needs: names are those of the DOM, so that a test can hand in its own. */
export interface IdlePlatform {
  readonly IdleDetector?: IdleDetectorClass;
  /** How the permission stands, without asking anybody. */
  readonly permission: () => Promise<'granted' | 'denied' | 'prompt'>;
}
export interface IdleDetectorClass {
  new (): IdleDetectorLike;
  requestPermission(): Promise<'granted' | 'denied'>;
}
export interface IdleDetectorLike extends EventTarget {
  readonly userState: 'active' | 'idle' | null;
  readonly screenState: 'locked' | 'unlocked' | null;
  start(options: { threshold: number; signal: AbortSignal }): Promise<void>;
}

export class SystemIdle {
  readonly #activity: Activity;
  readonly #platform: IdlePlatform;
  readonly #storage: Storage | null;
  #state = $state<SystemIdleState>('unknown');
  #isBusy = $state(false);
  #running: AbortController | null = null;

  /** `storage` remembers that it was switched off although the browser allows it. */
  constructor(activity: Activity, storage: Storage | null, platform: IdlePlatform = browserPlatform()) {
    this.#activity = activity;
    this.#storage = storage;
    this.#platform = platform;
  }

  get state(): SystemIdleState {
    return this.#state;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** What the switch means on this device, in words. */
  get words(): string {
    switch (this.#state) {
      case 'unavailable':
        return 'This browser only tells Parley what happens in its own window. You may look away while you work elsewhere.';
      case 'blocked':
        return 'The browser is blocking this. Allow “Know when you’re actively using this device” next to the address.';
      default:
        return 'Parley notices that you’re at this computer while you work in another program.';
    }
  }

  /** Finds out how things stand, without asking the person, and begins where it may. */
  async look(): Promise<void> {
    if (!this.#platform.IdleDetector) this.#state = 'unavailable';
    else {
      const permission = await this.#platform.permission();
      if (permission === 'denied') this.#end('blocked');
      else if (permission === 'granted' && this.#storage?.getItem(OFF) !== 'off') await this.#begin();
      else this.#end('off');
    }
  }

  /** Call it from a press: the browser asks only then. */
  async switch(on: boolean): Promise<void> {
    const { IdleDetector } = this.#platform;
    if (this.#isBusy || !IdleDetector) return;
    this.#isBusy = true;
    if (on) {
      this.#remember(null);
      const answer = await IdleDetector.requestPermission().catch(() => 'denied' as const);
      if (answer === 'granted') await this.#begin();
      else this.#end('blocked');
    } else {
      this.#remember('off');
      this.#end('off');
    }
    this.#isBusy = false;
  }

  async #begin(): Promise<void> {
    const { IdleDetector } = this.#platform;
    if (this.#running || !IdleDetector) return;
    const running = new AbortController();
    this.#running = running;
    const detector = new IdleDetector();
    const see = (): void => {
      this.#activity.see({
        active: detector.userState === 'active',
        locked: detector.screenState === 'locked',
      });
    };
    detector.addEventListener('change', see, { signal: running.signal });
    try {
      await detector.start({ threshold: THRESHOLD, signal: running.signal });
    } catch {
      // The permission was taken back, or a policy forbids it.
      this.#end('blocked');
      return;
    }
    if (running.signal.aborted) return;
    this.#state = 'on';
    see();
    const timer = setInterval(() => {
      if (detector.userState === 'active') see();
    }, AGAIN);
    running.signal.addEventListener('abort', () => clearInterval(timer));
  }

  #remember(choice: 'off' | null): void {
    try {
      if (choice === null) this.#storage?.removeItem(OFF);
      else this.#storage?.setItem(OFF, choice);
    } catch {
      // A full storage keeps the choice for this window only.
    }
  }

  #end(state: SystemIdleState): void {
    this.#state = state;
    if (!this.#running) return;
    this.#running.abort();
    this.#running = null;
    this.#activity.see(null);
  }
}

const OFF = 'parley-system-idle';

function browserPlatform(): IdlePlatform {
  const { IdleDetector } = window as unknown as { readonly IdleDetector?: IdleDetectorClass };
  return {
    ...(IdleDetector && { IdleDetector }),
    permission: async () => {
      try {
        // Not among the names that TypeScript knows.
        const status = await navigator.permissions.query({ name: 'idle-detection' as PermissionName });
        return status.state;
      } catch {
        return 'prompt';
      }
    },
  };
}
