/**
 *   Clara          server                Ingrid        Ben
 *     | INVITE Ingrid |                    |            |
 *     |-------------->|------------------->|            |
 *     |               |   (20 s, nobody)   |            |
 *     |               |-- History-Info: Ingrid, Ben --->|
 */
import { expect, test } from 'vitest';
import { forwardingOf } from './history-info.ts';

const BEN = 'sip:ben@x.test';
const INGRID = { aor: 'sip:ingrid@x.test', name: '' };
const history = (...values: string[]) => values.map((value) => ({ name: 'History-Info', value }));

test('N04 the first of the history is whom the caller wanted', () => {
  const headers = history(
    '"Ingrid Solberg" <sip:ingrid@x.test?Reason=SIP%3Bcause%3D408>;index=1, <sip:ben@x.test>;index=1.1;mp=1',
  );
  expect(forwardingOf(headers, BEN)).toEqual({ forUser: { ...INGRID, name: 'Ingrid Solberg' } });
});

test('N04 who sent it on last is named beside whom it was for', () => {
  const headers = history(
    '<sip:ingrid@x.test>;index=1',
    '<sip:mei@x.test>;index=1.1;mp=1',
    '<sip:ben@x.test>;index=1.1.1;mp=1.1',
  );
  expect(forwardingOf(headers, BEN)).toEqual({
    forUser: INGRID,
    forwardedBy: { aor: 'sip:mei@x.test', name: '' },
  });
});

test('N04 the index decides the order, not the place', () => {
  const headers = history(
    '<sip:ben@x.test>;index=1.10',
    '<sip:mei@x.test>;index=1.9',
    '<sip:ingrid@x.test>;index=1',
  );
  expect(forwardingOf(headers, BEN)?.forUser).toEqual(INGRID);
  expect(forwardingOf(headers, BEN)?.forwardedBy?.aor).toBe('sip:mei@x.test');
});

test('N04 a call for oneself is not forwarded, with or without a history', () => {
  expect(forwardingOf([], BEN)).toBeNull();
  expect(
    forwardingOf(history('<sip:ben@x.test>;index=1', '<sip:abc@gruu.test;gr>;index=1.1'), BEN),
  ).toBeNull();
});

test('N04 Diversion is read where there is no history, the oldest at the bottom', () => {
  const headers = [
    { name: 'Diversion', value: '<sip:mei@x.test>;reason=no-answer' },
    { name: 'Diversion', value: '"Reception" <tel:+441134960100>;reason=user-busy' },
  ];
  expect(forwardingOf(headers, BEN)).toEqual({
    forUser: { aor: 'tel:+441134960100', name: 'Reception' },
    forwardedBy: { aor: 'sip:mei@x.test', name: '' },
  });
});

test.each([
  ['', null],
  ['nonsense', null],
  ['<javascript:alert(1)>;index=1', null],
  ['<sip:anonymous@anonymous.invalid>;index=1', null],
  ['"Ing\u0007rid" <sip:ingrid@x.test>;index=1', 'Ing rid'],
  [`"${'x'.repeat(5000)}" <sip:ingrid@x.test>;index=${'1.'.repeat(500)}1`, 'x'.repeat(80)],
])('N04 bad input is left out or cut: %.40s', (value, name) => {
  expect(forwardingOf(history(value), BEN)?.forUser.name ?? null).toBe(name);
});

test('N04 no more hops are read than a server would make', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `<sip:u${i}@x.test>;index=1.${i}`);
  expect(forwardingOf(history(many.join(', ')), BEN)?.forwardedBy?.aor).toBe('sip:u31@x.test');
});
