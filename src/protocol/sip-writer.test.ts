/** Nothing leaves that was not checked: properties over every builder. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeRequest, popVia, replaceTopVia } from './sip-edit.ts';
import type { NameAddr, SipMessage, SipRequest, Via } from './sip-message.ts';
import { parseMessage } from './sip-parser.ts';
import {
  addressValue,
  makeRequest,
  makeResponse,
  SipWriteError,
  viaHeader,
  writeMessage,
  writeOctets,
} from './sip-writer.ts';

const from: NameAddr = { display: 'Alice', uri: 'sip:alice@example.com', params: new Map([['tag', 'a']]) };
const to: NameAddr = { display: '', uri: 'sip:bob@example.com', params: new Map() };
const via: Via = {
  transport: 'WSS',
  host: 'a.invalid',
  port: null,
  params: new Map([['branch', 'z9hG4bK1']]),
};
const base = { method: 'MESSAGE', uri: 'sip:bob@example.com', from, to, callId: 'c1', seq: 1, vias: [via] };

/** Anything a caller could pass by mistake, control characters likelier than chance. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\r', '\n', '\0', '\r\n', '"', '\\', '<', '>', ';', ',', ' ', '%'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 20,
});
const anyParams = fc
  .array(fc.tuple(anyText, fc.option(anyText)), { maxLength: 3 })
  .map((pairs) => new Map(pairs));
const anyAddress = fc.record({
  display: anyText,
  uri: fc.oneof(anyText, fc.constant('sip:a@b')),
  params: anyParams,
});
const anyVia = fc.record({
  transport: anyText,
  host: anyText,
  port: fc.option(fc.integer()),
  params: anyParams,
});
const anyHeaders = fc.array(fc.record({ name: fc.oneof(anyText, fc.constant('Subject')), value: anyText }), {
  maxLength: 3,
});

/** The lines of the head as somebody on the wire would count them. */
function linesOf(text: string): string[] {
  const end = text.indexOf('\r\n\r\n');
  return text.slice(0, end).split(/\r\n|\r|\n|\0/);
}

/** What a builder gives is written whole or refused with a SipWriteError; it never has a line too many. */
function written(build: () => SipMessage): void {
  let message: SipMessage;
  let text: string;
  try {
    message = build();
    text = writeMessage(message);
  } catch (error) {
    expect(error).toBeInstanceOf(SipWriteError);
    return;
  }
  const ownLength = message.headers.filter((field) => field.name.toLowerCase() === 'content-length').length;
  expect(linesOf(text)).toHaveLength(message.headers.length - ownLength + 2);
}

describe('no CR, LF or NUL leaves', () => {
  it('through a request', () => {
    fc.assert(
      fc.property(
        fc.record({
          method: anyText,
          uri: anyText,
          from: anyAddress,
          to: anyAddress,
          callId: anyText,
          seq: fc.integer(),
        }),
        fc.record({
          vias: fc.array(anyVia, { maxLength: 2 }),
          headers: anyHeaders,
          contentType: anyText,
          body: anyText,
        }),
        (parts, more) => written(() => makeRequest({ ...parts, ...more })),
      ),
      { numRuns: 2000 },
    );
  });

  it.each(['method', 'uri', 'from', 'to', 'callId', 'headers', 'contentType', 'vias'] as const)(
    'through %s alone',
    (part) => {
      const values = {
        method: anyText,
        uri: anyText,
        from: anyAddress,
        to: anyAddress,
        callId: anyText,
        headers: anyHeaders,
        contentType: anyText,
        vias: fc.array(anyVia),
      };
      fc.assert(
        fc.property(values[part] as fc.Arbitrary<never>, (value) =>
          written(() => makeRequest({ ...base, [part]: value })),
        ),
        { numRuns: 500 },
      );
    },
  );

  it('through a response', () => {
    const request = makeRequest(base);
    fc.assert(
      fc.property(
        fc.record({
          status: fc.integer({ min: 90, max: 710 }),
          reason: anyText,
          toTag: anyText,
          headers: anyHeaders,
          contentType: anyText,
          body: anyText,
        }),
        (parts) => written(() => makeResponse(request, parts)),
      ),
      { numRuns: 2000 },
    );
  });

  it('through a changed message', () => {
    const request = makeRequest(base);
    fc.assert(
      fc.property(fc.record({ uri: anyText, first: anyHeaders, last: anyHeaders, via: anyVia }), (change) =>
        written(() => changeRequest(request, change)),
      ),
      { numRuns: 1000 },
    );
  });

  it('through a message put together by hand', () => {
    const request = makeRequest(base);
    fc.assert(
      fc.property(anyText, anyText, anyHeaders, (method, uri, headers) =>
        written(() => ({ ...request, method, uri, headers })),
      ),
      { numRuns: 1000 },
    );
  });

  it('not with Replaces smuggled through an escaped Refer-To', () => {
    const value = decodeURIComponent('1%3Bto-tag%3Da%0D%0ARoute%3A%20%3Csip%3Aevil%3E');
    expect(() => writeMessage(makeRequest({ ...base, headers: [{ name: 'Replaces', value }] }))).toThrow(
      SipWriteError,
    );
  });
});

describe('round trip', () => {
  const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019-.!%*_+`'~"), minLength: 1, maxLength: 12 });
  const plainText = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
  const params = fc
    .array(fc.tuple(token, fc.option(plainText)), { maxLength: 4 })
    .map((pairs) => new Map(pairs.map(([name, value]) => [name.toLowerCase(), value])));
  const uri = fc.constantFrom(
    'sip:bob@example.com',
    'sips:b;x=%2F@[::1]:5061;lr?Subject=x',
    'tel:+1-201',
    'urn:service:sos',
  );
  const address = fc.record({ display: plainText, uri, params });
  const hop = fc.record({
    transport: fc.constantFrom('WS', 'WSS', 'X-NEW'),
    host: fc.constantFrom('a.invalid', '[2001:db8::1]'),
    port: fc.option(fc.integer({ min: 0, max: 65535 })),
    params,
  });

  it('gives back what was put in', () => {
    fc.assert(
      fc.property(
        address,
        address,
        fc.array(hop, { minLength: 1, maxLength: 4 }),
        fc.string({ unit: 'grapheme' }),
        (a, b, vias, body) => {
          if (vias[0]?.params.get('branch') === 'z9hG4bK') return;
          const request = makeRequest({
            ...base,
            from: a,
            to: b,
            vias,
            body,
            contentType: 'text/plain;charset=UTF-8',
          });
          const again = parseMessage(writeMessage(request));
          expect(again).toMatchObject({ ok: true });
          if (!again.ok) return;
          expect(again.message).toMatchObject({
            kind: 'request',
            method: 'MESSAGE',
            uri: base.uri,
            body,
            vias,
            from: a,
            to: b,
          });
          for (const [name, value] of a.params) expect(again.message.from.params.get(name)).toBe(value);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps binary bodies octet by octet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const head = writeMessage(makeRequest({ ...base, contentType: 'image/png' })).replace(
          'Content-Length: 0',
          `Content-Length: ${octets.length}`,
        );
        const frame = Buffer.concat([Buffer.from(head), octets]);
        const parsed = parseMessage(frame);
        if (!parsed.ok) throw new Error(parsed.reason);
        expect(Buffer.from(writeOctets(parsed.message)).equals(frame)).toBe(true);
      }),
    );
    const parsed = parseMessage(
      Buffer.concat([
        Buffer.from(writeMessage(makeRequest(base)).replace('Length: 0', 'Length: 1')),
        Buffer.from([0xff]),
      ]),
    );
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(parsed.message).toMatchObject({ binary: true, body: '\xff' });
    expect(() => writeMessage(parsed.message)).toThrow(SipWriteError);
  });
});

describe('writing', () => {
  it('counts Content-Length itself, in octets, whatever a header says', () => {
    const request = makeRequest({
      ...base,
      headers: [{ name: 'content-length', value: '1' }],
      contentType: 'text/plain',
      body: 'é😀',
    });
    expect(writeMessage(request)).toMatch(/\r\nContent-Type: text\/plain\r\nContent-Length: 6\r\n\r\né😀$/);
  });

  it('escapes quotes and backslashes of display names', () => {
    expect(addressValue({ ...from, display: 'Jörg "JJ" M\\üller', params: new Map() })).toBe(
      '"Jörg \\"JJ\\" M\\\\üller" <sip:alice@example.com>',
    );
  });

  it('quotes feature tags and GRUUs even where they look like tokens', () => {
    const params = new Map([
      ['+sip.instance', '<urn:uuid:1>'],
      ['reg-id', '1'],
      ['pub-gruu', 'sip:host'],
      ['ob', null],
    ]);
    expect(addressValue({ ...to, params })).toBe(
      '<sip:bob@example.com>;+sip.instance="<urn:uuid:1>";reg-id=1;pub-gruu="sip:host";ob',
    );
  });

  it('refuses a second address smuggled into a URI', () => {
    expect(() => addressValue({ ...to, uri: 'sip:bob@example.com>, <sip:eve@example.com' })).toThrow(
      SipWriteError,
    );
    expect(() => viaHeader({ ...via, host: 'a, SIP/2.0/WS b' })).toThrow(SipWriteError);
  });

  it.each(['From', 'f', 'VIA', 'Call-Id', 'cseq', 'Max-Forwards'])('refuses a second %s', (name) => {
    const headers = [{ name, value: '<sip:ceo@example.com>' }];
    expect(() => makeRequest({ ...base, headers })).toThrow(SipWriteError);
    expect(() => makeResponse(makeRequest(base), { status: 200, headers })).toThrow(SipWriteError);
  });

  it.each([-1, 2 ** 31, 1.5, NaN])('refuses the sequence number %d', (seq) => {
    expect(() => makeRequest({ ...base, seq })).toThrow(SipWriteError);
  });

  it('puts the tag of a response into To, but not of 100 and not a second time', () => {
    const request = makeRequest(base);
    expect(makeResponse(request, { status: 200, toTag: 'b' }).to.params.get('tag')).toBe('b');
    expect(writeMessage(makeResponse(request, { status: 200, toTag: 'b' }))).toContain(
      '\r\nTo: <sip:bob@example.com>;tag=b\r\n',
    );
    expect(makeResponse(request, { status: 100, toTag: 'b' }).to.params.has('tag')).toBe(false);
    const inside = makeRequest({ ...base, to: { ...to, params: new Map([['tag', 'old']]) } });
    expect(makeResponse(inside, { status: 200, toTag: 'b' }).to.params.get('tag')).toBe('old');
  });

  it('copies every Via in order into a response and nothing else', () => {
    const request = makeRequest({
      ...base,
      vias: [via, { ...via, host: 'b.invalid' }],
      headers: [{ name: 'Contact', value: '<sip:a>' }],
    });
    const { headers } = makeResponse(request, { status: 486 });
    expect(headers.map((field) => field.name)).toEqual(['Via', 'Via', 'From', 'To', 'Call-ID', 'CSeq']);
  });
});

describe('forwarding', () => {
  const request: SipRequest = makeRequest({
    ...base,
    headers: [
      { name: 'Route', value: '<sip:p1;lr>' },
      { name: 'Subject', value: 'x' },
    ],
  });

  it('pushes a Via, counts down and replaces routes', () => {
    const changed = changeRequest(request, {
      via: { ...via, host: 'proxy' },
      maxForwards: request.maxForwards - 1,
      without: ['Route'],
      first: [{ name: 'Record-Route', value: '<sip:proxy;lr>' }],
    });
    const again = parseMessage(writeMessage(changed));
    expect(again).toMatchObject({
      ok: true,
      message: { maxForwards: 69, vias: [{ host: 'proxy' }, { host: 'a.invalid' }] },
    });
    expect(changed.headers.map((field) => field.name)).toEqual([
      'Via',
      'Via',
      'Max-Forwards',
      'Record-Route',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'Subject',
    ]);
  });

  it('does not change by name what has a parsed form', () => {
    expect(() => changeRequest(request, { without: ['From'] })).toThrow(SipWriteError);
    expect(() => changeRequest(request, { last: [{ name: 'Via', value: 'SIP/2.0/WS a' }] })).toThrow(
      SipWriteError,
    );
  });

  it('takes its Via off a response and knows the last', () => {
    const forwarded = changeRequest(request, { via: { ...via, host: 'proxy' } });
    const popped = popVia(makeResponse(forwarded, { status: 200 }));
    expect(popped?.vias.map((one) => one.host)).toEqual(['a.invalid']);
    expect(popped && popVia(popped)).toBeNull();
    expect(replaceTopVia(forwarded, { ...via, host: 'other' }).headers[0]?.value).toContain('other');
  });
});
