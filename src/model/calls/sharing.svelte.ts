import type { Peer } from '../../media/peer.ts';
import type { PointerChannel } from '../../media/pointer-channel.ts';
import type { CapturedTab, ScreenKind, Surface } from '../../media/screen-capture.ts';

export type { Surface } from '../../media/screen-capture.ts';

/** What sharing needs of its call. */
export interface SharingCall {
  readonly peer: () => Peer | null;
  /** Asks the other side to take the changed lines; false when it refused. */
  readonly agree: () => Promise<boolean>;
  /** A sentence for the person; null takes the last one back. */
  readonly problem: (why: string | null) => void;
  /** This call begins or ceases to show a screen of ours. */
  readonly told: (isSharing: boolean) => void;
}

const REFUSED = 'The other side’s device takes no picture, so your screen cannot be seen there.';
const ON_HOLD = 'Nothing can be shown while the call is on hold. Share once it goes on.';

/** The screens of one call: ours and theirs (features.md T10, E01). */
export class Sharing {
  readonly #call: SharingCall;
  #kind = $state<ScreenKind>('text');
  #surface = $state<Surface | null>(null);
  #tab = $state.raw<CapturedTab | null>(null);
  #isPaused = $state(false);
  #isPausedByThem = $state(false);
  #isBusy = $state(false);
  #isInPlace = $state(false);
  #pointer = $state.raw<PointerChannel | null>(null);
  #own = $state.raw<MediaStream | null>(null);
  #theirs = $state.raw<MediaStream | null>(null);

  constructor(call: SharingCall) {
    this.#call = call;
  }

  /** What we show, for looking at it ourselves; null while we show nothing. */
  get own(): MediaStream | null {
    return this.#own;
  }
  /** What they show. */
  get theirs(): MediaStream | null {
    return this.#theirs;
  }
  get kind(): ScreenKind {
    return this.#kind;
  }
  get surface(): Surface | null {
    return this.#surface;
  }
  /** Scrolls and zooms the tab that is shared, where the browser can. */
  get tab(): CapturedTab | null {
    return this.#tab;
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }
  /** What they show stands still because they want it to. */
  get isPausedByThem(): boolean {
    return this.#isPausedByThem;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** They take one picture only: they see the screen where they saw us. */
  get isInPlace(): boolean {
    return this.#isInPlace;
  }

  /** Where the one who looks can point and draw; null where the two have no channel for it. */
  get pointer(): PointerChannel | null {
    return this.#pointer;
  }

  /** The media layer changed something. */
  read(): void {
    const peer = this.#call.peer();
    const track = peer?.screen.track ?? null;
    this.#theirs = peer?.remote.slides ?? null;
    this.#isPaused = peer?.screen.isPaused ?? false;
    this.#isInPlace = peer?.screen.isInPlace ?? false;
    this.#pointer = peer?.pointer.isOpen ? peer.pointer : null;
    this.#isPausedByThem = this.#theirs !== null && (peer?.pointer.isPausedByThem ?? false);
    this.#pointer?.tellPaused(this.#isPaused);
    if (track === (this.#own?.getTracks()[0] ?? null)) return;
    const before = this.#own !== null;
    this.#own = track && new MediaStream([track]);
    if (!track) this.#tab = null;
    if (before !== (track !== null)) this.#call.told(track !== null);
  }

  /** Lets the person choose, then asks the other side. Must be called from a press. */
  async start(): Promise<void> {
    const before = this.#call.peer();
    if (this.#isBusy || !before) return;
    if (before.held || before.heldByThem) return this.#call.problem(ON_HOLD);
    this.#isBusy = true;
    try {
      const { captureScreen } = await import('../../media/screen-capture.ts');
      const taken = await captureScreen(this.#kind);
      const peer = this.#call.peer();
      if (!taken.ok) return this.#call.problem(taken.why || null);
      // The call ended while the person was choosing.
      if (!peer) return taken.value.track.stop();
      this.#call.problem(null);
      this.#surface = taken.value.surface;
      this.#tab = taken.value.tab;
      await this.#show(peer, taken.value.track);
    } finally {
      this.#isBusy = false;
    }
  }

  async stop(): Promise<void> {
    const peer = this.#call.peer();
    if (!peer?.screen.track) return;
    const wasInPlace = peer.screen.isInPlace;
    await peer.unshare();
    // With the camera back in its place nothing is to be agreed.
    if (!wasInPlace || !peer.own.camera) await this.#call.agree();
  }

  async pause(on: boolean): Promise<void> {
    await this.#call.peer()?.pauseScreen(on);
  }

  /** Holds for what is shared now, too. */
  choose(kind: ScreenKind): void {
    this.#kind = kind;
    const track = this.#call.peer()?.screen.track;
    if (track) track.contentHint = kind;
  }

  async #show(peer: Peer, track: MediaStreamTrack): Promise<void> {
    await peer.share(track);
    if (!peer.screen.isInPlace && (await this.#call.agree()) && peer.screen.isTaken) return;
    // Held, or stopped by hand meanwhile.
    if (peer.screen.track !== track) return;
    const { needsOffer } = await peer.shareInPlace();
    if (needsOffer && !((await this.#call.agree()) && peer.sendsPicture)) {
      await peer.unshare();
      return this.#call.problem(REFUSED);
    }
    this.#call.problem(null);
  }
}
