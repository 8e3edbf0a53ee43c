import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { header, type SipResponse } from '../protocol/sip-message.ts';
import { secretsOf } from './auth/secrets.ts';
import { startPostgres, type TestPostgres } from './testing/postgres.ts';
import { signedFetch, type SignedRequest } from './testing/signed-fetch.ts';
import { etagOf, KEY, startTestProxy, type TestProxy } from './testing/test-proxy.ts';

const ALICE = 'sip:alice@parley.test';
const BOB = 'sip:bob@parley.test';
const EVE = 'sip:eve@parley.test';
const RULES = '/xcap/pres-rules/users/sip:alice@parley.test/index';

function pidf(note: string): string {
  return `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${ALICE}"><tuple id="t1"><status><basic>open</basic></status><note>${note}</note></tuple></presence>`;
}

function rules(handling: string): string {
  return `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"><rule id="a"><conditions><identity><one id="${BOB}"/></identity></conditions><actions><sub-handling xmlns="urn:ietf:params:xml:ns:pres-rules">${handling}</sub-handling></actions></rule></ruleset>`;
}

/**
 *   alice, bob --- proxy ---- node 0 --+
 *                       \---- node 1 --+-- PostgreSQL
 */
describe('the presence service behind a proxy', { timeout: 60_000 }, () => {
  let postgres: TestPostgres;
  let database: Awaited<ReturnType<TestPostgres['fresh']>>;
  let proxy: TestProxy;
  let nodes: Map<number, { readonly child: ChildProcess; readonly http: number; readonly sip: number }>;

  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres.close());
  beforeEach(async () => {
    database = await postgres.fresh();
    for (const name of ['alice', 'bob', 'eve']) {
      const { MD5 } = secretsOf(name, 'parley.test', `pw-${name}`);
      await database.query('INSERT INTO subscriber VALUES ($1, $2, $3)', [name, 'parley.test', MD5]);
    }
    proxy = await startTestProxy();
    nodes = new Map();
  });
  afterEach(async () => {
    for (const n of nodes.keys()) await kill(n);
    proxy.close();
  });

  const start = async (n: number): Promise<void> => {
    const child = spawn(process.execPath, [new URL('presence-start.ts', import.meta.url).pathname], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PARLEY_DOMAIN: 'parley.test',
        PARLEY_SERVICE_DATABASE: database.url,
        PARLEY_SERVICE_NODE: `node-${n}`,
        PARLEY_SERVICE_SIP: '127.0.0.1:0',
        PARLEY_SERVICE_HTTP: '127.0.0.1:0',
        PARLEY_SERVICE_PROXIES: `127.0.0.1:${proxy.port}`,
        PARLEY_SERVICE_KEY: KEY,
        PARLEY_CALENDAR_HOSTS: '127.0.0.1',
      },
    });
    const ports = await new Promise<{ sip: number; http: number }>((resolve, reject) => {
      let log = '';
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        const [, sip, http] = /"listening".*?"sip":(\d+),"http":(\d+)/.exec(log) ?? [];
        if (http !== undefined) resolve({ sip: Number(sip), http: Number(http) });
      });
      child.once('exit', () => reject(new Error(log)));
    });
    nodes.set(n, { child, ...ports });
    proxy.serve(n, ports.sip);
  };
  const kill = async (n: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const child = nodes.get(n)?.child;
    nodes.delete(n);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, 'exit');
    child.kill(signal);
    await over;
  };
  /** As `account.sh person` does. */
  const describePerson = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(
      process.execPath,
      [new URL('engine-admin.ts', import.meta.url).pathname, 'person', ...args],
      {
        env: { PARLEY_DOMAIN: 'parley.test', PARLEY_SERVICE_DATABASE: database.url },
      },
    );
  const publish = (n: number, note: string, etag?: string): Promise<SipResponse> =>
    proxy.ask(n, 'PUBLISH', {
      from: ALICE,
      headers: { Event: 'presence', ...(etag !== undefined && { 'SIP-If-Match': etag }) },
      body: pidf(note),
    });
  const http = (n: number, name: string, path: string, request: SignedRequest = {}): Promise<Response> =>
    signedFetch(nodes.get(n)?.http ?? 0, name, path, { password: `pw-${name}`, ...request });
  const putRules = (n: number, handling: string, headers: Record<string, string> = {}): Promise<Response> =>
    http(n, 'alice', RULES, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/auth-policy+xml', ...headers },
      body: rules(handling),
    });

  it('shows at one node what was published at another, and its end', async () => {
    await start(0);
    await start(1);
    const bob = await proxy.watch(1, BOB, ALICE);
    expect((await proxy.notify(bob)).body).toBe('');
    const published = await publish(0, 'At my desk');
    expect(published.status).toBe(200);
    await proxy.notifyWith(bob, 'At my desk');
    const changed = await publish(0, 'Out for lunch', etagOf(published));
    const seen = await proxy.notifyWith(bob, 'Out for lunch');
    expect(seen.body).not.toContain('At my desk');
    await proxy.ask(0, 'PUBLISH', {
      from: ALICE,
      headers: { Event: 'presence', Expires: '0', 'SIP-If-Match': etagOf(changed) },
    });
    expect((await proxy.notify(bob)).body).toBe('');
    // A publication made at one node can be refreshed at the other.
    const again = await publish(0, 'Back');
    await proxy.notifyWith(bob, 'Back');
    expect((await publish(1, 'Still back', etagOf(again))).status).toBe(200);
    await proxy.notifyWith(bob, 'Still back');
  });

  it('holds rules that were written at another node, at once', async () => {
    await start(0);
    await start(1);
    await publish(0, 'Secret');
    const bob = await proxy.watch(0, BOB, ALICE);
    await proxy.notifyWith(bob, 'Secret');
    expect((await putRules(1, 'polite-block')).status).toBe(201);
    expect((await proxy.notify(bob)).body).toBe('');
    const reach = (n: number, key = KEY): Promise<Response> =>
      fetch(`http://127.0.0.1:${nodes.get(n)?.http}/proxy/reach?from=${BOB}&to=${ALICE}`, {
        headers: { 'X-Parley-Key': key },
      });
    expect(await (await reach(0)).text()).toBe('blocked');
    expect(await (await reach(1)).text()).toBe('blocked');
    expect((await reach(0, 'a guess')).status).toBe(403);
  });

  it('lets one of two writers win, each having seen the document before', async () => {
    await start(0);
    await start(1);
    const etag = (await putRules(0, 'allow')).headers.get('etag') ?? '';
    const both = await Promise.all([
      putRules(0, 'block', { 'If-Match': etag }),
      putRules(1, 'confirm', { 'If-Match': etag }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const texts = await Promise.all([0, 1].map(async (n) => (await http(n, 'alice', RULES)).text()));
    await expect
      .poll(async () => (await http(0, 'alice', RULES)).text())
      .toBe(await (await http(1, 'alice', RULES)).text());
    expect(texts.every((text) => text.includes('ruleset'))).toBe(true);
  });

  it('goes on at another node when one is killed: refreshes, changes, and watchers who do nothing', async () => {
    await start(0);
    await start(1);
    const published = await publish(0, 'Before');
    const [bob, idle] = [await proxy.watch(0, BOB, ALICE), await proxy.watch(0, BOB, ALICE)];
    await proxy.notifyWith(bob, 'Before');
    await proxy.notifyWith(idle, 'Before');
    const stored = 'SELECT 1 FROM parley_subscriptions UNION ALL SELECT 1 FROM parley_publications';
    await expect.poll(async () => (await database.query(stored)).rowCount).toBe(3);
    await kill(0);
    const refreshed = await proxy.ask(1, 'SUBSCRIBE', {
      from: BOB,
      uri: ALICE,
      headers: { Event: 'presence', Expires: '600', Contact: `<${BOB};gr=urn:uuid:1>` },
      dialog: bob,
    });
    expect(refreshed.status).toBe(200);
    await proxy.notifyWith(bob, 'Before');
    expect((await publish(1, 'After', etagOf(published))).status).toBe(200);
    await proxy.notifyWith(bob, 'After');
    await database.query('INSERT INTO location VALUES ($1, $2, $3, $4, 7)', [
      'bob',
      'parley.test',
      'sip:bob@192.0.2.1',
      '"<urn:uuid:1>"',
    ]);
    await database.query("SELECT pg_notify('parley', $1)", [
      `here\n${BOB}\n7\n<sip:bob@192.0.2.1>;+sip.instance="<urn:uuid:1>"`,
    ]);
    await proxy.notifyWith(idle, 'After');
  });

  it('remembers everything over a restart, and a node of the same name is alone', async () => {
    await start(0);
    const published = await publish(0, 'Here');
    const bob = await proxy.watch(0, BOB, ALICE);
    await proxy.notifyWith(bob, 'Here');
    await putRules(0, 'allow');
    await kill(0, 'SIGTERM');
    await start(0);
    expect(await (await http(0, 'alice', RULES)).text()).toContain('allow');
    expect((await publish(0, 'Still here', etagOf(published))).status).toBe(200);
    const refreshed = await proxy.ask(0, 'SUBSCRIBE', {
      from: BOB,
      uri: ALICE,
      headers: { Event: 'presence', Contact: `<${BOB};gr=urn:uuid:1>` },
      dialog: bob,
    });
    expect(refreshed.status).toBe(200);
    await proxy.notifyWith(bob, 'Still here');
    const { http: port, sip, child } = nodes.get(0) ?? { http: 0, sip: 0, child: null };
    await expect(start(0)).rejects.toThrow('Another node has the name node-0');
    expect(child?.exitCode).toBe(null);
    expect([nodes.get(0)?.http, nodes.get(0)?.sip]).toEqual([port, sip]);
  });

  it('takes nobody’s word but the proxy’s', async () => {
    await start(0);
    const headers = { Event: 'presence' };
    const ask = async (asserted: Record<string, string>, method = 'PUBLISH'): Promise<number> =>
      (await proxy.ask(0, method, { from: ALICE, headers, body: pidf('x'), asserted })).status;
    expect(await ask({})).toBe(200);
    expect(await ask({ 'P-Parley-Key': '' })).toBe(403);
    expect(await ask({ 'P-Parley-Key': `${KEY}x` })).toBe(403);
    expect(await ask({ 'P-Asserted-Identity': '' })).toBe(403);
    expect(await ask({ 'P-Asserted-Identity': `<${EVE}>` })).toBe(403);
    expect(await ask({ 'P-Asserted-Identity': `<${EVE}>`, 'p-asserted-identity': `<${ALICE}>` })).toBe(403);
    expect(await ask({}, 'MESSAGE')).toBe(405);
    expect(await ask({}, 'REGISTER')).toBe(405);
    // Somebody else's state is not one's own, and a dialog is its owner's.
    expect((await proxy.ask(0, 'PUBLISH', { from: EVE, uri: ALICE, headers, body: pidf('x') })).status).toBe(
      403,
    );
    const bob = await proxy.watch(0, BOB, ALICE);
    const contact = { ...headers, Contact: `<${EVE};gr=urn:uuid:2>` };
    expect(
      (await proxy.ask(0, 'SUBSCRIBE', { from: EVE, uri: ALICE, headers: contact, dialog: bob })).status,
    ).toBe(403);
  });

  it('closes a connection whose stream makes no sense, and serves on', async () => {
    await start(0);
    for (const text of [
      'GET / HTTP/1.1\r\n\r\n',
      `MESSAGE sip:a@b SIP/2.0\r\n${'x'.repeat(70_000)}`,
      '\r\rx',
    ]) {
      const socket = connect(nodes.get(0)?.sip ?? 0, '127.0.0.1');
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      socket.write(text);
      socket.resume();
      await closed;
    }
    expect((await publish(0, 'Fine')).status).toBe(200);
  });

  it('serves presence while the database is away, and writes it down afterwards', async () => {
    await start(0);
    const bob = await proxy.watch(0, BOB, ALICE);
    await postgres.stop();
    try {
      expect((await publish(0, 'No database')).status).toBe(200);
      await proxy.notifyWith(bob, 'No database');
      expect((await fetch(`http://127.0.0.1:${nodes.get(0)?.http}/health`)).status).toBe(503);
    } finally {
      await postgres.start();
    }
    await expect
      .poll(async () => (await database.query('SELECT body FROM parley_publications')).rows.length, {
        timeout: 20_000,
      })
      .toBe(1);
    await expect.poll(async () => (await putRules(0, 'allow')).status, { timeout: 20_000 }).toBe(201);
    // Nobody was forgotten for having come in between.
    const late = await proxy.watch(0, BOB, ALICE);
    await proxy.notifyWith(late, 'No database');
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${nodes.get(0)?.http}/health`)).status, {
        timeout: 20_000,
      })
      .toBe(200);
  });

  it('knows accounts made meanwhile, their names, and only this machine’s people', async () => {
    await start(0);
    const found = async (words: string): Promise<unknown> =>
      ((await (await http(0, 'alice', `/api/people?q=${words}`)).json()) as { people: unknown }).people;
    expect(await found('carol')).toEqual([]);
    await database.query('INSERT INTO subscriber VALUES ($1, $2, $3)', ['carol', 'parley.test', 'x']);
    await describePerson('carol', '--display', 'Carol Ångström', '--phone', '+4722111002');
    await describePerson('carol', '--title', 'Surveyor', '--mobile', '+4791111002');
    const carol = {
      name: 'Carol Ångström',
      title: 'Surveyor',
      phones: [{ kind: 'work', number: '+4722111002' }],
    };
    await expect.poll(() => found('ang')).toMatchObject([carol]);
    await expect(describePerson('nobody', '--display', 'x')).rejects.toThrow('nobody has no account');
    await database.query('INSERT INTO parley_people VALUES ($1, $2)', [BOB, '{ no JSON']);
    await expect.poll(() => found('bob')).toMatchObject([{ name: 'bob' }]);
    const response = await proxy.ask(0, 'SUBSCRIBE', {
      from: ALICE,
      uri: 'sip:nobody@parley.test',
      headers: { Event: 'presence', Contact: `<${ALICE}>` },
    });
    expect(response.status).toBe(404);
    expect(header(response, 'Contact')).toBe(undefined);
  });

  it('reads a calendar at every node, also when it was chosen at another', async () => {
    const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
    const [from, until] = [stamp(Date.now() - 600_000), stamp(Date.now() + 3_000_000)];
    const event = [
      'BEGIN:VEVENT',
      'UID:1',
      `DTSTAMP:${from}`,
      `DTSTART:${from}`,
      `DTEND:${until}`,
      'SUMMARY:Budget',
    ];
    const lines = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:test',
      ...event,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ];
    const site = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/calendar' }).end(lines.join('\r\n'));
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    await start(0);
    await start(1);
    await publish(1, 'Desk');
    const bob = await proxy.watch(1, BOB, ALICE);
    await proxy.notifyWith(bob, 'Desk');
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/alice.ics`;
    const answer = await http(0, 'alice', '/api/calendar', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ is: 'ics', url }),
    });
    expect(await answer.json()).toMatchObject({ problem: null, source: { is: 'ics' } });
    await proxy.notifyWith(bob, 'meeting');
    expect(await (await http(1, 'alice', '/api/calendar')).json()).toMatchObject({
      source: { is: 'ics', url },
    });
    site.close();
  });

  it('knows tokens for other pages that were made and revoked at another node', async () => {
    await start(0);
    await start(1);
    const made = await http(0, 'alice', '/api/embed-tokens', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ origins: ['https://intranet.example'], people: [], label: 'Intranet' }),
    });
    const { id, token } = (await made.json()) as { id: string; token: string };
    const asked = async (): Promise<number> => {
      const stop = new AbortController();
      const { status } = await fetch(
        `http://127.0.0.1:${nodes.get(1)?.http}/api/embed/presence?aor=${encodeURIComponent(ALICE)}`,
        {
          headers: { Authorization: `Bearer ${token}`, Origin: 'https://intranet.example' },
          signal: stop.signal,
        },
      );
      stop.abort();
      return status;
    };
    await expect.poll(asked).toBe(200);
    expect((await http(0, 'alice', `/api/embed-tokens/${id}`, { method: 'DELETE' })).status).toBeLessThan(
      300,
    );
    await expect.poll(asked).toBe(401);
  });
});
