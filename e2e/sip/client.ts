/** A user agent against the scripted server, with everything it tells kept for the test to look at. */
import { ha1 } from '../../src/protocol/digest.ts';
import type {
  CallFact,
  IncomingMessage,
  SipCall,
  SipConnection,
  SipUserAgent,
  UserAgentOptions,
} from '../../src/sip/contract.ts';
import { createUserAgent } from '../../src/sip/user-agent.ts';
import { ScriptedServer, testClock } from './scripted-server.ts';

export interface Client {
  readonly agent: SipUserAgent;
  readonly server: ScriptedServer;
  readonly states: SipConnection[];
  readonly messages: IncomingMessage[];
  readonly calls: SipCall[];
  readonly facts: CallFact[];
  readonly notices: string[];
  readonly lines: string[];
  /** Status of the answer to MESSAGE, or a promise of it. */
  store: (message: IncomingMessage) => Promise<number>;
}

export function client(options: Partial<UserAgentOptions> & { seed?: number } = {}): Client {
  const server = new ScriptedServer();
  const lines: string[] = [];
  const seen: Omit<Client, 'agent'> = {
    server,
    lines,
    states: [],
    messages: [],
    calls: [],
    facts: [],
    notices: [],
    store: () => Promise.resolve(200),
  };
  const agent = createUserAgent(
    {
      aor: 'sip:alice@example.org',
      displayName: 'Alice "Al" Miller',
      secret: {
        username: 'alice',
        ha1: (realm, algorithm) => (realm === 'elsewhere' ? null : ha1(algorithm, 'alice', realm, 'secret')),
      },
      servers: ['ws://one.example/'],
      instanceId: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      clock: testClock(options.seed),
      openSocket: server.openSocket,
      log: (line) => lines.push(line),
      ...options,
    },
    {
      connection: (state) => void seen.states.push(state),
      message: (message) => {
        seen.messages.push(message);
        return seen.store(message);
      },
      call: (call) => {
        seen.calls.push(call);
        call.onFact((fact) => seen.facts.push(fact));
      },
      notify: (event, type, body) => void seen.notices.push(`${event} ${type} ${body}`),
    },
  );
  if (!agent) throw new Error('the user agent could not be made');
  return Object.assign(seen, { agent });
}
