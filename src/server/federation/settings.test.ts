import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAuthority, type Issued } from '../testing/certificates.ts';
import { readFederationSettings } from './settings.ts';

let authority: ReturnType<typeof openAuthority>;
let issued: Issued;
beforeAll(() => {
  authority = openAuthority();
  issued = authority.issue('DNS:here.test');
});
afterAll(() => authority.close());

const read = (more: Record<string, string>) =>
  readFederationSettings({
    PARLEY_FEDERATION_PORT: '5061',
    PARLEY_FEDERATION_CERT: issued.certificateFile,
    PARLEY_FEDERATION_KEY: issued.keyFile,
    ...more,
  });
const problem = (more: Record<string, string>): string => {
  const settings = read(more);
  return settings !== null && 'problem' in settings ? settings.problem : 'none';
};

test('T23 without a port there is no federation', () => {
  expect(readFederationSettings({ PARLEY_FEDERATION_ALLOW: 'partner.example' })).toBeNull();
});

test('T23 routes and allowed domains are read; a route allows', () => {
  const settings = read({
    PARLEY_FEDERATION_ROUTES: 'Partner.example=127.0.0.1:5071, six.example=[::1]:5072',
    PARLEY_FEDERATION_ALLOW: 'third.example',
    PARLEY_FEDERATION_CA: authority.certificateFile,
  });
  if (settings === null || 'problem' in settings) throw new Error('not read');
  expect(settings.routes.get('partner.example')).toEqual({ host: '127.0.0.1', port: 5071 });
  expect(settings.routes.get('six.example')).toEqual({ host: '::1', port: 5072 });
  expect([...settings.allowed]).toEqual(['partner.example', 'six.example', 'third.example']);
  expect(settings.authorities).toContain('BEGIN CERTIFICATE');
});

test('T23 what cannot be meant is told in a sentence', () => {
  expect(problem({ PARLEY_FEDERATION_PORT: 'x' })).toMatch('PARLEY_FEDERATION_PORT');
  expect(problem({ PARLEY_FEDERATION_CERT: '' })).toMatch('PARLEY_FEDERATION_CERT');
  expect(problem({ PARLEY_FEDERATION_KEY: '/nowhere' })).toMatch('/nowhere');
  expect(problem({ PARLEY_FEDERATION_CERT: issued.keyFile })).toMatch('PARLEY_FEDERATION_CERT');
  expect(problem({ PARLEY_FEDERATION_ROUTES: 'partner.example' })).toMatch('partner.example');
  expect(problem({ PARLEY_FEDERATION_ROUTES: 'partner.example=host:70000' })).toMatch('70000');
  expect(problem({ PARLEY_FEDERATION_ALLOW: 'https://partner.example' })).toMatch('https');
  expect(problem({ PARLEY_FEDERATION_RATE: '0' })).toMatch('PARLEY_FEDERATION_RATE');
});
