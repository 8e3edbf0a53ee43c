import type { CaptureChoice } from './capture.ts';
import type { Keep } from './keep.ts';
import { ProcessingMemory, type Treatment } from './processing.ts';

export type DeviceKind = 'microphone' | 'speaker' | 'camera' | 'ringer';

export interface Device {
  readonly id: string;
  readonly label: string;
}

/** The part of `navigator.mediaDevices` used here. */
export type DeviceSource = Pick<MediaDevices, 'enumerateDevices' | 'addEventListener'>;

export const DEVICE_KINDS: readonly DeviceKind[] = ['microphone', 'speaker', 'camera', 'ringer'];
const WIRE: Readonly<Record<DeviceKind, MediaDeviceKind>> = {
  microphone: 'audioinput',
  speaker: 'audiooutput',
  camera: 'videoinput',
  ringer: 'audiooutput',
};
const NAMES: Readonly<Record<DeviceKind, string>> = {
  microphone: 'Microphone',
  speaker: 'Speaker',
  camera: 'Camera',
  ringer: 'Speaker',
};
const HEADSET = /headset|headphone|earphone|airpods|buds|hands-?free/i;

/**
 * The devices of this computer and which of them to use. Per kind a list of wishes, latest first: the first that is
 * plugged in is used. So a headset is taken when it appears, and what was used before comes back when it goes.
 */
export class Devices {
  readonly #source: DeviceSource | undefined;
  readonly #keep: Keep;
  readonly #listeners = new Set<(changed: readonly DeviceKind[]) => void>();
  #present = new Map<DeviceKind, readonly Device[]>();
  #wishes: Map<DeviceKind, readonly string[]>;
  readonly #processing: ProcessingMemory;

  constructor(source: DeviceSource | undefined, keep: Keep) {
    this.#source = source;
    this.#keep = keep;
    this.#wishes = new Map(DEVICE_KINDS.map((kind) => [kind, readWishes(keep, kind)]));
    this.#processing = new ProcessingMemory(keep);
    source?.addEventListener('devicechange', () => void this.refresh());
  }

  /** Told with the kinds whose device in use changed; empty when only the lists did. */
  onChange(listener: (changed: readonly DeviceKind[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(kind: DeviceKind): readonly Device[] {
    return this.#present.get(kind) ?? [];
  }

  /** The device in use; null leaves it to the system. */
  chosen(kind: DeviceKind): string | null {
    const here = this.list(kind);
    return this.#wishes.get(kind)?.find((id) => here.some((device) => device.id === id)) ?? null;
  }

  get choice(): CaptureChoice {
    const [microphone, camera] = [this.chosen('microphone'), this.chosen('camera')];
    const { backgroundBlur } = this.#processing.of(camera);
    return { microphone, camera, processing: { ...this.#processing.of(microphone), backgroundBlur } };
  }

  choose(kind: DeviceKind, id: string | null): void {
    const before = this.chosen(kind);
    const rest = (this.#wishes.get(kind) ?? []).filter((each) => each !== id);
    this.#wish(kind, id === null ? [] : [id, ...rest]);
    if (this.chosen(kind) !== before) this.#tell([kind]);
  }

  /** Remembered for the microphone, or the camera, that is in use. */
  setProcessing(treatment: Treatment, on: boolean): void {
    if (on === this.choice.processing[treatment]) return;
    const kind = treatment === 'backgroundBlur' ? 'camera' : 'microphone';
    this.#processing.set(this.chosen(kind), treatment, on);
    this.#tell([kind]);
  }

  /** Reads what is plugged in. Names are empty until the browser has been allowed a device once. */
  async refresh(): Promise<void> {
    if (!this.#source) return;
    const before = new Map(DEVICE_KINDS.map((kind) => [kind, this.chosen(kind)]));
    const first = this.#present.size === 0;
    const old = this.#present;
    const seen = await this.#source.enumerateDevices().catch(() => []);
    this.#present = new Map(DEVICE_KINDS.map((kind) => [kind, named(seen, kind)]));
    if (!first) for (const kind of DEVICE_KINDS) this.#takeHeadset(kind, old.get(kind) ?? []);
    this.#tell(DEVICE_KINDS.filter((kind) => this.chosen(kind) !== before.get(kind)));
  }

  /** A headset just plugged in was plugged in to be used. */
  #takeHeadset(kind: DeviceKind, before: readonly Device[]): void {
    if (kind === 'camera' || kind === 'ringer') return;
    const fresh = this.list(kind).filter((device) => !before.some((old) => old.id === device.id));
    const headset = fresh.find((device) => HEADSET.test(device.label));
    if (!headset || before.length === 0) return;
    const rest = (this.#wishes.get(kind) ?? []).filter((id) => id !== headset.id);
    this.#wish(kind, [headset.id, ...rest]);
  }

  #wish(kind: DeviceKind, ids: readonly string[]): void {
    const kept = ids.slice(0, 8);
    this.#wishes.set(kind, kept);
    this.#keep.setItem(`devices.${kind}`, JSON.stringify(kept));
  }

  #tell(changed: readonly DeviceKind[]): void {
    for (const listener of [...this.#listeners]) listener(changed);
  }
}

function named(seen: readonly MediaDeviceInfo[], kind: DeviceKind): readonly Device[] {
  const own = seen.filter((each) => each.kind === WIRE[kind] && each.deviceId !== '');
  // "default" and "communications" stand for one of the others; leaving the choice open says the same.
  const real = own.filter((each) => each.deviceId !== 'default' && each.deviceId !== 'communications');
  return real.map((each, at) => ({ id: each.deviceId, label: each.label || `${NAMES[kind]} ${at + 1}` }));
}

function readWishes(keep: Keep, kind: DeviceKind): readonly string[] {
  try {
    const kept: unknown = JSON.parse(keep.getItem(`devices.${kind}`) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
