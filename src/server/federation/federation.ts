/** What crosses to other organisations (features.md F01, F04, T23), put together over the connections with them. */
import type { Delivery } from '../messages/delivery.ts';
import type { Metrics } from '../metrics.ts';
import type { Log } from '../log.ts';
import type { Federated } from '../sip/assembly.ts';
import type { Caller, Clock, Domain, Users } from '../sip/contract.ts';
import type { MessageStore } from '../store/messages.ts';
import { failureNotice } from './failure-notice.ts';
import { createForwarder } from './forwarder.ts';
import type { Outbox } from './outbox.ts';
import { createOutgoingMessages } from './outgoing-messages.ts';
import type { Peering } from './peering.ts';

export interface FederationOptions {
  readonly peering: Peering;
  readonly domain: Domain;
  readonly outbox: Outbox;
  readonly store: MessageStore;
  readonly delivery: Delivery;
  readonly caller: Caller;
  /** A domain can be reached again. */
  readonly onBack: (domain: string) => void;
  readonly users: Users;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Federation extends Federated {
  /** Resolves to the port. Rejects with the system's error. */
  start(host: string): Promise<number>;
  stop(): void;
}

export function createFederation(options: FederationOptions): Federation {
  const { peering, domain, outbox, store, delivery, caller, onBack, users, clock, log, metrics } = options;
  const { links } = peering;
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
  links.onOpen(onBack);
  return {
    peers: links,
    outgoing: [
      createOutgoingMessages({
        ...{ outbox, forwarder, links, store, delivery, caller, domain, clock, log },
      }),
    ],
    async start(host) {
      const port = await peering.start(host);
      forwarder.start();
      return port;
    },
    stop() {
      forwarder.stop();
      peering.stop();
    },
  };
}
