/**
 * The classes of RFC 4475 carried into other methods and headers: two readings of one message, numbers out of
 * range, broken framing, odd but valid spelling. Each is tried with every method.
 */
import { describe, expect, it } from 'vitest';
import { header } from './sip-message.ts';
import { LARGE_LIMITS, LIMITS, parseMessage } from './sip-parser.ts';
import { contactsOf } from './sip-values.ts';
import { makeResponse, writeMessage } from './sip-writer.ts';

const METHODS =
  'INVITE ACK BYE CANCEL OPTIONS REGISTER MESSAGE SUBSCRIBE NOTIFY PUBLISH REFER INFO PRACK UPDATE x.NEW'.split(
    ' ',
  );

function fields(method: string): Record<string, string> {
  return {
    Via: 'SIP/2.0/WSS a.invalid;branch=z9hG4bK1',
    'Max-Forwards': '70',
    From: '"Alice" <sip:alice@example.com>;tag=a',
    To: '<sip:bob@example.com>',
    'Call-ID': 'c1@a.invalid',
    CSeq: `1 ${method}`,
    'Content-Length': '0',
  };
}

interface Change {
  /** Instead of the start line. */
  readonly start?: string;
  /** Fields put in place of others; `null` takes one away. */
  readonly set?: Record<string, string | null>;
  /** Lines put at the end of the head. */
  readonly add?: readonly string[];
  readonly body?: string;
}

function frame(method: string, { start, set = {}, add = [], body = '' }: Change): string {
  const lines = Object.entries({ ...fields(method), ...set }).flatMap(([name, value]) =>
    value === null ? [] : `${name}: ${value}`,
  );
  return [start ?? `${method} sip:bob@example.com SIP/2.0`, ...lines, ...add, '', body].join('\r\n');
}

/** Name, status, and the change that deserves it. */
const REFUSED: readonly (readonly [string, number, (method: string) => Change])[] = [
  ['two From', 400, () => ({ add: ['From: <sip:ceo@example.com>;tag=b'] })],
  ['From and f', 400, () => ({ add: ['f: <sip:ceo@example.com>;tag=b'] })],
  ['FROM in another case', 400, () => ({ add: ['fRoM : <sip:ceo@example.com>;tag=b'] })],
  ['two equal From', 400, () => ({ add: ['From: "Alice" <sip:alice@example.com>;tag=a'] })],
  ['To and t', 400, () => ({ add: ['t: <sip:carol@example.com>'] })],
  ['Call-ID and i', 400, () => ({ add: ['i: c2'] })],
  ['two CSeq', 400, (method) => ({ add: [`CSeq: 2 ${method}`] })],
  ['two Max-Forwards', 400, () => ({ add: ['Max-Forwards: 3'] })],
  ['Content-Length and l', 400, () => ({ add: ['l: 0'] })],
  ['two Content-Type', 400, () => ({ add: ['Content-Type: text/plain', 'c: text/html'] })],
  ['two Expires', 400, () => ({ add: ['Expires: 0', 'Expires: 600'] })],
  ['two Event', 400, () => ({ add: ['Event: presence', 'o: dialog'] })],
  [
    'two Subscription-State',
    400,
    () => ({ add: ['Subscription-State: active', 'Subscription-State: terminated'] }),
  ],
  ['two Refer-To', 400, () => ({ add: ['Refer-To: <sip:a@x>', 'r: <sip:b@x>'] })],
  [
    'two Replaces',
    400,
    () => ({ add: ['Replaces: 1;to-tag=a;from-tag=b', 'Replaces: 2;to-tag=a;from-tag=b'] }),
  ],
  ['two SIP-If-Match', 400, () => ({ add: ['SIP-If-Match: 1', 'SIP-If-Match: 2'] })],
  ['two Session-Expires', 400, () => ({ add: ['Session-Expires: 90', 'x: 1800'] })],
  ['two addresses in From', 400, () => ({ set: { From: '<sip:a@x>;tag=a, <sip:b@x>;tag=b' } })],
  ['two tags', 400, () => ({ set: { From: '<sip:a@x>;tag=a;tag=b' } })],
  ['two branches', 400, () => ({ set: { Via: 'SIP/2.0/WS a;branch=z9hG4bK1;branch=z9hG4bK2' } })],
  ['no From', 400, () => ({ set: { From: null } })],
  ['no Via', 400, () => ({ set: { Via: null } })],
  ['no Call-ID', 400, () => ({ set: { 'Call-ID': null } })],
  ['CSeq of another method', 400, () => ({ set: { CSeq: '1 FOO' } })],
  ['CSeq in another case', 400, (method) => ({ set: { CSeq: `1 ${method.toLowerCase()}x` } })],
  ['CSeq of 2^31', 400, (method) => ({ set: { CSeq: `2147483648 ${method}` } })],
  ['CSeq of 21 digits', 400, (method) => ({ set: { CSeq: `36893488147419103232 ${method}` } })],
  ['negative CSeq', 400, (method) => ({ set: { CSeq: `-1 ${method}` } })],
  ['CSeq with a fraction', 400, (method) => ({ set: { CSeq: `1.5 ${method}` } })],
  ['Max-Forwards of 300', 400, () => ({ set: { 'Max-Forwards': '300' } })],
  ['negative Max-Forwards', 400, () => ({ set: { 'Max-Forwards': '-1' } })],
  ['negative Content-Length', 400, () => ({ set: { 'Content-Length': '-999' } })],
  ['Content-Length with a plus', 400, () => ({ set: { 'Content-Length': '+0' } })],
  ['Content-Length in hexadecimal', 400, () => ({ set: { 'Content-Length': '0x0' } })],
  ['Content-Length list', 400, () => ({ set: { 'Content-Length': '0, 0' } })],
  ['Content-Length beyond the frame', 400, () => ({ set: { 'Content-Length': '9999' }, body: 'short' })],
  ['Content-Length inside a character', 400, () => ({ set: { 'Content-Length': '1' }, body: 'é' })],
  ['Content-Length inside a pair', 400, () => ({ set: { 'Content-Length': '3' }, body: '😀' })],
  ['SIP/3.0', 505, (method) => ({ start: `${method} sip:bob@example.com SIP/3.0` })],
  ['SIP/2.1', 505, (method) => ({ start: `${method} sip:bob@example.com SIP/2.1` })],
  ['SIP/02.0', 505, (method) => ({ start: `${method} sip:bob@example.com SIP/02.0` })],
  ['HTTP', 400, (method) => ({ start: `${method} sip:bob@example.com HTTP/1.1` })],
  ['no version', 400, (method) => ({ start: `${method} sip:bob@example.com` })],
  ['Via of SIP/7.0', 400, () => ({ set: { Via: 'SIP/7.0/UDP a;branch=z9hG4bK1' } })],
  ['Via without a blank', 400, () => ({ set: { Via: 'SIP/2.0/UDP;branch=z9hG4bK1' } })],
  ['Via with a port of 65536', 400, () => ({ set: { Via: 'SIP/2.0/WS a:65536;branch=z9hG4bK1' } })],
  ['branch that is only the cookie', 400, () => ({ set: { Via: 'SIP/2.0/WS a;branch=z9hG4bK' } })],
  ['Request-URI in brackets', 400, (method) => ({ start: `${method} <sip:bob@example.com> SIP/2.0` })],
  ['two blanks in the start line', 400, (method) => ({ start: `${method}  sip:bob@example.com  SIP/2.0` })],
  ['tab in the start line', 400, (method) => ({ start: `${method}\tsip:bob@example.com\tSIP/2.0` })],
  [
    'headers in the Request-URI',
    400,
    (method) => ({ start: `${method} sip:bob@example.com?Route=%3Csip:x%3E SIP/2.0` }),
  ],
  [
    'half an escape in the Request-URI',
    400,
    (method) => ({ start: `${method} sip:b%4@example.com SIP/2.0` }),
  ],
  ['IPv6 without brackets', 400, (method) => ({ start: `${method} sip:2001:db8::10 SIP/2.0` })],
  ['control character in a value', 400, () => ({ add: ['Subject: a\x07b'] })],
  ['NUL in a value', 400, () => ({ add: ['Subject: a\0b'] })],
  ['DEL in a value', 400, () => ({ add: ['Subject: a\x7fb'] })],
  ['bare LF', 400, () => ({ add: ['Subject: a\nFrom: <sip:ceo@example.com>;tag=b'] })],
  ['bare CR', 400, () => ({ add: ['Subject: a\rFrom: <sip:ceo@example.com>;tag=b'] })],
  ['control character before a colon', 400, () => ({ add: ['From\x0b: <sip:ceo@example.com>'] })],
  ['NUL before a colon', 400, () => ({ add: ['From\0: <sip:ceo@example.com>'] })],
  ['header name with a blank', 400, () => ({ add: ['X Y: z'] })],
  ['header name with letters beyond ASCII', 400, () => ({ add: ['Größe: z'] })],
  ['header without a name', 400, () => ({ add: [': z'] })],
  ['header without a colon', 400, () => ({ add: ['nothing'] })],
  ['display name with an open quote', 400, () => ({ set: { From: '"Alice <sip:alice@example.com>;tag=a' } })],
  [
    'display name with a comma',
    400,
    () => ({ set: { From: 'Liddell, Alice <sip:alice@example.com>;tag=a' } }),
  ],
  ['blank in the brackets', 400, () => ({ set: { To: '< sip:bob@example.com>' } })],
  ['no address', 400, () => ({ set: { To: '' } })],
  ['Call-ID with a blank', 400, () => ({ set: { 'Call-ID': 'a b' } })],
  ['Call-ID beyond ASCII', 400, () => ({ set: { 'Call-ID': 'ü' } })],
  ['empty Call-ID', 400, () => ({ set: { 'Call-ID': '' } })],
  ['257 header fields', 513, () => ({ add: Array.from({ length: 250 }, (_, i) => `X-${i}: y`) })],
  [
    '71 Vias',
    513,
    () => ({ add: Array.from({ length: 70 }, (_, i) => `v: SIP/2.0/WS h${i};branch=z9hG4bK${i}`) }),
  ],
  [
    '71 Vias in one field',
    513,
    () => ({ set: { Via: Array(71).fill('SIP/2.0/WS a;branch=z9hG4bK1').join(', ') } }),
  ],
  ['64 KiB of headers', 513, () => ({ add: [`X: ${'y'.repeat(LIMITS.head)}`] })],
  ['64 KiB of headers in fewer characters', 513, () => ({ add: [`X: ${'é'.repeat(LIMITS.head / 2)}`] })],
  ['a frame of 256 KiB', 513, () => ({ body: 'x'.repeat(LIMITS.frame) })],
];

describe.each(METHODS)('%s', (method) => {
  it.each(REFUSED)('%s: %i', (_name, status, change) => {
    const text = frame(method, change(method));
    for (const input of [text, Buffer.from(text)]) {
      const result = parseMessage(input);
      expect(result).toMatchObject({ ok: false, status });
      if (result.ok || !result.partial) continue;
      const answer = parseMessage(writeMessage(makeResponse(result.partial, { status, toTag: 'x' })));
      // The answer repeats what was received, errors of From and To included, but never a second line.
      if (answer.ok) expect(answer.message.headers.filter((field) => field.name === 'From')).toHaveLength(1);
      expect(method).not.toBe('ACK');
    }
  });

  it('is taken as it is', () => {
    expect(parseMessage(frame(method, {}))).toMatchObject({
      ok: true,
      message: { kind: 'request', method, maxForwards: 70 },
    });
  });

  it('is taken without Content-Length, the frame being the message', () => {
    const result = parseMessage(frame(method, { set: { 'Content-Length': null }, body: 'grüße' }));
    expect(result).toMatchObject({ ok: true, message: { body: 'grüße', binary: false } });
  });

  it('is taken in its most tortuous spelling (RFC 4475 §3.1.1.1)', () => {
    const text = [
      `${method} sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0`,
      'TO :',
      ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
      'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
      '  ;',
      '  tag = 98asjd8',
      'MaX-fOrWaRdS: 0068',
      'Call-ID: wsinv.ndaksdj@192.0.2.1',
      'Content-Length   : 3',
      'cseq: 0009',
      `  ${method}`,
      'Via  : SIP  /   2.0',
      ' /UDP',
      '    192.0.2.2;branch=390skdjuw',
      's :',
      'NewFangledHeader:   newfangled value',
      ' continued newfangled value',
      'UnknownHeaderWithUnusualValue: ;;,,;;,;',
      'Content-Type: application/sdp',
      'Route:',
      ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
      'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
      '  branch  =   z9hG4bK9ikj8  ,',
      ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
      ' z9hG4bK30239',
      'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
      '      newvalue ;',
      '  secondparam ; q = 0.33',
      '',
      'abc',
    ].join('\r\n');
    const result = parseMessage(text);
    expect(result).toMatchObject({
      ok: true,
      message: { maxForwards: 68, body: 'abc', cseq: { seq: 9, method } },
    });
    if (!result.ok) return;
    const { message } = result;
    expect(message.from).toMatchObject({ display: 'J Rosenberg \\"', uri: 'sip:jdrosen@example.com' });
    expect(message.from.params.get('tag')).toBe('98asjd8');
    expect(message.to.params.get('tag')).toBe('1918181833n');
    expect(message.vias.map((via) => [via.transport, via.host, via.params.get('branch')])).toEqual([
      ['UDP', '192.0.2.2', '390skdjuw'],
      ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
      ['UDP', '192.168.255.111', 'z9hG4bK30239'],
    ]);
    expect(header(message, 'Subject')).toBe('');
    expect(header(message, 'Newfangledheader')).toBe('newfangled value continued newfangled value');
    expect(contactsOf(message).list[0]).toMatchObject({
      display: 'Quoted string ""',
      uri: 'sip:jdrosen@example.com',
    });
    expect(contactsOf(message).list[0]?.params.get('q')).toBe('0.33');
  });
});

describe('responses', () => {
  const response = (start: string, set: Change['set'] = {}) =>
    parseMessage(frame('INVITE', { start, set: { 'Max-Forwards': null, ...set } }));

  it.each(['SIP/2.0 100 ', 'SIP/2.0 699 x', 'sip/2.0 200 OK', 'SIP/2.0 200 Où ça?'])(
    '%s is taken',
    (start) => {
      expect(response(start)).toMatchObject({ ok: true, message: { kind: 'response' } });
    },
  );

  it.each([
    'SIP/2.0 4294967301 better not break the receiver',
    'SIP/2.0 99 x',
    'SIP/2.0 099 x',
    'SIP/2.0 700 x',
    'SIP/2.0 20 OK',
    'SIP/2.0 2e2 OK',
    'SIP/2.0  200 OK',
    'SIP/2.0 200',
    'SIP/3.0 200 OK',
    'SIP/2.0 200 O\0K',
  ])('%s is dropped', (start) => {
    expect(response(start)).toMatchObject({ ok: false, partial: null });
  });

  it('with a CSeq that is none is dropped, not thrown', () => {
    expect(response('SIP/2.0 200 OK', { CSeq: 'x' })).toMatchObject({ ok: false, partial: null });
  });
});

describe('URIs that are values', () => {
  it.each([
    'tel:+1-201-555-0123',
    'im:bob@example.com',
    'urn:service:sos',
    'mailto:bob@example.com',
    'pres:bob@example.com',
    'nobodyKnowsThisScheme:totallyopaquecontent',
    'sip:user;par=u%40example.net@example.com',
    'sips:bob@[2001:db8::1]:5061;transport=ws',
  ])('%s as Request-URI, From and To', (uri) => {
    const result = parseMessage(
      frame('OPTIONS', { start: `OPTIONS ${uri} SIP/2.0`, set: { From: `<${uri}>;tag=a`, To: `<${uri}>` } }),
    );
    expect(result).toMatchObject({ ok: true, message: { uri, from: { uri }, to: { uri } } });
  });
});

describe('limits', () => {
  it('takes exactly 256 fields, 70 Vias and 256 KiB', () => {
    const add = [
      ...Array.from({ length: 69 }, (_, i) => `v: SIP/2.0/WS h${i}`),
      ...Array.from({ length: 180 }, () => 'X-Y: z'),
    ];
    const head = frame('MESSAGE', { add, set: { 'Content-Length': null } });
    expect(parseMessage(head + 'x'.repeat(LIMITS.frame - head.length))).toMatchObject({ ok: true });
    expect(parseMessage(head + 'x'.repeat(LIMITS.frame - head.length + 1))).toMatchObject({
      ok: false,
      status: 513,
    });
    expect(parseMessage(head + 'x'.repeat(LIMITS.frame), LARGE_LIMITS)).toMatchObject({ ok: true });
  });

  it.each([
    '',
    '\r\n',
    '\r\n\r\n',
    'x',
    '\0',
    'INVITE',
    'INVITE sip:a SIP/2.0',
    'INVITE sip:a SIP/2.0\r\n\r\n',
    '\ufeff',
  ])('refuses %j without an answer', (text) => {
    for (const input of [text, Buffer.from(text)])
      expect(parseMessage(input)).toMatchObject({ ok: false, partial: null });
  });

  it.each([
    ['blanks', ' '.repeat(60_000)],
    ['folds', '\r\n '.repeat(20_000)],
    ['quotes', '"\\"'.repeat(20_000)],
    ['brackets', '<'.repeat(60_000)],
    ['escapes', '%41'.repeat(20_000)],
    ['parameters', ';a'.repeat(30_000)],
  ])('is linear in %s', (_name, piece) => {
    for (const name of ['From', 'Via', 'To', 'Call-ID', 'CSeq', 'Subject']) {
      const text = frame('INVITE', { set: { [name]: `${fields('INVITE')[name] ?? ''}${piece}` } });
      const before = process.cpuUsage();
      parseMessage(text);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(200);
    }
  });
});
