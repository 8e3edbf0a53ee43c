import type { Authenticator } from '../auth/authenticator.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { BindingStore } from '../store/bindings.ts';
import type { RouterFactory } from './call-router.ts';
import type { Connection } from './connection.ts';
import type { CallObserver, Clock, Domain, MethodHandler, Reach, Users, Wake } from './contract.ts';
import { createCore, type Core } from './core.ts';
import { createFlowTokens } from './flow-tokens.ts';
import { createForwarding } from './forwarding.ts';
import type { Gruus } from './gruu.ts';
import { createIdentity } from './identity.ts';
import { createLocations, type LocationTable } from './locations.ts';
import { domainOfEnd, NO_PEERS, type Peers } from './peers.ts';
import { createProxy } from './proxy.ts';
import { createRegistrar } from './registrar.ts';
import { createTargets } from './targets.ts';

export interface SipOptions {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly gruus: Gruus;
  readonly users: Users;
  readonly authenticator: Authenticator;
  readonly bindings: BindingStore;
  /** For Record-Route; 32 octets, of the installation. */
  readonly key: Uint8Array;
  readonly wake: Wake | null;
  /** Leads calls by what people have set; absent: their devices ring. */
  readonly router?: RouterFactory;
  /** Told of calls between people. */
  readonly calls?: CallObserver;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface SipSide {
  readonly core: Core;
  readonly locations: LocationTable;
  /** Begins to serve. Handlers come now, since they send through `core` themselves. */
  start(handlers: readonly MethodHandler[], reach: Reach | null, federation?: Federated): Promise<void>;
}

/** The other organisations, and what is served on the way to them. */
export interface Federated {
  readonly peers: Peers;
  readonly outgoing: readonly MethodHandler[];
}

const ALONE: Federated = { peers: NO_PEERS, outgoing: [] };

/** Puts transactions, registrar and proxy together. */
export function assembleSip(options: SipOptions): SipSide {
  const { clock, domain, gruus, users, authenticator, wake, log, metrics } = options;
  const tokens = createFlowTokens(options.key);
  const requests = metrics.counter('parley_sip_requests', 'SIP requests received', 'method');
  const core = createCore({ clock, domain, log, requests });
  const locations = createLocations({ clock, domain, gruus, store: options.bindings, log });
  metrics.gauge('parley_sip_transactions', 'Open SIP transactions', () => core.transactions.count);
  metrics.gauge('parley_bindings', 'Registered devices', () => locations.count);
  return {
    core,
    locations,
    async start(handlers, reach, { peers, outgoing } = ALONE) {
      await locations.load();
      core.start({
        targets: createTargets({ domain, gruus, locations, tokens, flow: flowIn(peers), peers }),
        identify: createIdentity({ domain, authenticator, users }),
        register: createRegistrar({ clock, domain, gruus, locations, wake }),
        proxy: createProxy({
          clock,
          domain,
          transactions: core.transactions,
          locations,
          users,
          forwarding: createForwarding(domain, tokens),
          reach,
          wake,
          peers,
          calls: options.calls ?? null,
          ...(options.router && { router: options.router }),
          handlers,
        }),
        handlers,
        peers,
        outgoing,
      });
    },
  };
  /** Connections as Record-Route names them. */
  function flowIn(peers: Peers) {
    return (id: string): Connection | undefined => {
      const peer = domainOfEnd(id);
      return peer === null ? core.flow(id) : (peers.link(peer) ?? undefined);
    };
  }
}
