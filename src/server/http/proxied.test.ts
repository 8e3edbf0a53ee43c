import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerOptions } from '../wiring.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { isOwnHost, peerOf } from './peer.ts';
import { readSettings } from '../settings.ts';

const PAGE = 'https://app.example.org';

describe('pages, proxies and strangers', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());
  const open = async (options: Partial<ServerOptions> = {}): Promise<void> => {
    office = await openOffice(options);
  };
  /** Without fetch, which lets nobody choose Host. */
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
      (resolve, reject) => {
        const asked = request(
          { port: office.server.port, host: '127.0.0.1', path, method, headers },
          (response) => {
            let body = '';
            response.on('data', (chunk: Buffer) => (body += chunk.toString()));
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
            );
          },
        );
        asked.on('error', reject);
        asked.end();
      },
    );
  const preflight = (path: string, origin: string) =>
    get(path, { Origin: origin, 'Access-Control-Request-Method': 'PUT' }, 'OPTIONS');

  it.each(['/xcap/resource-lists/users/x/index', '/api/people', `/api/portraits/x`])(
    'a page of a listed origin may use %s, with its own credentials only',
    async (path) => {
      await open({ origins: [PAGE] });
      const asked = await preflight(path, PAGE);
      expect(asked.status).toBe(204);
      expect(asked.headers).toMatchObject({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
        'access-control-allow-headers': 'Authorization, Content-Type, If-Match, If-None-Match',
        vary: 'Origin',
      });
      expect(asked.headers).not.toHaveProperty('access-control-allow-credentials');
      const challenged = await get(path, { Origin: PAGE });
      expect(challenged.status).toBe(401);
      expect(challenged.headers['access-control-allow-origin']).toBe(PAGE);
      expect(challenged.headers['access-control-expose-headers']).toBe('ETag, WWW-Authenticate, Retry-After');
    },
  );

  it('a page of any other origin is told nothing, and nothing but these paths is open', async () => {
    await open({ origins: [PAGE] });
    for (const origin of ['https://evil.test', 'null', `${PAGE}.evil.test`, PAGE.toUpperCase()]) {
      const asked = await preflight('/api/people', origin);
      expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([405, undefined]);
    }
    for (const path of ['/health', '/metrics', '/config.json', '/']) {
      expect((await get(path, { Origin: PAGE })).headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('without listed origins nobody is asked', async () => {
    await open();
    expect((await preflight('/api/people', PAGE)).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('a server of this machine answers to no other name, however it got here', async () => {
    await open({ origins: [PAGE] });
    const { port } = office.server;
    for (const host of [`evil.test:${port}`, '192.168.1.5', '127.0.0.1.evil.test']) {
      const answer = await get('/config.json', { Host: host });
      expect(answer.status).toBe(421);
      expect(answer.body).toContain('PARLEY_TRUST_PROXY=1');
    }
    for (const host of [`localhost:${port}`, '[::1]:80', 'parley.test', 'x.localhost', 'app.example.org']) {
      expect([host, (await get('/config.json', { Host: host })).status]).toEqual([host, 200]);
    }
  });

  it('a trusted proxy tells of TLS and of the client', async () => {
    await open({ trustProxy: true });
    const fields = {
      Host: 'parley.example.org',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '127.0.0.1, 198.51.100.7',
    };
    expect((await get('/config.json', fields)).headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await get('/config.json', { Host: 'x.org' })).headers).not.toHaveProperty(
      'strict-transport-security',
    );
    expect((await get('/metrics', fields)).status).toBe(403);
    expect((await get('/metrics')).status).toBe(200);
  });

  it('nobody is believed to be a proxy otherwise', async () => {
    await open();
    const fields = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7' };
    const answer = await get('/metrics', fields);
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
  });

  it('figures may be opened to everybody', async () => {
    await open({ trustProxy: true, metricsOpen: true });
    expect((await get('/metrics', { 'X-Forwarded-For': '198.51.100.7' })).status).toBe(200);
  });

  it('wrong passwords behind a trusted proxy bar the client, not the proxy', async () => {
    await open({ trustProxy: true, guesses: { perAddress: 1, perAccount: 100 } });
    const ask = (from: string, password: string) =>
      signedFetch(office.server.port, 'Alice', `/api/people/${aorOf('Bob')}`, {
        password,
        headers: { 'X-Forwarded-For': from },
      });
    expect((await ask('198.51.100.7', 'wrong')).status).toBe(401);
    expect((await ask('198.51.100.7', 'correct horse')).status).toBe(403);
    expect((await ask('198.51.100.8', 'correct horse')).status).toBe(200);
  });

  it('one person’s searches keep a pace', async () => {
    await open();
    const path = '/api/people?q=a';
    const statuses = await Promise.all(
      Array.from({ length: 800 }, async () => (await signedFetch(office.server.port, 'Alice', path)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect((await signedFetch(office.server.port, 'Alice', `/api/people/${aorOf('Bob')}`)).status).toBe(200);
    expect((await signedFetch(office.server.port, 'Bob', path)).status).toBe(200);
  });
});

describe('who is at the other end', () => {
  const asked = (remoteAddress: string, headers: Record<string, string>) =>
    peerOf({ socket: { remoteAddress }, headers } as unknown as Parameters<typeof peerOf>[0], true).address;

  it.each([
    ['127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['::1', '10.0.0.1, 2001:db8::1', '2001:db8::1'],
    ['::ffff:127.0.0.1', 'nonsense', '::ffff:127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ])('%s that forwards for "%s" is %s', (socket, forwarded, address) => {
    expect(asked(socket, { 'x-forwarded-for': forwarded })).toBe(address);
  });

  it.each([
    ['localhost', true],
    ['LOCALHOST:80', true],
    ['127.0.0.53', true],
    ['[::1]:8080', true],
    ['evil.localhost.test', false],
    ['[::2]', false],
    ['127.0.0.1.nip.test', false],
  ])('Host %s is our own: %s', (host, own) => {
    expect(isOwnHost(host, [])).toBe(own);
  });

  it.each(['app.example.org', 'https://app.example.org/x', 'javascript:alert(1)'])(
    'PARLEY_ORIGINS with %s is refused',
    (origin) => {
      expect(readSettings({ PARLEY_ORIGINS: `https://a.test, ${origin}` }, [], '/data')).toMatchObject({
        problem: expect.stringContaining(origin) as string,
      });
    },
  );
});
