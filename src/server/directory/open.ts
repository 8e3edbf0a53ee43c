import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { builtInSource } from './built-in.ts';
import { cardDavSource } from './card-dav-source.ts';
import type { Directory } from './contract.ts';
import { createDirectory } from './directory.ts';
import { ldapSource } from './ldap-source.ts';
import type { DirectorySettings, LdapSettings } from './settings.ts';

export interface OpenDirectoryOptions {
  readonly settings: DirectorySettings;
  readonly users: Parameters<typeof builtInSource>[0];
  readonly groups: Parameters<typeof builtInSource>[1];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The directory as the settings want it: the accounts of this server first, then LDAP, then CardDAV. */
export function openDirectory({
  settings,
  users,
  groups,
  clock,
  log,
  metrics,
}: OpenDirectoryOptions): Directory {
  const { ldap, cardDav } = settings;
  const left = metrics.counter('parley_directory_malformed', 'Directory entries left out', 'source');
  const failures = metrics.counter('parley_directory_failures', 'Answers a directory owed', 'source');
  if (ldap && ldap.password !== '' && !isPrivate(ldap)) log.warn('ldap-not-encrypted', { url: ldap.url });
  const told = new Set<string>();
  /** Counted each time it is met, told once: some entries are met at every search. */
  const malformed = (source: string) => (entry: string) => {
    left.add(source);
    const key = `${source} ${entry}`;
    if (told.has(key) || told.size >= 1_000) return;
    told.add(key);
    log.warn('directory-entry-malformed', { source, entry });
  };
  return createDirectory({
    sources: [
      builtInSource(users, groups),
      ...(ldap ? [ldapSource({ settings: ldap, clock, malformed: malformed('ldap') })] : []),
      ...(cardDav ? [cardDavSource({ settings: cardDav, clock, log, malformed: malformed('carddav') })] : []),
    ],
    clock,
    log,
    failures,
  });
}

/** Whether the password cannot be read on its way. */
function isPrivate({ url, startTls }: LdapSettings): boolean {
  const { protocol, hostname } = new URL(url);
  return startTls || protocol === 'ldaps:' || /^(?:localhost|127\..*|\[::1\])$/.test(hostname);
}
