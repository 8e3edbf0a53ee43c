/**
 * The engine's presence service: publications, subscriptions, XCAP and the directory behind Kamailio, of which there may
 * be several over one PostgreSQL database. Kamailio is edge, registrar and proxy; it leads PUBLISH and SUBSCRIBE here
 * by a hash of whom they are about.
 */
import { hkdfSync } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseNameAddr } from '../protocol/sip-header.ts';
import { parseUri } from '../protocol/sip-uri.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { createGuesses, GUESS_LIMITS } from './auth/guesses.ts';
import { createNonces } from './auth/nonces.ts';
import { calendarRoutes } from './calendar/calendar-routes.ts';
import { openCalendars } from './calendar/open.ts';
import { guardedClock, systemClock, type Clock } from './clock.ts';
import { openDirectory } from './directory/open.ts';
import { NO_DIRECTORY, type DirectorySettings } from './directory/settings.ts';
import { embedRoutes } from './embed/embed-routes.ts';
import { createPresenceStreams } from './embed/streams.ts';
import { createEvents } from './events/events.ts';
import { createHttpAuthenticator } from './http/authentication.ts';
import type { Origins } from './http/cross-origin.ts';
import { createHttpServer } from './http/http-server.ts';
import { peopleRoutes } from './http/people-routes.ts';
import { proxyRoutes } from './http/proxy-routes.ts';
import { healthRoute, metricsRoute } from './http/status-routes.ts';
import { silentLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { postgresCalendars } from './postgres/calendars.ts';
import { openPostgres } from './postgres/database.ts';
import { createDevices } from './postgres/devices.ts';
import { openPostgresDocuments } from './postgres/documents.ts';
import { openPostgresTokens } from './postgres/embed-tokens.ts';
import { noGroups } from './postgres/no-groups.ts';
import { parseNotice } from './postgres/notice.ts';
import { openPeople } from './postgres/people.ts';
import { openPostgresPublications } from './postgres/publications.ts';
import { openPostgresSubscriptions } from './postgres/subscriptions.ts';
import { callRouter } from './routing/call-router.ts';
import { handlingRoute } from './routing/handling-route.ts';
import { openHandlings } from './routing/handlings.ts';
import { leadCalls } from './routing/led-calls.ts';
import { createProxiedRinging } from './routing/proxied-ringing.ts';
import { createBehindProxy } from './sip/behind-proxy.ts';
import type { Connection } from './sip/connection.ts';
import type { Domain } from './sip/contract.ts';
import { createDomain } from './sip/domain.ts';
import { createGruus } from './sip/gruu.ts';
import { createSipTcp, type SipLink } from './sip/tcp-transport.ts';
import { xcapRoute } from './xcap/xcap-route.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface PresenceServiceOptions {
  readonly domain: string;
  /** `postgres://…`, Kamailio's own database. */
  readonly database: string;
  /** Name of this node: unlike all others, the same after a restart. */
  readonly node: string;
  /** Where the proxy brings requests; port 0 takes a free one. */
  readonly sip: Address;
  readonly http: Address;
  /** SIP over TCP of the proxies; NOTIFYs leave through the first unless their route names another. */
  readonly proxies: readonly Address[];
  /** Shared with the proxy and between nodes. */
  readonly key: string;
  /** Pages that may use XCAP and directory. */
  readonly origins?: Origins;
  readonly directory?: DirectorySettings;
  readonly metricsOpen?: boolean;
  /** `host` or `host:port` inside the own network whose calendars may be read. */
  readonly calendarHosts?: readonly string[];
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface PresenceService {
  readonly sipPort: number;
  readonly httpPort: number;
  readonly metrics: Metrics;
  close(): Promise<void>;
}

/** Connects to the database, listens and links to the proxies. Rejects when the database or a port refuses. */
export async function startPresenceService(options: PresenceServiceOptions): Promise<PresenceService> {
  const { domain: name, node, key, proxies, origins = [], metricsOpen = false } = options;
  const log = options.log ?? silentLog();
  const clock = guardedClock(options.clock ?? systemClock(), (error) => log.error('timer-failed', { error }));
  const metrics = createMetrics();
  const postgres = await openPostgres({ url: options.database, node, clock, log });
  const links: { readonly to: Address; readonly link: SipLink }[] = [];

  const gruus = createGruus(derived(key, 'gruu'), name);
  const contact = { host: options.sip.host, port: options.sip.port };
  const domain: Domain = {
    ...createDomain(name, [], gruus),
    get contact() {
      return `sip:parley-presence@${contact.host}:${contact.port};transport=tcp`;
    },
  };
  const documents = await openPostgresDocuments(postgres, log);
  const handlings = openHandlings(documents);
  const publications = await openPostgresPublications(postgres, clock);
  const subscriptions = await openPostgresSubscriptions(postgres, node, clock, log);
  const users = await openPeople(postgres, name);
  const linkFor = (routes: readonly string[]): Connection | null => {
    const uri = parseUri(parseNameAddr(routes[0] ?? '')?.uri ?? '');
    const isNamed = ({ to }: { readonly to: Address }): boolean =>
      uri?.kind === 'sip' && to.host === uri.host && to.port === uri.port;
    return (links.find(isNamed) ?? links[0])?.link.connection ?? null;
  };
  const devices = createDevices({ postgres, domain, clock, log, isLinked: () => linkFor([]) !== null });
  const core = createBehindProxy({
    clock,
    domain,
    log,
    key,
    requests: metrics.counter('parley_sip_requests', 'SIP requests received', 'method'),
    flowOf: devices.flowOf,
    linkFor,
  });
  const events = createEvents({
    store: { publications, subscriptions },
    documents,
    handlings,
    locations: {
      ...devices,
      // Where people of other organisations are the proxy knows.
      flowFor: (uri, owner) =>
        domain.aorOf(owner) !== null || linkFor([]) === null
          ? devices.flowFor(uri, owner)
          : devices.flowOf('', '', owner),
    },
    caller: core.caller,
    users,
    domain,
    clock,
    log,
    xcapRoot: '/xcap',
  });
  const link = (): Connection | null => linkFor([]);
  const router = callRouter(handlings)({
    ...{ clock, domain, users, transactions: core.transactions, reach: events.reach },
    ringing: createProxiedRinging({ locations: devices, users, link, key }),
    handlers: [],
  });
  const authenticator = createHttpAuthenticator(
    createAuthenticator({
      users,
      realm: name,
      algorithms: ['MD5'],
      nonces: createNonces(derived(key, 'nonce'), name),
      guesses: createGuesses(GUESS_LIMITS),
      clock,
      log,
      count: metrics.counter('parley_digest', 'Passwords asked for and given', 'verdict'),
    }),
    clock,
  );
  const settings = options.directory ?? NO_DIRECTORY;
  const directory = openDirectory({ settings, users, groups: noGroups(), clock, log, metrics });
  const tokens = await openPostgresTokens(postgres, clock, log);
  const { publicState, levelOf, onPresence } = events;
  const streams = createPresenceStreams({ publicState, levelOf, onPresence, nameOf: users.name, clock });
  tokens.onRevoked((id) => streams.end(id));
  const insideHosts = options.calendarHosts ?? [];
  const calendars = openCalendars({
    store: postgresCalendars(postgres),
    key: Buffer.from(derived(key, 'calendar')),
    insideHosts,
    publish: events.publishInternally,
    entryOf: users.entry,
    clock,
    log,
  });
  postgres.feed.onNotices(async (payloads) => {
    for (const notice of payloads.map(parseNotice)) {
      if (notice?.is === 'calendar' && notice.by !== postgres.process) await calendars.reload(notice.aor);
    }
  });
  const tcp = createSipTcp({
    clock,
    log,
    allows: (address) => isPeer(address, proxies),
    onConnection: core.opened,
    onMessage: core.receive,
  });
  metrics.gauge('parley_connections', 'Connections with the proxy', () => tcp.count);
  metrics.gauge('parley_subscriptions', 'Subscriptions', events.subscriptions);
  metrics.gauge('parley_bindings', 'Registered devices', () => devices.count);

  const http = createHttpServer({
    routes: [
      healthRoute(
        () => postgres.problem ?? (linkFor([]) === null ? 'The proxy is away.' : null),
        metricsOpen,
      ),
      metricsRoute(metrics, metricsOpen),
      xcapRoute({ root: '/xcap', documents, authenticator, known: handlings }),
      ...peopleRoutes({
        directory,
        authenticator,
        levelOf: (owner, who) => (users.exists(owner) ? levelOf(owner, who) : 'company'),
      }),
      ...embedRoutes({ tokens, streams, authenticator, exists: users.exists, clock }),
      ...calendarRoutes(calendars, { insideHosts }, authenticator),
      handlingRoute(handlings, { voicemail: false, numbers: false }, authenticator),
      ...proxyRoutes({ domain, reach: events.reach, handles: router.handles, key }),
    ],
    fallback: (_request, response) => {
      response.statusCode = 404;
      response.end();
    },
    log,
    origins,
  });
  try {
    await devices.start();
    core.start(events.handlers, leadCalls(router, domain, users));
    contact.port = await tcp.listen(options.sip.host, options.sip.port);
    const httpPort = await listen(http, options.http);
    for (const to of proxies) links.push({ to, link: tcp.link(to.host, to.port, devices.ready) });
    await calendars.start();
    log.info('listening', { node, sip: contact.port, http: httpPort, domain: name });
    let closing: Promise<void> | null = null;
    return { sipPort: contact.port, httpPort, metrics, close: () => (closing ??= shutDown()) };
  } catch (error) {
    await shutDown();
    throw error;
  }

  async function shutDown(): Promise<void> {
    core.stop();
    devices.stop();
    subscriptions.stop();
    calendars.stop();
    directory.stop();
    streams.stop();
    const closed = new Promise((resolve) => http.close(resolve));
    http.closeAllConnections();
    await closed;
    events.stop();
    tcp.close();
    await postgres.close();
    log.info('stopped', { node });
  }
}

async function listen(server: Server, { host, port }: Address): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** 32 octets for one purpose, the same at every node. */
function derived(key: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `parley ${purpose}`, 32));
}

function isPeer(address: string, proxies: readonly Address[]): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return proxies.some(({ host }) => host === plain);
}
