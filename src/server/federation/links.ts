/**
 * The connections this server makes to the servers of other domains, one each, kept while the server runs:
 *
 *   none --wanted--> dialling --open--> open --lost--+
 *                       ^  |--failed--+              |
 *                       +--- waiting <+--------------+   (RFC 5626 §4.5: longer each time)
 *
 * A domain with a static route is wanted from the start, another one from its first use. The list of domains is finite, and
 * so is what is dialled.
 */
import { reconnectDelay } from '../../protocol/retry.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { makeRequest } from '../../protocol/sip-writer.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { Connection } from '../sip/connection.ts';
import type { Caller, Clock } from '../sip/contract.ts';
import { tokenBucket } from '../sip/limits.ts';
import type { Peers } from '../sip/peers.ts';
import type { FederationSettings, PeerAddress } from './settings.ts';
import type { TlsTransport } from './tls-transport.ts';

export interface Links extends Peers {
  start(): void;
  /** The domain has come here: if it is not linked, it is tried at once. */
  visited(domain: string): void;
  /** Called each time a link is open. */
  onOpen(listener: (domain: string) => void): void;
  readonly open: number;
  stop(): void;
}

export interface LinksOptions {
  readonly settings: FederationSettings;
  /** Our own. */
  readonly domain: string;
  readonly dial: TlsTransport['dial'];
  /** RFC 3263, for a domain without a route. */
  readonly find: (domain: string) => Promise<readonly PeerAddress[]>;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly log: Log;
}

interface Link {
  connection: Connection | null;
  state: 'waiting' | 'dialling' | 'open';
  failures: number;
  stop: () => void;
}

export function createLinks(options: LinksOptions): Links {
  const { settings, domain: own, dial, find, caller, clock, log } = options;
  const links = new Map<string, Link>();
  const buckets = new Map<string, (now: number) => boolean>();
  const opened = createListeners<[string]>((error) => log.error('link-listener-failed', { error }));
  let stopped = false;

  const connect = async (domain: string, link: Link): Promise<void> => {
    if (stopped || link.state !== 'waiting') return;
    link.stop();
    link.state = 'dialling';
    const connection = await reach(domain);
    if (stopped) return connection?.close(1001, 'Server stops');
    if (connection === null) return again(domain, link);
    link.state = 'open';
    link.connection = connection;
    connection.onClosed(() => {
      log.warn('federation-lost', { domain });
      link.connection = null;
      again(domain, link);
    });
    log.info('federation-linked', { domain });
    void greet(domain, connection, link);
    opened.tell(domain);
  };
  /** Dials one address after the other. */
  const reach = async (domain: string): Promise<Connection | null> => {
    const route = settings.routes.get(domain);
    for (const address of route === undefined ? await find(domain) : [route]) {
      try {
        const connection = await dial(domain, address);
        if (connection.open) return connection;
      } catch (error) {
        log.warn('federation-unreached', { domain, ...address, error });
      }
    }
    return null;
  };
  const again = (domain: string, link: Link): void => {
    link.state = 'waiting';
    if (stopped) return;
    link.failures += 1;
    link.stop = clock.after(reconnectDelay(link.failures, clock.random()), () => void connect(domain, link));
  };
  /** The first word on a connection; with the answer it is known to work, and is kept alive from then on. */
  const greet = async (domain: string, connection: Connection, link: Link): Promise<void> => {
    const request = makeRequest({
      method: 'OPTIONS',
      uri: `sip:${domain}`,
      from: { display: '', uri: `sip:${own}`, params: new Map([['tag', connection.id]]) },
      to: { display: '', uri: `sip:${domain}`, params: NO_PARAMS },
      callId: `${connection.id}@${own}`,
      seq: 1,
    });
    const sent = await caller.request(request, connection);
    if ('response' in sent) link.failures = 0;
    else connection.close(1001, 'No answer');
  };
  const want = (domain: string): Link => {
    const known = links.get(domain);
    if (known !== undefined) return known;
    const link: Link = { connection: null, state: 'waiting', failures: 0, stop: () => undefined };
    links.set(domain, link);
    void connect(domain, link);
    return link;
  };

  return {
    allows: (domain) => settings.allowed.has(domain) && domain !== own,
    link(domain) {
      if (stopped || !settings.allowed.has(domain)) return null;
      const { connection } = want(domain);
      return connection?.open === true ? connection : null;
    },
    admits(domain) {
      const bucket = buckets.get(domain) ?? tokenBucket(settings.rate, 5 * settings.rate, clock.now());
      buckets.set(domain, bucket);
      return bucket(clock.now());
    },
    start() {
      for (const domain of settings.routes.keys()) want(domain);
    },
    visited(domain) {
      const link = links.get(domain);
      if (link?.state !== 'waiting') return;
      link.failures = 0;
      void connect(domain, link);
    },
    onOpen: (listener) => void opened.add(listener),
    get open() {
      return [...links.values()].filter(({ connection }) => connection?.open === true).length;
    },
    stop() {
      stopped = true;
      for (const link of links.values()) {
        link.stop();
        link.connection?.close(1001, 'Server stops');
      }
    },
  };
}
