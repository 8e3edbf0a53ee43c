import { expect, test, vi } from 'vitest';
import type { AgentLink } from '../agent/contract.ts';
import { Activity } from './activity.ts';
import { type IdlePlatform, SystemIdle } from './system-idle.svelte.ts';

class FakeDetector extends EventTarget {
  static made: FakeDetector | null = null;
  static answer: 'granted' | 'denied' = 'granted';
  static requestPermission = () => Promise.resolve(FakeDetector.answer);
  userState: 'active' | 'idle' = 'active';
  screenState: 'locked' | 'unlocked' = 'unlocked';
  signal: AbortSignal | null = null;
  start({ signal }: { signal: AbortSignal }) {
    FakeDetector.made = this;
    this.signal = signal;
    return Promise.resolve();
  }
  becomes(userState: 'active' | 'idle', screenState: 'locked' | 'unlocked') {
    Object.assign(this, { userState, screenState });
    this.dispatchEvent(new Event('change'));
  }
}

function setUp(permission: 'granted' | 'denied' | 'prompt', answer: 'granted' | 'denied' = 'granted') {
  const told: Record<string, unknown>[] = [];
  const link = {
    send: (_: string, input: never) => Promise.resolve(void told.push(input)),
  } as unknown as AgentLink;
  FakeDetector.answer = answer;
  FakeDetector.made = null;
  const platform: IdlePlatform = {
    IdleDetector: FakeDetector,
    permission: () => Promise.resolve(permission),
  };
  const idle = new SystemIdle(new Activity(link, window), null, platform);
  return { idle, told, last: () => told.at(-1) };
}

test('P21 nobody is asked before a press; a press asks and begins', async () => {
  const { idle, told, last } = setUp('prompt');
  await idle.look();
  expect([idle.state, told]).toEqual(['off', []]);
  await idle.switch(true);
  expect(idle.state).toBe('on');
  expect(last()).toMatchObject({ system: true, screenLocked: false });
});

test('P20 a hand in another program counts, a locked screen is told, idleness moves nothing', async () => {
  const { idle, last } = setUp('granted');
  await idle.look();
  const touched = Number(last()?.['lastInput']);
  expect(Date.now() - touched).toBeLessThan(5_000);
  FakeDetector.made?.becomes('idle', 'unlocked');
  expect(last()).toMatchObject({ lastInput: touched, screenLocked: false });
  FakeDetector.made?.becomes('idle', 'locked');
  expect(last()).toMatchObject({ lastInput: touched, screenLocked: true });
});

test('P21 who goes on working is told of every minute', async () => {
  vi.useFakeTimers();
  const { idle, last } = setUp('granted');
  await idle.look();
  const before = Number(last()?.['lastInput']);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(Number(last()?.['lastInput']) - before).toBeGreaterThanOrEqual(60_000);
  vi.useRealTimers();
});

test('P20 CW3 a refusal is said, and only this window counts', async () => {
  const { idle, told } = setUp('prompt', 'denied');
  await idle.switch(true);
  expect([idle.state, told]).toEqual(['blocked', []]);
  const none = new SystemIdle(new Activity({} as AgentLink, window), null, {
    permission: () => Promise.resolve('prompt'),
  });
  await none.look();
  expect(none.state).toBe('unavailable');
});

test('P20 switched off, nothing beyond the page is told any more', async () => {
  const { idle, last } = setUp('granted');
  await idle.look();
  await idle.switch(false);
  expect(idle.state).toBe('off');
  expect(FakeDetector.made?.signal?.aborted).toBe(true);
  expect(last()).not.toHaveProperty('system');
});

test('P18 a shared or filled screen is told, unless the person wants none of it', () => {
  const told: Record<string, unknown>[] = [];
  const link = {
    send: (_: string, input: never) => Promise.resolve(void told.push(input)),
  } as unknown as AgentLink;
  const wish = { counts: true };
  const activity = new Activity(link, window, () => wish.counts);
  const stop = activity.start();
  expect(told.at(-1)).toMatchObject({ presenting: false });
  activity.share(true);
  expect(told.at(-1)).toMatchObject({ presenting: true });
  activity.share(false);
  Object.defineProperty(document, 'fullscreenElement', { configurable: true, get: () => document.body });
  document.dispatchEvent(new Event('fullscreenchange'));
  expect(told.at(-1)).toMatchObject({ presenting: true });
  wish.counts = false;
  activity.share(true);
  expect(told.at(-1)).toMatchObject({ presenting: false });
  Reflect.deleteProperty(document, 'fullscreenElement');
  stop();
});
