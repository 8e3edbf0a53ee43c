/** The real server's SIP side on virtual time: what is committed outlives a kill, what waits for its commit does not. */
import { DatabaseSync } from 'node:sqlite';
import { createAuthenticator } from '../../src/server/auth/authenticator.ts';
import { createGuesses, GUESS_LIMITS } from '../../src/server/auth/guesses.ts';
import { createNonces } from '../../src/server/auth/nonces.ts';
import { createEvents } from '../../src/server/events/events.ts';
import { sqliteEventStore } from '../../src/server/events/sqlite-store.ts';
import { EVENT_TABLES } from '../../src/server/events/tables.ts';
import { silentLog, type Log } from '../../src/server/log.ts';
import { createDelivery } from '../../src/server/messages/delivery.ts';
import { createMessageHandler } from '../../src/server/messages/message-handler.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { assembleSip } from '../../src/server/sip/assembly.ts';
import { createConnection } from '../../src/server/sip/connection.ts';
import { createDomain } from '../../src/server/sip/domain.ts';
import { createGruus } from '../../src/server/sip/gruu.ts';
import { LIMITS } from '../../src/server/sip/limits.ts';
import type { LocationTable } from '../../src/server/sip/locations.ts';
import { bindingsModule, bindingStore } from '../../src/server/store/bindings.ts';
import { messagesModule, messageStore, type MessageStore } from '../../src/server/store/messages.ts';
import { migrate } from '../../src/server/store/migrations.ts';
import { installationKey, secretsModule } from '../../src/server/store/secrets.ts';
import { usersModule, userStore } from '../../src/server/store/users.ts';
import type { Writer } from '../../src/server/store/writer.ts';
import { openDocuments, XCAP_TABLES } from '../../src/server/xcap/documents.ts';
import { ha1 } from '../../src/protocol/digest.ts';
import { parseMessage } from '../../src/protocol/sip-parser.ts';
import { makeResponse, writeMessage } from '../../src/protocol/sip-writer.ts';
import type { Faults } from './faults.ts';
import type { Network } from './network.ts';
import type { Timeline } from './timeline.ts';

export const DOMAIN = 'sim.test';

/** What every request is answered with while a storm lasts. */
export interface Storm {
  readonly status: 401 | 423 | 503;
  readonly until: number;
}

export interface SimServer {
  start(): Promise<void>;
  /** As `kill -9`: nothing more is written, answered or closed. */
  kill(): void;
  readonly running: () => boolean;
  storm: Storm | null;
  /** Bindings by address, of the process that runs now. */
  locations(): LocationTable;
  /** Messages that stand more than once in the database. */
  keptTwice(): string[];
  /** Forgets who proved a password on the open flows. */
  revokeAll(): void;
}

export function createSimServer(
  time: Timeline,
  network: Network,
  names: readonly string[],
  faults: Faults,
): SimServer {
  const database = new DatabaseSync(':memory:');
  migrate(database, [usersModule, secretsModule, bindingsModule, messagesModule, XCAP_TABLES, EVENT_TABLES]);
  const log: Log = silentLog();
  let life = 0;
  let current: { locations: LocationTable; revoke: () => void } | null = null;
  const server: SimServer = {
    storm: null,
    running: () => current !== null,
    kill() {
      life += 1;
      current = null;
      network.listen(null);
      for (const line of network.all()) line.cut();
    },
    start,
    locations() {
      if (!current) throw new Error('The server does not run');
      return current.locations;
    },
    revokeAll: () => current?.revoke(),
    keptTwice: () =>
      database
        .prepare('SELECT sender, count(*) AS times FROM messages GROUP BY body HAVING count(*) > 1')
        .all()
        .map((row) => `the server keeps a message of ${String(row['sender'])} ${String(row['times'])} times`),
  };

  async function start(): Promise<void> {
    const mine = ++life;
    const alive = () => life === mine;
    const clock = {
      now: time.now,
      random: time.random,
      after: (ms: number, run: () => void) =>
        time.after(
          ms,
          () => {
            if (alive()) run();
          },
          'server',
        ),
    };
    const durable = simWriter(database, clock, alive);
    const quick = simWriter(database, clock, alive);
    const users = userStore(durable);
    for (const name of names) {
      const secrets = { 'SHA-256': ha1('SHA-256', name, DOMAIN, 'pw'), MD5: ha1('MD5', name, DOMAIN, 'pw') };
      void users.add({ aor: `sip:${name}@${DOMAIN}`, name }, secrets);
    }
    const keys = await Promise.all(['gruu', 'nonce', 'flow'].map((name) => installationKey(durable, name)));
    const [gruuKey, nonceKey, flowKey] = keys;
    if (!gruuKey || !nonceKey || !flowKey || !alive()) return;
    const metrics = createMetrics();
    const gruus = createGruus(gruuKey, DOMAIN);
    const domain = createDomain(DOMAIN, [], gruus);
    const authenticator = createAuthenticator({
      ...{ users, realm: DOMAIN, clock, log },
      nonces: createNonces(nonceKey, DOMAIN),
      guesses: createGuesses(GUESS_LIMITS),
      count: metrics.counter('digest', '', 'verdict'),
    });
    const bindings = bindingStore(quick);
    const sip = assembleSip({
      clock,
      domain,
      gruus,
      users,
      authenticator,
      bindings,
      key: flowKey,
      wake: null,
      log,
      metrics,
    });
    const { core, locations } = sip;
    const { caller } = core;
    const documents = openDocuments(durable);
    const events = createEvents({
      store: sqliteEventStore(quick, clock, log),
      documents,
      locations,
      caller,
      users,
      domain,
      clock,
      log,
      xcapRoot: '/xcap',
    });
    const store = faultyStore(messageStore(durable, quick), faults, clock);
    const count = metrics.counter('deliveries', '', 'outcome');
    const delivery = createDelivery({ store, locations, caller, users, clock, log, count });
    const { reach } = events;
    const messages = createMessageHandler({
      store,
      delivery,
      locations,
      users,
      domain,
      caller,
      clock,
      reach,
      wake: null,
      log,
    });
    await sip.start([messages, ...events.handlers], reach);
    if (!alive()) return;
    let serial = 0;
    const connections = new Set<{ user: string | null; revoke(aor: string): void }>();
    current = {
      locations,
      revoke: () => {
        for (const one of connections) if (one.user !== null) one.revoke(one.user);
      },
    };
    network.listen((wire, address) => {
      const connection = createConnection({
        ...{
          id: `f${mine}.${(++serial).toString(36)}`,
          address,
          transport: 'WS',
          clock,
          limits: LIMITS,
          log,
        },
        wire: {
          send: (frame) => {
            if (alive()) wire.send(frame);
          },
          // No browser sends pings.
          pong: () => undefined,
          ping: () => {
            wire.ping();
          },
          close: (code, reason) => {
            if (alive()) wire.close(code, reason);
          },
          buffered: 0,
        },
        onMessage: (message, from) => {
          core.receive(message, from);
        },
      });
      connections.add(connection);
      core.opened(connection);
      return {
        receive: (frame) => {
          if (!alive()) return;
          const storm = stormAnswer(frame, server.storm, time.now());
          if (storm) wire.send(storm);
          else connection.receive(frame);
        },
        heard: () => {
          if (alive()) connection.heard();
        },
        ended: () => {
          connections.delete(connection);
          if (alive()) connection.ended();
        },
      };
    });
  }
  return server;
}

/** Group commits on virtual time. A kill before the commit loses the group. */
function simWriter(
  database: DatabaseSync,
  clock: { after(ms: number, run: () => void): () => void; random(): number },
  alive: () => boolean,
): Writer {
  let queue: { job: () => unknown; resolve: (value: never) => void; reject: (error: unknown) => void }[] = [];
  const flush = (): void => {
    const group = queue;
    queue = [];
    for (const { job, resolve, reject } of group) {
      try {
        const value = job();
        resolve(value as never);
      } catch (error) {
        reject(error);
      }
    }
  };
  return {
    database,
    problem: null,
    // This disk never refuses; killing the process is what is simulated.
    recover: () => undefined,
    flush,
    write: <T>(job: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (!alive()) return;
        if (queue.length === 0) clock.after(1 + clock.random() * 8, flush);
        queue.push({ job, resolve, reject });
      }),
  };
}

/** Planted: the server takes a repeat for a new message, or answers before anything is on its disk. */
function faultyStore(
  store: MessageStore,
  faults: Faults,
  clock: { after(ms: number, run: () => void): () => void; random(): number },
): MessageStore {
  if (faults.serverTakesRepeats)
    return {
      ...store,
      accept: (message, now) => store.accept({ ...message, id: `${message.id} ${clock.random()}` }, now),
    };
  if (!faults.earlyAnswer) return store;
  return {
    ...store,
    accept: (message, now) => {
      clock.after(300, () => void store.accept(message, now));
      return Promise.resolve({ kept: true, fresh: true, at: now });
    },
  };
}

function stormAnswer(frame: string, storm: Storm | null, now: number): string | null {
  if (!storm || storm.until <= now || frame.length <= 4) return null;
  const parsed = parseMessage(frame);
  if (!parsed.ok || parsed.message.kind !== 'request' || parsed.message.method === 'ACK') return null;
  const { method } = parsed.message;
  if (storm.status === 423 && method !== 'REGISTER' && method !== 'SUBSCRIBE' && method !== 'PUBLISH')
    return null;
  const headers =
    storm.status === 503
      ? [{ name: 'Retry-After', value: '3' }]
      : storm.status === 423
        ? [{ name: 'Min-Expires', value: '3600' }]
        : [
            {
              name: 'WWW-Authenticate',
              value: `Digest realm="${DOMAIN}", nonce="storm${now}", algorithm=SHA-256, qop="auth", stale=true`,
            },
          ];
  return writeMessage(makeResponse(parsed.message, { status: storm.status, toTag: 'storm', headers }));
}
