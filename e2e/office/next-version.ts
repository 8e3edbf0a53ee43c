import { createServer, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** The client of a door, of which the next version can be published while windows are open. */
export interface NextVersion {
  readonly url: string;
  /** From now on the service worker's script is another one. */
  publish(): void;
  close(): Promise<void>;
}

/** Serves what stands at `origin` under an address of its own. */
export async function startNextVersion(origin: string): Promise<NextVersion> {
  const { hostname, port } = new URL(origin);
  let isNext = false;
  const server = createServer((incoming, outgoing) => {
    const isWorker = incoming.url === '/sw.js';
    const headers = { ...incoming.headers, ...(isWorker && { 'accept-encoding': 'identity' }) };
    const options = { hostname, port, path: incoming.url, method: incoming.method, headers };
    const asked = request(options, (answer) => {
      if (!isWorker) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const script = Buffer.concat(parts).toString() + (isNext ? '\n// The next version.\n' : '');
        const kept = ['content-type', 'content-security-policy', 'service-worker-allowed'];
        for (const name of kept) outgoing.setHeader(name, answer.headers[name] ?? []);
        outgoing.setHeader('cache-control', 'no-cache');
        outgoing.end(script);
      });
    });
    asked.on('error', () => outgoing.destroy());
    incoming.pipe(asked);
  });
  const sockets = new Set<Duplex>();
  server.on('upgrade', (incoming, near, head) => {
    const far = connect(Number(port), hostname, () => {
      const fields = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`);
      far.write([`GET ${incoming.url ?? '/'} HTTP/1.1`, ...fields, '', ''].join('\r\n'));
      far.write(head);
      near.pipe(far).pipe(near);
    });
    sockets.add(near);
    near.on('close', () => sockets.delete(near));
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    publish: () => void (isNext = true),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
