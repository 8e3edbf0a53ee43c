import { expect, test } from 'vitest';
import { decodeXcapCaps, encodeXcapCaps, LEVELS_EXTENSION } from './xcap-caps.ts';

test('A07 a server says that it keeps levels apart', () => {
  const caps = { auids: ['pres-rules'], extensions: [LEVELS_EXTENSION], namespaces: ['urn:a'] };
  expect(decodeXcapCaps(encodeXcapCaps(caps))).toEqual({ ok: true, value: caps });
});

test('as printed in RFC 4825 §12.1, without extensions', () => {
  const text =
    '<xcap-caps xmlns="urn:ietf:params:xml:ns:xcap-caps"><auids><auid>new-auid</auid></auids>' +
    '<namespaces><namespace>urn:ietf:params:xml:ns:xcap-caps</namespace></namespaces></xcap-caps>';
  expect(decodeXcapCaps(text)).toEqual({
    ok: true,
    value: { auids: ['new-auid'], extensions: [], namespaces: ['urn:ietf:params:xml:ns:xcap-caps'] },
  });
});

test.each(['', '<html/>', '<xcap-caps/>'])('refuses %j', (text) => {
  expect(decodeXcapCaps(text).ok).toBe(false);
});
