/** Users of our server over real WebSockets, whose sockets a test can cut or freeze. */
import { WebSocket as Leaving } from 'ws';
import { ha1 } from '../../src/protocol/digest.ts';
import { startServer, type RunningServer } from '../../src/server/wiring.ts';
import type {
  CallFact,
  Clock,
  IncomingMessage,
  SipCall,
  SipConnection,
  SipEvents,
  SipUserAgent,
  Socket,
} from '../../src/sip/contract.ts';
import { createUserAgent } from '../../src/sip/user-agent.ts';

export const DOMAIN = 'example.org';

const clock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, 2_000_000_000));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

export class User {
  readonly states: SipConnection[] = [];
  readonly messages: IncomingMessage[] = [];
  readonly calls: SipCall[] = [];
  readonly lines: string[] = [];
  readonly agent: SipUserAgent;
  socket: WebSocket | null = null;
  /** The network address that the next socket leaves from; null: whichever. */
  address: string | null = null;
  /** Told of every call that comes in. */
  onCall: (call: SipCall) => void = () => undefined;
  /** Nothing passes any more, in either direction, and nobody is told. */
  frozen = false;
  #waiting: (() => void)[] = [];

  constructor(port: number, name: string, device = 1, password = 'secret') {
    const events: SipEvents = {
      connection: (state) => this.#note(() => this.states.push(state)),
      message: (message) => {
        this.#note(() => this.messages.push(message));
        return Promise.resolve(200);
      },
      call: (call) =>
        this.#note(() => {
          this.calls.push(call);
          this.onCall(call);
        }),
      notify: () => undefined,
    };
    const agent = createUserAgent(
      {
        aor: `sip:${name}@${DOMAIN}`,
        displayName: name,
        secret: { username: name, ha1: (realm, algorithm) => ha1(algorithm, name, realm, password) },
        servers: [`ws://127.0.0.1:${port}/sip`],
        instanceId: `urn:uuid:${String(device).padStart(8, '0')}-0000-4000-8000-${Buffer.from(name.padEnd(6)).toString('hex')}`,
        clock,
        openSocket: (address) => this.#open(address),
        log: (line) => this.lines.push(line),
      },
      events,
    );
    if (!agent) throw new Error('bad account');
    this.agent = agent;
  }

  #open(address: string): Socket {
    const socket = this.address
      ? (new Leaving(address, 'sip', { localAddress: this.address }) as unknown as WebSocket)
      : new WebSocket(address, 'sip');
    this.socket = socket;
    this.frozen = false;
    const facade: Socket = {
      onopen: null,
      onclose: null,
      onmessage: null,
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (text) => {
        if (!(this.frozen && this.socket === socket)) socket.send(text);
      },
      close: () => socket.close(),
    };
    socket.onopen = () => facade.onopen?.();
    socket.onclose = (event) => facade.onclose?.(event.code, event.reason);
    socket.onmessage = (event) => {
      if (!(this.frozen && this.socket === socket)) facade.onmessage?.(String(event.data));
    };
    return facade;
  }

  #note(change: () => void): void {
    change();
    this.wake();
  }

  wake(): void {
    for (const one of this.#waiting.splice(0)) one();
  }

  /** Resolves when `ready` holds; looked at whenever this user agent tells something. */
  async until<T>(ready: () => T | undefined | false, ms = 5000): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const value = ready();
      if (value) return value;
      const left = end - Date.now();
      if (left <= 0)
        throw new Error(
          `not in ${ms} ms; ${JSON.stringify(this.states)}\n${this.lines.slice(-12).join('\n')}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  online(): Promise<unknown> {
    return this.until(() => this.states.at(-1)?.is === 'online');
  }

  facts(call: SipCall): CallFact[] {
    const facts: CallFact[] = [];
    call.onFact((fact) => this.#note(() => facts.push(fact)));
    return facts;
  }
}

/** `folder`: where what it keeps outlives it. */
export async function startOffice(names: readonly string[], folder = ':memory:'): Promise<RunningServer> {
  const server = await startServer({ folder, domain: DOMAIN });
  for (const name of names) {
    const secrets = {
      MD5: ha1('MD5', name, DOMAIN, 'secret'),
      'SHA-256': ha1('SHA-256', name, DOMAIN, 'secret'),
    };
    await server.users.add({ aor: `sip:${name}@${DOMAIN}`, name }, secrets);
  }
  return server;
}
