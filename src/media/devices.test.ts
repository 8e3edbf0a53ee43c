import { expect, test } from 'vitest';
import { capture } from './capture.ts';
import { Devices, type DeviceKind } from './devices.ts';
import { watchLevel } from './level.ts';
import { Tones } from './tones.ts';
import { USUAL } from './processing.ts';

type Plugged = readonly [kind: MediaDeviceKind, id: string, label: string];

/** A computer whose plugs are pulled by the test. */
function computer(...plugged: readonly Plugged[]) {
  const events = new EventTarget();
  let here = plugged;
  const kept = new Map<string, string>();
  const keep = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const source = {
    enumerateDevices: () =>
      Promise.resolve(
        here.map(([kind, deviceId, label]) => ({ kind, deviceId, label, groupId: '' }) as MediaDeviceInfo),
      ),
    addEventListener: events.addEventListener.bind(events),
  };
  const devices = new Devices(source, keep);
  const plug = async (...now: readonly Plugged[]) => {
    here = now;
    await devices.refresh();
  };
  return { devices, source, keep, plug };
}
const desk: Plugged = ['audioinput', 'desk', 'Built-in microphone'];
const headset: Plugged = ['audioinput', 'usb', 'USB headset'];
const other: Plugged = ['audioinput', 'other', 'Conference microphone'];

test('a headset that is plugged in is used, and what was used before comes back', async () => {
  const { devices, plug } = computer(desk);
  await devices.refresh();
  const changes: (readonly DeviceKind[])[] = [];
  devices.onChange((changed) => changes.push(changed));
  devices.choose('microphone', 'desk');
  await plug(desk, headset);
  expect(devices.chosen('microphone')).toBe('usb');
  await plug(desk);
  expect(devices.chosen('microphone')).toBe('desk');
  expect(changes.filter((changed) => changed.includes('microphone'))).toHaveLength(3);
});

test('another microphone that appears changes nothing, and a choice outlives the window', async () => {
  const { devices, plug, source, keep } = computer(desk);
  await devices.refresh();
  devices.choose('microphone', 'desk');
  await plug(desk, other);
  expect(devices.chosen('microphone')).toBe('desk');
  const later = new Devices(source, keep);
  await later.refresh();
  expect(later.chosen('microphone')).toBe('desk');
  later.choose('microphone', null);
  expect(later.chosen('microphone')).toBeNull();
});

test('what was kept and is no list is forgotten', async () => {
  const { source } = computer(desk);
  const devices = new Devices(source, { getItem: () => '{"a":', setItem: () => undefined });
  await devices.refresh();
  expect(devices.chosen('microphone')).toBeNull();
});

const choice = { microphone: null, camera: null, processing: USUAL };
const refusing = (name: string) => ({ getUserMedia: () => Promise.reject(new DOMException('no', name)) });

test.each([
  ['NotAllowedError', 'The browser is blocking your microphone for this site.'],
  ['NotFoundError', 'No microphone was found.'],
  ['NotReadableError', 'Your microphone is in use by another program.'],
  ['TypeError', 'Your microphone could not be started.'],
])('%s is a sentence', async (name, words) => {
  const { microphone } = await capture(refusing(name), choice, { microphone: true, camera: false }, () =>
    Promise.resolve({ isAllowedHere: true, permission: 'denied' }),
  );
  expect(microphone?.ok).toBe(false);
  expect(microphone && !microphone.ok && microphone.why).toContain(words);
});

test('a camera that is refused leaves the microphone', async () => {
  const real = navigator.mediaDevices;
  const source = {
    getUserMedia: (asked?: MediaStreamConstraints) =>
      asked?.video ? Promise.reject(new DOMException('no', 'NotReadableError')) : real.getUserMedia(asked),
  };
  const taken = await capture(source, choice, { microphone: true, camera: true });
  expect(taken.microphone?.ok).toBe(true);
  expect(taken.camera?.ok).toBe(false);
  if (taken.microphone?.ok) taken.microphone.value.stop();
});

test('without https there is no microphone, and that is said', async () => {
  const { microphone } = await capture(undefined, choice, { microphone: true, camera: false });
  expect(microphone && !microphone.ok && microphone.why).toContain('without https');
});

test('the level of a microphone is heard and stops when it is told to', async () => {
  const taken = await capture(navigator.mediaDevices, choice, { microphone: true, camera: false });
  if (!taken.microphone?.ok) throw new Error('no microphone');
  const levels: number[] = [];
  const stop = await watchLevel(taken.microphone.value, (level) => levels.push(level));
  // The fake microphone beeps once a second.
  await expect.poll(() => Math.max(0, ...levels), { timeout: 10_000 }).toBeGreaterThan(0.2);
  expect(levels.every((level) => level >= 0 && level <= 1)).toBe(true);
  stop();
  taken.microphone.value.stop();
});

test('tones are silent until the browser allows sound', async () => {
  const contexts: AudioContext[] = [];
  const tones = new Tones(() => {
    const context = new AudioContext();
    contexts.push(context);
    return context;
  });
  tones.play('ring')();
  expect(contexts).toEqual([]);
  await tones.unlock();
  await tones.unlock();
  expect(contexts.map((context) => context.state)).toEqual(['running']);
  tones.play('ringback')();
  tones.close();
  await expect.poll(() => contexts[0]?.state).toBe('closed');
});
