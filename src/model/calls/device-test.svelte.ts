import { capture } from '../../media/capture.ts';
import { watchLevel } from '../../media/level.ts';
import { testSpeaker } from '../../media/speaker-test.ts';
import { knownTreatments, switchable, unheeded, type Treatment } from '../../media/processing.ts';
import type { DeviceChoices } from './devices.svelte.ts';

export type { Treatment } from '../../media/processing.ts';

/** Microphone and camera opened for the settings page: loudness, picture, and what the browser can do with them. */
export class DeviceTest {
  readonly #devices: DeviceChoices;
  readonly #media: MediaDevices | undefined;
  #level = $state<number | null>(null);
  #picture = $state.raw<MediaStream | null>(null);
  #problems = $state.raw<readonly string[]>([]);
  #offers = $state.raw<readonly Treatment[]>([]);
  #unheeded = $state.raw<readonly Treatment[]>([]);
  #isSounding = $state(false);
  #speakerProblem = $state<string | null>(null);

  constructor(devices: DeviceChoices, media: MediaDevices | undefined = navigator.mediaDevices) {
    this.#devices = devices;
    this.#media = media;
  }

  /** Loudness of the microphone, 0 to 1; null while it is not open. */
  get level(): number | null {
    return this.#level;
  }
  get picture(): MediaStream | null {
    return this.#picture;
  }
  /** One sentence for each device that could not be opened. */
  get problems(): readonly string[] {
    return this.#problems;
  }
  /** What can be switched on and off for the devices that are open. */
  get offers(): readonly Treatment[] {
    return this.#offers;
  }
  /** What was asked for and not done by the browser for these devices. */
  get unheeded(): readonly Treatment[] {
    return this.#unheeded;
  }

  /** The two notes are being played. */
  get isSounding(): boolean {
    return this.#isSounding;
  }
  get speakerProblem(): string | null {
    return this.#speakerProblem;
  }

  /** Plays two notes where a call would be heard. */
  async playSpeaker(): Promise<void> {
    if (this.#isSounding) return;
    this.#isSounding = true;
    const played = await testSpeaker(this.#devices.chosen('speaker') ?? '');
    this.#speakerProblem = played.ok ? null : played.why;
    this.#isSounding = false;
  }

  /** Opens both. Returns how to give them back. */
  open(): () => void {
    let over = false;
    let stops: (() => void)[] = [];
    const stop = (): void => {
      for (const each of stops) each();
      stops = [];
      this.#level = null;
      this.#picture = null;
    };
    const begin = async (): Promise<void> => {
      const { choice } = this.#devices;
      const taken = await capture(this.#media, choice, { microphone: true, camera: true });
      const both = [taken.microphone, taken.camera];
      const tracks = both.flatMap((each) => (each?.ok ? [each.value] : []));
      stops.push(...tracks.map((track) => () => track.stop()));
      if (over) return stop();
      this.#problems = both.flatMap((each) => (each && !each.ok ? [each.why] : []));
      const known = knownTreatments(this.#media);
      this.#offers = tracks.flatMap((track) => switchable(track, known));
      this.#unheeded = tracks
        .flatMap((track) => unheeded(track, choice.processing))
        .filter((each) => this.#offers.includes(each));
      if (taken.camera?.ok) this.#picture = new MediaStream([taken.camera.value]);
      if (taken.microphone?.ok) {
        stops.push(await watchLevel(taken.microphone.value, (level) => (this.#level = level)));
      }
      if (over) return stop();
      await this.#devices.refresh();
    };
    void begin();
    return () => {
      over = true;
      stop();
    };
  }
}
