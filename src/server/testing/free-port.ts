import { createServer } from 'node:net';

/**
 * Below what systems give to outgoing connections, one of which may take a port while its server starts anew, and below
 * those of the engine's media.
 */
const FIRST = 20_000;
const COUNT = 10_000;

/** A port of loopback that nobody listens on just now, and nobody is given by the system. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

/** Whether a server could listen there now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
