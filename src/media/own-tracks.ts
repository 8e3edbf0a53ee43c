import { capture, type CaptureChoice, type Captured, type CaptureSource, type Taken } from './capture.ts';

/**
 * The microphone and camera of one call: taken, muted, changed and given back here only, so that no other part can
 * stop a track that is still in use.
 */
export class OwnTracks {
  readonly stream = new MediaStream();
  #microphone: MediaStreamTrack | null = null;
  #camera: MediaStreamTrack | null = null;
  #muted = false;
  #silent = false;
  #closed = false;
  readonly #source: CaptureSource | undefined;
  readonly #choice: () => CaptureChoice;
  readonly #onLost: (kind: 'microphone' | 'camera') => void;

  /** `onLost`: a device was unplugged or taken away while in use. */
  constructor(
    source: CaptureSource | undefined,
    choice: () => CaptureChoice,
    onLost: (kind: 'microphone' | 'camera') => void,
  ) {
    this.#source = source;
    this.#choice = choice;
    this.#onLost = onLost;
  }

  get microphone(): MediaStreamTrack | null {
    return this.#microphone;
  }
  get camera(): MediaStreamTrack | null {
    return this.#camera;
  }
  get muted(): boolean {
    return this.#muted;
  }

  /** Takes what is asked for in one question; a device already held stays. */
  async take(kinds: { microphone: boolean; camera: boolean }): Promise<Captured> {
    const taken = await capture(this.#source, this.#choice(), kinds);
    if (this.#closed) {
      // The call ended while the person was being asked.
      for (const each of [taken.microphone, taken.camera]) if (each?.ok) each.value.stop();
      return { microphone: null, camera: null };
    }
    if (taken.microphone?.ok) this.#hold('microphone', taken.microphone.value);
    if (taken.camera?.ok) this.#hold('camera', taken.camera.value);
    return taken;
  }

  /** Takes one device anew, after another was chosen. The old track is stopped once the new one is here. */
  async retake(kind: 'microphone' | 'camera'): Promise<Taken<MediaStreamTrack> | null> {
    const taken = await this.take({ microphone: kind === 'microphone', camera: kind === 'camera' });
    return taken[kind];
  }

  mute(on: boolean): void {
    this.#muted = on;
    this.#enable();
  }

  /** Nothing is heard or seen of us while we hold the call. */
  silence(on: boolean): void {
    this.#silent = on;
    this.#enable();
  }

  /** The camera's light goes out. */
  dropCamera(): void {
    this.#release(this.#camera);
    this.#camera = null;
  }

  close(): void {
    this.#closed = true;
    this.#release(this.#microphone);
    this.#release(this.#camera);
    this.#microphone = null;
    this.#camera = null;
  }

  #hold(kind: 'microphone' | 'camera', track: MediaStreamTrack): void {
    this.#release(kind === 'microphone' ? this.#microphone : this.#camera);
    if (kind === 'microphone') this.#microphone = track;
    else this.#camera = track;
    this.stream.addTrack(track);
    track.addEventListener('ended', () => this.#lost(kind, track), { once: true });
    this.#enable();
  }

  #lost(kind: 'microphone' | 'camera', track: MediaStreamTrack): void {
    if (track !== (kind === 'microphone' ? this.#microphone : this.#camera)) return;
    this.stream.removeTrack(track);
    if (kind === 'microphone') this.#microphone = null;
    else this.#camera = null;
    this.#onLost(kind);
  }

  #release(track: MediaStreamTrack | null): void {
    if (!track) return;
    this.stream.removeTrack(track);
    track.stop();
  }

  #enable(): void {
    if (this.#microphone) this.#microphone.enabled = !this.#muted && !this.#silent;
    if (this.#camera) this.#camera.enabled = !this.#silent;
  }
}
