/** The directory over HTTP: who sees which numbers, groups and their pages, what a silent source leaves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DirectoryFound, GroupMembers } from '../../protocol/service-api.ts';
import { addAccount } from '../auth/accounts.ts';
import { readDirectorySettings } from '../directory/settings.ts';
import { mayBeFound, shownPerson } from '../directory/shown-person.ts';
import { freePort } from '../testing/free-port.ts';
import { aorOf, openOffice, PASSWORD } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

const DAVE = aorOf('Dave');
const PHONES = [
  { kind: 'work', number: '+44 113 496 0101' },
  { kind: 'mobile', number: '+44 7700 900101' },
  { kind: 'home', number: '+44 113 496 0999' },
] as const;
let office: Awaited<ReturnType<typeof openOffice>>;

async function open(options: Parameters<typeof openOffice>[0] = {}): Promise<void> {
  office = await openOffice(options);
  const phones = PHONES;
  await addAccount(office.server.users, office.server.domain, { aor: DAVE, name: 'Dave', phones }, PASSWORD);
}

async function get<T>(name: string, path: string): Promise<T> {
  const answer = await signedFetch(office.server.port, name, path);
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as T;
}
const status = async (path: string) => (await signedFetch(office.server.port, 'Alice', path)).status;

async function group(name: string, members: readonly string[]): Promise<string> {
  const made = await office.server.groups.add(name);
  if ('why' in made) throw new Error(made.why);
  expect(await office.server.groups.addMembers(made.id, members)).toEqual({ ok: true });
  return made.id;
}

/** Dave's rules: one class for one watcher. */
async function trust(watcher: string, level: string): Promise<void> {
  const handling = level === 'blocked' ? 'polite-block' : 'allow';
  const provide = ['services', 'persons', 'devices']
    .map((what) => `<pr:provide-${what}><pr:class>${level}</pr:class></pr:provide-${what}>`)
    .join('');
  const body = `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules">
    <rule id="${level}"><conditions><identity><one id="${watcher}"/></identity></conditions>
    <actions><pr:sub-handling>${handling}</pr:sub-handling></actions>
    <transformations>${provide}<pr:provide-all-attributes/></transformations></rule></ruleset>`;
  const headers = { 'content-type': 'application/auth-policy+xml' };
  const put = { method: 'PUT', headers, body };
  const answer = await signedFetch(office.server.port, 'Dave', `/xcap/pres-rules/users/${DAVE}/index`, put);
  expect(answer.status).toBeLessThan(300);
}

describe('people by level', () => {
  beforeEach(() => open());
  afterEach(() => office.close());

  it.each([
    ['personal', ['work', 'mobile', 'home']],
    ['team', ['work', 'mobile']],
    ['company', ['work']],
    ['public', []],
    ['blocked', []],
  ])('A02 shows %s the numbers %j, in a search and on the card', async (level, kinds) => {
    await trust(aorOf('Alice'), level);
    const { people } = await get<DirectoryFound>('Alice', '/api/people?q=dave');
    const card = await get<DirectoryFound['people'][number]>('Alice', `/api/people/${DAVE}`);
    for (const person of [people[0], card]) {
      expect((person?.phones ?? []).map(({ kind }) => kind)).toEqual(kinds);
    }
  });

  it('A02 shows a colleague whom nothing names what Company sees, and oneself everything', async () => {
    const seen = async (who: string) =>
      (await get<{ phones: unknown[] }>(who, `/api/people/${DAVE}`)).phones.length;
    expect(await seen('Alice')).toBe(1);
    expect(await seen('Dave')).toBe(3);
  });

  it('a number that may not be seen is not found out by searching for it', async () => {
    const found = async (q: string) =>
      (await get<DirectoryFound>('Alice', `/api/people?q=${q}`)).people.length;
    expect(await found('%2B441134960101')).toBe(1);
    expect(await found('%2B447700900101')).toBe(0);
    expect(await found('%2B4477')).toBe(0);
    await trust(aorOf('Alice'), 'team');
    expect(await found('%2B447700900101')).toBe(1);
  });

  it.each([
    'x7700900101',
    '7-7-0-0-9-0',
    'x1134960999',
    '0',
    '+4',
    '٧٧٠٠',
    '７７００',
    'dave 7700',
    'dave.7700',
  ])('nor by digits in disguise: %s', (words) => {
    const shown = shownPerson({ aor: DAVE, name: 'Dave', phones: PHONES }, 'public');
    expect(mayBeFound(shown, words)).toBe(false);
    expect(mayBeFound(shown, words.replace(/[^a-z ]/g, ''))).toBe(true);
  });

  it('nor does somebody take a place in the answer by a number that may not be seen', async () => {
    const { users, domain } = office.server;
    const phones = [{ kind: 'home', number: '+44 113 496 0101' }] as const;
    await addAccount(users, domain, { aor: aorOf('Aaron'), name: 'Aaron', phones }, PASSWORD);
    const { people } = await get<DirectoryFound>('Alice', '/api/people?q=%2B441134960101&limit=1');
    expect(people.map(({ name }) => name)).toEqual(['Dave']);
  });
});

describe('groups', () => {
  beforeEach(() => open());
  afterEach(() => office.close());

  it('C03 are found by words, beside people', async () => {
    const id = await group('Bridge design', [aorOf('Alice'), DAVE]);
    const found = await get<DirectoryFound>('Alice', '/api/people?q=bridg');
    expect(found).toEqual({ people: [], groups: [{ id, name: 'Bridge design', size: 2 }] });
    expect(await get('Alice', '/api/groups?q=des')).toEqual({ groups: found.groups });
    expect(await get('Alice', `/api/groups/${id}`)).toEqual(found.groups[0]);
  });

  it('C01 mine are those that name me', async () => {
    const id = await group('Mine', [aorOf('Alice')]);
    await group('Theirs', [aorOf('Bob')]);
    expect(await get('Alice', '/api/groups?mine=1')).toEqual({ groups: [{ id, name: 'Mine', size: 1 }] });
  });

  it('C04 members come by level, nested groups as groups, people who are gone by their address', async () => {
    const inner = await group('Inner', [aorOf('Bob')]);
    const id = await group('Outer', [DAVE, 'sip:guest@partner.example', inner]);
    await office.server.groups.addMembers(inner, [id]);
    const { members, total } = await get<GroupMembers>('Alice', `/api/groups/${id}/members`);
    expect(total).toBe(3);
    expect(members[0]).toEqual({ is: 'group', group: { id: inner, name: 'Inner', size: 2 } });
    expect(members.slice(1)).toMatchObject([
      { person: { aor: DAVE, name: 'Dave', phones: [{ kind: 'work' }] } },
      { person: { aor: 'sip:guest@partner.example', name: 'guest' } },
    ]);
  });

  it('5,000 members come in pages of at most 100, each once', async () => {
    const all = Array.from({ length: 5_000 }, (_, n) => `sip:staff${String(n).padStart(4, '0')}@parley.test`);
    const id = await group('All staff', all);
    const seen: string[] = [];
    for (let offset = 0; offset < 5_000; offset += 100) {
      const page = await get<GroupMembers>('Alice', `/api/groups/${id}/members?offset=${offset}&limit=1000`);
      expect(page.total).toBe(5_000);
      seen.push(...page.members.map((one) => (one.is === 'person' ? one.person.aor : '')));
    }
    expect(seen).toEqual(all);
  });

  it('answer with 404 for what is not there, and never with an error', async () => {
    const id = await group('One', []);
    for (const path of ['none', '%', `${id}/people`, `${id}/members/more`, 'ldap:cn=x', '']) {
      expect(await status(`/api/groups/${path}`), path).toBe(404);
    }
    for (const query of ['offset=-1', 'offset=x&limit=y', 'limit=0', 'offset=9999999']) {
      expect(await status(`/api/groups/${id}/members?${query}`), query).toBe(200);
    }
    expect((await fetch(`http://127.0.0.1:${office.server.port}/api/groups?q=a`)).status).toBe(401);
  });
});

describe('a source that is silent', () => {
  afterEach(() => office.close());

  it('leaves what the others know, and a sentence', async () => {
    const settings = readDirectorySettings({
      PARLEY_LDAP_URL: `ldap://127.0.0.1:${await freePort()}`,
      PARLEY_LDAP_BASE: 'dc=example,dc=org',
    });
    if ('problem' in settings) throw new Error(settings.problem);
    await open({ directory: settings });
    const found = await get<DirectoryFound>('Alice', '/api/people?q=dave');
    expect(found.people).toHaveLength(1);
    expect(found.problem).toBe('No answer from the LDAP directory; this is what the rest knows.');
    expect((await get<DirectoryFound>('Alice', '/api/groups?mine=1')).problem).toContain('LDAP');
    expect(await status('/api/people/sip:nobody@parley.test')).toBe(503);
    expect(office.server.metrics.text()).toMatch(
      /parley_directory_failures_total\{source="the LDAP directory"\} \d/,
    );
  });
});
