/** The password travels encrypted, to the server it is meant for, or not at all. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { LDAP_ADMIN, LDAP_BASE, startSlapd, type Slapd } from '../testing/slapd.ts';
import { ldapSource } from './ldap-source.ts';
import { readDirectorySettings } from './settings.ts';

let slapd: Slapd;
const usual = getCACertificates();
beforeAll(async () => {
  slapd = await startSlapd([
    [LDAP_BASE, { objectClass: ['dcObject', 'organization'], dc: 'larkfield', o: 'Larkfield' }],
    [
      `uid=ana,${LDAP_BASE}`,
      { objectClass: 'inetOrgPerson', uid: 'ana', cn: 'Ana', sn: 'A', mail: 'ana@x.test' },
    ],
  ]);
});
afterEach(() => setDefaultCACertificates(usual));
afterAll(() => slapd.close());

async function names(environment: Record<string, string>): Promise<string[]> {
  const read = readDirectorySettings({
    PARLEY_LDAP_BASE: LDAP_BASE,
    PARLEY_LDAP_BIND_DN: LDAP_ADMIN.dn,
    PARLEY_LDAP_PASSWORD: LDAP_ADMIN.password,
    ...environment,
  });
  if ('problem' in read || read.ldap === null) throw new Error('no settings');
  const source = ldapSource({ settings: read.ldap, clock: systemClock(), malformed: () => undefined });
  try {
    return (await source.search('ana', 5)).map(({ name }) => name);
  } finally {
    source.stop();
  }
}

describe.each(['ldaps', 'StartTLS'])('%s', (how) => {
  const environment = (): Record<string, string> =>
    how === 'ldaps'
      ? { PARLEY_LDAP_URL: slapd.secure.url }
      : { PARLEY_LDAP_URL: slapd.url, PARLEY_LDAP_START_TLS: '1' };

  it('finds people behind a certificate that is trusted', async () => {
    setDefaultCACertificates([...usual, slapd.secure.certificate]);
    expect(await names(environment())).toEqual(['Ana']);
  });

  it('says nothing to a server whose certificate nobody trusts', async () => {
    await expect(names(environment())).rejects.toThrow(/self-signed|unable to verify/);
  });

  it('says nothing to a server under another name', async () => {
    setDefaultCACertificates([...usual, slapd.secure.certificate]);
    const elsewhere = environment()['PARLEY_LDAP_URL']?.replace('127.0.0.1', 'localhost') ?? '';
    await expect(names({ ...environment(), PARLEY_LDAP_URL: elsewhere })).rejects.toThrow(/localhost/);
  });
});
