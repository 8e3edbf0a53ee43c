/** Groups, members and tokens over our own HTTP service; what a list does to the cards that are kept. */
import { expect, test } from 'vitest';
import { createMemoryVault } from '../store/memory-vault.ts';
import { createDirectory } from './directory.ts';
import { createDirectoryGroups } from './directory-groups.ts';
import { createEmbedTokens } from './embed-tokens.ts';
import { createKeeper, type Env } from './env.ts';
import type { Http, HttpAnswer, HttpRequest } from './http.ts';
import { createServerTime } from './server-time.ts';

const ROOT = 'https://x.test/api';
const ALL = { id: 'g-1', name: 'All', size: 2 };
const ANA = { aor: 'sip:ana@x.test', name: 'Ana', photo: '/api/portraits/ana' };
let now = 1_000;
const clock = { now: () => now, after: () => () => undefined, random: () => 0.5 } as unknown as Env['clock'];

function answer(body: unknown, status = 200, type = 'application/json'): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, body: text, etag: null, type, bytes: new TextEncoder().encode(text) };
}

function service(respond: (request: HttpRequest) => HttpAnswer) {
  const asked: HttpRequest[] = [];
  const vault = createMemoryVault();
  const words: string[] = [];
  const tell: Env['tell'] = (fact) => void (fact.fact === 'notice' && words.push(fact.words));
  const env: Env = { clock, vault, uuid: () => 'u', tell, log: () => undefined };
  const http: Http = (request) => {
    asked.push(request);
    return Promise.resolve(respond(request));
  };
  const directory = createDirectory(env, createKeeper(env), createServerTime(clock, 0), http, ROOT);
  let kept: unknown = null;
  const groups = createDirectoryGroups({
    http,
    root: ROOT,
    kept: null,
    listed: (person) => directory.listed(person),
    keep: (told) => (kept = told),
  });
  return { asked, vault, http, directory, groups, kept: () => kept, told: () => words };
}

test('C03 finds groups by words, and none where the server has none', async () => {
  const { groups, asked } = service(() => answer({ groups: [ALL, { id: '' }, null] }));
  expect(await groups.find('al l', 5)).toEqual({ ok: true, value: [ALL] });
  expect(asked[0]?.url).toBe(`${ROOT}/groups?q=al+l&limit=5`);
  expect(await groups.find('  ', 5)).toEqual({ ok: true, value: [] });
  expect(await service(() => answer('', 404)).groups.find('x', 5)).toEqual({ ok: true, value: [] });
});

test('C04 gives a page of members, leaving out what is neither person nor group', async () => {
  const body = {
    group: ALL,
    members: [
      { is: 'person', person: ANA },
      { is: 'group', group: ALL },
      { is: 'person', person: {} },
      7,
      { is: 'x' },
    ],
    total: 4,
  };
  const { groups, asked } = service(() => answer(body));
  expect(await groups.members('g/1', 100, 5_000)).toEqual({
    ok: true,
    value: {
      group: ALL,
      members: [
        { is: 'person', person: { aor: ANA.aor, name: 'Ana' } },
        { is: 'group', group: ALL },
      ],
      total: 4,
    },
  });
  expect(asked[0]?.url).toBe(`${ROOT}/groups/g%2F1/members?offset=100&limit=100`);
});

test.each([
  [answer('', 0), 'cannot be reached'],
  [answer('', 404), 'not in the directory any more'],
  [answer({ problem: 'No answer from the LDAP directory; this is what the rest knows.' }, 503), 'LDAP'],
  [answer('<html>'), 'no useful answer'],
])('says why there are no members: %#', async (given, words) => {
  const found = await service(() => given).groups.members('g', 0, 10);
  expect(found.ok ? '' : found.why).toContain(words);
});

test('C01 keeps my groups for the time without a network', async () => {
  let down = false;
  const { groups, kept } = service(() => (down ? answer('', 0) : answer({ groups: [ALL] })));
  expect(await groups.mine()).toEqual({ ok: true, value: [ALL] });
  expect(kept()).toEqual([ALL]);
  down = true;
  expect(await groups.mine()).toEqual({ ok: true, value: [ALL] });
  expect(await service(() => answer('', 0)).groups.mine()).toMatchObject({ ok: false });
});

test('a list brings no face and takes none away; a card seen only in a list is asked for', async () => {
  const { directory, vault, asked } = service(({ url }) => {
    if (url.includes('portraits')) return answer('<svg/>', 200, 'image/svg+xml');
    return url.includes('?') ? answer({ people: [{ ...ANA, title: 'Clerk' }] }) : answer(ANA);
  });
  expect(await directory.find('ana', 5)).toEqual({
    ok: true,
    value: [{ aor: ANA.aor, name: 'Ana', title: 'Clerk' }],
  });
  expect((await vault.person(ANA.aor))?.listed).toBe(true);
  const before = asked.length;
  const card = await directory.lookUp(ANA.aor);
  expect(asked.length).toBeGreaterThan(before);
  expect(card).toMatchObject({
    ok: true,
    value: { person: { photo: 'data:image/svg+xml;base64,PHN2Zy8+' } },
  });
  now += 1_000;
  const again = await directory.find('ana', 5);
  expect(again).toMatchObject({
    ok: true,
    value: [{ title: 'Clerk', photo: 'data:image/svg+xml;base64,PHN2Zy8+' }],
  });
  expect((await vault.person(ANA.aor))?.asOf).toBe(1_000);
});

test('says once that a part of the directory is silent, and again when it is so again', async () => {
  let problem: string | undefined = 'No answer from the LDAP directory; this is what the rest knows.';
  const { directory, told } = service(() => answer({ people: [], ...(problem && { problem }) }));
  await directory.find('a', 5);
  await directory.find('an', 5);
  expect(told()).toEqual([problem]);
  const before = problem;
  problem = undefined;
  await directory.find('ana', 5);
  problem = before;
  await directory.find('ana', 5);
  expect(told()).toEqual([before, before]);
});

test('EP1 makes, lists and revokes tokens; the secret comes once', async () => {
  const token = { id: 't1', label: 'Intranet', origins: ['https://i.test'], people: [], createdAt: 5 };
  const { http, asked } = service(({ method }) =>
    method === 'POST'
      ? answer({ ...token, token: 'secret' }, 201)
      : method === 'DELETE'
        ? answer('', 204)
        : answer({ tokens: [token, {}] }),
  );
  const tokens = createEmbedTokens(http, ROOT);
  const make = { label: 'Intranet', origins: ['https://i.test'], people: [] };
  expect(await tokens({ make })).toEqual({ ok: true, value: [{ ...token, token: 'secret' }] });
  expect(await tokens({ revoke: 't1' })).toEqual({ ok: true, value: [token] });
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'DELETE', 'GET']);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual(make);
});

test.each([
  [answer({ problem: 'x is no origin, such as https://intranet.example without a path.' }, 400), 'no origin'],
  [answer('', 0), 'cannot be reached'],
  [answer('', 404), 'makes no tokens'],
  [answer('', 429), 'Too many'],
  [answer('nonsense', 201), 'no useful answer'],
])('says why a token was not made: %#', async (given, words) => {
  const made = await createEmbedTokens(
    service(() => given).http,
    ROOT,
  )({
    make: { label: 'x', origins: [], people: [] },
  });
  expect(made.ok ? '' : made.why).toContain(words);
});
