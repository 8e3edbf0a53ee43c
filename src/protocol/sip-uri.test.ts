import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aorOf, escapeUser, formatUri, parseUri, sameUri, unescapeUser } from './sip-uri.ts';

const pairs = JSON.parse(
  readFileSync(new URL('fixtures/sip/uri-compare.json', import.meta.url), 'utf8'),
) as Record<'equivalent' | 'not_equivalent', [string, string][]>;

describe('comparison (RFC 3261 §19.1.4)', () => {
  it.each(pairs.equivalent)('%s is %s', (a, b) => {
    expect(sameUri(a, b)).toBe(true);
    expect(sameUri(b, a)).toBe(true);
  });

  it.each(pairs.not_equivalent)('%s is not %s', (a, b) => {
    expect(sameUri(a, b)).toBe(false);
    expect(sameUri(b, a)).toBe(false);
  });

  it.each([
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['tel:+1-201-555-0123', 'tel:+1(201)555.0123'],
    ['SIP:bob@EXAMPLE.com', 'sip:bob@example.com'],
    ['urn:service:sos', 'URN:service:sos'],
  ])('%s is %s', (a, b) => expect(sameUri(a, b)).toBe(true));

  it.each([
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com?subject=x'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob%2Bx@biloxi.com', 'sip:bob+x@biloxi.com'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:bob:secret@x', 'sip:bob@x'],
    ['sip:x', 'sip:bob@x'],
    ['tel:+1201', 'tel:1201'],
    ['tel:7042;phone-context=example.com', 'tel:7042'],
    ['sip:a b@x', 'sip:a b@x'],
  ])('%s is not %s', (a, b) => expect(sameUri(a, b)).toBe(false));
});

describe('parsing', () => {
  it('takes a URI apart and leaves the parts as written', () => {
    expect(
      parseUri(
        'sips:al%69ce;day=t%75e:pa%20ss@Atlanta.COM:5061;Transport=WS;lr;maddr=[::1]?Subject=a%20b&x=',
      ),
    ).toEqual({
      kind: 'sip',
      scheme: 'sips',
      user: 'al%69ce;day=t%75e',
      password: 'pa%20ss',
      host: 'atlanta.com',
      port: 5061,
      params: new Map([
        ['transport', 'WS'],
        ['lr', null],
        ['maddr', '[::1]'],
      ]),
      headers: [
        ['Subject', 'a%20b'],
        ['x', ''],
      ],
    });
  });

  it.each([
    'sip:+358-555-1234567;phone-context=5@host;user=phone',
    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com",
    'sip:%00@host5.example.com',
    'sip:user;par=u%40example.net@example.com',
    'sip:[2001:db8::10]:5070;lr',
    'sip:[2001:db8:::192.0.2.1]',
    'sip:bob@r3gk2m1.invalid;transport=ws;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'sip:a@x;pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.example.net%2Fabc',
    'tel:*31#',
    'tel:+44-(0)20',
    'im:a@b',
    'pres:a@b',
    'mailto:a@b?subject=x',
    'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'http://www.example.com/a?b#c',
  ])('%s is one and is written as it was', (text) => {
    const uri = parseUri(text);
    if (!uri) throw new Error('refused');
    expect(formatUri(uri)).toBe(text);
  });

  it.each([
    '',
    ':',
    'sip',
    'sip:',
    'sip:@x',
    'sip:a@',
    'sip:a b@x',
    'sip:a@x y',
    ' sip:a@x',
    'sip:a@x ',
    'sip:a@b@c',
    'sip:a@x:',
    'sip:a@x:70000',
    'sip:a@x:5x',
    'sip:a%2@x',
    'sip:a%zz@x',
    'sip:"a"@x',
    'sip:<a>@x',
    'sip:a@.x',
    'sip:a@x..y',
    'sip:2001:db8::10',
    'sip:[2001',
    'sip:[]',
    'sip:[1.2.3.4]',
    'sip:[g::1]',
    'sip:a@x;',
    'sip:a@x;;lr',
    'sip:a@x;lr=',
    'sip:a@x;=b',
    'sip:a@x;lr;lr',
    'sip:a@x?',
    'sip:a@x?=b',
    'sip:a@x?b',
    'sip:ä@x',
    'sip:a@ä',
    'sip:a\0@x',
    'sip:a\r\n@x',
    'tel:',
    'tel:abc xyz',
    'tel:+',
    'tel:hello',
    '1x:y',
    'x y:z',
    'urn:a b',
    'urn:%4',
    'javascript:"x"',
  ])('%j is none', (text) => {
    expect(parseUri(text)).toBeNull();
  });
});

describe('address of record', () => {
  it.each([
    ['sips:Bob:pw@Example.COM:5061;transport=ws?x=y', 'sip:Bob@example.com'],
    ['sip:%61lice@example.com', 'sip:alice@example.com'],
    ['sip:a%2bb%40c@example.com', 'sip:a%2Bb%40c@example.com'],
    ['sip:%00@example.com', 'sip:%00@example.com'],
    ['sip:example.com', null],
    ['tel:+1201', null],
    ['nonsense', null],
  ])('of %s is %s', (uri, aor) => expect(aorOf(uri)).toBe(aor));
});

it('escapes any name into a user part and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      const text = `sip:${escapeUser(name)}@example.com`;
      expect(parseUri(text)).toMatchObject({ kind: 'sip', host: 'example.com' });
      expect(unescapeUser(escapeUser(name))).toBe(name.toWellFormed());
    }),
  );
  expect(unescapeUser('%ff')).toBeNull();
});
