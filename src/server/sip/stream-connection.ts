/** SIP over one stream (RFC 3261 §18.3), TCP or TLS: the socket's octets become a connection's frames. */
import type { Socket } from 'node:net';
import { LIMITS as PARSER_LIMITS } from '../../protocol/sip-parser.ts';
import { createConnection, type Connection, type ConnectionOptions } from './connection.ts';
import { createFraming } from './tcp-framing.ts';

/** Milliseconds. */
const CLOSING = 2_000;

/** The connection of a socket that is open; it ends with the socket, and ends it. */
export function createStreamConnection(
  options: Omit<ConnectionOptions, 'wire' | 'address'> & { readonly socket: Socket },
): Connection {
  const { socket, limits, log } = options;
  socket.setNoDelay(true);
  const connection = createConnection({
    ...options,
    address: socket.remoteAddress ?? '',
    wire: {
      send: (frame) => void socket.write(frame),
      ping: () => void socket.write('\r\n\r\n'),
      pong: () => void socket.write('\r\n'),
      close: () => shut(socket),
      get buffered() {
        return socket.writableLength;
      },
    },
  });
  const framing = createFraming({
    head: PARSER_LIMITS.head,
    message: limits.message,
    onFrame: (frame) => connection.receive(frame),
    onBroken: (why) => connection.close(1002, why),
  });
  socket.on('data', (chunk: Buffer) => framing.push(chunk));
  socket.on('error', (error) => log.warn('socket', { flow: connection.id, why: error.message }));
  socket.on('close', () => connection.ended());
  return connection;
}

/** What is written still goes out; a peer that does not end its side is cut off. */
export function shut(socket: Socket): void {
  socket.end();
  const timer = setTimeout(() => socket.destroy(), CLOSING);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}
