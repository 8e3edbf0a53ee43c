/**
 * The presence of 600 contacts in one subscription (RFC 4662), with real sockets to our server:
 *
 *   alice --SUBSCRIBE sip:alice@…;list=contacts--> server <--PUBLISH-- p0 … p599
 *         <--NOTIFY in pieces, then what changes--
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fact } from '../../src/agent/contract.ts';
import type { Env } from '../../src/agent/env.ts';
import { createHttp } from '../../src/agent/http.ts';
import { createServerTime } from '../../src/agent/server-time.ts';
import { createWatching, type Watching } from '../../src/agent/watching.ts';
import { xcapDocument } from '../../src/agent/xcap.ts';
import type { Presence } from '../../src/protocol/availability.ts';
import { ha1 } from '../../src/protocol/digest.ts';
import { encodePidf } from '../../src/protocol/pidf.ts';
import { publishedDocument } from '../../src/protocol/published-document.ts';
import { encodeResourceLists, NO_EXTRA, RESOURCE_LISTS_TYPE } from '../../src/protocol/resource-lists.ts';
import { startServer, type RunningServer } from '../../src/server/wiring.ts';
import type { Clock, Publication } from '../../src/sip/contract.ts';
import { createMemoryVault, emptyShelves } from '../../src/store/memory-vault.ts';
import { DOMAIN, User } from './user.ts';

const COUNT = 600;
const ME = `sip:alice@${DOMAIN}`;
const NEW = `sip:late@${DOMAIN}`;
const FOREIGN = 'sip:somebody@elsewhere.example';
const PEOPLE = Array.from({ length: COUNT }, (_, i) => `sip:p${i}@${DOMAIN}`);

let server: RunningServer;
const running: User[] = [];
const publications: Publication[] = [];

const document = (aor: string, note: string) =>
  encodePidf(
    publishedDocument({
      ...{ aor, instanceId: 'urn:uuid:00000001-0000-4000-8000-000000000001', now: Date.now() },
      ...{ manual: 'auto', manualSince: 0, lastInput: Date.now(), note, video: true },
    }),
  );

async function signIn(name: string): Promise<User> {
  const user = new User(server.port, name);
  running.push(user);
  user.agent.start();
  await user.until(() => user.states.at(-1)?.is === 'online', 20_000);
  return user;
}

async function publish(name: string): Promise<Publication> {
  const publication = (await signIn(name)).agent.publish('presence', 3600);
  publication.set('application/pidf+xml', document(`sip:${name}@${DOMAIN}`, `I am ${name}`));
  return publication;
}

beforeAll(async () => {
  server = await startServer({ folder: ':memory:', domain: DOMAIN, limits: { perAddress: 2 * COUNT } });
  const names = ['alice', 'late', ...PEOPLE.map((_, i) => `p${i}`)];
  for (const name of names) {
    const secrets = {
      MD5: ha1('MD5', name, DOMAIN, 'secret'),
      'SHA-256': ha1('SHA-256', name, DOMAIN, 'secret'),
    };
    await server.users.add({ aor: `sip:${name}@${DOMAIN}`, name }, secrets);
  }
  for (let from = 0; from < COUNT; from += 50) {
    const some = Array.from({ length: 50 }, (_, i) => publish(`p${from + i}`));
    publications.push(...(await Promise.all(some)));
  }
}, 60_000);

afterAll(async () => {
  await Promise.all(running.map((one) => one.agent.stop(100)));
  await server.close();
}, 30_000);

const clock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, 2_000_000_000));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

interface Watcher {
  readonly user: User;
  readonly watching: Watching;
  /** What the tabs have been told. */
  readonly seen: Map<string, Presence>;
  readonly batches: () => number;
  /** Targets of the subscriptions made, and the requests on the wire. */
  readonly targets: string[];
  readonly requests: () => number;
}

async function watcher(): Promise<Watcher> {
  const user = await signIn('alice');
  const seen = new Map<string, Presence>();
  const targets: string[] = [];
  let batches = 0;
  let requests = 0;
  const tell = (fact: Fact) => {
    if (fact.fact !== 'presence') return;
    batches++;
    for (const [aor, presence] of fact.changes) seen.set(aor, presence);
    user.wake();
  };
  const env: Env = {
    ...{ clock, tell, vault: createMemoryVault(emptyShelves()), uuid: () => 'u', log: () => undefined },
  };
  const { socket } = user;
  const send = socket?.send.bind(socket);
  if (socket && send)
    socket.send = (text) => {
      if (String(text).startsWith('SUBSCRIBE ')) requests++;
      send(text);
    };
  const subscribe = user.agent.subscribe.bind(user.agent);
  user.agent.subscribe = (options, listener) => {
    targets.push(options.target);
    return subscribe(options, listener);
  };
  const watching = createWatching(env, createServerTime(clock, 0), ME, true);
  return { user, watching, seen, targets, batches: () => batches, requests: () => requests };
}

const secret = {
  username: 'alice',
  ha1: (realm: string, algorithm: 'MD5' | 'SHA-256') => ha1(algorithm, 'alice', realm, 'secret'),
};

async function storeContacts(people: readonly string[]): Promise<void> {
  const http = createHttp(secret, fetch, () => 'c0ffee');
  const lists = xcapDocument(
    ...([http, `http://127.0.0.1:${server.port}/xcap`, ME, 'resource-lists', RESOURCE_LISTS_TYPE] as const),
  );
  const extra = NO_EXTRA;
  const entries = people.map((uri) => ({ uri, displayName: uri, details: {}, extra }));
  const body = encodeResourceLists({
    lists: [{ name: 'contacts', displayName: '', entries, lists: [], extra }],
    extra,
  });
  const now = await lists.fetch(null);
  const stored = await lists.store(body, now.is === 'document' ? now.etag : null);
  expect(stored.is).toBe('stored');
}

test('600 people in one SUBSCRIBE; a change within a second; somebody comes, somebody goes', async () => {
  await storeContacts(PEOPLE);
  const alice = await watcher();
  const { user, watching, seen } = alice;
  const cpu = process.cpuUsage();
  watching.follow(PEOPLE, []);
  watching.online(user.agent);
  await user.until(() => seen.size === COUNT, 10_000);
  const { user: ms, system } = process.cpuUsage(cpu);
  for (const [i, aor] of PEOPLE.entries())
    expect(seen.get(aor)).toMatchObject({ availability: 'available', note: `I am p${i}` });
  expect(alice.targets).toEqual([`${ME};list=contacts`]);
  expect(alice.requests()).toBe(1);
  // The server's half is in this number too.
  expect((ms + system) / 1000).toBeLessThan(3000);
  expect(alice.batches()).toBeLessThan(40);

  const changedAt = Date.now();
  publications[300]?.set('application/pidf+xml', document('sip:p300@example.org', 'At lunch'));
  await user.until(() => seen.get(PEOPLE[300] ?? '')?.note === 'At lunch');
  expect(Date.now() - changedAt).toBeLessThan(5000);

  // On this device first, then at the server.
  publications.push(await publish('late'));
  watching.follow([...PEOPLE, NEW], []);
  await storeContacts([...PEOPLE, NEW]);
  await user.until(() => seen.get(NEW)?.note === 'I am late');

  const [gone = '', ...rest] = PEOPLE;
  watching.follow([...rest, NEW], []);
  await storeContacts([...rest, NEW]);
  await user.until(() => seen.get(gone)?.availability === 'unknown');
  publications[0]?.set('application/pidf+xml', document(gone, 'Unheard'));
  publications[1]?.set('application/pidf+xml', document(PEOPLE[1] ?? '', 'Heard'));
  await user.until(() => seen.get(PEOPLE[1] ?? '')?.note === 'Heard');
  expect(watching.of(gone)).toBeUndefined();
  expect(seen.get(gone)?.availability).toBe('unknown');

  // Nobody in another domain is told of by a list: asked for singly, at once, and nobody else is.
  watching.follow([...rest, NEW, FOREIGN], []);
  await storeContacts([...rest, NEW, FOREIGN]);
  await user.until(() => alice.targets.length === 2);
  expect(alice.targets).toEqual([`${ME};list=contacts`, FOREIGN]);

  // A cut line: the same one subscription comes back with everybody, and only what is new is told.
  watching.offline();
  user.socket?.close();
  await user.until(() => user.states.at(-1)?.is !== 'online');
  publications[5]?.set('application/pidf+xml', document(PEOPLE[5] ?? '', 'Meanwhile'));
  await user.online();
  watching.online(user.agent);
  await user.until(() => seen.get(PEOPLE[5] ?? '')?.note === 'Meanwhile');
  expect(alice.targets).toHaveLength(2);
  watching.stop();
}, 60_000);
