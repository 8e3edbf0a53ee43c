/**
 * Call buttons of a headset that the person has connected by WebHID (USB HID Usage Tables §14 Telephony, §11 LED): hook
 * and mute come in, mute and off-hook lamps go out. Only devices that say what their reports mean are served.
 */

/** The part of `HIDDevice` used here; TypeScript's library has no WebHID. */
export interface ButtonDevice {
  readonly productName: string;
  readonly opened: boolean;
  readonly collections: readonly HidCollection[];
  open(): Promise<void>;
  close(): Promise<void>;
  sendReport(reportId: number, data: Uint8Array<ArrayBuffer>): Promise<void>;
  addEventListener(type: 'inputreport', listener: (event: HidReport) => void): void;
  removeEventListener(type: 'inputreport', listener: (event: HidReport) => void): void;
}
export interface HidReport {
  readonly reportId: number;
  readonly data: DataView;
}
export interface HidCollection {
  readonly usagePage?: number;
  readonly inputReports?: readonly HidReportInfo[];
  readonly outputReports?: readonly HidReportInfo[];
}
interface HidReportInfo {
  readonly reportId?: number;
  readonly items?: readonly HidItem[];
}
interface HidItem {
  readonly isRange?: boolean;
  readonly usages?: readonly number[];
  readonly usageMinimum?: number;
  readonly reportSize?: number;
  readonly reportCount?: number;
}

const TELEPHONY = 0x0b;
/** Page in the upper half, usage in the lower, as WebHID gives them. */
const HOOK = 0x000b0020;
const MUTE = 0x000b002f;
const LAMP_MUTE = 0x00080009;
const LAMP_HOOK = 0x00080017;

interface Place {
  readonly reportId: number;
  readonly bit: number;
  /** Bits of the whole report. */
  readonly length: number;
}

/** Where in the reports of the telephony collections a one-bit usage stands; null when the device has none. */
function placeOf(device: ButtonDevice, way: 'inputReports' | 'outputReports', usage: number): Place | null {
  for (const collection of device.collections) {
    if (collection.usagePage !== TELEPHONY) continue;
    for (const report of collection[way] ?? []) {
      let bit = 0;
      let found: number | null = null;
      for (const {
        isRange,
        usages = [],
        usageMinimum = 0,
        reportSize = 0,
        reportCount = 0,
      } of report.items ?? []) {
        const at = isRange === true ? usage - usageMinimum : usages.indexOf(usage);
        if (reportSize === 1 && at >= 0 && at < reportCount) found ??= bit + at;
        bit += reportSize * reportCount;
      }
      if (found !== null) return { reportId: report.reportId ?? 0, bit: found, length: bit };
    }
  }
  return null;
}

export interface Pressed {
  /** The hook is another: off is true. */
  hook(off: boolean): void;
  mute(): void;
}

/** Listens to one device. */
export class HeadsetButtons {
  readonly #device: ButtonDevice;
  readonly #pressed: Pressed;
  readonly #hook: Place | null;
  readonly #mute: Place | null;
  #wasOffHook = false;
  #wasMutePressed = false;

  constructor(device: ButtonDevice, pressed: Pressed) {
    this.#device = device;
    this.#pressed = pressed;
    this.#hook = placeOf(device, 'inputReports', HOOK);
    this.#mute = placeOf(device, 'inputReports', MUTE);
  }

  /** False when another program holds the device, or it has neither hook nor mute. */
  async start(): Promise<boolean> {
    if (!this.#hook && !this.#mute) return false;
    try {
      if (!this.#device.opened) await this.#device.open();
    } catch {
      return false;
    }
    this.#device.addEventListener('inputreport', this.#read);
    return true;
  }

  /** Lights the lamps as the call is. */
  async show({ isUp, isMuted }: { readonly isUp: boolean; readonly isMuted: boolean }): Promise<void> {
    this.#wasOffHook = isUp;
    const lamps = [
      { place: placeOf(this.#device, 'outputReports', LAMP_HOOK), on: isUp },
      { place: placeOf(this.#device, 'outputReports', LAMP_MUTE), on: isMuted },
    ];
    const reports = new Map<number, Uint8Array<ArrayBuffer>>();
    for (const { place, on } of lamps) {
      if (!place) continue;
      const data = reports.get(place.reportId) ?? new Uint8Array(Math.ceil(place.length / 8));
      if (on) data[place.bit >> 3] = (data[place.bit >> 3] ?? 0) | (1 << (place.bit & 7));
      reports.set(place.reportId, data);
    }
    // A lamp that does not light keeps nobody from talking.
    for (const [id, data] of reports) await this.#device.sendReport(id, data).catch(() => undefined);
  }

  stop(): void {
    this.#device.removeEventListener('inputreport', this.#read);
    void this.#device.close().catch(() => undefined);
  }

  readonly #read = ({ reportId, data }: HidReport): void => {
    const bit = (place: Place | null): boolean | null => {
      if (place?.reportId !== reportId || place.bit >> 3 >= data.byteLength) return null;
      return (data.getUint8(place.bit >> 3) & (1 << (place.bit & 7))) !== 0;
    };
    const off = bit(this.#hook);
    if (off !== null && off !== this.#wasOffHook) {
      this.#wasOffHook = off;
      this.#pressed.hook(off);
    }
    const mute = bit(this.#mute);
    // Each press toggles; letting go says nothing.
    if (mute === true && !this.#wasMutePressed) this.#pressed.mute();
    if (mute !== null) this.#wasMutePressed = mute;
  };
}
