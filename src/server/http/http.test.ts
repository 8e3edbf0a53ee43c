import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerChallenge, challengesOf, ha1 } from '../../protocol/digest.ts';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAccount } from '../auth/accounts.ts';
import { aorOf, openOffice, PASSWORD } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { serveClient } from './client-files.ts';

describe('the HTTP side', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let root: string;
  beforeEach(async () => {
    const dist = mkdtempSync(join(tmpdir(), 'parley-dist-'));
    mkdirSync(join(dist, 'assets'));
    writeFileSync(join(dist, 'index.html'), '<!doctype html><title>Parley</title>');
    writeFileSync(join(dist, 'sw.js'), '');
    writeFileSync(join(dist, 'assets', 'main-abc123.js'), 'export {};');
    office = await openOffice({ client: async () => serveClient(dist) });
    root = `http://127.0.0.1:${office.server.port}`;
  });
  afterEach(() => office.close());

  const signedIn = (path: string, method = 'GET', password = PASSWORD) =>
    signedFetch(office.server.port, 'Alice', path, { method, password });

  it('serves the page under every address of the application, never cached, under a strict policy', async () => {
    for (const path of ['/', '/chats/sip:bob@parley.test', '/index.html']) {
      const response = await fetch(root + path);
      expect(await response.text()).toContain('Parley');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${office.server.port}`);
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('hashed files are kept for ever, the service worker is asked for each time', async () => {
    const asset = await fetch(`${root}/assets/main-abc123.js`);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const worker = await fetch(`${root}/sw.js`);
    expect(worker.headers.get('cache-control')).toBe('no-cache');
    expect((await fetch(`${root}/assets/gone-abc123.js`)).status).toBe(404);
    expect((await fetch(root, { method: 'POST' })).status).toBe(405);
  });

  it('tells the client what it has to know', async () => {
    const config = (await (await fetch(`${root}/config.json`)).json()) as Record<string, unknown>;
    expect(config).toMatchObject({
      sip: [`ws://127.0.0.1:${office.server.port}/sip`],
      domain: 'parley.test',
      xcapRoot: `${root}/xcap`,
      serviceRoot: `${root}/api`,
    });
    expect(config).not.toHaveProperty('demo');
  });

  it('health and metrics', async () => {
    expect(await (await fetch(`${root}/health`)).json()).toEqual({ ok: true });
    const metrics = await fetch(`${root}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('application/openmetrics-text');
    expect(await metrics.text()).toMatch(/parley_connections 0\n[\s\S]*# EOF\n$/);
  });

  it('the directory is for members', async () => {
    for (const path of [
      '/api/people?q=ali',
      `/api/people/${aorOf('Bob')}`,
      `/api/portraits/${aorOf('Bob')}`,
    ]) {
      expect((await fetch(root + path)).status).toBe(401);
    }
    expect((await signedIn('/api/people?q=ali', 'GET', 'wrong')).status).toBe(401);
    const found = (await (await signedIn('/api/people?q=EXAMP')).json()) as { people: { aor: string }[] };
    expect(found.people.map(({ aor }) => aor)).toEqual(['Alice', 'Bob', 'Carol'].map(aorOf));
    const one = await signedIn(`/api/people/${encodeURIComponent(aorOf('Bob'))}`);
    expect(await one.json()).toMatchObject({ aor: aorOf('Bob'), name: 'Bob Example' });
    expect((await signedIn('/api/people/sip:nobody@parley.test')).status).toBe(404);
    expect((await signedIn('/api/people/%')).status).toBe(404);
    expect((await fetch(`${root}/api/people?q=a`, { method: 'DELETE' })).status).toBe(405);
  });

  it('finds people by any word of what is known of them', async () => {
    const dave = {
      aor: aorOf('Dave'),
      name: 'Dávid Örs',
      title: 'Site engineer',
      phones: [{ kind: 'work', number: '+44 20 7946 0101' } as const],
    };
    await addAccount(office.server.users, 'parley.test', dave, PASSWORD);
    for (const words of ['david', 'ors dav', 'engin', '+4420', 'site  ENG']) {
      expect(await office.server.users.search(words, 5)).toEqual([dave]);
    }
    expect(await office.server.users.search('avid', 5)).toEqual([]);
    expect(await office.server.users.search("' OR 1=1 --", 5)).toEqual([]);
  });

  it('a portrait can do nothing but be looked at', async () => {
    const octets = new TextEncoder().encode(
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    );
    const entry = { aor: aorOf('Eve'), name: 'Eve' };
    await addAccount(office.server.users, 'parley.test', entry, PASSWORD, { type: 'image/svg+xml', octets });
    const response = await signedIn(`/api/portraits/${aorOf('Eve')}`);
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await signedIn(`/api/portraits/${aorOf('Bob')}`)).status).toBe(404);
  });

  it('credentials for one path do not open another', async () => {
    const first = await fetch(`${root}/api/people?q=a`);
    const value = first.headers.get('www-authenticate') ?? '';
    const [challenge] = challengesOf({ headers: [{ name: 'WWW-Authenticate', value }] });
    if (!challenge) throw new Error('no challenge');
    const secret = ha1(challenge.algorithm, 'alice', challenge.realm, PASSWORD);
    const input = { username: 'alice', ha1: secret, method: 'GET', body: '', cnonce: 'x', count: 1 };
    const stolen = answerChallenge(challenge, { ...input, uri: '/api/people?q=a' });
    const headers = { Authorization: stolen.value };
    expect((await fetch(`${root}/api/people?q=b`, { headers })).status).toBe(401);
    expect((await fetch(`${root}/api/people?q=a`, { headers })).status).toBe(200);
    expect((await fetch(`${root}/api/people?q=a`, { headers })).status).toBe(401);
  });
});
