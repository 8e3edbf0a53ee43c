import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Socket } from './contract.ts';
import { Transport, type TransportState } from './transport.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onclose: ((code: number, reason: string) => void) | null = null;
  onmessage: ((data: string | ArrayBuffer) => void) | null = null;
  bufferedAmount = 0;
  closed = 0;
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed++;
    throw new Error('a socket that cannot even be closed');
  }
}

function transport(fails: () => void) {
  const sockets: FakeSocket[] = [];
  const states: TransportState[] = [];
  const made = new Transport({
    servers: ['wss://a/'],
    clock: {
      now: () => Date.now(),
      random: () => 0.5,
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      setTimeout(() => socket.onopen?.(), 1);
      return socket;
    },
    log: () => undefined,
    delay: () => 100,
    onState: (state) => {
      states.push(state);
      fails();
    },
    onMessage: fails,
    ping: fails,
  });
  return { made, sockets, states };
}

test('listeners that throw and a socket that cannot be closed stop nothing', async () => {
  const { made, sockets, states } = transport(() => {
    throw new Error('a fault above');
  });
  made.start();
  await vi.advanceTimersByTimeAsync(10);
  sockets[0]?.onmessage?.('SIP/2.0 …');
  expect(states.at(-1)?.is).toBe('up');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets.length).toBeGreaterThan(2);
  made.stop();
  expect(states.at(-1)?.is).toBe('idle');
  const count = sockets.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(count);
});

test('a socket that takes nothing any more is replaced', async () => {
  const { made, sockets } = transport(() => undefined);
  made.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(made.send('x')).toBe(true);
  const [first] = sockets;
  if (first) first.bufferedAmount = 5_000_000;
  expect(made.send('y')).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(sockets).toHaveLength(2);
  expect(first?.sent).not.toContain('y');
  // Late news of the old socket concern nobody.
  expect(first?.onmessage).toBeNull();
  made.stop();
});

test('without an address nothing is tried', () => {
  const states: TransportState[] = [];
  const made = new Transport({
    servers: [],
    clock: { now: () => 0, random: () => 0, after: () => () => undefined },
    openSocket: () => new FakeSocket(),
    log: () => undefined,
    delay: () => 0,
    onState: (state) => states.push(state),
    onMessage: () => undefined,
    ping: () => undefined,
  });
  made.start();
  expect(states).toEqual([{ is: 'waiting', retryAt: null, why: 'no server address' }]);
  expect(made.send('x')).toBe(false);
});

test('a socket under suspicion is given as much time as its last answers took, never less than 0.6 s', async () => {
  const { made, sockets } = transport(() => undefined);
  const answer = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    sockets.at(-1)?.onmessage?.('\r\n');
  };
  made.start();
  await answer(21);
  // A quick server: 0.6 s.
  made.suspect();
  await vi.advanceTimersByTimeAsync(590);
  expect(sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(20 + 200);
  expect(sockets).toHaveLength(2);
  // A slow one: 0.9 s and 0.25 s before make more than 0.6 s.
  await answer(900);
  made.suspect();
  await vi.advanceTimersByTimeAsync(1500);
  expect(sockets).toHaveLength(2);
  await answer(500);
  await vi.advanceTimersByTimeAsync(3000);
  expect(sockets).toHaveLength(2);
  // Where there is none, it is opened now instead of after its wait.
  made.suspect();
  await vi.advanceTimersByTimeAsync(3100);
  expect(sockets).toHaveLength(3);
  made.stop();
});
