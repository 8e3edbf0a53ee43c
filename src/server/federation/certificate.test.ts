import { expect, test } from 'vitest';
import { domainsOf } from './certificate.ts';

const read = (names?: string): string[] => [...domainsOf(names)];

test('T23 a SIP URI names the domain, else a DNS name does (RFC 5922 §7.1)', () => {
  expect(read('DNS:partner.example')).toEqual(['partner.example']);
  expect(read('DNS:a.example, DNS:B.Example')).toEqual(['a.example', 'b.example']);
  expect(read('URI:sip:partner.example, DNS:host.example')).toEqual(['partner.example']);
  expect(read('URI:https://partner.example/, DNS:host.example')).toEqual(['host.example']);
});

test('T23 a user, a wildcard, an address, a quoted name and none at all stand for no domain', () => {
  expect(read('URI:sip:alice@partner.example')).toEqual([]);
  expect(read('DNS:*.partner.example')).toEqual([]);
  expect(read('IP Address:127.0.0.1, email:a@partner.example')).toEqual([]);
  expect(read('DNS:"evil.example\\u002c DNS:partner.example"')).toEqual([]);
  expect(read('DNS:partner.example\u0000.evil.example')).toEqual([]);
  expect(read()).toEqual([]);
});
