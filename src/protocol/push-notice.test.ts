import { expect, test } from 'vitest';
import { decodePushNotice, encodePushNotice } from './push-notice.ts';

test('a notice comes back as it was sent', () => {
  const call = { kind: 'call', from: 'sip:ana@example.test', callId: 'a1@b' } as const;
  expect(decodePushNotice(encodePushNotice(call))).toEqual(call);
  const forwarded = { ...call, intended: 'sip:ingrid@example.test' };
  expect(decodePushNotice(encodePushNotice(forwarded))).toEqual(forwarded);
  const message = { kind: 'message', from: 'sip:ana@example.test' } as const;
  expect(decodePushNotice(encodePushNotice(message))).toEqual(message);
  const grouped = { ...message, group: 'sip:conf-1@example.test' };
  expect(decodePushNotice(encodePushNotice(grouped))).toEqual(grouped);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"k":"call"}',
  '{"k":"shout","f":"sip:a@b"}',
  '{"k":"call","f":"javascript:1"}',
  `{"k":"call","f":"sip:${'a'.repeat(600)}"}`,
  '{"k":"call","f":"sip:a@b","c":1}',
  '{"k":"message","f":"sip:a@b","g":"javascript:1"}',
  '{"k":"call","f":"sip:a@b","t":"javascript:1"}',
])('refuses %s', (text) => {
  expect(decodePushNotice(text)).toBeNull();
});
