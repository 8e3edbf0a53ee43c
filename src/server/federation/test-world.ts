/** Two organisations on loopback with TLS between them, for tests. */
import { addAccount } from '../auth/accounts.ts';
import { openAuthority } from '../testing/certificates.ts';
import { freePort } from '../testing/free-port.ts';
import { connectPhone, type Phone } from '../testing/phone.ts';
import { startServer, type RunningServer, type ServerOptions } from '../wiring.ts';
import type { FederationSettings } from './settings.ts';

export const [HERE, THERE] = ['here.test', 'there.test'];
const PASSWORD = 'correct horse';

export interface Organisation {
  readonly domain: string;
  readonly port: number;
  readonly settings: FederationSettings;
  readonly server: RunningServer;
  /** A registered device of that person. */
  phone(name: string, more?: { readonly instance?: string }): Promise<Phone>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `rate`: requests a second that one may send to the other. */
export async function openWorld(options: Partial<ServerOptions> = {}, rate = 100) {
  const authority = openAuthority();
  const [herePort, therePort] = [await freePort(), await freePort()];
  const phones: Phone[] = [];
  const settingsOf = (domain: string, port: number, other: string, otherPort: number): FederationSettings => {
    const { certificate, key } = authority.issue(`DNS:${domain}`);
    return {
      ...{ host: '127.0.0.1', port, certificate, key, authorities: authority.certificate, rate },
      routes: new Map([[other, { host: '127.0.0.1', port: otherPort }]]),
      allowed: new Set([other]),
    };
  };
  const found = async (domain: string, port: number, settings: FederationSettings): Promise<Organisation> => {
    const folder = options.folder === undefined ? ':memory:' : `${options.folder}/${domain}`;
    const run = async (): Promise<RunningServer> => {
      const server = await startServer({ ...options, folder, domain, federation: settings });
      for (const name of ['Alice', 'Bob', 'Carol']) {
        const aor = `sip:${name.toLowerCase()}@${domain}`;
        if (!server.users.exists(aor))
          await addAccount(server.users, domain, { aor, name: `${name} Example` }, PASSWORD);
      }
      return server;
    };
    let server = await run();
    return {
      ...{ domain, port, settings },
      get server() {
        return server;
      },
      async phone(name, { instance = `urn:uuid:${crypto.randomUUID()}` } = {}) {
        const aor = `sip:${name}@${domain}`;
        const phone = await connectPhone({ port: server.port, aor, password: PASSWORD, instance });
        phones.push(phone);
        const { status } = await phone.register();
        if (status !== 200) throw new Error(`${name} could not register: ${status}`);
        return phone;
      },
      stop: () => server.close(),
      async start() {
        server = await run();
      },
    };
  };
  const here = await found(HERE, herePort, settingsOf(HERE, herePort, THERE, therePort));
  const there = await found(THERE, therePort, settingsOf(THERE, therePort, HERE, herePort));
  return {
    ...{ authority, here, there },
    async close() {
      for (const phone of phones) phone.socket.terminate();
      await Promise.all([here.stop(), there.stop()]);
      authority.close();
    },
  };
}
