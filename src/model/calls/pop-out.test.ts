import { expect, test, vi } from 'vitest';
import type { Call } from './call.svelte.ts';
import type { CallWatcher } from './calls.svelte.ts';
import { PopOut, smallWindowsOf } from './pop-out.svelte.ts';

const running = { state: 'established' } as Call;
const over = { state: 'ended' } as Call;

/** A window that can only be closed: by us, or `pagehide` as when the person does. */
class SmallWindow extends EventTarget {
  isClosed = false;
  close(): void {
    this.isClosed = true;
    this.dispatchEvent(new Event('pagehide'));
  }
}

function set(request = (small: SmallWindow): Promise<unknown> => Promise.resolve(small)) {
  const small = new SmallWindow();
  let watcher: CallWatcher | null = null;
  const calls = {
    current: running as Call | null,
    held: [] as readonly Call[],
    minimise: vi.fn<(on: boolean) => void>(),
    watch: (one: CallWatcher) => {
      watcher = one;
      return () => (watcher = null);
    },
  };
  const popOut = new PopOut(calls, () => request(small) as Promise<Window>);
  const stop = popOut.start();
  const end = (): void => {
    calls.current = over;
    watcher?.ended(over);
  };
  return { small, calls, popOut, stop, end };
}

test('E01 the call leaves the page for a small window, and comes back when that is closed', async () => {
  const { popOut, small, calls } = set();
  expect(await popOut.open()).toBe(true);
  expect(popOut.window).toBe(small);
  expect(calls.minimise).toHaveBeenCalledExactlyOnceWith(true);
  small.dispatchEvent(new Event('pagehide'));
  expect(popOut.window).toBeNull();
});

test('E01 the end of the last call closes it; while another waits it stays', async () => {
  const { popOut, small, calls, end } = set();
  await popOut.open();
  calls.held = [running];
  end();
  expect(small.isClosed).toBe(false);
  calls.held = [];
  end();
  expect([small.isClosed, popOut.window]).toEqual([true, null]);
});

test('E01 a refusal is told, and another press is another try', async () => {
  let refuses = true;
  const { popOut, calls } = set((small) =>
    refuses ? Promise.reject(new DOMException('', 'NotAllowedError')) : Promise.resolve(small),
  );
  expect(await popOut.open()).toBe(false);
  expect(calls.minimise).not.toHaveBeenCalled();
  refuses = false;
  expect(await popOut.open()).toBe(true);
});

test('E01 two presses open one window; one that comes after the call, or after signing out, is closed', async () => {
  const twice = set();
  await Promise.all([twice.popOut.open(), twice.popOut.open()]);
  expect(twice.calls.minimise).toHaveBeenCalledTimes(1);
  twice.stop();
  expect(twice.small.isClosed).toBe(true);

  const late = set();
  const opening = late.popOut.open();
  late.end();
  await opening;
  expect([late.small.isClosed, late.popOut.window]).toEqual([true, null]);
});

test('E01 where the browser has no such windows there is nothing to offer', () => {
  expect(smallWindowsOf({ navigator } as unknown as Window)).toBeNull();
  expect(new PopOut(set().calls, null).canOpen).toBe(false);
});
