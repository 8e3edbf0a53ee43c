/**
 * Two browsers of one person, with real sockets to our server: a change made in one is in the other within 2 s.
 *
 *   left --PUT--> server --NOTIFY xcap-diff (RFC 5875)--> right --GET--> the same list
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContacts, PRES_RULES_TYPE, RESOURCE_LISTS_TYPE } from '../../src/agent/contacts.ts';
import type { Contacts } from '../../src/agent/contacts.ts';
import { createKeeper, type Env } from '../../src/agent/env.ts';
import { createHttp } from '../../src/agent/http.ts';
import { createListNews, type ListNews } from '../../src/agent/list-news.ts';
import { createServerTime } from '../../src/agent/server-time.ts';
import { xcapDocument } from '../../src/agent/xcap.ts';
import { ha1 } from '../../src/protocol/digest.ts';
import { startServer, type RunningServer } from '../../src/server/wiring.ts';
import type { Clock } from '../../src/sip/contract.ts';
import { createMemoryVault, emptyShelves } from '../../src/store/memory-vault.ts';
import { DOMAIN, User } from './user.ts';

const ME = `sip:alice@${DOMAIN}`;
const clock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

let server: RunningServer;
const browsers: { readonly user: User; readonly contacts: Contacts; readonly news: ListNews }[] = [];

async function browser(device: number) {
  const user = new User(server.port, 'alice', device);
  user.agent.start();
  await user.until(() => user.states.at(-1)?.is === 'online', 20_000);
  const vault = createMemoryVault(emptyShelves());
  const env: Env = {
    clock,
    vault,
    uuid: () => crypto.randomUUID(),
    log: () => undefined,
    tell: () => user.wake(),
  };
  const secret = {
    username: 'alice',
    ha1: (realm: string, algorithm: 'MD5' | 'SHA-256') => ha1(algorithm, 'alice', realm, 'secret'),
  };
  const http = createHttp(secret, fetch, () => crypto.randomUUID().slice(0, 8));
  const root = `http://127.0.0.1:${server.port}/xcap`;
  const contacts = createContacts({
    ...{ env, keeper: createKeeper(env), time: createServerTime(clock, 0), me: ME, serviceRoot: null },
    remote: {
      lists: xcapDocument(http, root, ME, 'resource-lists', RESOURCE_LISTS_TYPE),
      rules: xcapDocument(http, root, ME, 'pres-rules', PRES_RULES_TYPE),
    },
    kept: null,
    changed: () => undefined,
    decorate: (entry) => entry,
    levelsKept: () => true,
  });
  const news = createListNews(env, ME, contacts.sync);
  news.online(user.agent);
  contacts.sync();
  const one = { user, contacts, news };
  browsers.push(one);
  return one;
}

beforeAll(async () => {
  server = await startServer({ folder: ':memory:', domain: DOMAIN });
  const secrets = {
    MD5: ha1('MD5', 'alice', DOMAIN, 'secret'),
    'SHA-256': ha1('SHA-256', 'alice', DOMAIN, 'secret'),
  };
  await server.users.add({ aor: ME, name: 'Alice' }, secrets);
}, 30_000);

afterAll(async () => {
  for (const { contacts, news } of browsers) {
    contacts.stop();
    news.stop();
  }
  await Promise.all(browsers.map(({ user }) => user.agent.stop(100)));
  await server.close();
}, 30_000);

test('P06 a change is in the other browser within two seconds, each way', async () => {
  const [left, right] = [await browser(1), await browser(2)];
  const names = ({ contacts }: typeof left) => contacts.list().entries.map(({ name }) => name);
  const within = async (at: typeof left, holds: () => boolean): Promise<number> => {
    const start = performance.now();
    await at.user.until(holds, 5_000);
    return performance.now() - start;
  };
  await left.contacts.edit({ edit: 'add', aor: `sip:ben@${DOMAIN}`, name: 'Ben', group: null });
  expect(await within(right, () => names(right).includes('Ben'))).toBeLessThan(2_000);
  await right.contacts.edit({ edit: 'level', aor: `sip:ben@${DOMAIN}`, level: 'team' });
  const levelOf = () => left.contacts.list().entries[0]?.level;
  expect(await within(left, () => levelOf() === 'team')).toBeLessThan(2_000);
  await right.contacts.edit({ edit: 'remove', aor: `sip:ben@${DOMAIN}` });
  expect(await within(left, () => names(left).length === 0)).toBeLessThan(2_000);
});
