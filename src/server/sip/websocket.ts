import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { SipMessage } from '../../protocol/sip-message.ts';
import type { Log } from '../log.ts';
import { createConnection, type Connection } from './connection.ts';
import type { Clock } from './contract.ts';
import type { Limits } from './limits.ts';

export interface WebSocketOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  /** The client's address, and whether it came over TLS. */
  readonly peerOf: (request: IncomingMessage) => { readonly address: string; readonly secure: boolean };
  /** Whether a page of this origin may speak here; absent Origin: no browser, always allowed. */
  readonly allowsOrigin: (origin: string, host: string) => boolean;
  readonly onConnection: (connection: Connection) => void;
  readonly onMessage: (message: SipMessage, connection: Connection) => void;
}

export interface SipWebSocket {
  /** Takes over an HTTP upgrade of `/sip` (RFC 7118 §3). */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly count: number;
  close(): void;
}

/** SIP over WebSocket, server side (RFC 7118). */
export function createSipWebSocket(options: WebSocketOptions): SipWebSocket {
  const { clock, limits, log } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.notify,
    // Compression before encryption leaks, and costs memory for each connection.
    perMessageDeflate: false,
    // Answered by the connection, which counts them.
    autoPong: false,
    handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false),
  });
  const perAddress = new Map<string, number>();
  // No id is used again after a restart: flow tokens are good for longer than the process.
  const epoch = randomBytes(6).toString('hex');
  let serial = 0;

  const accept = (socket: WebSocket, address: string, secure: boolean): void => {
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    const connection = createConnection({
      id: `${epoch}${(++serial).toString(36)}`,
      address,
      transport: secure ? 'WSS' : 'WS',
      clock,
      limits,
      log,
      onMessage: options.onMessage,
      wire: {
        send: (frame) => socket.send(frame, { binary: typeof frame !== 'string' }),
        ping: () => socket.ping(),
        pong: (data) => socket.pong(data),
        close: (code, reason) => shut(socket, code, reason),
        get buffered() {
          return socket.bufferedAmount;
        },
      },
    });
    socket.on('message', (data: Buffer, isBinary) => connection.receive(isBinary ? data : data.toString()));
    socket.on('pong', () => connection.heard());
    socket.on('ping', (data: Buffer) => connection.pinged(data));
    socket.on('error', (error) => log.warn('socket', { flow: connection.id, why: error.message }));
    socket.on('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
      connection.ended();
    });
    options.onConnection(connection);
  };

  return {
    get count() {
      return server.clients.size;
    },
    upgrade(request, socket, head) {
      // A peer may be gone before it is refused; nobody else listens then.
      socket.on('error', () => undefined);
      const { address, secure } = options.peerOf(request);
      const { origin, host = '', 'sec-websocket-protocol': protocols = '' } = request.headers;
      if (origin !== undefined && !options.allowsOrigin(origin, host)) return reject(socket, '403 Forbidden');
      if (!protocols.split(',').some((name) => name.trim() === 'sip'))
        return reject(socket, '400 Bad Request');
      if ((perAddress.get(address) ?? 0) >= limits.perAddress) return reject(socket, '429 Too Many Requests');
      server.handleUpgrade(request, socket, head, (client) => accept(client, address, secure));
    },
    close() {
      for (const client of server.clients) shut(client, 1001, 'Server stops');
      server.close();
    },
  };
}

/** A peer that does not answer the close, or does not read, is cut off. */
function shut(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason.slice(0, 120));
  const timer = setTimeout(() => socket.terminate(), 2000);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

function reject(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
