import { expect, test } from 'vitest';
import { redactMessage } from './redact.ts';

test('credentials, push addresses and bodies are struck out', () => {
  const text = [
    'REGISTER sip:example.org SIP/2.0',
    'authorization: Digest username="alice", response="0123"',
    'Proxy-Authorization : Digest response="4567"',
    'Contact: <sip:alice@x.invalid;pn-provider=webpush;pn-prid=https://push/secret;pn-param=key>',
    '',
    'body',
  ].join('\r\n');
  const seen = redactMessage(text);
  expect(seen).not.toMatch(/0123|4567|secret|=key|\nbody$/);
  expect(seen).toContain('pn-provider=webpush');
  expect(seen).toContain('[body of 4 characters]');
});
