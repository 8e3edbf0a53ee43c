/** SIP over TCP (RFC 3261 §18), between this service and the proxy in front of it: listening, and linked to the proxy. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { SipMessage } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';
import type { Clock } from './contract.ts';
import { LIMITS, type Limits } from './limits.ts';
import { createStreamConnection, shut } from './stream-connection.ts';

export interface SipTcpOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<Limits>;
  /** Whether somebody at this address may speak here at all. */
  readonly allows: (address: string) => boolean;
  readonly onConnection: (connection: Connection) => void;
  readonly onMessage: (message: SipMessage, connection: Connection) => void;
}

/** A connection that is made again whenever it is lost. */
export interface SipLink {
  /** Null while there is none. */
  readonly connection: Connection | null;
  close(): void;
}

export interface SipTcp {
  /** Resolves to the port. Rejects with the system's error. */
  listen(host: string, port: number): Promise<number>;
  /** `onOpen` is called each time the connection is there. */
  link(host: string, port: number, onOpen: () => void): SipLink;
  readonly count: number;
  close(): void;
}

/** One connection carries what a thousand people do: the limits of a single person's do not hold for it. */
const BUSY: Limits = {
  ...LIMITS,
  rate: 20_000,
  burst: 100_000,
  firstMessage: 2 ** 31 - 1,
  slow: 8_388_608,
  stuck: 67_108_864,
};
const RETRY = { first: 100, most: 5_000 };

export function createSipTcp(options: SipTcpOptions): SipTcp {
  const { clock, log, allows } = options;
  const limits = { ...BUSY, ...options.limits };
  const epoch = randomBytes(6).toString('hex');
  const sockets = new Set<Socket>();
  const links = new Set<SipLink>();
  let serial = 0;

  const speak = (socket: Socket): Connection => {
    const connection = createStreamConnection({
      socket,
      id: `${epoch}${(++serial).toString(36)}`,
      transport: 'TCP',
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
  const server = createServer((socket) => {
    if (allows(socket.remoteAddress ?? '')) return void speak(socket);
    log.warn('stranger', { address: socket.remoteAddress });
    socket.destroy();
  });

  return {
    get count() {
      return sockets.size;
    },
    async listen(host, port) {
      server.listen(port, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    link(host, port, onOpen) {
      let connection: Connection | null = null;
      let wait = RETRY.first;
      let stop = (): void => undefined;
      let closed = false;
      const open = (): void => {
        const socket = connect({ host, port, keepAlive: true });
        stop = () => socket.destroy();
        // The only word of a failed attempt; once connected, `speak` listens too.
        socket.on('error', () => undefined);
        socket.once('connect', () => {
          wait = RETRY.first;
          connection = speak(socket);
          stop = () => connection?.close(1001, 'Server stops');
          log.info('linked', { host, port });
          onOpen();
        });
        socket.once('close', () => {
          if (connection !== null) log.warn('link-lost', { host, port });
          connection = null;
          if (closed) return;
          stop = clock.after(wait, open);
          wait = Math.min(wait * 2, RETRY.most);
        });
      };
      open();
      const link: SipLink = {
        get connection() {
          return connection?.open === true ? connection : null;
        },
        close() {
          closed = true;
          links.delete(link);
          stop();
        },
      };
      links.add(link);
      return link;
    },
    close() {
      server.close();
      for (const link of links) link.close();
      for (const socket of sockets) shut(socket);
    },
  };
}
