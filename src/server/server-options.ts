/** What the server is built with, and what comes of it. */
import type { Server } from 'node:http';
import type { FilePolicy } from '../protocol/history-api.ts';
import type { ArchiveSettings } from './archive/policy.ts';
import type { GuessLimits } from './auth/guesses.ts';
import type { Clock } from './clock.ts';
import type { GroupStore } from './directory/groups-store.ts';
import type { DirectorySettings } from './directory/settings.ts';
import type { FederationSettings } from './federation/settings.ts';
import type { Fallback } from './http/http-server.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Limits } from './sip/limits.ts';
import type { UserStore } from './store/users.ts';

export interface ServerOptions {
  /** Data folder, or `:memory:`. */
  readonly folder: string;
  readonly domain: string;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port?: number;
  /** Fill an empty folder with the demo office and let its colleagues in. */
  readonly demo?: boolean;
  /** Serves the client's files. */
  readonly client?: (server: Server) => Promise<Fallback>;
  /** Origins of pages on other hosts that may use this server, `https://app.example.org`. */
  readonly origins?: readonly string[];
  /** A reverse proxy on this machine says where a request came from. */
  readonly trustProxy?: boolean;
  /** `/metrics` and the reasons in `/health` for everybody, not for this machine alone. */
  readonly metricsOpen?: boolean;
  /** LDAP and CardDAV beside the accounts. */
  readonly directory?: DirectorySettings;
  /** What is kept of conversations; all of it, for ever, when absent. */
  readonly history?: ArchiveSettings;
  /** What files are taken. */
  readonly files?: FilePolicy;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: Partial<Limits>;
  readonly guesses?: Partial<GuessLimits>;
  /** Tests only: push endpoints on this machine may be knocked at, without TLS. */
  readonly allowLoopbackPush?: boolean;
  /** `host` or `host:port` inside the own network whose calendars may be read. */
  readonly calendarHosts?: readonly string[];
  /** SIP with other organisations; absent or null: none. */
  readonly federation?: FederationSettings | null;
}

export interface RunningServer {
  readonly port: number;
  /** Where other organisations' servers connect; null without federation. */
  readonly federationPort: number | null;
  readonly domain: string;
  readonly users: UserStore;
  readonly groups: GroupStore;
  readonly metrics: Metrics;
  close(): Promise<void>;
}
