/**
 *   alice (digest)           server                     a page on https://intranet.example
 *     | POST embed-tokens --> |                            |
 *     | <------------ token   | <-- GET presence, Bearer --|
 *     | PUBLISH ------------> | -- data: {…} ------------> |   as Public sees it, and never more
 *     | DELETE token -------> | -- end ------------------> |
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbedPresence, EmbedToken } from '../../protocol/service-api.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

const PAGE = 'https://intranet.example';
const [ALICE, BOB, CAROL] = [aorOf('Alice'), aorOf('Bob'), aorOf('Carol')];
const BUSY_IN_COURT = `<?xml version="1.0"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
  xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="${BOB}">
  <tuple id="t"><status><basic>open</basic></status><rpid:class>public</rpid:class></tuple>
  <tuple id="u"><status><basic>open</basic></status><rpid:class>company</rpid:class></tuple>
  <dm:person id="p"><rpid:class>public</rpid:class><rpid:activities><rpid:busy/></rpid:activities></dm:person>
  <dm:person id="q"><rpid:class>company</rpid:class><rpid:activities><rpid:meeting/></rpid:activities>
    <dm:note>Secret plans</dm:note></dm:person>
</presence>`;

let office: Awaited<ReturnType<typeof openOffice>>;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.close());

const json = { 'content-type': 'application/json' };
const signed = (name: string, path: string, method = 'GET', body?: unknown) =>
  signedFetch(office.server.port, name, path, {
    method,
    ...(body === undefined ? {} : { headers: json, body: JSON.stringify(body) }),
  });

async function makeToken(more: object = {}, name = 'Alice'): Promise<EmbedToken & { token: string }> {
  const body = { label: 'Intranet', origins: [PAGE], people: [], ...more };
  const answer = await signed(name, '/api/embed-tokens', 'POST', body);
  expect(answer.status).toBe(201);
  return (await answer.json()) as EmbedToken & { token: string };
}

const ask = (query: string, headers: Record<string, string>, method = 'GET') =>
  fetch(`http://127.0.0.1:${office.server.port}/api/embed/presence${query}`, { method, headers });
const bearer = (token: string, origin = PAGE) => ({ Authorization: `Bearer ${token}`, Origin: origin });

/** Reads a stream event by event. */
function reading(answer: Response) {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    /** Null when the stream has ended. */
    async next(): Promise<EmbedPresence | null> {
      for (;;) {
        const match = /^(?::[^\n]*\n\n)*data: ([^\n]*)\n\n/.exec(text);
        if (match) {
          text = text.slice(match[0].length);
          return JSON.parse(match[1] ?? '') as EmbedPresence;
        }
        const chunk = await reader?.read();
        if (!chunk || chunk.done) return null;
        text += chunk.value;
      }
    },
    leave: () => reader?.cancel(),
  };
}

const publish = (phone: Phone, body: string) =>
  phone.request('PUBLISH', {
    uri: phone.aor,
    headers: [
      { name: 'Event', value: 'presence' },
      { name: 'Expires', value: '600' },
    ],
    contentType: 'application/pidf+xml',
    body,
  });

describe('tokens for other pages', () => {
  it('are shown once, listed without their secret, revoked by their maker alone', async () => {
    const made = await makeToken({ people: [BOB] });
    expect(made.token).toMatch(/^[\w-]{43}$/);
    const listed = (await (await signed('Alice', '/api/embed-tokens')).json()) as { tokens: EmbedToken[] };
    expect(listed.tokens).toEqual([
      { id: made.id, label: 'Intranet', origins: [PAGE], people: [BOB], createdAt: made.createdAt },
    ]);
    expect(await (await signed('Bob', '/api/embed-tokens')).json()).toEqual({ tokens: [] });
    expect((await signed('Bob', `/api/embed-tokens/${made.id}`, 'DELETE')).status).toBe(404);
    expect((await signed('Alice', `/api/embed-tokens/${made.id}`, 'DELETE')).status).toBe(204);
    expect((await ask(`?aor=${BOB}`, bearer(made.token))).status).toBe(401);
  });

  it.each([
    [{ label: '' }, 'name'],
    [{ origins: [] }, 'origin'],
    [{ origins: ['https://intranet.example/page'] }, 'no origin'],
    [{ origins: ['javascript:alert(1)'] }, 'no origin'],
    [{ origins: ['*'] }, 'no origin'],
    [{ people: ['sip:nobody@parley.test'] }, 'no account'],
    [{ people: 'all' }, 'people'],
  ])('refuses %j with a sentence', async (wrong, word) => {
    const body = { label: 'x', origins: [PAGE], people: [], ...wrong };
    const answer = await signed('Alice', '/api/embed-tokens', 'POST', body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { problem: string }).problem).toContain(word);
  });

  it('are for members: no digest, no token; at most fifty', async () => {
    const url = `http://127.0.0.1:${office.server.port}/api/embed-tokens`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
    for (let made = 0; made < 50; made++) await makeToken();
    const body = { label: 'x', origins: [PAGE], people: [] };
    expect((await signed('Alice', '/api/embed-tokens', 'POST', body)).status).toBe(400);
  });
});

describe('presence for other pages', () => {
  it('EP1 tells at once and whenever it changes, as Public sees it and never more', async () => {
    const { token } = await makeToken();
    const answer = await ask(`?aor=${encodeURIComponent(BOB)}`, bearer(token));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    const stream = reading(answer);
    expect(await stream.next()).toEqual({
      aor: BOB,
      name: 'Bob Example',
      availability: 'offline',
      words: 'Offline',
    });
    const bob = await office.device('Bob');
    expect((await publish(bob, BUSY_IN_COURT)).status).toBe(200);
    expect(await stream.next()).toEqual({
      aor: BOB,
      name: 'Bob Example',
      availability: 'busy',
      words: 'Busy',
    });
    await stream.leave();
  });

  it('opens to the origins of the token only', async () => {
    const { token } = await makeToken();
    const preflight = {
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    };
    const asked = await ask('', { Origin: PAGE, ...preflight }, 'OPTIONS');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-headers')).toBe('Authorization');
    const evil = await ask('', { Origin: 'https://evil.example', ...preflight }, 'OPTIONS');
    expect(evil.status).toBe(403);
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    for (const headers of [bearer(token, 'https://evil.example'), { Authorization: `Bearer ${token}` }]) {
      expect((await ask(`?aor=${BOB}`, headers)).status).toBe(403);
    }
    expect((await ask(`?aor=${BOB}`, bearer('x'.repeat(43)))).status).toBe(401);
    expect((await ask(`?aor=${BOB}`, { Origin: PAGE })).status).toBe(401);
    expect((await ask(`?aor=${BOB}`, bearer(token), 'POST')).status).toBe(405);
    expect((await ask('', bearer(token))).status).toBe(400);
    expect((await ask('?aor=nobody', bearer(token))).status).toBe(400);
  });

  it('tells of the people of the token only, and of nobody who is not there', async () => {
    const { token } = await makeToken({ people: [BOB] });
    const stream = reading(await ask(`?aor=${BOB}&aor=${CAROL}&aor=sip:nobody@parley.test`, bearer(token)));
    expect((await stream.next())?.availability).toBe('offline');
    expect(await stream.next()).toMatchObject({
      aor: CAROL,
      name: 'carol@parley.test',
      availability: 'unknown',
    });
    expect(await stream.next()).toMatchObject({ availability: 'unknown' });
    await stream.leave();
  });

  it('A05 whoever blocks the maker of a token is offline to their pages', async () => {
    const bob = await office.device('Bob');
    await publish(bob, BUSY_IN_COURT);
    const rules = `<?xml version="1.0"?><ruleset xmlns="urn:ietf:params:xml:ns:common-policy"
      xmlns:pr="urn:ietf:params:xml:ns:pres-rules"><rule id="blocked"><conditions><identity><one id="${ALICE}"/></identity></conditions>
      <actions><pr:sub-handling>polite-block</pr:sub-handling></actions><transformations/></rule></ruleset>`;
    const { token } = await makeToken();
    const stream = reading(await ask(`?aor=${BOB}`, bearer(token)));
    expect((await stream.next())?.availability).toBe('busy');
    const put = await signedFetch(office.server.port, 'Bob', `/xcap/pres-rules/users/${BOB}/index`, {
      method: 'PUT',
      headers: { 'content-type': 'application/auth-policy+xml' },
      body: rules,
    });
    expect(put.status).toBeLessThan(300);
    expect((await stream.next())?.availability).toBe('offline');
    await stream.leave();
  });

  it('ends with the account of who made the token', async () => {
    const { token } = await makeToken();
    const stream = reading(await ask(`?aor=${BOB}`, bearer(token)));
    expect((await stream.next())?.availability).toBe('offline');
    await office.server.users.remove(ALICE);
    expect((await ask(`?aor=${BOB}`, bearer(token))).status).toBe(401);
    await publish(await office.device('Bob'), BUSY_IN_COURT);
    expect((await stream.next())?.availability).toBe('unknown');
    await stream.leave();
  });

  it('ends with the token', async () => {
    const { token, id } = await makeToken();
    const stream = reading(await ask(`?aor=${BOB}`, bearer(token)));
    await stream.next();
    await signed('Alice', `/api/embed-tokens/${id}`, 'DELETE');
    expect(await stream.next()).toBeNull();
  });

  it('keeps a pace', async () => {
    let status = 0;
    for (let tries = 0; tries < 150 && status !== 429; tries++) {
      status = (await ask(`?aor=${BOB}`, bearer('x'.repeat(43)))).status;
    }
    expect(status).toBe(429);
  });
});
