/**
 * Where a push may be sent. Endpoints come from clients: without this check anybody with an account could make the server
 * knock at its own network (SSRF).
 */
import { lookup } from 'node:dns';
import { BlockList, type LookupFunction, isIP } from 'node:net';

export interface GuardOptions {
  /** Tests only: `http` to this machine is allowed. */
  readonly allowLoopback: boolean;
}

/** The URL to knock at, or why not. */
export type Guarded = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly why: string };

const PRIVATE = blockList();
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Checks what can be checked before the name is looked up. */
export function guardEndpoint(endpoint: string, { allowLoopback }: GuardOptions): Guarded {
  const url = URL.parse(endpoint);
  if (url === null) return { ok: false, why: 'not a URL' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username !== '' || url.password !== '') return { ok: false, why: 'credentials in the URL' };
  if (allowLoopback && (host === 'localhost' || isIn(LOOPBACK, host))) return { ok: true, url };
  if (url.protocol !== 'https:') return { ok: false, why: 'not https' };
  if (url.port !== '') return { ok: false, why: 'another port' };
  if (isIP(host) !== 0 && isPrivate(host)) return { ok: false, why: 'a private address' };
  return isIP(host) !== 0 || host.includes('.') ? { ok: true, url } : { ok: false, why: 'a local name' };
}

/** A look-up that yields public addresses only, so that no name can lead inside either. */
export function guardedLookup({ allowLoopback }: GuardOptions): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(
        ({ address }) => (allowLoopback && isIn(LOOPBACK, address)) || !isPrivate(address),
      );
      const first = allowed[0];
      if (first === undefined) return callback(new Error('The name leads to a private address'), '', 0);
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Whether an address literal is one of a private or special network; false for names. */
export function isPrivateAddress(host: string): boolean {
  return isIP(host) !== 0 && isPrivate(host);
}

function isPrivate(address: string): boolean {
  return isIP(address) === 0 || isIn(PRIVATE, address);
}

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** IANA's special-purpose registries: nothing in them is a push service. */
function blockList(): BlockList {
  const list = new BlockList();
  const four: readonly (readonly [string, number])[] = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ];
  const six: readonly (readonly [string, number])[] = [
    ['::', 96],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ];
  for (const [net, bits] of four) {
    list.addSubnet(net, bits, 'ipv4');
    list.addSubnet(`::ffff:${net}`, 96 + bits, 'ipv6');
  }
  for (const [net, bits] of six) list.addSubnet(net, bits, 'ipv6');
  return list;
}
