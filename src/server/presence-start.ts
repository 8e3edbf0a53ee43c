/**
 * One node of the engine's presence service; `src/engine/start.sh` sets the environment:
 *
 *   PARLEY_DOMAIN            the domain, also the digest realm
 *   PARLEY_SERVICE_DATABASE  postgres://…, Kamailio's own
 *   PARLEY_SERVICE_NODE      name of this node, the same after a restart
 *   PARLEY_SERVICE_SIP       host:port for SIP over TCP from the proxy
 *   PARLEY_SERVICE_HTTP      host:port for XCAP and the directory
 *   PARLEY_SERVICE_PROXIES   host:port of the proxies' SIP over TCP, with commas
 *   PARLEY_SERVICE_KEY       shared with the proxy and between nodes
 *   PARLEY_SERVICE_ORIGINS   a regular expression for origins of pages
 *   PARLEY_CALENDAR_HOSTS, PARLEY_LDAP_…, PARLEY_CARDDAV_…, PARLEY_METRICS_OPEN   as of the embedded server (README)
 */
import { systemClock } from './clock.ts';
import { readDirectorySettings } from './directory/settings.ts';
import { jsonLog } from './log.ts';
import { startPresenceService, type Address, type PresenceServiceOptions } from './presence-service.ts';

/** Milliseconds that an orderly stop may take. */
const STOP_TIME = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

function addressOf(text: string): Address | null {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? null : { host, port: Number(port) };
}

/** The settings, or a sentence that says what is wrong. */
function readOptions(environment: Environment): Omit<PresenceServiceOptions, 'clock' | 'log'> | string {
  const given = (name: string): string => environment[`PARLEY_SERVICE_${name}`] ?? '';
  const [sip, http] = [addressOf(given('SIP')), addressOf(given('HTTP'))];
  if (sip === null || http === null) return 'PARLEY_SERVICE_SIP and PARLEY_SERVICE_HTTP want host:port.';
  const proxies = given('PROXIES').split(',').map(addressOf);
  if (proxies.includes(null)) return 'PARLEY_SERVICE_PROXIES wants host:port, with commas between several.';
  const [domain, database, node, key] = [
    environment['PARLEY_DOMAIN'],
    given('DATABASE'),
    given('NODE'),
    given('KEY'),
  ];
  if (domain === undefined || database === '' || node === '') {
    return 'PARLEY_DOMAIN, PARLEY_SERVICE_DATABASE and PARLEY_SERVICE_NODE must be set.';
  }
  if (key.length < 16) return 'PARLEY_SERVICE_KEY must have at least 16 characters.';
  const directory = readDirectorySettings(environment);
  if ('problem' in directory) return directory.problem;
  const rule = given('ORIGINS');
  const origins = rule === '' ? [] : { length: 1, includes: matcher(rule) };
  const metricsOpen = environment['PARLEY_METRICS_OPEN'] === '1';
  const calendarHosts = (environment['PARLEY_CALENDAR_HOSTS'] ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return {
    ...{
      domain: domain.toLowerCase(),
      database,
      node,
      key,
      sip,
      http,
      origins,
      directory,
      metricsOpen,
      calendarHosts,
    },
    proxies: proxies.filter((one) => one !== null),
  };
}

/** The same rule as Kamailio has for the WebSocket. */
function matcher(rule: string): (origin: string) => boolean {
  const pattern = new RegExp(rule);
  return (origin) => pattern.test(origin);
}

async function main(): Promise<void> {
  const options = readOptions(process.env);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    process.exitCode = 2;
    return;
  }
  const clock = systemClock();
  const log = jsonLog((line) => process.stderr.write(line), clock.now);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    // A fault of ours leaves the state unknown: end, and let the start after it read what was kept.
    process.on(event, (error: unknown) => {
      log.error('crash', { error });
      process.exit(70);
    });
  }
  try {
    const service = await startPresenceService({ ...options, clock, log });
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(1);
      stopping = true;
      setTimeout(() => process.exit(1), STOP_TIME).unref();
      void service.close().then(() => process.exit(0));
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    log.error('start-failed', { error });
    process.exit(1);
  }
}

await main();
