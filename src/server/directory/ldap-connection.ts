import { Client, type Entry, type Filter, NoSuchObjectError, ResultCodeError } from 'ldapts';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import type { LdapSettings } from './settings.ts';

export interface LdapSearch {
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** Entries; a server that has more gives these. */
  readonly limit: number;
  /** Attributes that are octets. */
  readonly octets?: readonly string[];
}

/**
 * One bound connection, made when it is needed:
 *
 *   none --search--> connecting --bound--> open --lost, too slow--> none
 *                        +--refused--> resting --1 to 30 s--> none
 */
export interface LdapConnection {
  /** Empty where the base is not there. Rejects when the server does not answer, refuses, or too much is asked at once. */
  search(base: string, search: LdapSearch): Promise<readonly Entry[]>;
  stop(): void;
}

/** Milliseconds that connecting, and each question, may take. */
const TIMEOUT = 3_000;
const REST = { first: 1_000, longest: 30_000 };
/** Questions under way; more than that and the directory is as good as away. */
const MOST_AT_ONCE = 300;

export function createLdapConnection(settings: LdapSettings, clock: Clock): LdapConnection {
  let open: { readonly client: Client; readonly ready: Promise<void> } | null = null;
  let rest = 0;
  let restUntil = -Infinity;
  let underWay = 0;

  function connected(): { readonly client: Client; readonly ready: Promise<void> } {
    if (open) return open;
    const client = new Client({ url: settings.url, timeout: TIMEOUT, connectTimeout: TIMEOUT });
    const bind = async (): Promise<void> => {
      if (settings.startTls) await client.startTLS(identityOf(settings.url));
      await client.bind(settings.bindDn, settings.password);
      rest = 0;
    };
    const mine = { client, ready: bind() };
    open = mine;
    mine.ready.catch(() => {
      rest = Math.min(Math.max(REST.first, rest * 2), REST.longest);
      restUntil = clock.now() + rest;
      drop(mine.client);
    });
    return mine;
  }

  /** A connection with our name on it: one that the server closed would be opened again without. */
  async function bound(): Promise<Client> {
    if (open === null && clock.now() < restUntil)
      throw new Error('the LDAP server did not answer a moment ago');
    const { client, ready } = connected();
    await ready;
    if (client.isConnected) return client;
    drop(client);
    const again = connected();
    await again.ready;
    return again.client;
  }

  async function ask(client: Client, base: string, search: LdapSearch): Promise<readonly Entry[]> {
    const { scope, filter, attributes, limit, octets = [] } = search;
    try {
      const { searchEntries } = await client.search(base, {
        scope,
        filter,
        attributes: [...attributes],
        explicitBufferAttributes: [...octets],
        sizeLimit: limit,
        timeLimit: TIMEOUT / 1000,
        derefAliases: 'never',
      });
      return searchEntries;
    } catch (error) {
      if (error instanceof NoSuchObjectError) return [];
      if (!(error instanceof ResultCodeError)) drop(client);
      throw error;
    }
  }

  function drop(client: Client): void {
    if (open?.client === client) open = null;
    client.unbind().catch(() => undefined);
  }

  return {
    async search(base, search) {
      if (underWay >= MOST_AT_ONCE) throw new Error('too many questions to the LDAP server at once');
      underWay++;
      try {
        return await ask(await bound(), base, search);
      } finally {
        underWay--;
      }
    },
    stop() {
      if (open) drop(open.client);
    },
  };
}

/** Whose certificate it has to be: the upgrade of a socket does not know where the socket leads. */
function identityOf(url: string): { host: string; servername?: string } {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return { host, ...(isIP(host) === 0 && { servername: host }) };
}
