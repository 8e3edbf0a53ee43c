/**
 *   ldapSource --bind, search--> slapd (Debian's, with a database of its own)
 *
 * What is asked is what the directory's routes ask; what is in the tree is what real trees hold, and worse.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { LDAP_ADMIN, LDAP_BASE, startSlapd, type LdapRecord, type Slapd } from '../testing/slapd.ts';
import type { MemberRef, Person, Source } from './contract.ts';
import { ldapSource } from './ldap-source.ts';
import { readDirectorySettings, type LdapSettings } from './settings.ts';

const PEOPLE = `ou=people,${LDAP_BASE}`;
const GROUPS = `ou=groups,${LDAP_BASE}`;
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9);
const HOSTILE = '<img src=x onerror=alert(1)>\u202Egnp.exe\u0007';

function person(uid: string, cn: string, more: LdapRecord[1] = {}): LdapRecord {
  const mail = `${uid}@larkfield.example`;
  return [`uid=${uid},${PEOPLE}`, { objectClass: 'inetOrgPerson', uid, cn, sn: cn, mail, ...more }];
}
function group(cn: string, member: readonly string[], more: LdapRecord[1] = {}): LdapRecord {
  return [`cn=${cn},${GROUPS}`, { objectClass: 'groupOfNames', cn, member, ...more }];
}
const dn = (uid: string) => `uid=${uid},${PEOPLE}`;
const many = Array.from({ length: 5_000 }, (_, index) => `staff${String(index).padStart(4, '0')}`);

const TREE: readonly LdapRecord[] = [
  [LDAP_BASE, { objectClass: ['dcObject', 'organization'], dc: 'larkfield', o: 'Larkfield' }],
  [PEOPLE, { objectClass: 'organizationalUnit', ou: 'people' }],
  [GROUPS, { objectClass: 'organizationalUnit', ou: 'groups' }],
  person('amara', 'Amara Okafor', {
    title: 'Principal bridge engineer',
    ou: 'Bridge design',
    o: 'Larkfield',
    telephoneNumber: '+44 113 496 0104',
    mobile: '+44 7700 900104',
    homePhone: '+44 113 496 0999',
    physicalDeliveryOfficeName: 'Wellington Street, Leeds',
    jpegPhoto: JPEG,
    labeledURI: ['https://bridges.example/amara Her bridges', 'javascript:alert(1) Click'],
    manager: dn('daniel'),
  }),
  person('daniel', 'Daniel Whitlock', {
    manager: dn('daniel'),
    jpegPhoto: new Uint8Array([60, 115, 118, 103]),
  }),
  person('orjan', 'Örjan Sjöström', { manager: `uid=gone,${PEOPLE}` }),
  person('star', 'Star * (admin)(|(cn=*', { title: 'Back\\slash' }),
  person('hostile', HOSTILE, { telephoneNumber: '<script>', manager: 'cn=elsewhere,dc=other' }),
  [`cn=No Address,${PEOPLE}`, { objectClass: 'inetOrgPerson', cn: 'No Address', sn: 'Address' }],
  [
    `cn=Odd\\2C comma,${PEOPLE}`,
    { objectClass: 'inetOrgPerson', cn: 'Odd, comma', sn: 'x', mail: 'odd@larkfield.example' },
  ],
  ...many.map((uid) => person(uid, `Staff ${uid.slice(5)}`)),
  group('bridges', [dn('amara'), dn('orjan'), `cn=Odd\\2C comma,${PEOPLE}`], {
    description: 'Bridge design',
  }),
  group('everybody', [`cn=bridges,${GROUPS}`, dn('daniel'), dn('gone'), `cn=No Address,${PEOPLE}`]),
  group('ring one', [`cn=ring two,${GROUPS}`]),
  group('ring two', [`cn=ring one,${GROUPS}`, `cn=ring two,${GROUPS}`, dn('amara')]),
  group('all staff', many.map(dn)),
  [
    `cn=unix,${GROUPS}`,
    { objectClass: 'posixGroup', cn: 'unix', gidNumber: '7', memberUid: ['amara', 'nobody'] },
  ],
];

function settingsFor(url: string, more: Record<string, string> = {}): LdapSettings {
  const read = readDirectorySettings({
    PARLEY_LDAP_URL: url,
    PARLEY_LDAP_BASE: PEOPLE,
    PARLEY_LDAP_GROUP_BASE: GROUPS,
    PARLEY_LDAP_BIND_DN: LDAP_ADMIN.dn,
    PARLEY_LDAP_PASSWORD: LDAP_ADMIN.password,
    ...more,
  });
  if ('problem' in read || read.ldap === null) throw new Error('no settings');
  return read.ldap;
}

const aor = (uid: string) => `sip:${uid}@larkfield.example`;
const names = (people: readonly Person[]) => people.map(({ name }) => name);
const seen = (members: readonly MemberRef[] = []) =>
  members.map((one) => (one.is === 'person' ? one.aor : one.id));

describe('a directory in LDAP', () => {
  let slapd: Slapd;
  let source: Source;
  const malformed: string[] = [];
  beforeAll(async () => {
    slapd = await startSlapd(TREE);
    source = ldapSource({
      settings: settingsFor(slapd.url),
      clock: systemClock(),
      malformed: (entry) => malformed.push(entry),
    });
  });
  afterAll(async () => {
    source.stop();
    await slapd.close();
  });

  it('P04 finds people by the beginning of any word, by title, team, address and number', async () => {
    for (const words of [
      'amara',
      'okaf am',
      'AMARA okafor',
      'bridge amara',
      '496 0104',
      '+441134960104',
      'Principal',
    ]) {
      expect(names(await source.search(words, 10)), words).toEqual(['Amara Okafor']);
    }
    expect(names(await source.search('Örjan', 10))).toEqual(['Örjan Sjöström']);
    expect(await source.search('kafor', 10)).toEqual([]);
    expect(await source.search('staff', 25)).toHaveLength(25);
  });

  it('reads a whole entry, with the manager as an address', async () => {
    const known = await source.people([aor('amara'), aor('nobody')]);
    expect([...known.keys()]).toEqual([aor('amara')]);
    expect(known.get(aor('amara'))).toEqual({
      aor: aor('amara'),
      name: 'Amara Okafor',
      title: 'Principal bridge engineer',
      team: 'Bridge design',
      company: 'Larkfield',
      email: 'amara@larkfield.example',
      office: 'Wellington Street, Leeds',
      manager: aor('daniel'),
      phones: [
        { kind: 'work', number: '+44 113 496 0104' },
        { kind: 'mobile', number: '+44 7700 900104' },
        { kind: 'home', number: '+44 113 496 0999' },
      ],
      links: [{ name: 'Her bridges', url: 'https://bridges.example/amara' }],
    });
  });

  it('knows nobody as their own manager, nor somebody who is gone', async () => {
    const known = await source.people([aor('daniel'), aor('orjan'), aor('hostile')]);
    for (const one of known.values()) expect(one).not.toHaveProperty('manager');
    expect(known.size).toBe(3);
  });

  it('gives photos, but no drawing that calls itself one', async () => {
    expect(await source.portrait(aor('amara'))).toEqual({ type: 'image/jpeg', octets: Buffer.from(JPEG) });
    expect(await source.portrait(aor('daniel'))).toBeNull();
    expect(await source.portrait(aor('orjan'))).toBeNull();
  });

  it('takes what somebody typed as text, never as a filter', async () => {
    for (const words of ['*', '(cn=*)', ')(uid=*', '*)(objectClass=*', '\\2a', '\u0000']) {
      const found = names(await source.search(words, 5));
      expect(found.length, words).toBeLessThanOrEqual(5);
      expect(found, words).not.toContain('No Address');
    }
    expect(names(await source.search('star', 5))).toEqual(['Star * (admin)(|(cn=*']);
    expect(await source.people(['sip:*@larkfield.example', 'sip:a)(mail=*@larkfield.example'])).toEqual(
      new Map(),
    );
  });

  it('keeps hostile names as one clean line of text, and what is no number out', async () => {
    const one = (await source.people([aor('hostile')])).get(aor('hostile'));
    expect(one?.name).toBe('<img src=x onerror=alert(1)> gnp.exe');
    expect(one).not.toHaveProperty('phones');
  });

  it('leaves entries without an address out, and tells', async () => {
    expect(await source.search('No Address', 10)).toEqual([]);
    expect(malformed).toContain(`cn=No Address,${PEOPLE}`);
  });

  it('C03 finds groups by their words', async () => {
    const [found, ...more] = await source.searchGroups('bridge', 10);
    expect(more).toEqual([]);
    expect(found).toEqual({ id: 'ldap:cn=bridges', name: 'bridges', description: 'Bridge design', size: 3 });
    expect(await source.searchGroups('*', 10)).toHaveLength(6);
  });

  it('C04 gives members with what is known of them, nested groups as groups, nobody who is gone', async () => {
    const page = await source.members('ldap:cn=bridges', 0, 100);
    expect(seen(page?.members).sort()).toEqual([aor('amara'), aor('odd'), aor('orjan')]);
    const nested = await source.members('ldap:cn=everybody', 0, 100);
    expect(nested?.total).toBe(4);
    expect(seen(nested?.members).sort()).toEqual(['ldap:cn=bridges', aor('daniel')]);
    const unix = await source.members('ldap:cn=unix', 0, 100);
    expect(seen(unix?.members)).toEqual([aor('amara')]);
  });

  it('groups inside each other end nowhere and harm nobody', async () => {
    expect(seen((await source.members('ldap:cn=ring one', 0, 100))?.members)).toEqual(['ldap:cn=ring two']);
    expect(seen((await source.members('ldap:cn=ring two', 0, 100))?.members).sort()).toEqual([
      'ldap:cn=ring one',
      'ldap:cn=ring two',
      aor('amara'),
    ]);
  });

  it('pages a list of 5,000 in a stable order', async () => {
    const all: string[] = [];
    for (let offset = 0; offset < 5_000; offset += 100) {
      const page = await source.members('ldap:cn=all staff', offset, 100);
      expect(page?.total).toBe(5_000);
      all.push(...seen(page?.members));
    }
    expect(all).toEqual(many.map(aor));
    expect((await source.members('ldap:cn=all staff', 5_000, 100))?.members).toEqual([]);
  });

  it('C01 names the groups of a person', async () => {
    const ids = (await source.groupsOf(aor('amara'))).map(({ id }) => id).sort();
    expect(ids).toEqual(['ldap:cn=bridges', 'ldap:cn=ring two', 'ldap:cn=unix']);
    expect(await source.groupsOf(aor('nobody'))).toEqual([]);
  });

  it('an id leads to nothing outside the groups', async () => {
    for (const id of [
      'ldap:',
      'ldap:cn=bridges\\',
      'ldap:x',
      'ldap:cn=a,',
      'ldap:cn=none',
      `ldap:${'a='.repeat(200)}`,
    ]) {
      expect(await source.group(id), id).toBeNull();
    }
    expect(await source.group('ldap:cn=bridges')).toMatchObject({ name: 'bridges' });
  });

  it('takes addresses by a pattern where the mail address is another', async () => {
    const other = ldapSource({
      settings: settingsFor(slapd.url, { PARLEY_LDAP_ADDRESS: '{uid}@sip.larkfield.example' }),
      clock: systemClock(),
      malformed: () => undefined,
    });
    const [found] = await other.search('amara', 5);
    expect(found).toMatchObject({
      aor: 'sip:amara@sip.larkfield.example',
      manager: 'sip:daniel@sip.larkfield.example',
    });
    expect(
      (await other.people(['sip:amara@sip.larkfield.example', 'sip:amara@larkfield.example'])).size,
    ).toBe(1);
    other.stop();
  });

  it('rejects where the password is wrong', async () => {
    const other = ldapSource({
      settings: settingsFor(slapd.url, { PARLEY_LDAP_PASSWORD: 'wrong' }),
      clock: systemClock(),
      malformed: () => undefined,
    });
    await expect(other.search('amara', 5)).rejects.toThrow();
    await expect(other.search('amara', 5)).rejects.toThrow('a moment ago');
    other.stop();
  });

  it('shows what it saw lately while the server is away, and connects again when it is back', async () => {
    await slapd.stop();
    expect(names(await source.search('amara', 5))).toEqual(['Amara Okafor']);
    await expect(source.search('nobody at all', 5)).rejects.toThrow();
    await slapd.start();
    await expect
      .poll(() => source.portrait(aor('amara')).catch(() => null), { timeout: 10_000 })
      .toMatchObject({ type: 'image/jpeg' });
  });
});
