import {
  capture,
  refused,
  type CaptureChoice,
  type Captured,
  type CaptureSource,
  type TakenTrack,
} from './capture.ts';
import { CURED_BY_PLUGGING, faultWords, type CaptureKind, type Fault } from './device-faults.ts';

/** What befalls a device after it was asked for. */
export interface DeviceEvents {
  /** Unplugged or taken away while in use. */
  lost(kind: CaptureKind): void;
  /** The browser's question was answered after the call had gone on without. */
  late(kind: CaptureKind, taken: TakenTrack): void;
  /** The device itself, or the system, sends silence or black; null: no longer. */
  silenced(kind: CaptureKind, why: string | null): void;
}

/** How long a call waits for the person to answer the browser's question, milliseconds; then it goes on without. */
export const ASK_PATIENCE = 8000;

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
  /** What is wanted and not here, and why. */
  readonly #missing = new Map<CaptureKind, Fault>();
  readonly #events: DeviceEvents;

  constructor(source: CaptureSource | undefined, choice: () => CaptureChoice, events: DeviceEvents) {
    this.#source = source;
    this.#choice = choice;
    this.#events = events;
  }

  get microphone(): MediaStreamTrack | null {
    return this.#microphone;
  }
  get camera(): MediaStreamTrack | null {
    return this.#camera;
  }
  track(kind: CaptureKind): MediaStreamTrack | null {
    return kind === 'microphone' ? this.#microphone : this.#camera;
  }
  get muted(): boolean {
    return this.#muted;
  }

  /** Wanted, and not here: another try may bring it. `byItself` leaves out what only the person can cure. */
  missing(byItself: boolean): readonly CaptureKind[] {
    const kinds = [...this.#missing].filter(([, fault]) => !byItself || CURED_BY_PLUGGING.has(fault));
    return kinds.map(([kind]) => kind);
  }

  /** The person does without it: nothing brings it back by itself. */
  forgo(kind: CaptureKind): void {
    this.#missing.delete(kind);
  }

  /** Takes what is asked for in one question; a device already held stays. */
  async take(kinds: { microphone: boolean; camera: boolean }): Promise<Captured> {
    const asked = capture(this.#source, this.#choice(), kinds);
    const taken = await Promise.race([asked, tired(ASK_PATIENCE)]);
    if (taken) return this.#receive(taken);
    void asked.then((late) => {
      const received = this.#receive(late);
      for (const kind of ['microphone', 'camera'] as const) {
        const one = received[kind];
        if (one) this.#events.late(kind, one);
      }
    });
    const waiting = (kind: CaptureKind): TakenTrack | null => (kinds[kind] ? refused(kind, 'waiting') : null);
    return { microphone: waiting('microphone'), camera: waiting('camera') };
  }

  #receive(taken: Captured): Captured {
    if (this.#closed) {
      // The call ended while the person was being asked.
      for (const each of [taken.microphone, taken.camera]) if (each?.ok) each.value.stop();
      return { microphone: null, camera: null };
    }
    for (const kind of ['microphone', 'camera'] as const) {
      const one = taken[kind];
      if (one?.ok) this.#hold(kind, one.value);
      else if (one && !this.track(kind)) this.#missing.set(kind, one.fault);
    }
    return taken;
  }

  /** Takes one device anew, after another was chosen. The old track is stopped once the new one is here. */
  async retake(kind: CaptureKind): Promise<TakenTrack | null> {
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
    this.#missing.delete('camera');
  }

  close(): void {
    this.#closed = true;
    this.#release(this.#microphone);
    this.#release(this.#camera);
    this.#microphone = null;
    this.#camera = null;
  }

  #hold(kind: CaptureKind, track: MediaStreamTrack): void {
    this.#release(this.track(kind));
    this.#missing.delete(kind);
    if (kind === 'microphone') this.#microphone = track;
    else this.#camera = track;
    this.stream.addTrack(track);
    track.addEventListener('ended', () => this.#lost(kind, track), { once: true });
    const hush = (why: string | null): void => {
      if (track === this.track(kind)) this.#events.silenced(kind, why);
    };
    track.addEventListener('mute', () => hush(faultWords('silenced', kind)));
    track.addEventListener('unmute', () => hush(null));
    this.#enable();
  }

  #lost(kind: CaptureKind, track: MediaStreamTrack): void {
    if (track !== this.track(kind)) return;
    this.stream.removeTrack(track);
    if (kind === 'microphone') this.#microphone = null;
    else this.#camera = null;
    this.#missing.set(kind, 'lost');
    this.#events.lost(kind);
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

/** Null after so many milliseconds. */
function tired(span: number): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, span, null));
}
