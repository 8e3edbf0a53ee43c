import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClientSite } from '../../src/server/http/client-site.ts';
import { freePort, isFree } from '../../src/server/testing/free-port.ts';
import { startRelay } from './relay.ts';
import type { Crowd, Door, OfficeServer } from './server.ts';

export interface EngineServer extends OfficeServer, Crowd {
  /** SIP over WebSocket, and XCAP. */
  readonly webPort: number;
  /** The database's first process. */
  databasePid(): number;
  /** Its data: secrets, database, logs. */
  readonly folder: string;
  /** Plain SIP over UDP, for phones. */
  readonly sipPort: number;
  /** XCAP and the directory of a node of the presence service. */
  nodePort(node: number): number;
  /** kill -9 of a node; nobody starts it again. */
  killNode(node: number): void;
}

export interface EngineOptions {
  /** `stock`: Kamailio's own presence modules instead of our service. */
  readonly presence?: 'service' | 'stock';
  /** Processes of our service, at most two. */
  readonly nodes?: number;
  readonly domain?: string;
  /** Further settings, as an administrator gives them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts the engine on free ports with its own database, by the scripts an administrator uses. */
export async function startKamailio({
  presence = 'service',
  nodes = 1,
  domain = 'parley.test',
  settings = {},
}: EngineOptions = {}): Promise<EngineServer> {
  const data = await mkdtemp(join(tmpdir(), 'parley-engine-'));
  const [web, sip, events, db, rtp, turn, nodeSip, nodeHttp] = await ports(8);
  const env = {
    ...process.env,
    PARLEY_ENGINE_DATA: data,
    PARLEY_DOMAIN: domain,
    PARLEY_ENGINE_WEB: String(web),
    PARLEY_ENGINE_SIP: String(sip),
    PARLEY_ENGINE_EVENTS: String(events),
    PARLEY_ENGINE_DB: String(db),
    PARLEY_ENGINE_RTP: String(rtp),
    PARLEY_ENGINE_TURN: String(turn),
    PARLEY_ENGINE_PRESENCE: presence,
    PARLEY_ENGINE_NODES: String(nodes),
    PARLEY_ENGINE_NODE_SIP: String(nodeSip),
    PARLEY_ENGINE_NODE_HTTP: String(nodeHttp),
    PARLEY_NODE: process.execPath,
    PARLEY_CALENDAR_HOSTS: '127.0.0.1',
    ...settings,
  };
  try {
    await script('src/engine/start.sh', ['--detach'], env);
  } catch (error) {
    // What did start would otherwise stay.
    await script('src/engine/stop.sh', [], env);
    throw error;
  }
  const doors = new Set<Door>();
  return {
    kind: 'kamailio',
    domain,
    sipUrl: `ws://127.0.0.1:${web}`,
    sipPort: sip ?? 0,
    folder: data,
    webPort: web ?? 0,
    nodePort: (node) => (nodeHttp ?? 0) + node,
    killNode: (node) =>
      void process.kill(Number(readFileSync(join(data, `run/presence-${node}.pid`), 'utf8')), 'SIGKILL'),
    pid: () => Number(readFileSync(join(data, 'run/kamailio.pid'), 'utf8')),
    databasePid: () => Number(readFileSync(join(data, 'db/postmaster.pid'), 'utf8').split('\n', 1)[0]),
    async addUsers(names, password) {
      await script('src/engine/account.sh', ['add', ...names.flatMap((name) => [name, password])], env);
    },
    async addUser(name, password, displayName, phones) {
      await script('src/engine/account.sh', ['add', name, password], env);
      const words = [
        ...(displayName !== undefined && displayName !== name ? ['--display', displayName] : []),
        ...(phones ? ['--phone', phones.work, '--mobile', phones.mobile, '--home', phones.home] : []),
      ];
      if (words.length > 0 && presence === 'service')
        await script('src/engine/account.sh', ['person', name, ...words], env);
    },
    states: (...words) => script('src/engine/account.sh', ['states', ...words], env),
    async openDoor(host) {
      const relay = await startRelay(web ?? 0, host);
      const relays = presence === 'stock' ? [relay] : [relay, await startRelay(nodeHttp ?? 0, host)];
      const http = `http://localhost:${relays.at(-1)?.port ?? 0}`;
      const site = await startClientSite({
        port: 0,
        ...(host !== undefined && { host }),
        config: {
          sip: [`ws://localhost:${relay.port}`],
          domain,
          ...(presence === 'stock'
            ? { xcapRoot: `${http}/xcap-root` }
            : { xcapRoot: `${http}/xcap`, serviceRoot: `${http}/api` }),
          iceServers: [],
        },
      });
      const door: Door = {
        url: `http://localhost:${site.port}`,
        path: {
          cut: () => relays.forEach((one) => one.cut()),
          freeze: () => relays.forEach((one) => one.freeze()),
          unplug: () => relays.forEach((one) => one.unplug()),
          heal: () => relays.forEach((one) => one.heal()),
        },
        async close() {
          doors.delete(door);
          await site.close();
          for (const one of relays) await one.close();
        },
      };
      doors.add(door);
      return door;
    },
    log: () =>
      ['kamailio', ...(presence === 'stock' ? [] : ['presence-0'])]
        .map((name) => readFileSync(join(data, `run/${name}.log`), 'utf8'))
        .join('\n'),
    async close() {
      for (const door of doors) await door.close();
      await script('src/engine/stop.sh', [], env);
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function ports(count: number): Promise<number[]> {
  const found: number[] = [];
  // rtpengine takes the port after its own for its command line, a second node those after the first one's.
  while (found.length < count) {
    const port = await freePort();
    if (!found.some((other) => Math.abs(other - port) < 2) && (await isFree(port + 1))) found.push(port);
  }
  return found;
}

function script(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', [file, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${file}: ${said}`))));
  });
}
