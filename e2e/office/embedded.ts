import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAccount } from '../../src/server/auth/accounts.ts';
import { openDatabase } from '../../src/server/store/database.ts';
import { usersModule, userStore, type UserStore } from '../../src/server/store/users.ts';
import { freePort } from '../../src/server/testing/free-port.ts';
import { startRelay } from './relay.ts';
import type { Crowd, Door, OfficeServer } from './server.ts';

export interface EmbeddedOptions {
  readonly demo?: boolean;
  readonly domain?: string;
  /** Further settings, as an administrator gives them. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer extends OfficeServer, Crowd {
  readonly port: number;
  readonly data: string;
  /** `npm run admin -- …` */
  admin(...words: readonly string[]): Promise<void>;
}

/** Starts `src/server/start.ts` as its own process on a fresh data folder and a free port. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const domain = options.domain ?? 'parley.test';
  const data = await mkdtemp(join(tmpdir(), 'parley-office-'));
  const port = await freePort();
  let log = '';
  const env = {
    ...process.env,
    PARLEY_PORT: String(port),
    PARLEY_DATA: data,
    PARLEY_DOMAIN: domain,
    PARLEY_DEMO: options.demo ? '1' : '0',
    // The suite tests the build it made; a source that is edited meanwhile does not start another.
    PARLEY_AS_BUILT: '1',
    // The suite plays the push service itself.
    PARLEY_LOOPBACK_PUSH: '1',
    // And people's calendars.
    PARLEY_CALENDAR_HOSTS: '127.0.0.1',
    ...options.settings,
  };
  const keep = (chunk: Buffer) => {
    log += chunk.toString();
  };
  async function launch(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['src/server/start.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    await answering(port, child, () => log);
    return child;
  }
  // As the admin command does beside the running server, without a process for each account.
  async function withUsers(work: (users: UserStore) => Promise<unknown>): Promise<void> {
    const database = openDatabase(data, [usersModule], { shared: true });
    try {
      await work(userStore(database.durable));
    } finally {
      database.close();
    }
  }
  let child = await launch();
  const doors = new Set<Door>();
  return {
    kind: 'embedded',
    domain,
    sipUrl: `ws://127.0.0.1:${port}/sip`,
    port,
    data,
    async addUser(name, password, displayName, phones) {
      await withUsers((users) =>
        addAccount(
          users,
          domain,
          {
            aor: `sip:${name}@${domain}`,
            name: displayName ?? name,
            ...(phones && {
              phones: (['work', 'mobile', 'home'] as const).map((kind) => ({ kind, number: phones[kind] })),
            }),
          },
          password,
        ),
      );
    },
    admin: (...words) => runAdmin(words, env),
    states: (...words) => runAdmin(['states', ...words], env),
    async addUsers(names, password) {
      await withUsers((users) =>
        Promise.all(
          names.map((name) => addAccount(users, domain, { aor: `sip:${name}@${domain}`, name }, password)),
        ),
      );
    },
    pid: () => child.pid ?? 0,
    async openDoor(host) {
      const relay = await startRelay(port, host);
      const door: Door = {
        url: `http://localhost:${relay.port}`,
        path: relay,
        async close() {
          doors.delete(door);
          await relay.close();
        },
      };
      doors.add(door);
      return door;
    },
    async crash() {
      await ended(child, 'SIGKILL');
      child = await launch();
    },
    log: () => log,
    async close() {
      for (const door of doors) await door.close();
      await ended(child, 'SIGTERM');
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function answering(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the server did not start:\n${log()}`);
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

function runAdmin(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/server/admin.ts', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`admin ${args.join(' ')}: ${said}`)),
    );
  });
}
