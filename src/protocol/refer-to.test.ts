import { expect, test } from 'vitest';
import { callable, formatReferTo, parseReferTo, redirectTarget } from './refer-to.ts';
import { formatSipfrag, parseSipfrag } from './sipfrag.ts';

const replaces = { callId: 'a8;b@host', toTag: 'to1', fromTag: 'from1' };

test('EV1 a target and the call that is replaced survive the way through one header', () => {
  const plain = { callId: 'a8b@host', toTag: 'to1', fromTag: 'from1' };
  const value = formatReferTo('sip:cleo@x.test;gr=urn:uuid:1', plain);
  expect(value).toBe('<sip:cleo@x.test;gr=urn:uuid:1?Replaces=a8b%40host%3Bto-tag%3Dto1%3Bfrom-tag%3Dfrom1>');
  expect(parseReferTo(value ?? '')).toEqual({
    ok: true,
    to: 'sip:cleo@x.test;gr=urn:uuid:1',
    replaces: plain,
  });
  expect(formatReferTo('sip:cleo@x.test', replaces)).toBeNull();
});

test.each([
  ['<tel:+15550100>', 416],
  ['<sip:x.test>', 416],
  ['<http://x.test/>', 416],
  ['<sip:cleo@x.test;method=BYE>', 603],
  ['<sip:cleo@x.test?Replaces=a%0d%0aTo%3Ax>', 400],
  ['<sip:cleo@x.test?Replaces=%ff>', 400],
  ['<sip:cleo@x.test?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b>', 400],
  ['<sip:cleo@x.test', 400],
  ['', 400],
])('EV1 %s is refused with %i', (value, status) => {
  expect(parseReferTo(value)).toEqual({ ok: false, status });
});

test('EV1 headers, routes and bodies in a target are left out', () => {
  const value =
    '<sip:cleo@x.test;maddr=9.9.9.9;lr;transport=tcp?Route=%3Csip%3Aevil%3E&body=v%3D0&Subject=Hi>';
  expect(parseReferTo(value)).toEqual({ ok: true, to: 'sip:cleo@x.test', replaces: null });
  expect(callable('tel:+15550100')).toBeNull();
});

test('N02 a call is led on to people and numbers, without what else a Contact carries', () => {
  expect(redirectTarget('sip:cleo@x.test;maddr=9.9.9.9?Subject=Hi')).toBe('sip:cleo@x.test');
  expect(redirectTarget('tel:+15550100')).toBe('tel:+15550100');
  for (const text of ['mailto:cleo@x.test', 'http://x.test', 'sip:x.test', ''])
    expect(redirectTarget(text)).toBeNull();
});

test('EV1 the status line of a piece of SIP, or none', () => {
  expect(parseSipfrag(formatSipfrag(486, 'Busy\r\nHere'))).toEqual({ status: 486, reason: 'Busy  Here' });
  expect(parseSipfrag('SIP/2.0 200')).toEqual({ status: 200, reason: '' });
  for (const body of ['', 'SIP/2.0 700 No', 'INVITE sip:x SIP/2.0', '\r\nSIP/2.0 200 OK'])
    expect(parseSipfrag(body)).toBeNull();
});
