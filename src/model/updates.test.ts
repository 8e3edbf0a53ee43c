import { expect, test } from 'vitest';
import type { CallSnapshot } from '../agent/contract.ts';
import { Updates, type Release } from './updates.svelte.ts';

function release(): Release & { wait: () => void; takeOver: () => void; activated: number } {
  let wait: () => void = () => undefined;
  let takeOver: () => void = () => undefined;
  const fake = {
    activated: 0,
    onWaiting: (listener: () => void) => void (wait = listener),
    onTakenOver: (listener: () => void) => void (takeOver = listener),
    activate: () => void (fake.activated += 1),
    wait: () => wait(),
    takeOver: () => takeOver(),
  };
  return fake;
}
const ended = { state: 'ended' } as CallSnapshot;

test('a new version is offered, taken when the person agrees, and reloads once it has taken over', () => {
  let reloads = 0;
  const updates = new Updates(
    () => false,
    () => (reloads += 1),
  );
  const fake = release();
  updates.follow(fake);
  expect(updates.isOffered).toBe(false);
  fake.wait();
  expect(updates.isOffered).toBe(true);
  updates.accept();
  expect([fake.activated, reloads]).toEqual([1, 0]);
  fake.takeOver();
  expect(reloads).toBe(1);
});

test('never during a call: neither offered nor taken; the end of the call brings it', () => {
  let busy = true;
  let reloads = 0;
  const updates = new Updates(
    () => busy,
    () => (reloads += 1),
  );
  const fake = release();
  updates.follow(fake);
  fake.wait();
  expect(updates.isOffered).toBe(false);
  updates.accept();
  expect(fake.activated).toBe(0);
  fake.takeOver();
  expect(reloads).toBe(0);
  busy = false;
  updates.apply({ fact: 'call', call: ended });
  expect(reloads).toBe(1);
});
