/** The client alone, for a SIP server elsewhere: built files, `/config.json` as given, a policy that lets pages reach it. */
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { silentLog } from '../log.ts';
import { serveClient } from './client-files.ts';
import { createHttpServer } from './http-server.ts';

/** The part of the client's configuration that says whom its pages talk to; the rest is passed on as it is. */
export interface SiteConfig {
  readonly sip?: readonly string[];
  readonly xcapRoot?: string;
  readonly serviceRoot?: string;
  readonly [name: string]: unknown;
}

export interface ClientSite {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on loopback unless told otherwise; port 0 takes a free one. Rejects with the system's error. */
export async function startClientSite(options: {
  readonly config: SiteConfig;
  readonly port: number;
  readonly host?: string;
}): Promise<ClientSite> {
  const { config, port, host = '127.0.0.1' } = options;
  const named = [...(config.sip ?? []), config.xcapRoot, config.serviceRoot].filter(
    (url) => url !== undefined,
  );
  const reach = named
    .filter((url) => URL.canParse(url))
    .map((url) => {
      const { protocol, host: there } = new URL(url);
      return `${protocol}//${there}`;
    });
  const body = JSON.stringify(config);
  const server = createHttpServer({
    routes: [
      {
        prefix: '/config.json',
        handle: () => Promise.resolve({ status: 200, headers: { 'Content-Type': 'application/json' }, body }),
      },
    ],
    fallback: serveClient(join(resolve(import.meta.dirname, '../../..'), 'dist'), [...new Set(reach)]),
    log: silentLog(),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
