import type { Device, DeviceKind, Devices } from '../../media/devices.ts';
import { DEVICE_KINDS } from '../../media/devices.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';
import type { Tones } from '../../media/tones.ts';
import { capture } from '../../media/capture.ts';
import { watchLevel } from '../../media/level.ts';

export type { Device, DeviceKind } from '../../media/devices.ts';

const nothing: Readonly<Record<DeviceKind, readonly Device[]>> = {
  microphone: [],
  speaker: [],
  camera: [],
  ringer: [],
};
const unchosen: Readonly<Record<DeviceKind, string | null>> = {
  microphone: null,
  speaker: null,
  camera: null,
  ringer: null,
};

/** Microphone, speaker, camera and ringer as a person chooses them, and a test of each. */
export class DeviceChoices {
  readonly #devices: Devices;
  readonly #peers: PeerConnections;
  readonly #tones: Tones;
  #lists = $state.raw(nothing);
  #chosen = $state.raw(unchosen);
  #reducesNoise = $state(true);
  #level = $state<number | null>(null);
  #picture = $state.raw<MediaStream | null>(null);
  #problems = $state.raw<readonly string[]>([]);

  constructor(devices: Devices, peers: PeerConnections, tones: Tones) {
    this.#devices = devices;
    this.#peers = peers;
    this.#tones = tones;
    this.#read();
    devices.onChange((changed) => {
      this.#read();
      for (const kind of changed) this.#use(kind);
    });
    void devices.refresh();
    void tones.setSpeaker(devices.chosen('ringer') ?? '');
  }

  list(kind: DeviceKind): readonly Device[] {
    return this.#lists[kind];
  }
  /** The device in use; null leaves it to the system. */
  chosen(kind: DeviceKind): string | null {
    return this.#chosen[kind];
  }
  get reducesNoise(): boolean {
    return this.#reducesNoise;
  }
  /** Loudness of the microphone under test, 0 to 1; null when none is. */
  get level(): number | null {
    return this.#level;
  }
  get picture(): MediaStream | null {
    return this.#picture;
  }
  get problems(): readonly string[] {
    return this.#problems;
  }

  choose(kind: DeviceKind, id: string | null): void {
    this.#devices.choose(kind, id);
  }
  setReducesNoise(on: boolean): void {
    this.#devices.setReduceNoise(on);
  }

  /** From a press: from then on the browser lets tones be heard. */
  async unlockSound(): Promise<void> {
    await this.#tones.unlock();
  }

  /** A short sound on the speaker that rings. */
  async playSound(): Promise<void> {
    await this.#tones.unlock();
    this.#tones.play('message');
  }

  /** Names of devices are hidden until one was allowed; after that the lists are read again. */
  async refresh(): Promise<void> {
    await this.#devices.refresh();
  }

  /** Opens microphone and camera for the panel. Returns how to give them back. */
  test(): () => void {
    let over = false;
    let stops: (() => void)[] = [];
    const stop = (): void => {
      for (const each of stops) each();
      stops = [];
      this.#level = null;
      this.#picture = null;
    };
    const begin = async (): Promise<void> => {
      const taken = await capture(navigator.mediaDevices, this.#devices.choice, {
        microphone: true,
        camera: true,
      });
      for (const each of [taken.microphone, taken.camera]) {
        if (each?.ok) stops.push(() => each.value.stop());
      }
      this.#problems = [taken.microphone, taken.camera].flatMap((each) =>
        each && !each.ok ? [each.why] : [],
      );
      if (over) return stop();
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

  #read(): void {
    const entry = <T>(value: (kind: DeviceKind) => T) =>
      Object.fromEntries(DEVICE_KINDS.map((kind) => [kind, value(kind)])) as Record<DeviceKind, T>;
    this.#lists = entry((kind) => this.#devices.list(kind));
    this.#chosen = entry((kind) => this.#devices.chosen(kind));
    this.#reducesNoise = this.#devices.choice.reduceNoise;
  }

  #use(kind: DeviceKind): void {
    if (kind === 'microphone' || kind === 'camera') void this.#peers.changeDevice(kind);
    if (kind === 'ringer') void this.#tones.setSpeaker(this.#devices.chosen('ringer') ?? '');
  }
}
