/**
 * SIP over TLS between organisations (RFC 3261 §26.3.2.2). Both sides show a certificate; its chain is checked by the
 * handshake, its names here (RFC 5922 §7.3, §7.4). Each side sends its requests on the connection it made.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { SipMessage } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import type { Connection } from '../sip/connection.ts';
import type { Clock } from '../sip/contract.ts';
import { LIMITS, type Limits } from '../sip/limits.ts';
import { createStreamConnection, shut } from '../sip/stream-connection.ts';
import { domainsOf } from './certificate.ts';
import type { FederationSettings, PeerAddress } from './settings.ts';

export interface TlsTransportOptions {
  readonly settings: FederationSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly onConnection: (connection: Connection) => void;
  readonly onMessage: (message: SipMessage, connection: Connection) => void;
  /** A domain has shown itself here: it can be reached again. */
  readonly onVisit: (domains: ReadonlySet<string>) => void;
}

export interface TlsTransport {
  /** Resolves to the port. Rejects with the system's error. */
  listen(host: string): Promise<number>;
  /** A connection to the server of `domain`, which its certificate has proved. Rejects when there is none. */
  dial(domain: string, address: PeerAddress): Promise<Connection>;
  readonly count: number;
  close(): void;
}

/** Milliseconds for a handshake, and for connecting with it. */
const HANDSHAKE = 10_000;
/** Sockets that may be open at all, and those of one domain: the oldest of these may be dead without a word. */
const MOST_SOCKETS = 512;
const MOST_OF_ONE = 4;
/** What others may send is more than ours may: what we relay has grown by our own fields. */
const MESSAGE = 131_072;

export function createTlsTransport(options: TlsTransportOptions): TlsTransport {
  const { settings, clock, log } = options;
  const { certificate: cert, key, authorities, allowed, rate } = settings;
  const secure = {
    ...{ cert, key, minVersion: 'TLSv1.2' as const },
    ...(authorities !== null && { ca: authorities }),
  };
  const limits: Limits = { ...LIMITS, message: MESSAGE, rate: 2 * rate, burst: 10 * rate };
  const epoch = randomBytes(6).toString('hex');
  const sockets = new Set<TLSSocket>();
  const visitors = new Map<string, Set<Connection>>();
  let serial = 0;

  const speak = (socket: TLSSocket, peer: ReadonlySet<string>): Connection => {
    const connection = createStreamConnection({
      socket,
      id: `t${epoch}${(++serial).toString(36)}`,
      transport: 'TLS',
      peer,
      clock,
      limits,
      log,
      onMessage: options.onMessage,
    });
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    options.onConnection(connection);
    return connection;
  };
  const provedBy = (socket: TLSSocket): ReadonlySet<string> => {
    const names = domainsOf(socket.getPeerCertificate().subjectaltname);
    return new Set([...names].filter((name) => allowed.has(name)));
  };
  const receive = (socket: TLSSocket): void => {
    const peer = socket.authorized ? provedBy(socket) : new Set<string>();
    if (peer.size === 0) {
      const { subjectaltname: names } = socket.getPeerCertificate();
      log.warn('federation-stranger', { address: socket.remoteAddress, names });
      return void socket.destroy();
    }
    const connection = speak(socket, peer);
    const key = [...peer].sort().join(' ');
    const others = visitors.get(key) ?? new Set();
    visitors.set(key, others.add(connection));
    connection.onClosed(() => others.delete(connection));
    const [oldest] = others;
    if (others.size > MOST_OF_ONE) oldest?.close(1008, 'Too many connections of one domain');
    log.info('federation-visit', { flow: connection.id, domains: key });
    options.onVisit(peer);
  };
  const server = createServer({
    ...secure,
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: HANDSHAKE,
  });
  server.maxConnections = MOST_SOCKETS;
  server.on('secureConnection', receive);
  server.on('tlsClientError', (error, socket) => {
    log.warn('federation-handshake', { address: socket.remoteAddress, why: error.message });
    socket.destroy();
  });

  return {
    get count() {
      return sockets.size;
    },
    async listen(host) {
      server.listen(settings.port, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    async dial(domain, { host, port }) {
      const socket = connect({
        ...secure,
        ...{ host, port, timeout: HANDSHAKE },
        // The domain, not the host that DNS or a route led to (RFC 5922 §7.5).
        ...(isIP(domain) === 0 && { servername: domain }),
        checkServerIdentity: (_host, { subjectaltname: names }) =>
          domainsOf(names).has(domain) ? undefined : new Error(`The certificate is not of ${domain}`),
      });
      socket.once('timeout', () => socket.destroy(new Error('No answer in time')));
      try {
        await once(socket, 'secureConnect');
      } catch (error) {
        socket.destroy();
        throw error;
      }
      socket.setTimeout(0);
      return speak(socket, new Set([domain]));
    },
    close() {
      server.close();
      for (const socket of sockets) shut(socket);
    },
  };
}
