import { addAccount } from '../auth/accounts.ts';
import { startServer, type ServerOptions } from '../wiring.ts';
import { connectPhone, type Phone, type PhoneOptions } from './phone.ts';

export const DOMAIN = 'parley.test';
export const PASSWORD = 'correct horse';

/** A server on a free port with alice, bob and carol, and phones that end with it. */
export async function openOffice(options: Partial<ServerOptions> = {}) {
  const server = await startServer({ folder: ':memory:', domain: DOMAIN, ...options });
  for (const name of ['Alice', 'Bob', 'Carol']) {
    const entry = { aor: aorOf(name), name: `${name} Example` };
    await addAccount(server.users, server.domain, entry, PASSWORD);
  }
  const phones: Phone[] = [];
  return {
    server,
    /** Connects, without registering. */
    async phone(name: string, more: Partial<PhoneOptions> = {}): Promise<Phone> {
      const phone = await connectPhone({ port: server.port, aor: aorOf(name), password: PASSWORD, ...more });
      phones.push(phone);
      return phone;
    },
    /** Connects and registers as a device of its own. */
    async device(name: string, more: Partial<PhoneOptions> = {}): Promise<Phone> {
      const instance = `urn:uuid:${crypto.randomUUID()}`;
      const phone = await connectPhone({
        port: server.port,
        aor: aorOf(name),
        password: PASSWORD,
        instance,
        ...more,
      });
      phones.push(phone);
      const { status } = await phone.register();
      if (status !== 200) throw new Error(`${name} could not register: ${status}`);
      return phone;
    },
    async close() {
      for (const phone of phones) phone.socket.terminate();
      await server.close();
    },
  };
}

export function aorOf(name: string): string {
  return `sip:${name.toLowerCase()}@${DOMAIN}`;
}
