/** Digest over fetch, and what the directory makes of its answers. */
import { expect, test } from 'vitest';
import { areCredentialsRight, formatChallenge, ha1, parseCredentials } from '../protocol/digest.ts';
import { createMemoryVault } from '../store/memory-vault.ts';
import { createDirectory } from './directory.ts';
import { createKeeper, type Env } from './env.ts';
import { createHttp, type Http } from './http.ts';
import { createSecret } from './secret.ts';
import { createServerTime } from './server-time.ts';

const secret = (password: string) => createSecret('ann', password, new Map(), () => undefined);
const clock = { now: () => 1_800_000_000_000, random: () => 0.5, after: () => () => undefined };

/** Answers 401 with SHA-256 and MD5 until the credentials are right for method, path and body. */
function guarded(answer: (url: string) => Response) {
  const nonces: (string | undefined)[] = [];
  const fetcher = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const given = parseCredentials(new Headers(init.headers).get('authorization') ?? '');
    nonces.push(given ? `nc ${given.count}` : undefined);
    const right =
      given?.algorithm === 'SHA-256' &&
      given.uri === new URL(String(input)).pathname + new URL(String(input)).search &&
      areCredentialsRight(
        given,
        ha1('SHA-256', 'ann', 'x.test', 'pw'),
        init.method ?? '',
        String(init.body ?? ''),
      );
    if (right) return Promise.resolve(answer(String(input)));
    const challenge = (algorithm: 'SHA-256' | 'MD5') =>
      formatChallenge({ realm: 'x.test', nonce: 'n1', algorithm, qop: ['auth'], opaque: null, stale: false });
    const headers = { 'WWW-Authenticate': `${challenge('SHA-256')}, ${challenge('MD5')}` };
    return Promise.resolve(new Response('', { status: 401, headers }));
  };
  return { fetcher, nonces };
}

test('answers the strongest challenge, then goes ahead with the nonce it knows', async () => {
  const { fetcher, nonces } = guarded(() => new Response('hello', { headers: { etag: '"1"' } }));
  const http = createHttp(secret('pw'), fetcher, () => 'c1');
  for (const url of ['https://x.test/a?b=c', 'https://x.test/d%20e'])
    expect(await http({ method: 'PUT', url, body: 'x' })).toMatchObject({
      status: 200,
      body: 'hello',
      etag: '"1"',
    });
  expect(nonces).toEqual([undefined, 'nc 1', 'nc 2']);
});

test('a wrong password is tried once', async () => {
  const { fetcher, nonces } = guarded(() => new Response(''));
  const http = createHttp(secret('wrong'), fetcher, () => 'c1');
  expect((await http({ method: 'GET', url: 'https://x.test/' })).status).toBe(401);
  expect(nonces).toHaveLength(2);
});

test('no answer is status 0', async () => {
  const http = createHttp(
    secret('pw'),
    () => Promise.reject(new TypeError('refused')),
    () => 'c1',
  );
  expect((await http({ method: 'GET', url: 'https://x.test/' })).status).toBe(0);
});

function directory(http: Http) {
  const vault = createMemoryVault();
  const env: Env = { clock, vault, uuid: () => 'u', tell: () => undefined, log: () => undefined };
  const made = createDirectory(
    env,
    createKeeper(env),
    createServerTime(clock, 0),
    http,
    'https://x.test/api',
  );
  return { made, vault };
}
const answer = (body: unknown, type = 'application/json') => ({
  ...{ status: 200, body: typeof body === 'string' ? body : JSON.stringify(body), etag: null, type },
  bytes: new TextEncoder().encode(typeof body === 'string' ? body : ''),
});
const BEN = {
  aor: 'sip:ben@x.test',
  name: 'Ben',
  title: 'Clerk',
  phones: [{ kind: 'work', number: '1' }, { kind: 'fax' }],
};

test('looks somebody up with the face, keeps the card for the time without a network', async () => {
  let down = false;
  const { made, vault } = directory(({ url }) => {
    if (down) return Promise.resolve({ status: 0, body: '', etag: null, type: '' });
    return Promise.resolve(
      url.includes('portraits')
        ? answer('<svg/>', 'image/svg+xml')
        : answer({ ...BEN, photo: '/api/portraits/b' }),
    );
  });
  const found = await made.lookUp(BEN.aor);
  expect(found).toMatchObject({
    ok: true,
    value: { person: { name: 'Ben', title: 'Clerk', photo: 'data:image/svg+xml;base64,PHN2Zy8+' } },
  });
  expect((await vault.person(BEN.aor))?.person.phones).toEqual([{ kind: 'work', number: '1' }]);
  down = true;
  expect(await made.lookUp(BEN.aor)).toEqual(found);
  expect(await made.lookUp(BEN.aor, 0)).toEqual(found);
  expect(await made.lookUp('sip:cat@x.test')).toMatchObject({ ok: false });
});

test('a face from elsewhere, too large or of no known kind is left out', async () => {
  for (const [photo, bytes, type] of [
    ['https://evil.test/p.svg', 10, 'image/svg+xml'],
    ['/api/portraits/b', 100_000, 'image/png'],
    ['/api/portraits/b', 10, 'text/html'],
  ] as const) {
    const { made } = directory(({ url }) =>
      Promise.resolve(
        url.endsWith('/b') || url.includes('evil')
          ? { ...answer('x', type), bytes: new Uint8Array(bytes) }
          : answer({ ...BEN, photo }),
      ),
    );
    const found = await made.lookUp(BEN.aor);
    expect(found).toMatchObject({ ok: true });
    expect(found.ok && found.value.person).not.toHaveProperty('photo');
  }
});

test.each([
  [{ people: [BEN, { aor: 'no address', name: 'X' }, null] }, ['Ben']],
  [[BEN], ['Ben']],
  ['nonsense', null],
])('reads the answer to a search: %j', async (body, names) => {
  const { made } = directory(() => Promise.resolve(answer(body)));
  const found = await made.find('be', 5);
  expect(found.ok ? found.value.map((person) => person.name) : null).toEqual(names);
});
