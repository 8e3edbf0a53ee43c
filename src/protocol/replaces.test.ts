import { expect, test } from 'vitest';
import { replacedBy, replacedWords } from './replaced-words.ts';
import { formatReplaces, parseReplaces } from './replaces.ts';

test('P18 the examples of RFC 3891 are read and written', () => {
  const plain = parseReplaces('98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff');
  expect(plain).toEqual({ callId: '98732@sip.example.com', toTag: 'ff87ff', fromTag: 'r33th4x0r' });
  const early = parseReplaces('12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only');
  expect(early).toEqual({ callId: '12adf2f34456gs5', toTag: '12345', fromTag: '54321', earlyOnly: true });
  for (const one of [plain, early]) expect(one && parseReplaces(formatReplaces(one) ?? '')).toEqual(one);
});

test.each([
  '',
  'abc',
  'abc;to-tag=1',
  'abc;from-tag=1',
  'abc;to-tag=1;to-tag=2;from-tag=3',
  'abc;to-tag=;from-tag=3',
  ';to-tag=1;from-tag=2',
  'a b;to-tag=1;from-tag=2',
  'a@b@c;to-tag=1;from-tag=2',
  'abc;to-tag=1;from-tag=2, def;to-tag=1;from-tag=2',
  'abc;to-tag="1\r\nRoute: <sip:evil.example>";from-tag=2',
  `${'a'.repeat(600)};to-tag=1;from-tag=2`,
])('%j is no Replaces', (text) => {
  expect(parseReplaces(text)).toBeNull();
});

test.each([
  { callId: 'a\r\nRoute: <sip:evil.example>', toTag: '1', fromTag: '2' },
  { callId: 'a;early-only', toTag: '1', fromTag: '2' },
  { callId: 'a', toTag: '1;x=y', fromTag: '2' },
  { callId: 'a', toTag: '1', fromTag: '2\r\nX: y' },
  { callId: 'a', toTag: '1', fromTag: '\0' },
])('%j is not written', (parts) => {
  expect(formatReplaces(parts)).toBeNull();
});

test('EV2 whose dialog took the place of another is said by address alone, and read back', () => {
  const words = replacedWords('"Ben" <sip:ben@x.test>');
  expect([words, replacedBy(words)]).toEqual(['Replaced', null]);
  expect(replacedBy(replacedWords('sip:ben@X.test;gr=urn:uuid:1'))).toBe('sip:ben@x.test');
  expect(replacedWords('sip:"evil"@x.test\r\nRoute: <sip:evil.example>')).toBe('Replaced');
  expect(replacedBy('Replaced by sip:a@x.test sip:b@x.test')).toBeNull();
});
