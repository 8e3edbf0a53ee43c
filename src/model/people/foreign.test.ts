import { expect, test } from 'vitest';
import { foreignDomain, isForeign } from './foreign.ts';

const ME = 'sip:alice@example.org';

test('F02 people of other domains are foreign, colleagues and numbers are not', () => {
  expect(isForeign('sip:bob@example.org', ME)).toBe(false);
  expect(isForeign('sip:bob@Example.ORG:5061;transport=tls', ME)).toBe(false);
  expect(isForeign('sip:bob@partner.example', ME)).toBe(true);
  // A name that looks like ours is not ours.
  expect(isForeign('sip:bob@example.org.attacker.example', ME)).toBe(true);
  expect(isForeign('sip:bob@sub.example.org', ME)).toBe(true);
  expect(isForeign('sip:alice%40example.org@partner.example', ME)).toBe(true);
  expect(isForeign('tel:+442079460991', ME)).toBe(false);
  expect(isForeign('sip:bob@partner.example', '')).toBe(false);
});

test('F02 the domain is told in words', () => {
  expect(foreignDomain('sip:bob@Partner.example', ME)).toBe('partner.example');
  expect(foreignDomain('sip:bob@example.org', ME)).toBeNull();
});
