/** The contact list against an XCAP server in a few lines, that another device writes to as well. */
import { describe, expect, test } from 'vitest';
import { emptyShelves } from '../store/memory-vault.ts';
import { omit } from '../store/omit.ts';
import { CONTRACT } from './contract.ts';
import { ANN, BEN, CONFIG, createStage, signedInStage, type StageTab } from './testing/stage.ts';

const XCAP = { ...CONFIG, xcapRoot: 'https://x.test/xcap' };
const CAT = 'sip:cat@x.test';

/** Two documents with entity tags. `refuse` answers every PUT with that status. */
function xcapServer() {
  const documents = new Map<string, { body: string; etag: string }>();
  const asked: string[] = [];
  let serial = 0;
  const server = {
    asked,
    down: false,
    refuse: 0,
    put: (auid: string, body: string) => documents.set(auid, { body, etag: `"${++serial}"` }),
    body: (auid: string) => documents.get(auid)?.body ?? '',
    fetch: (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
      if (server.down) return Promise.reject(new TypeError('no network'));
      const auid = /xcap\/([^/]+)\//.exec(String(input))?.[1] ?? '';
      const headers = new Headers(init.headers);
      const now = documents.get(auid);
      asked.push(`${init.method} ${auid}`);
      if (init.method === 'GET') {
        if (!now) return Promise.resolve(new Response('', { status: 404 }));
        const same = headers.get('if-none-match') === now.etag;
        return Promise.resolve(
          new Response(same ? null : now.body, { status: same ? 304 : 200, headers: { etag: now.etag } }),
        );
      }
      if (server.refuse) return Promise.resolve(new Response('', { status: server.refuse }));
      const match = headers.get('if-match');
      const stale = match ? match !== now?.etag : now !== undefined && headers.get('if-none-match') === '*';
      if (stale) return Promise.resolve(new Response('', { status: 412 }));
      server.put(auid, String(init.body));
      return Promise.resolve(
        new Response('', { status: 200, headers: { etag: documents.get(auid)?.etag ?? '' } }),
      );
    },
  };
  return server;
}
const entry = (aor: string, name: string) =>
  `<entry uri="${aor}"><display-name>${name}</display-name></entry>`;
const listDocument = (...entries: string[]) =>
  `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="contacts">${entries.join('')}</list></resource-lists>`;
const names = (tab: StageTab) => tab.last('contacts')?.list.entries.map((one) => one.name);

test('a change is shown at once and brought to the server', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await stage.pass(10);
  expect(tab.last('contacts')?.list).toMatchObject({ source: 'server', entries: [] });
  const done = tab.send('add-contact', { aor: BEN, name: 'Ben' });
  expect(await done).toEqual({ ok: true, value: null });
  expect(names(tab)).toEqual(['Ben']);
  await stage.pass(10);
  expect(server.body('resource-lists')).toContain(BEN);
  expect(stage.sip().subscriptions.has(`presence ${ANN};list=contacts`)).toBe(true);
});

test('a change that meets another one keeps both (412)', async () => {
  const server = xcapServer();
  server.put('resource-lists', listDocument());
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await stage.pass(10);
  server.put('resource-lists', listDocument(entry(CAT, 'Cat')));
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await stage.pass(10);
  expect(names(tab)).toEqual(['Ben', 'Cat']);
  expect(server.body('resource-lists')).toContain('Cat');
  expect(server.body('resource-lists')).toContain('Ben');
});

test('changes made without a network wait, also over a restart', async () => {
  const server = xcapServer();
  const shelves = emptyShelves();
  const first = await signedInStage({ config: XCAP, fetch: server.fetch, shelves });
  await first.stage.pass(10);
  server.down = true;
  await first.tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await first.stage.pass(100);
  const stage = await createStage({ config: XCAP, fetch: server.fetch, shelves });
  const tab = await stage.tab();
  expect(tab.boot.contacts?.entries.map((one) => one.name)).toEqual(['Ben']);
  server.put('resource-lists', listDocument(entry(CAT, 'Cat')));
  server.down = false;
  stage.sip().connect();
  await stage.pass(10);
  expect(names(tab)).toEqual(['Ben', 'Cat']);
  expect(server.body('resource-lists')).toContain('Ben');
});

test('a start shows what is kept, in order of name, and reads no document for it', async () => {
  const server = xcapServer();
  const shelves = emptyShelves();
  const first = await signedInStage({ config: XCAP, fetch: server.fetch, shelves });
  await first.stage.pass(10);
  await first.tab.send('add-contact', { aor: CAT, name: 'Cat' });
  await first.tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await first.stage.pass(10);
  const access = first.tab.last('access')?.access;
  const kept = shelves.contacts;
  if (!kept) throw new Error('nothing kept');
  let reads = 0;
  const watched = Object.defineProperty({ ...kept }, 'document', {
    get: () => {
      reads++;
      return kept.document;
    },
  });
  shelves.contacts = watched;
  const stage = await createStage({ config: XCAP, fetch: server.fetch, shelves });
  const { boot } = await stage.tab();
  expect([boot.contacts?.entries.map(({ name }) => name), boot.access]).toEqual([['Ben', 'Cat'], access]);
  expect(reads).toBe(0);
  stage.sip().connect();
  await stage.pass(10);
  expect(reads).toBeGreaterThan(0);
  // A row of an older version: the order of the document, and no settings beside it.
  const list = { ...kept.list, entries: kept.list.entries.toReversed() };
  shelves.contacts = { ...omit(kept, 'access'), list };
  const next = await (await createStage({ config: XCAP, fetch: server.fetch, shelves })).tab();
  expect([next.boot.contacts?.entries.map(({ name }) => name), next.boot.access]).toEqual([
    ['Ben', 'Cat'],
    access,
  ]);
});

test('a window that shows the kept list already is told none, until it is another', async () => {
  const server = xcapServer();
  const shelves = emptyShelves();
  const first = await signedInStage({ config: XCAP, fetch: server.fetch, shelves });
  await first.stage.pass(10);
  await first.tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await first.stage.pass(10);
  const list = shelves.contacts?.stamp;
  expect(list).toBeDefined();
  const tab = await (await createStage({ config: XCAP, fetch: server.fetch, shelves })).tab();
  const again = async (stamp: string | undefined) => {
    const boot = await tab.send('hello', { contract: CONTRACT, tab: 'tab-1', config: XCAP, list: stamp });
    return boot.contacts?.entries.map(({ name }) => name);
  };
  expect([await again(list), await again('other'), await again(undefined)]).toEqual([
    undefined,
    ['Ben'],
    ['Ben'],
  ]);
  await tab.send('add-contact', { aor: CAT, name: 'Cat' });
  expect([await again(list), await again(shelves.contacts?.stamp)]).toEqual([['Ben', 'Cat'], undefined]);
});

test('a server that comes back is asked again by itself', async () => {
  const server = xcapServer();
  server.down = true;
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await stage.pass(1000);
  server.down = false;
  await stage.pass(60_000);
  expect(server.body('resource-lists')).toContain('Ben');
});

test('a refused change is undone, in words', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await stage.pass(10);
  server.refuse = 409;
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await stage.pass(10);
  expect(names(tab)).toEqual([]);
  expect(tab.last('notice')?.words).toMatch(/undone/);
});

test('a server without lists leaves the list in this browser', async () => {
  const none = () => Promise.resolve(new Response('', { status: 405 }));
  for (const given of [{ config: XCAP, fetch: none }, {}]) {
    const { stage, tab } = await signedInStage(given);
    await stage.pass(10);
    await tab.send('add-contact', { aor: BEN, name: 'Ben' });
    await stage.pass(10);
    expect(tab.last('contacts')?.list).toMatchObject({ source: 'device', entries: [{ name: 'Ben' }] });
  }
});

test('blocking goes into the rules, and shows at once', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await tab.send('set-blocked', { aor: BEN, blocked: true });
  await stage.pass(50);
  expect(tab.last('contacts')?.list.blocked).toEqual([BEN]);
  expect(server.body('pres-rules')).toContain('polite-block');
  expect(tab.last('presence')?.changes).toEqual([
    [BEN, expect.objectContaining({ availability: 'blocked' })],
  ]);
  await tab.send('set-blocked', { aor: BEN, blocked: false });
  await stage.pass(50);
  expect(server.body('pres-rules')).not.toContain('polite-block');
});

test('another device changes the list: the server says so and it is fetched', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await stage.pass(10);
  server.put('resource-lists', listDocument(entry(CAT, 'Cat')));
  stage.sip().subscriptions.get('xcap-diff sip:ann@x.test')?.({ is: 'active', contentType: '', body: '' });
  await stage.pass(10);
  expect(names(tab)).toEqual(['Cat']);
});

describe('A06, A10 levels by command', () => {
  test('are shown at once, told as settings, written as rules, and known at the next start', async () => {
    const server = xcapServer();
    const shelves = emptyShelves();
    const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch, shelves });
    await stage.pass(10);
    await tab.send('add-contact', { aor: BEN, name: 'Ben' });
    const group = await tab.send('add-group', { name: 'Project' });
    if (!group.ok) throw new Error(group.why);
    await tab.send('add-contact', { aor: CAT, name: 'Cat', group: group.value.id });
    const done = [
      await tab.send('set-level', { of: { aor: BEN }, level: 'team' }),
      await tab.send('set-level', { of: { group: group.value.id }, level: 'personal' }),
      await tab.send('set-level', { of: { domain: ' Y.test ' }, level: 'blocked' }),
      await tab.send('set-newcomers', { others: 'ask' }),
    ];
    expect(done.every(({ ok }) => ok)).toBe(true);
    expect(tab.last('contacts')?.list.entries.map(({ level, levelFrom }) => [level, levelFrom])).toEqual([
      ['team', 'person'],
      ['personal', 'group'],
    ]);
    const access = {
      people: [{ aor: BEN, level: 'team' }],
      domains: [{ domain: 'y.test', level: 'blocked' }],
      ...{ colleagues: 'company', others: 'ask' },
    };
    expect(tab.last('access')?.access).toEqual(access);
    await stage.pass(50);
    for (const rule of ['id="team"', 'id="group-personal"', 'id="domain-blocked"', 'id="others-ask"'])
      expect(server.body('pres-rules')).toContain(rule);
    // Nobody of that domain gets through, whoever it is (features.md A05).
    expect(await stage.sip().receive({ from: 'sip:eve@y.test' })).toBe(200);
    expect(tab.last('messages')).toBeUndefined();
    const next = await createStage({ config: XCAP, fetch: server.fetch, shelves });
    expect((await next.tab()).boot.access).toEqual(access);
  });

  test.each([
    [{ aor: 'tel:+49301' }, /SIP address/],
    [{ domain: 'no domain' }, /name of a domain/],
    [{ domain: '__proto__' }, /name of a domain/],
  ])('%j has none', async (of, why) => {
    const { tab } = await signedInStage({ config: XCAP, fetch: xcapServer().fetch });
    const done = await tab.send('set-level', { of, level: 'team' });
    expect(done.ok ? '' : done.why).toMatch(why);
  });

  test('are refused where the server keeps no rules; blocking still holds here', async () => {
    const { tab, stage } = await signedInStage();
    expect(await tab.send('set-level', { of: { aor: BEN }, level: 'team' })).toMatchObject({ ok: false });
    expect(await tab.send('set-newcomers', { others: 'ask' })).toMatchObject({ ok: false });
    await tab.send('add-contact', { aor: BEN, name: 'Ben' });
    expect(tab.last('contacts')?.list.entries[0]).not.toHaveProperty('level');
    await tab.send('set-blocked', { aor: BEN, blocked: true });
    expect(tab.last('contacts')?.list.blocked).toEqual([BEN]);
    expect(await stage.sip().receive({ from: BEN })).toBe(200);
    expect(tab.last('messages')).toBeUndefined();
  });
});

test('C01 a group that another device made just before is the same group', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await tab.send('add-group', { name: 'Team' });
  await stage.pass(10);
  const again = await tab.send('add-group', { name: 'team' });
  expect(again).toEqual({ ok: true, value: { id: tab.last('contacts')?.list.groups[0]?.id } });
  expect(tab.last('contacts')?.list.groups).toHaveLength(1);
});

test('a document that cannot be read is not written over', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await stage.pass(10);
  server.put('resource-lists', '<broken');
  await tab.send('add-contact', { aor: CAT, name: 'Cat' });
  await stage.pass(120_000);
  expect(server.body('resource-lists')).toBe('<broken');
  expect(names(tab)).toEqual(['Ben', 'Cat']);
});

test('a list that lived in this browser goes to the server once it keeps lists', async () => {
  const server = xcapServer();
  let keeps = false;
  const fetch: typeof server.fetch = (input, init) =>
    keeps ? server.fetch(input, init) : Promise.resolve(new Response('', { status: 405 }));
  const { stage, tab } = await signedInStage({ config: XCAP, fetch });
  await stage.pass(10);
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await tab.send('tag-contact', { aor: BEN, tagged: true });
  server.put('resource-lists', listDocument(entry(CAT, 'Cat')));
  keeps = true;
  await stage.pass(10);
  stage.sip().subscriptions.get('xcap-diff sip:ann@x.test')?.({ is: 'active', contentType: '', body: '' });
  await stage.pass(10);
  expect(tab.last('contacts')?.list.source).toBe('server');
  expect(names(tab)).toEqual(['Ben', 'Cat']);
  expect(server.body('resource-lists')).toMatch(/Cat.*Ben.*tagged/s);
});

test('P28 a tagged contact who comes is announced after a moment', async () => {
  const server = xcapServer();
  const { stage, tab } = await signedInStage({ config: XCAP, fetch: server.fetch });
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  await tab.send('tag-contact', { aor: BEN, tagged: true });
  await stage.pass(30_000);
  const says = async (basic: string) => {
    const body = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${BEN}"><tuple id="t"><status><basic>${basic}</basic></status></tuple></presence>`;
    stage.sip().subscriptions.get(`presence ${BEN}`)?.({
      is: 'active',
      contentType: 'application/pidf+xml',
      body,
    });
    await stage.pass(6_000);
  };
  await says('closed');
  expect(tab.last('tag-alert')).toBeUndefined();
  await says('open');
  expect(tab.last('tag-alert')).toMatchObject({ aor: BEN, presence: { availability: 'available' } });
});
