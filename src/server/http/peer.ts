import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Who is at the other end of a connection. */
export interface Peer {
  readonly address: string;
  /** Over TLS, as far as we are told. */
  readonly secure: boolean;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');
LOOPBACK.addAddress('::1', 'ipv6');

export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * With `trustProxy`, what a reverse proxy on this machine says of the client: the last X-Forwarded-For entry is its own,
 * all before it are whatever the client sent.
 */
export function peerOf({ socket, headers }: IncomingMessage, trustProxy: boolean): Peer {
  const address = socket.remoteAddress ?? '';
  const secure = 'encrypted' in socket;
  if (!trustProxy || !isLoopback(address)) return { address, secure };
  const [forwarded = '', proto = ''] = [headers['x-forwarded-for'], headers['x-forwarded-proto']].map(
    (field) => lastOf(field),
  );
  return { address: isIP(forwarded) === 0 ? address : forwarded, secure: secure || proto === 'https' };
}

function lastOf(field: string | readonly string[] | undefined): string {
  const [last = ''] = String(field ?? '')
    .split(',')
    .slice(-1);
  return last.trim().toLowerCase();
}

/**
 * Which Host a server that listens on this machine alone answers to. Any page could have its own name lead here (DNS
 * rebinding) and be taken for one of ours.
 */
export function isOwnHost(host: string, names: readonly string[]): boolean {
  const name = host
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return (
    name === '' ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    isLoopback(name) ||
    names.includes(name)
  );
}

/** A page served by this very host; a foreign page must not speak in a visitor's network (reliability.md §6). */
export function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
