/** The browser's clock and sockets as the SIP layer wants them. */
import type { Clock, Socket } from '../sip/contract.ts';

/**
 * Monotonic: a person who sets the computer's clock moves no timer and no message. Timers longer than the browser can
 * count (2^31 ms) are cut into pieces.
 */
export function browserClock(): Clock {
  const LONGEST = 2_000_000_000;
  return {
    now: () => performance.timeOrigin + performance.now(),
    random: () => Math.random(),
    after(ms, run) {
      let rest = Math.max(0, ms);
      let timer: ReturnType<typeof setTimeout>;
      const step = () => {
        const part = Math.min(rest, LONGEST);
        rest -= part;
        timer = setTimeout(() => {
          if (rest > 0) step();
          else run();
        }, part);
      };
      step();
      return () => {
        clearTimeout(timer);
      };
    },
  };
}

/** RFC 7118: subprotocol `sip`. An address the browser refuses is a socket that closes at once. */
export function openWebSocket(address: string): Socket {
  let socket: WebSocket | null = null;
  const facade: Socket = {
    onopen: null,
    onclose: null,
    onmessage: null,
    get bufferedAmount() {
      return socket?.bufferedAmount ?? 0;
    },
    send: (text) => socket?.send(text),
    close: () => socket?.close(),
  };
  try {
    socket = new WebSocket(address, 'sip');
  } catch {
    queueMicrotask(() => facade.onclose?.(1006, 'The browser refused the address'));
    return facade;
  }
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => facade.onopen?.();
  socket.onclose = (event) => facade.onclose?.(event.code, event.reason);
  socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => facade.onmessage?.(event.data);
  return facade;
}

/** Whether this browser is on a telephone or tablet, as far as it says. */
export function isMobile(): boolean {
  const { userAgentData, userAgent } = navigator as typeof navigator & {
    readonly userAgentData?: { readonly mobile: boolean };
  };
  return userAgentData?.mobile ?? /\b(Mobi|Android)/.test(userAgent);
}
