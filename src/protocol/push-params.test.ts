import { expect, test } from 'vitest';
import { pushParams, readPushParams } from './push-params.ts';
import { parseUri } from './sip-uri.ts';

const KEYS = { p256dh: `B${'x'.repeat(84)}-_`, auth: 'abcdefghijklmnopqrst_-' };
const ENDPOINT = 'https://push.example.net/send/a;b?c=d&e=%20%2F';

test('a subscription survives the way through a Contact URI', () => {
  const { provider, prid, param } = pushParams({ endpoint: ENDPOINT, ...KEYS });
  const contact = `sip:a@b;pn-provider=${provider};pn-prid=${encodeURIComponent(prid)};pn-param=${encodeURIComponent(param)}`;
  const uri = parseUri(contact);
  if (uri?.kind !== 'sip') throw new Error('no SIP URI');
  const read = readPushParams({
    provider: uri.params.get('pn-provider') ?? '',
    prid: uri.params.get('pn-prid') ?? '',
    param: uri.params.get('pn-param') ?? null,
  });
  expect(read).toEqual({ endpoint: ENDPOINT, ...KEYS });
});

test('padding and the other alphabet of base64 are taken', () => {
  const { param } = pushParams({
    endpoint: ENDPOINT,
    p256dh: `${KEYS.p256dh.replace('-_', '+/')}=`,
    auth: `${KEYS.auth}==`,
  });
  expect(param).toBe(`${KEYS.p256dh}.${KEYS.auth}`);
});

test.each([
  ['another provider', 'apns', ENDPOINT, `${KEYS.p256dh}.${KEYS.auth}`],
  ['no keys', 'webpush', ENDPOINT, null],
  ['one key', 'webpush', ENDPOINT, KEYS.p256dh],
  ['three keys', 'webpush', ENDPOINT, `${KEYS.p256dh}.${KEYS.auth}.x`],
  ['a short key', 'webpush', ENDPOINT, `abc.${KEYS.auth}`],
  ['a bad escape', 'webpush', 'https://x/%E0%A4%A', `${KEYS.p256dh}.${KEYS.auth}`],
  ['another scheme', 'webpush', 'file:///etc/passwd', `${KEYS.p256dh}.${KEYS.auth}`],
  ['a blank', 'webpush', 'https%3A//x/%20y', `${KEYS.p256dh}.${KEYS.auth}`],
  ['a line end', 'webpush', 'https://x/%0d%0aHost:y', `${KEYS.p256dh}.${KEYS.auth}`],
  ['too long', 'webpush', `https://x/${'y'.repeat(2000)}`, `${KEYS.p256dh}.${KEYS.auth}`],
])('refuses %s', (_name, provider, prid, param) => {
  expect(readPushParams({ provider, prid, param })).toBeNull();
});
