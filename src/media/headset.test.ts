import { expect, test } from 'vitest';
import { mirrorState, serveMediaSession, type HeadsetCall, type HeadsetSession } from './headset.ts';
import { HeadsetButtons, type ButtonDevice, type HidReport } from './headset-buttons.ts';

function aCall() {
  const did: string[] = [];
  const call = {
    isMuted: false,
    hasCamera: false,
    setMuted: (on: boolean) => {
      call.isMuted = on;
      did.push(`muted ${on}`);
    },
    setCamera: (on: boolean) => did.push(`camera ${on}`),
    hangUp: () => did.push('hung up'),
  };
  return { call: call satisfies HeadsetCall, did };
}

test('T14 buttons that the browser hands on mute, show and end the call, and are let go of', () => {
  const handlers = new Map<string, (() => void) | null>();
  const session: HeadsetSession = {
    setActionHandler: (action, handler) => {
      if ((action as string) === 'togglecamera') throw new TypeError('not here');
      handlers.set(action, handler as (() => void) | null);
    },
  };
  const { call, did } = aCall();
  const stop = serveMediaSession(session, call);
  handlers.get('togglemicrophone')?.();
  handlers.get('togglemicrophone')?.();
  handlers.get('hangup')?.();
  expect(did).toEqual(['muted true', 'muted false', 'hung up']);
  stop();
  expect([...handlers.values()]).toEqual([null, null]);
  expect(() => serveMediaSession(undefined, call)()).not.toThrow();
});

test('T14 mute is told back, and a browser that refuses is no fault', async () => {
  const told: unknown[] = [];
  const { call } = aCall();
  await mirrorState({ setActionHandler: () => undefined, setMicrophoneActive: (on) => told.push(on) }, call);
  expect(told).toEqual([true]);
  const refuses = {
    setActionHandler: () => undefined,
    setMicrophoneActive: () => Promise.reject(new Error('no')),
  };
  await expect(mirrorState(refuses, call)).resolves.toBeUndefined();
});

/** Report 2 in: 3 bits of something else, hook, mute. Report 5 out: mute lamp, hook lamp. */
function headset(collections?: ButtonDevice['collections']) {
  const events = new Set<(event: HidReport) => void>();
  const sent: number[][] = [];
  const device = {
    productName: 'USB headset',
    opened: false,
    collections: collections ?? [
      { usagePage: 0x0c, inputReports: [{ reportId: 2, items: [{ reportSize: 8, reportCount: 9 }] }] },
      {
        usagePage: 0x0b,
        inputReports: [
          {
            reportId: 2,
            items: [
              { reportSize: 1, reportCount: 3 },
              { reportSize: 1, reportCount: 2, usages: [0x000b0020, 0x000b002f] },
              { reportSize: 1, reportCount: 3 },
            ],
          },
        ],
        outputReports: [
          {
            reportId: 5,
            items: [{ isRange: false, reportSize: 1, reportCount: 2, usages: [0x00080009, 0x00080017] }],
          },
        ],
      },
    ],
    open: () => {
      device.opened = true;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    sendReport: (id: number, data: Uint8Array) => {
      sent.push([id, ...data]);
      return Promise.resolve();
    },
    addEventListener: (_type: 'inputreport', listener: (event: HidReport) => void) =>
      void events.add(listener),
    removeEventListener: (_type: 'inputreport', listener: (event: HidReport) => void) =>
      void events.delete(listener),
  };
  const press = (reportId: number, ...bytes: number[]) => {
    for (const listener of events) listener({ reportId, data: new DataView(new Uint8Array(bytes).buffer) });
  };
  return { device, sent, press, events };
}

test('T14 a headset connected by HID lifts, hangs up and mutes, and its lamps follow', async () => {
  const { device, sent, press, events } = headset();
  const did: string[] = [];
  const buttons = new HeadsetButtons(device, {
    hook: (off) => did.push(`hook ${off}`),
    mute: () => did.push('mute'),
  });
  expect(await buttons.start()).toBe(true);
  press(2, 0b01000);
  press(2, 0b01000);
  press(2, 0b11000);
  press(2, 0b01000);
  press(2, 0b00000);
  press(9, 0b11000);
  press(2);
  expect(did).toEqual(['hook true', 'mute', 'hook false']);
  await buttons.show({ isUp: true, isMuted: false });
  await buttons.show({ isUp: true, isMuted: true });
  expect(sent).toEqual([
    [5, 0b10],
    [5, 0b11],
  ]);
  buttons.stop();
  expect(events.size).toBe(0);
});

test('T14 a device without call buttons, or one that another program holds, is left alone', async () => {
  const pressed = { hook: () => undefined, mute: () => undefined };
  expect(await new HeadsetButtons(headset([]).device, pressed).start()).toBe(false);
  const { device } = headset();
  device.open = () => Promise.reject(new DOMException('held', 'NotAllowedError'));
  expect(await new HeadsetButtons(device, pressed).start()).toBe(false);
});
