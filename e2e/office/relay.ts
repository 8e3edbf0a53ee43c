import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP relay on loopback in front of one port, so that a test can cut a path or let it go silent. */
export interface Relay {
  readonly port: number;
  /** Ends every connection at once; new ones are taken. */
  cut(): void;
  /** Connections stay open and nothing passes in either direction: a half-open path. New ones hang as well. */
  freeze(): void;
  /** Refuses new connections and ends old ones until `heal`. */
  unplug(): void;
  heal(): void;
  close(): Promise<void>;
}

/** Relays to `127.0.0.1:target`, from loopback unless told otherwise. */
export async function startRelay(target: number, host = '127.0.0.1'): Promise<Relay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let frozen = false;
  let unplugged = false;
  const server: Server = createServer((near) => {
    if (unplugged) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    if (frozen) for (const socket of pair) socket.pause();
    const link = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        if (!frozen && !to.write(chunk)) from.pause();
      });
      to.on('drain', () => !frozen && from.resume());
      from.on('end', () => !frozen && to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    };
    link(near, far);
    link(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    pairs.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    freeze() {
      frozen = true;
    },
    unplug() {
      unplugged = true;
      cut();
    },
    heal() {
      // What was frozen stays dead: bytes were lost on it, as on a real path that comes back under a new address.
      if (frozen) cut();
      frozen = false;
      unplugged = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
