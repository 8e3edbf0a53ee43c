import type { Device, DeviceKind, Devices } from '../../media/devices.ts';
import { DEVICE_KINDS } from '../../media/devices.ts';
import type { CaptureChoice } from '../../media/capture.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';
import { whenAllowed } from '../../media/permission.ts';
import type { Treatment } from '../../media/processing.ts';
import type { Tones } from '../../media/tones.ts';

export type { DeviceKind } from '../../media/devices.ts';

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

/** Microphone, speaker, camera and ringer as a person chooses them. Calls follow by themselves. */
export class DeviceChoices {
  readonly #devices: Devices;
  readonly #peers: PeerConnections;
  readonly #tones: Tones;
  #lists = $state.raw(nothing);
  #chosen = $state.raw(unchosen);
  #choice = $state.raw<CaptureChoice>() as CaptureChoice;

  constructor(devices: Devices, peers: PeerConnections, tones: Tones) {
    this.#devices = devices;
    this.#peers = peers;
    this.#tones = tones;
    this.#read();
    devices.onChange((changed) => {
      this.#read();
      for (const kind of changed) this.#use(kind);
      void peers.takeMissing(true);
    });
    void devices.refresh();
    for (const kind of ['microphone', 'camera'] as const)
      void whenAllowed(kind, () => void peers.takeMissing(false));
    void tones.setSpeaker(devices.chosen('ringer') ?? '');
  }

  list(kind: DeviceKind): readonly Device[] {
    return this.#lists[kind];
  }
  /** The device in use; null leaves it to the system. */
  chosen(kind: DeviceKind): string | null {
    return this.#chosen[kind];
  }
  /** What a call would ask the browser for now. */
  get choice(): CaptureChoice {
    return this.#choice;
  }

  choose(kind: DeviceKind, id: string | null): void {
    this.#devices.choose(kind, id);
  }
  /** Remembered for the microphone, or the camera, that is in use. */
  setProcessing(treatment: Treatment, on: boolean): void {
    this.#devices.setProcessing(treatment, on);
  }

  /** A short sound on the device that rings. */
  async playRing(): Promise<void> {
    await this.#tones.unlock();
    this.#tones.play('message');
  }

  /** Names of devices are hidden until one was allowed; after that the lists are read again. */
  async refresh(): Promise<void> {
    await this.#devices.refresh();
  }

  #read(): void {
    const entry = <T>(value: (kind: DeviceKind) => T) =>
      Object.fromEntries(DEVICE_KINDS.map((kind) => [kind, value(kind)])) as Record<DeviceKind, T>;
    this.#lists = entry((kind) => this.#devices.list(kind));
    this.#chosen = entry((kind) => this.#devices.chosen(kind));
    this.#choice = this.#devices.choice;
  }

  #use(kind: DeviceKind): void {
    if (kind === 'microphone' || kind === 'camera') void this.#peers.changeDevice(kind);
    if (kind === 'ringer') void this.#tones.setSpeaker(this.#devices.chosen('ringer') ?? '');
  }
}
