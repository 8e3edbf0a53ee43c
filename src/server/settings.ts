import type { FilePolicy } from '../protocol/history-api.ts';
import { readArchiveSettings, type ArchiveSettings } from './archive/policy.ts';
import { readDirectorySettings, type DirectorySettings } from './directory/settings.ts';
import { readFederationSettings, type FederationSettings } from './federation/settings.ts';
import { readFileSettings } from './uploads/file-policy.ts';

/** What an administrator sets by environment. */
export interface Settings {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Null: the one of the demo, or `parley.localhost`. */
  readonly domain: string | null;
  /** False keeps the demo office out of a new folder. */
  readonly demo: boolean;
  readonly origins: readonly string[];
  /** A reverse proxy on this machine says where a request came from (PARLEY_TRUST_PROXY=1). */
  readonly trustProxy: boolean;
  /** Figures and reasons for everybody, not for this machine alone (PARLEY_METRICS_OPEN=1). */
  readonly metricsOpen: boolean;
  readonly dev: boolean;
  /** Serve `dist` as it stands, however old (PARLEY_AS_BUILT=1): for a machine without the sources' tools. */
  readonly asBuilt: boolean;
  /** Tests only: push endpoints on this machine may be knocked at. Not for a server others can reach. */
  readonly loopbackPush: boolean;
  /** Hosts inside the own network whose calendars may be read (PARLEY_CALENDAR_HOSTS=host,host:port). */
  readonly calendarHosts: readonly string[];
  readonly directory: DirectorySettings;
  /** Null: with nobody. */
  readonly federation: FederationSettings | null;
  readonly history: ArchiveSettings;
  readonly files: FilePolicy;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the settings; `problem` is a sentence. */
export function readSettings(
  environment: Environment,
  args: readonly string[],
  defaultFolder: string,
): Settings | { readonly problem: string } {
  const port = Number(environment['PARLEY_PORT'] ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    return { problem: 'PARLEY_PORT is not a port number.' };
  const domain = environment['PARLEY_DOMAIN']?.toLowerCase() ?? null;
  if (domain !== null && !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain)) {
    return { problem: 'PARLEY_DOMAIN is not a host name, such as example.org.' };
  }
  const unknown = args.find((arg) => arg !== '--dev');
  if (unknown !== undefined) return { problem: `${unknown} is not understood; the only option is --dev.` };
  const origins = (environment['PARLEY_ORIGINS'] ?? '')
    .split(',')
    .map((origin) => origin.trim().replace(/\/$/, ''))
    .filter((origin) => origin !== '');
  const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong !== undefined) {
    return { problem: `PARLEY_ORIGINS holds ${wrong}, which is no origin, such as https://app.example.org.` };
  }
  const directory = readDirectorySettings(environment);
  if ('problem' in directory) return directory;
  const federation = readFederationSettings(environment);
  if (federation !== null && 'problem' in federation) return federation;
  const history = readArchiveSettings(environment);
  if ('problem' in history) return history;
  const files = readFileSettings(environment);
  if ('problem' in files) return files;
  return {
    folder: environment['PARLEY_DATA'] ?? defaultFolder,
    host: environment['PARLEY_HOST'] ?? '127.0.0.1',
    port,
    domain,
    demo: environment['PARLEY_DEMO'] !== '0',
    origins,
    trustProxy: environment['PARLEY_TRUST_PROXY'] === '1',
    metricsOpen: environment['PARLEY_METRICS_OPEN'] === '1',
    dev: args.includes('--dev'),
    asBuilt: environment['PARLEY_AS_BUILT'] === '1',
    loopbackPush: environment['PARLEY_LOOPBACK_PUSH'] === '1',
    calendarHosts: (environment['PARLEY_CALENDAR_HOSTS'] ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
    directory,
    federation,
    history,
    files,
  };
}
