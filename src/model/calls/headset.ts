/** The buttons of a headset in a call: what the browser hands on, and those of a headset connected in Devices. */
import { mirrorState, serveMediaSession } from '../../media/headset.ts';
import { HeadsetButtons, type ButtonDevice } from '../../media/headset-buttons.ts';
import type { Call } from './call.svelte.ts';

/** The part of WebHID used here; absent outside Chromium. */
interface Hid {
  getDevices(): Promise<readonly ButtonDevice[]>;
  requestDevice(options: { filters: readonly { usagePage: number }[] }): Promise<readonly ButtonDevice[]>;
}

function hidOf(page: Navigator): Hid | null {
  const hid: unknown = Reflect.get(page, 'hid');
  return typeof hid === 'object' && hid !== null ? (hid as Hid) : null;
}

/** True where a headset can be connected. */
export function canConnectButtons(page: Navigator = navigator): boolean {
  return hidOf(page) !== null;
}

/** Names of the headsets that the person has connected; empty where the browser refuses. */
export async function connectedButtons(page: Navigator = navigator): Promise<readonly string[]> {
  const devices = await hidOf(page)
    ?.getDevices()
    .catch(() => []);
  return [...new Set((devices ?? []).map(({ productName }) => productName || 'Headset'))];
}

/** From a press: the browser asks which. */
export async function connectButtons(page: Navigator = navigator): Promise<void> {
  await hidOf(page)
    ?.requestDevice({ filters: [{ usagePage: 0x0b }] })
    .catch(() => []);
}

export interface Headset {
  /** The call is another now: lamps and marks follow. */
  mirror(): void;
  stop(): void;
}

/** Serves one call until it is stopped. */
export function serveHeadset(call: Call, page: Navigator = navigator): Headset {
  const session = page.mediaSession as MediaSession | undefined;
  const release = serveMediaSession(session, call);
  let over = false;
  let held: readonly HeadsetButtons[] = [];
  const show = (): void => {
    for (const one of held) void one.show({ isUp: call.state === 'established', isMuted: call.isMuted });
  };
  const begin = async (): Promise<void> => {
    const devices =
      (await hidOf(page)
        ?.getDevices()
        .catch(() => [])) ?? [];
    for (const device of devices) {
      const buttons = new HeadsetButtons(device, {
        hook: (off) => {
          if (!off) void call.hangUp();
        },
        mute: () => call.setMuted(!call.isMuted),
      });
      if (!(await buttons.start())) continue;
      if (over) return buttons.stop();
      held = [...held, buttons];
    }
    show();
  };
  void begin();
  return {
    mirror: () => {
      void mirrorState(session, call);
      show();
    },
    stop: () => {
      over = true;
      release();
      for (const one of held) void one.show({ isUp: false, isMuted: false }).then(() => one.stop());
    },
  };
}
