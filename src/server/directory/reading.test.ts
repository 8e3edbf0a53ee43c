/** What is pure: names, addresses, numbers, DNs, settings, vCards. */
import { describe, expect, it, test } from 'vitest';
import { dnOf, readGroup, readPerson } from './ldap-entry.ts';
import { isBelow, partsOfDn, relativeDn } from './ldap-dn.ts';
import { addressOf, pictureType, plainLink, plainNumber, plainText } from './plain-text.ts';
import { createRecent } from './recent.ts';
import { readDirectorySettings, type LdapSettings } from './settings.ts';
import { readCard } from './vcard.ts';

describe('text of others', () => {
  test.each([
    ['  Ana \r\n Ruiz ', 'Ana Ruiz'],
    ['a\u202Eb\u0000c', 'a b c'],
    ['\uD800x', '\uFFFDx'],
    ['<b>x</b>', '<b>x</b>'],
    ['\u200B\u2069', undefined],
    ['x'.repeat(9_999), 'x'.repeat(200)],
    [undefined, undefined],
  ])('%j is %j', (text, clean) => {
    expect(plainText(text)).toBe(clean);
  });

  test.each([
    ['Ana.Ruiz@X.Test', 'sip:ana.ruiz@x.test'],
    ['sip:Ana@X.test;transport=ws', 'sip:Ana@x.test'],
    ['sips:ana@x.test', 'sip:ana@x.test'],
    ['mailto:ana@x.test', 'sip:ana@x.test'],
    ['xmpp:ana@x.test', null],
    ['tel:+123', null],
    ['ana', null],
    ['a b@x.test', null],
    ['a@x.test@y.test', null],
    ['"<script>"@x.test', null],
    ['', null],
  ])('the address in %j is %j', (text, aor) => {
    expect(addressOf(text)).toBe(aor);
  });

  test.each([
    ['tel:+44-113-496-0101', '+44-113-496-0101'],
    ['(0113) 496 0101 ext. 5', '(0113) 496 0101 ext. 5'],
    ['<script>', undefined],
    ['ask me', undefined],
    ['1', undefined],
  ])('the number in %j is %j', (text, number) => {
    expect(plainNumber(text)).toBe(number);
  });

  test('links are https, pictures are what their octets say', () => {
    expect(plainLink('https://x.test/a')).toBe('https://x.test/a');
    for (const bad of ['http://x.test/', 'javascript:alert(1)', 'https://u:p@x.test/', 'x']) {
      expect(plainLink(bad), bad).toBeUndefined();
    }
    expect(pictureType(Uint8Array.of(0xff, 0xd8, 0xff))).toBe('image/jpeg');
    expect(pictureType(new TextEncoder().encode('<svg onload="x">'))).toBeNull();
    expect(pictureType(new Uint8Array())).toBeNull();
  });
});

describe('distinguished names', () => {
  it('are split at the commas that are none of a value', () => {
    expect(partsOfDn('CN=Doe\\, John, OU=People,dc=X')).toEqual(['cn=doe\\, john', 'ou=people', 'dc=x']);
    for (const bad of ['', 'cn', 'cn=x,', 'cn=x\\', '=x', ',cn=x']) expect(partsOfDn(bad), bad).toBeNull();
  });

  it('lie below each other or not', () => {
    expect(isBelow('cn=a, OU=g,dc=x', 'ou=g,DC=x')).toBe(true);
    expect(isBelow('ou=g,dc=x', 'ou=g,dc=x')).toBe(true);
    expect(isBelow('cn=a\\,ou=g,dc=x', 'ou=g,dc=x')).toBe(false);
    expect(relativeDn('cn=a\\, b,OU=g,dc=x', 'ou=g,dc=x')).toBe('cn=a\\, b');
    expect(relativeDn('cn=a,dc=y', 'dc=x')).toBeNull();
  });
});

const ENVIRONMENT = { PARLEY_LDAP_URL: 'ldaps://ldap.x.test', PARLEY_LDAP_BASE: 'ou=people,dc=x,dc=test' };
function ldap(more: Record<string, string> = {}): LdapSettings {
  const read = readDirectorySettings({ ...ENVIRONMENT, ...more });
  if ('problem' in read || read.ldap === null) throw new Error('no settings');
  return read.ldap;
}

describe('settings', () => {
  it('nothing set is no source', () => {
    expect(readDirectorySettings({})).toEqual({ ldap: null, cardDav: null });
  });

  it('name attributes where a directory has its own', () => {
    const { fields, address } = ldap({
      PARLEY_LDAP_ATTRIBUTES: 'title=position, team=ou|department',
      PARLEY_LDAP_ADDRESS: 'sipAddress,{uid}@sip.x.test',
    });
    expect(fields).toMatchObject({
      title: ['position'],
      team: ['ou', 'department'],
      work: ['telephoneNumber'],
    });
    expect(address).toEqual(['sipAddress', '{uid}@sip.x.test']);
  });

  test.each([
    [{ PARLEY_LDAP_URL: 'http://x' }, 'PARLEY_LDAP_URL'],
    [{ PARLEY_LDAP_BASE: 'people' }, 'PARLEY_LDAP_BASE'],
    [{ PARLEY_LDAP_PEOPLE_FILTER: '(objectClass=' }, 'PARLEY_LDAP_PEOPLE_FILTER'],
    [{ PARLEY_LDAP_ATTRIBUTES: 'colour=x' }, 'PARLEY_LDAP_ATTRIBUTES'],
    [{ PARLEY_LDAP_ADDRESS: '{uid}@' }, 'PARLEY_LDAP_ADDRESS'],
    [{ PARLEY_CARDDAV_URL: 'dav.x.test' }, 'PARLEY_CARDDAV_URL'],
    [{ PARLEY_CARDDAV_URL: 'https://x', PARLEY_CARDDAV_ADDRESS: 'fax' }, 'PARLEY_CARDDAV_ADDRESS'],
    [{ PARLEY_CARDDAV_URL: 'https://x', PARLEY_CARDDAV_MINUTES: '0' }, 'PARLEY_CARDDAV_MINUTES'],
  ])('%j is refused with a sentence', (wrong, name) => {
    const read = readDirectorySettings({ ...ENVIRONMENT, ...(wrong as Record<string, string>) });
    expect('problem' in read && read.problem).toContain(name);
  });
});

describe('entries of Active Directory', () => {
  const settings = ldap({ PARLEY_LDAP_GROUP_BASE: 'ou=groups,dc=x,dc=test' });

  it('have their address in an attribute of their own, names in any case', () => {
    const found = readPerson(
      {
        dn: 'CN=Ana,OU=People,DC=x,DC=test',
        'msRTCSIP-PrimaryUserAddress': 'sip:ana@x.test',
        mail: 'a.ruiz@mail.test',
        displayname: 'Ruiz, Ana',
        department: 'Bridges',
        manager: 'CN=Ana,OU=People,DC=x,DC=test',
      },
      settings,
    );
    expect(found).toEqual({
      dn: 'CN=Ana,OU=People,DC=x,DC=test',
      person: { aor: 'sip:ana@x.test', name: 'Ruiz, Ana', team: 'Bridges', email: 'a.ruiz@mail.test' },
    });
  });

  it('give members in portions', () => {
    const entry = {
      dn: 'CN=All,OU=Groups,DC=x,DC=test',
      cn: 'All',
      member: [],
      'member;range=0-1': ['cn=b', 'cn=a'],
    };
    expect(readGroup(entry, settings)).toMatchObject({
      id: 'ldap:CN=All',
      members: ['cn=a', 'cn=b'],
      more: 2,
    });
    const last = { ...entry, 'member;range=0-1': [], 'member;range=2-*': ['cn=c'] };
    expect(readGroup({ dn: last.dn, cn: 'All', 'member;range=2-*': ['cn=c'] }, settings)?.more).toBeNull();
  });

  it('without a name, or from elsewhere, are no groups', () => {
    expect(readGroup({ dn: 'CN=All,OU=Groups,DC=x,DC=test' }, settings)).toBeNull();
    expect(readGroup({ dn: 'CN=All,DC=y', cn: 'All' }, settings)).toBeNull();
    expect(readGroup({ dn: settings.groupBase, cn: 'All' }, settings)).toBeNull();
  });

  it('an id is a place below the groups', () => {
    expect(dnOf('ldap:CN=All', settings)).toBe('CN=All,ou=groups,dc=x,dc=test');
    for (const bad of ['ldap:', 'card:x', 'ldap:CN=All\\', 'ldap:CN'])
      expect(dnOf(bad, settings), bad).toBeNull();
  });
});

describe('vCards', () => {
  const read = (...lines: string[]) =>
    readCard(['BEGIN:VCARD', 'VERSION:4.0', 'UID:u1', ...lines, 'END:VCARD', ''].join('\r\n'), {
      address: ['impp', 'email'],
    });

  it('with a picture inside', () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64');
    const card = read('FN:Ana', 'EMAIL:ana@x.test', `PHOTO:data:image/jpeg;base64,${jpeg}`);
    expect(card).toMatchObject({ is: 'person', portrait: { type: 'image/jpeg' } });
    expect(read('FN:Ana', 'EMAIL:ana@x.test', 'PHOTO:https://x.test/track.jpg')).toMatchObject({
      portrait: null,
    });
  });

  it('prefer the address that is preferred', () => {
    const card = read('FN:Ana', 'EMAIL;PREF=2:b@x.test', 'EMAIL;PREF=1:a@x.test');
    expect(card).toMatchObject({
      person: { aor: 'sip:a@x.test' },
      addresses: ['sip:a@x.test', 'sip:b@x.test'],
    });
  });

  test.each([
    ['', null],
    ['BEGIN:VCARD', null],
    ['BEGIN:VCALENDAR\r\nEND:VCALENDAR', null],
    ['BEGIN:VCARD\r\nVERSION:4.0\r\nFN:No uid\r\nEMAIL:a@x.test\r\nEND:VCARD', null],
    ['BEGIN:VCARD\r\nno colon\r\nEND:VCARD', null],
    [`BEGIN:VCARD\r\nUID:u\r\nFN:${'x'.repeat(600_000)}\r\nEMAIL:a@x.test\r\nEND:VCARD`, null],
  ])('%.40j is none', (text, card) => {
    expect(readCard(text, { address: ['email'] })).toBe(card);
  });

  it('groups have a name, or are none', () => {
    expect(read('KIND:group', 'MEMBER:urn:uuid:A')).toBeNull();
    expect(
      read('KIND:group', 'FN:All', 'MEMBER:urn:uuid:A', 'MEMBER:urn:uuid:a', 'MEMBER:javascript:1'),
    ).toMatchObject({
      members: ['uid:a'],
    });
  });
});

test('what was learnt lately is bounded in number and age', () => {
  let now = 0;
  const recent = createRecent<number>(2, 100, () => now);
  for (const n of [1, 2, 3]) recent.set(String(n), n);
  expect([recent.get('1'), recent.get('2'), recent.get('3')]).toEqual([undefined, 2, 3]);
  now = 100;
  expect(recent.get('3')).toBeUndefined();
  expect([...recent.everything()]).toEqual([2, 3]);
});
