/** Where the server of a domain is (RFC 3263 §4): TLS over TCP, since nothing else crosses between organisations. */
import { Resolver } from 'node:dns/promises';
import type { PeerAddress } from './settings.ts';

/** The part of DNS that is asked. Each rejects when there is no such record. */
export interface Names {
  naptr(
    name: string,
  ): Promise<readonly { service: string; replacement: string; order: number; preference: number }[]>;
  srv(name: string): Promise<readonly { name: string; port: number; priority: number; weight: number }[]>;
}

/** Milliseconds a question, and how often it is asked. */
const PATIENCE = { timeout: 3_000, tries: 2 };
/** What is tried of what DNS says, however much that is. */
const MOST = 8;
const TLS_PORT = 5061;

/** The names of the system's DNS servers. */
export function systemNames(): Names {
  const resolver = new Resolver(PATIENCE);
  return { naptr: (name) => resolver.resolveNaptr(name), srv: (name) => resolver.resolveSrv(name) };
}

/**
 * Addresses to try in order; never empty. NAPTR leads to the SRV name (`SIPS+D2T`), else that is `_sips._tcp`; without
 * SRV the domain itself is the host. `random` is 0 <= x < 1.
 */
export async function findServers(
  domain: string,
  names: Names,
  random: () => number,
): Promise<readonly PeerAddress[]> {
  const pointers = await names.naptr(domain).catch(() => []);
  const [pointer] = pointers
    .slice(0, 64)
    .filter(({ service, replacement }) => service.toUpperCase() === 'SIPS+D2T' && isName(replacement))
    .sort((one, other) => one.order - other.order || one.preference - other.preference);
  const servers = await names.srv(pointer?.replacement ?? `_sips._tcp.${domain}`).catch(() => []);
  const usable = servers.slice(0, 64).filter(({ name, port }) => isName(name) && port > 0);
  // RFC 2782: by priority; within one, chance by weight.
  const drawn = usable.map((one) => ({ ...one, draw: random() ** (1 / (one.weight + 0.01)) }));
  drawn.sort((one, other) => one.priority - other.priority || other.draw - one.draw);
  const found = drawn.slice(0, MOST).map(({ name, port }) => ({ host: name, port }));
  return found.length > 0 ? found : [{ host: domain, port: TLS_PORT }];
}

function isName(text: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i.test(text);
}
