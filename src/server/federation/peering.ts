/** The connections with other organisations' servers, made and taken: what everything that crosses goes over. */
import type { SipMessage } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Connection } from '../sip/connection.ts';
import type { Caller, Clock } from '../sip/contract.ts';
import { createLinks, type Links } from './links.ts';
import { findServers, systemNames } from './resolve.ts';
import type { FederationSettings } from './settings.ts';
import { createTlsTransport } from './tls-transport.ts';

export interface PeeringOptions {
  readonly settings: FederationSettings;
  /** Our own. */
  readonly domain: string;
  readonly core: {
    readonly caller: Caller;
    opened(connection: Connection): void;
    receive(message: SipMessage, connection: Connection): void;
  };
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Peering {
  readonly links: Links;
  /** Listens, and connects to the domains with a static route. Resolves to the port. Rejects with the system's error. */
  start(host: string): Promise<number>;
  stop(): void;
}

export function createPeering(options: PeeringOptions): Peering {
  const { settings, domain, core, clock, log, metrics } = options;
  const names = systemNames();
  const transport = createTlsTransport({
    ...{ settings, clock, log },
    onConnection: (connection) => core.opened(connection),
    onMessage: (message, connection) => core.receive(message, connection),
    onVisit: (domains) => {
      for (const one of domains) links.visited(one);
    },
  });
  const links = createLinks({
    ...{ settings, domain, caller: core.caller, clock, log },
    dial: (name, address) => transport.dial(name, address),
    find: (name) => findServers(name, names, () => clock.random()),
  });
  metrics.gauge('parley_federation_links', 'Open connections to servers of other domains', () => links.open);
  metrics.gauge('parley_federation_connections', 'Connections with other domains', () => transport.count);
  return {
    links,
    async start(host) {
      const port = await transport.listen(settings.host ?? host);
      links.start();
      log.info('federating', { port, domains: [...settings.allowed].join(' ') });
      return port;
    },
    stop() {
      links.stop();
      transport.close();
    },
  };
}
