/** Federation with other organisations (features.md F01, F04, T23), put together. */
import type { SipMessage } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import type { Delivery } from '../messages/delivery.ts';
import type { Metrics } from '../metrics.ts';
import type { Federated } from '../sip/assembly.ts';
import type { Connection } from '../sip/connection.ts';
import type { Caller, Clock, Domain, Users } from '../sip/contract.ts';
import type { MessageStore } from '../store/messages.ts';
import { failureNotice } from './failure-notice.ts';
import { createForwarder } from './forwarder.ts';
import { createLinks, type Links } from './links.ts';
import type { Outbox } from './outbox.ts';
import { createOutgoingMessages } from './outgoing-messages.ts';
import { findServers, systemNames } from './resolve.ts';
import type { FederationSettings } from './settings.ts';
import { createTlsTransport } from './tls-transport.ts';

export interface FederationOptions {
  readonly settings: FederationSettings;
  readonly domain: Domain;
  readonly outbox: Outbox;
  readonly store: MessageStore;
  readonly delivery: Delivery;
  readonly core: {
    readonly caller: Caller;
    opened(connection: Connection): void;
    receive(message: SipMessage, connection: Connection): void;
  };
  readonly users: Users;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Federation extends Federated {
  readonly peers: Links;
  /** Listens, and connects to the domains with a static route. Resolves to the port. Rejects with the system's error. */
  start(host: string): Promise<number>;
  stop(): void;
}

export function createFederation(options: FederationOptions): Federation {
  const { settings, domain, outbox, store, delivery, core, users, clock, log, metrics } = options;
  const { caller } = core;
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
    ...{ settings, domain: domain.name, caller, clock, log },
    dial: (name, address) => transport.dial(name, address),
    find: (name) => findServers(name, names, () => clock.random()),
  });
  const forwarder = createForwarder({
    ...{ outbox, links, caller, users, clock, log },
    count: metrics.counter('parley_federation_messages', 'Messages to other organisations', 'outcome'),
    failed(message) {
      const notice = failureNotice(message);
      if (notice === null) return;
      store
        .accept(notice, clock.now(), false, false)
        .then(() => delivery.kick(notice.recipient))
        .catch((error: unknown) => log.error('failure-notice', { error }));
    },
  });
  metrics.gauge('parley_federation_links', 'Open connections to servers of other domains', () => links.open);
  metrics.gauge('parley_federation_connections', 'Connections with other domains', () => transport.count);
  return {
    peers: links,
    outgoing: [
      createOutgoingMessages({
        ...{ outbox, forwarder, links, store, delivery, caller, domain, clock, log },
      }),
    ],
    async start(host) {
      const port = await transport.listen(settings.host ?? host);
      links.start();
      forwarder.start();
      log.info('federating', { port, domains: [...settings.allowed].join(' ') });
      return port;
    },
    stop() {
      forwarder.stop();
      links.stop();
      transport.close();
    },
  };
}
