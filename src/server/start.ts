/** `npm start` and `npm run dev`: one process that is the whole service. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serveClient } from './http/client-files.ts';
import type { Fallback } from './http/http-server.ts';
import { buildClient, needsBuild } from './http/client-build.ts';
import { serveSources } from './http/dev-client.ts';
import { systemClock } from './clock.ts';
import { demoPassword } from './demo/office.ts';
import { DEMO_DOMAIN } from './demo/people.ts';
import { jsonLog } from './log.ts';
import { CannotOpen, FILE } from './store/database.ts';
import { startServer } from './wiring.ts';
import { readSettings, type Settings } from './settings.ts';

const root = resolve(import.meta.dirname, '../..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Milliseconds that an orderly stop may take. */
const STOP_TIME = 10_000;

const DISK_FULL = 'The disk is full. Make room and start again.';

/** The sentence for what stopped the start; null for a fault of ours. */
function sentence(error: unknown, { host, port, federation }: Settings): string | null {
  if (error instanceof CannotOpen) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'EADDRINUSE':
      if (federation !== null && 'port' in error && error.port === federation.port)
        return `Port ${federation.port} is in use by another program. Choose another one for PARLEY_FEDERATION_PORT.`;
      return `Port ${port} is in use by another program. Stop it, or choose another port: PARLEY_PORT=8081 npm start`;
    case 'EACCES':
      return `Port ${port} may not be opened by this user. Choose one above 1024: PARLEY_PORT=8080 npm start`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine. Set PARLEY_HOST to one, or to 127.0.0.1.`;
    case 'ENOSPC':
      return DISK_FULL;
    default:
      // SQLITE_FULL, out of a write after the database was opened.
      return 'errcode' in error && Number(error.errcode) % 256 === 13 ? DISK_FULL : null;
  }
}

/** `asBuilt`: whatever is in dist, however old. */
async function builtClient(asBuilt: boolean): Promise<Fallback> {
  if (!asBuilt && needsBuild(root)) {
    say('Building the client; this takes a minute the first time …');
    await buildClient(root);
  }
  return serveClient(join(root, 'dist'));
}

async function main(): Promise<void> {
  const settings = readSettings(process.env, process.argv.slice(2), join(root, 'data'));
  if ('problem' in settings) {
    process.stderr.write(`${settings.problem}\n`);
    process.exitCode = 2;
    return;
  }
  const { folder, host, port, dev, asBuilt, origins, loopbackPush, calendarHosts, trustProxy, metricsOpen } =
    settings;
  const { directory, federation, history, files } = settings;
  const isNew = !existsSync(join(folder, FILE));
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host);
  // The demo's passwords are on its sign-in page: never where another machine can reach it.
  const wasDemo = !isNew && demoPassword(folder) !== null;
  const demo = isLocal && !trustProxy && settings.demo && (isNew || wasDemo);
  const domain = settings.domain ?? (demo || wasDemo ? DEMO_DOMAIN : 'parley.localhost');
  const clock = systemClock();
  const log = jsonLog((line) => process.stderr.write(line), clock.now);
  try {
    const server = await startServer({
      folder,
      host,
      port,
      domain,
      demo,
      origins,
      trustProxy,
      metricsOpen,
      directory,
      federation,
      history,
      files,
      allowLoopbackPush: isLocal && loopbackPush,
      calendarHosts,
      clock,
      log,
      client: (http) => (dev ? serveSources(root, http) : builtClient(asBuilt)),
    });
    say(`Parley is at http://${isLocal ? 'localhost' : host}:${server.port}  (Ctrl C ends it)`);
    if (demo) say('This is the demo office: open the address and enter as anybody.');
    else if ((await server.users.list()).length === 0) {
      say('Nobody has an account yet: npm run admin -- user add alice');
    }
    let stopping = false;
    const stop = (): void => {
      // Asked twice, or stuck: what was promised to anybody is on disk already.
      if (stopping) process.exit(1);
      stopping = true;
      setTimeout(() => process.exit(1), STOP_TIME).unref();
      void server.close().then(() => process.exit(0));
    };
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      // A fault of ours leaves the state unknown: end, and let the start after it read what was kept.
      process.on(event, (error: unknown) => {
        log.error('crash', { error });
        process.exit(70);
      });
    }
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  } catch (error) {
    const why = sentence(error, settings);
    if (why === null) log.error('start-failed', { error });
    process.stderr.write(`${why ?? 'Parley could not start; the line above says where it failed.'}\n`);
    process.exit(1);
  }
}

await main();
