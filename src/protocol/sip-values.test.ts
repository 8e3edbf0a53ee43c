import { describe, expect, it } from 'vitest';
import {
  formatNameAddr,
  listOf,
  parseNameAddr,
  parseParams,
  parseVia,
  splitList,
  tokensOf,
} from './sip-header.ts';
import {
  contactsOf,
  formatDate,
  formatReason,
  formatSubscriptionState,
  parseDate,
  parseEvent,
  parseMediaType,
  parseReasons,
  parseRetryAfter,
  parseSeconds,
  parseSubscriptionState,
  qOf,
} from './sip-values.ts';

const fields = (name: string, ...values: string[]) => ({ headers: values.map((value) => ({ name, value })) });

describe('lists', () => {
  it.each([
    ['a, b ,c', ['a', 'b', 'c']],
    ['"a, b" <sip:a@x>;q=1,<sip:b,c@x>', ['"a, b" <sip:a@x>;q=1', '<sip:b,c@x>']],
    ['"a\\", b", c', ['"a\\", b"', 'c']],
    ['a', ['a']],
  ])('%s', (text, parts) => expect(splitList(text)).toEqual(parts));

  it.each(['', ',', 'a,', ',a', 'a,,b', '"a, b', '<a, b'])('%j is malformed', (text) =>
    expect(splitList(text)).toBeNull(),
  );

  it('joins the fields of a message', () => {
    expect(listOf(fields('Route', '<sip:a;lr>, <sip:b;lr>', '<sip:c;lr>'), 'Route')).toEqual([
      '<sip:a;lr>',
      '<sip:b;lr>',
      '<sip:c;lr>',
    ]);
    expect(listOf(fields('Route', '<sip:a;lr>', ','), 'Route')).toBeNull();
    expect(tokensOf(fields('Supported', 'Path, outbound', '', 'g r u u'), 'Supported')).toEqual([
      'path',
      'outbound',
    ]);
  });
});

describe('parameters', () => {
  it('come unquoted, names in lower case, in order', () => {
    const params = parseParams(' ; Tag = a ;+sip.instance="<urn:uuid:1>" ; ob;x="a\\"b\\\\"');
    expect([...(params ?? [])]).toEqual([
      ['tag', 'a'],
      ['+sip.instance', '<urn:uuid:1>'],
      ['ob', null],
      ['x', 'a"b\\'],
    ]);
  });

  it.each([';', ';;a', ';a=', ';a=b c', ';a;a', ';A=1;a=2', 'a', ';a="b', ';ä=1', ';a=b/c'])(
    '%j is malformed',
    (text) => expect(parseParams(text)).toBeNull(),
  );
});

describe('addresses', () => {
  it('without brackets have no URI parameters', () => {
    const address = parseNameAddr('sip:bob@example.com;transport=ws;tag=1');
    expect(address).toMatchObject({ display: '', uri: 'sip:bob@example.com' });
    expect(address?.params.get('transport')).toBe('ws');
  });

  it.each([
    'sip:a@x?b=c',
    'sip:a,b@x',
    '<sip:a@x',
    'sip:a@x>',
    '"a" sip:a@x',
    '<sip:a@x> b',
    'a "b" <sip:a@x>',
    '<<sip:a@x>>',
    '<>',
    '',
  ])('%j is none', (text) => expect(parseNameAddr(text)).toBeNull());

  it('keep the names people write without quotes', () => {
    expect(parseNameAddr('Jörg Müller <sip:j@x>')?.display).toBe('Jörg Müller');
    expect(formatNameAddr({ display: 'Jörg', uri: 'sip:j@x', params: new Map() })).toBe('"Jörg" <sip:j@x>');
  });
});

describe('Via', () => {
  it.each([
    ['SIP/2.0/WSS a.invalid;branch=z9hG4bK1', { transport: 'WSS', host: 'a.invalid', port: null }],
    [
      'sip / 2.0 / tcp  [2001:db8::9:1] : 5060 ; rport',
      { transport: 'TCP', host: '[2001:db8::9:1]', port: 5060 },
    ],
    ['SIP/2.0/UDP h;received=2001:db8::9:255', { transport: 'UDP', host: 'h' }],
    ['SIP/2.0/UDP h;received=[2001:db8::9:255]', { transport: 'UDP', host: 'h' }],
  ])('%s', (text, via) => expect(parseVia(text)).toMatchObject(via));

  it.each([
    'SIP/2.0/UDP',
    'SIP/2.0 UDP h',
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h h',
    'HTTP/2.0/UDP h',
    'SIP/2.0/UDP [::1',
    '',
  ])('%j is none', (text) => expect(parseVia(text)).toBeNull());
});

describe('Contact', () => {
  it('gives the good ones and counts the bad: one binding of a stranger does not cost the others', () => {
    const contacts = contactsOf(
      fields('Contact', '<sip:a@x>;q=0.5, <mailto:b@x>;expires=4294967295', 'not an address', '"C" <tel:+1>'),
    );
    expect(contacts).toMatchObject({ star: false, malformed: 1 });
    expect(contacts.list.map(({ uri }) => uri)).toEqual(['sip:a@x', 'mailto:b@x', 'tel:+1']);
    expect(contacts.list.map(qOf)).toEqual([500, 1000, 1000]);
  });

  it('takes a star only alone', () => {
    expect(contactsOf(fields('Contact', '*'))).toEqual({ star: true, list: [], malformed: 0 });
    expect(contactsOf(fields('Contact', '*', '<sip:a@x>'))).toMatchObject({ star: false, malformed: 1 });
    expect(contactsOf(fields('Contact', '*', '*'))).toMatchObject({ malformed: 1 });
  });
});

describe('small values', () => {
  it('Event', () => {
    expect(parseEvent('presence.winfo;id=7')).toMatchObject({ name: 'presence.winfo', id: '7' });
    expect(parseEvent('a b')).toBeNull();
  });

  it('Subscription-State counts retry-after in seconds', () => {
    expect(parseSubscriptionState('Terminated;reason=Probation;retry-after=60')).toEqual({
      state: 'terminated',
      expires: null,
      reason: 'probation',
      retryAfter: 60,
    });
    expect(formatSubscriptionState({ state: 'active', expires: 60 })).toBe('active;expires=60');
    expect(parseSubscriptionState('')).toBeNull();
  });

  it('Reason', () => {
    const text = 'SIP;cause=200;text="Call completed elsewhere"';
    const reasons = parseReasons(`Q.850;cause=16;text="a, \\"b\\"", ${text}, ;bad`);
    expect(reasons).toEqual([
      { protocol: 'Q.850', cause: 16, text: 'a, "b"' },
      { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' },
    ]);
    expect(reasons[1] && formatReason(reasons[1])).toBe(text);
  });

  it('seconds never overflow a timer', () => {
    expect(parseSeconds('4294967296')).toBe(4294967295);
    expect(parseSeconds('9'.repeat(400))).toBe(4294967295);
    for (const text of ['', '-1', '1.5', '1e3', 'x', ' 1']) expect(parseSeconds(text)).toBeNull();
    expect(parseRetryAfter('18000;duration=3600')).toBe(18000);
    expect(parseRetryAfter('120 (I am in a meeting)')).toBe(120);
    expect(parseRetryAfter('soon')).toBeNull();
  });

  it('Date is GMT and exists', () => {
    const ms = Date.UTC(2010, 10, 13, 23, 29, 0);
    expect(parseDate('Sat, 13 Nov 2010 23:29:00 GMT')).toBe(ms);
    expect(formatDate(ms)).toBe('Sat, 13 Nov 2010 23:29:00 GMT');
    for (const text of [
      'Fri, 01 Jan 2010 16:00:00 EST',
      'Sat, 31 Feb 2010 00:00:00 GMT',
      'Sat, 13 Foo 2010 00:00:00 GMT',
      'Sat, 13 Nov 2010 24:00:00 GMT',
      '',
    ]) {
      expect(parseDate(text)).toBeNull();
    }
  });

  it('media types', () => {
    expect(parseMediaType('Multipart/Mixed; boundary="a b"')).toEqual({
      type: 'multipart/mixed',
      params: new Map([['boundary', 'a b']]),
    });
    expect(parseMediaType('multipart/mixed;boundary=--=_Part/1')?.params.get('boundary')).toBe('--=_Part/1');
    for (const text of ['', 'text', '/plain', 'text/', 'text/plain;', 'text/plain x'])
      expect(parseMediaType(text)).toBeNull();
  });
});
