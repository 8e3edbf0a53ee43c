/** The small window of a call, a frame here: those that stay on top are opened from no page within a page. */
import type { Component } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import InOffice from '../../../e2e/ui/InOffice.svelte';
import { bootWith, entry, openOffice } from '../../../e2e/ui/office.ts';
import type { CallSnapshot } from '../../agent/contract.ts';
import { Devices } from '../../media/devices.ts';
import { PeerConnections } from '../../media/peer-connections.ts';
import { USUAL } from '../../media/processing.ts';
import { Tones } from '../../media/tones.ts';
import type { Alerts as AlertList } from '../../model/calls/alerts.svelte.ts';
import { CallLog } from '../../model/calls/call-log.svelte.ts';
import { Calls } from '../../model/calls/calls.svelte.ts';
import { DeviceChoices } from '../../model/calls/devices.svelte.ts';
import { Parked } from '../../model/calls/parked.svelte.ts';
import { PopOut } from '../../model/calls/pop-out.svelte.ts';
import { Ringer } from '../../model/calls/ringer.ts';
import '../styles/index.css';
import Alerts from './Alerts.svelte';

const grace = entry('Grace Mwangi');
const tom = entry('Tom Reed');
const opened: Window[] = [];
afterEach(() => opened.splice(0).forEach((small) => small.close()));

/** Closing it takes it out of the page, and says `pagehide` as a window does. */
function openFrame(width: number, height: number): Window {
  const frame = document.createElement('iframe');
  [frame.width, frame.height] = [String(width), String(height)];
  document.body.append(frame);
  const { contentWindow } = frame;
  if (!contentWindow) throw new Error('a frame in the page has a window');
  return Object.assign(contentWindow, { close: () => frame.remove() });
}

async function show() {
  const { tab, office, link } = openOffice(bootWith([grace, tom]), undefined, {
    'hang-up': () => ({ ok: true, value: null }),
  });
  const tones = new Tones();
  const peers = new PeerConnections(
    () => [],
    () => ({ microphone: null, camera: null, processing: USUAL }),
  );
  const calls = new Calls({
    ...{ link, peers, ringer: new Ringer(tones), isQuiet: () => true },
    log: new CallLog({ page: () => Promise.resolve([]) }, null),
  });
  const popOut = new PopOut(calls, ({ width, height }) => {
    const small = openFrame(width, height);
    opened.push(small);
    return Promise.resolve(small);
  });
  popOut.start();
  const devices = new DeviceChoices(new Devices(navigator.mediaDevices, localStorage), peers, tones);
  const alerts = { list: [] } as unknown as AlertList;
  const calling = { calls, popOut, devices, alerts, parked: new Parked() };
  const of = Alerts as unknown as Component<Record<string, unknown>>;
  const screen = await render(InOffice, { tab, office, calling, of });
  const tell = (call: Partial<CallSnapshot>): void => {
    const usual = { id: 'one', peer: grace.aor, peerName: '', direction: 'out', state: 'dialling' } as const;
    calls.apply({ fact: 'call', call: { ...usual, video: false, owner: 'tab-1', startedAt: 1, ...call } });
  };
  tell({});
  tell({ state: 'established' });
  await popOut.open();
  const [small] = opened;
  if (!small) throw new Error('nothing was opened');
  const words = (): string => small.document.body.innerText;
  const button = (name: string): HTMLElement | undefined =>
    [...small.document.querySelectorAll('button')].find(
      (one) => (one.getAttribute('aria-label') ?? one.innerText.trim()) === name,
    );
  return { screen, small, words, button, tell, link, calls, popOut };
}

test('E01 popped out: who, how long, the keys and the look of the page; the bar in the page is gone', async () => {
  const { screen, small, words, button, calls } = await show();
  await expect.poll(words).toMatch(/Grace Mwangi\s+00:0\d/);
  await expect.element(screen.getByRole('region', { name: /^Call with/ })).not.toBeInTheDocument();
  const controls = small.document.querySelector('[role=toolbar]');
  expect(controls && small.getComputedStyle(controls).display).toBe('flex');
  // A voice call has no camera to switch.
  expect(button('Camera')).toBeUndefined();
  document.documentElement.dataset['theme'] = 'dark';
  await expect.poll(() => small.document.documentElement.dataset['theme']).toBe('dark');
  delete document.documentElement.dataset['theme'];

  button('Back to Parley')?.click();
  await expect.poll(() => small.closed).toBe(true);
  expect(calls.isMinimised).toBe(false);
});

test('E01 closed by hand the call is in the page again; End ends it and closes the small window', async () => {
  const { screen, small, words, button, tell, link, calls, popOut } = await show();
  await expect.poll(words).toContain('Grace');
  small.close();
  await expect.element(screen.getByRole('region', { name: 'Call with Grace Mwangi' })).toBeVisible();

  expect(calls.isMinimised).toBe(false);
  await popOut.open();
  const again = opened[1];
  await expect.poll(() => again?.document.body.innerText).toContain('Grace');
  const end = [...(again?.document.querySelectorAll('button') ?? [])].find((one) =>
    /End/.test(one.innerText),
  );
  end?.click();
  expect(link.asked.map(({ command }) => command)).toContain('hang-up');
  tell({ state: 'ended', end: 'hung-up' });
  await expect.poll(() => again?.closed).toBe(true);
  expect(button('End')).toBeUndefined();
});

test('EV1 two calls: the one that is heard is shown, the other waits under it; the keys of calls work there', async () => {
  const { small, words, tell, link } = await show();
  tell({ id: 'two', peer: tom.aor });
  tell({ id: 'two', peer: tom.aor, state: 'established' });
  await expect.poll(words).toMatch(/^TR\s+Tom Reed[\s\S]*Grace Mwangi\s+on hold/);
  // Made as flat as it goes, it is scrolled, and who waits is not cut off.
  small.frameElement?.setAttribute('height', '150');
  const list = small.document.querySelector('ul');
  expect(list?.clientHeight).toBe(list?.scrollHeight);
  const press = { key: 'H', ctrlKey: true, shiftKey: true, bubbles: true };
  small.document.body.dispatchEvent(new KeyboardEvent('keydown', press));
  expect(link.asked).toContainEqual({ command: 'hang-up', input: { id: 'two' } });
  tell({ id: 'two', peer: tom.aor, state: 'ended', end: 'hung-up' });
  await expect.poll(words, { timeout: 5000 }).toMatch(/^GM\s+Grace Mwangi/);
});
