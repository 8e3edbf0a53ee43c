/** The messages fuzzer and benchmarks begin with: typical ones of our own, and the RFCs' as test data. */
import { readdirSync, readFileSync } from 'node:fs';

const FIXTURES = new URL('../../src/protocol/fixtures/', import.meta.url);

function message(lines: readonly string[], body: readonly string[] = []): string {
  const text = body.map((line) => `${line}\r\n`).join('');
  const whole = `${lines.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  // As it comes from a socket: one flat string, not a tree of pieces.
  return Buffer.from(whole).toString('utf8');
}

const VIA = [
  'Via: SIP/2.0/WSS edge1.example.com;branch=z9hG4bKd8a1.77ef4c2312983.1;rport',
  'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;received=192.0.2.201;rport=50412',
];

function common(method: string, seq: number): string[] {
  return [
    ...VIA,
    'Max-Forwards: 69',
    `From: "Alice Liddell" <sip:alice@example.com>;tag=9fxced76sl`,
    method === 'INVITE' || method === 'MESSAGE'
      ? 'To: "Bob Carpenter" <sip:bob@example.com>'
      : 'To: <sip:bob@example.com>;tag=314159',
    'Call-ID: 3848276298220188511@df7jal23ls0d.invalid',
    `CSeq: ${seq} ${method}`,
  ];
}

const SDP = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=msid-semantic: WMS',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 9 0 8 126',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=ice-ufrag:8hhY',
  'a=ice-pwd:asd88fgpdd777uzjYhagZg',
  'a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=candidate:1 1 udp 2122260223 192.0.2.201 54400 typ host generation 0',
  'a=candidate:2 1 udp 1686052607 198.51.100.7 54400 typ srflx raddr 192.0.2.201 rport 54400',
  'a=candidate:3 1 udp 41885439 203.0.113.9 61333 typ relay raddr 198.51.100.7 rport 54400',
  'a=rtpmap:126 telephone-event/8000',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack pli',
];

const CPIM = [
  'From: <sip:alice@example.com>',
  'To: <sip:bob@example.com>',
  'DateTime: 2026-03-02T09:30:00.000Z',
  'NS: imdn <urn:ietf:params:imdn>',
  'imdn.Message-ID: 34jk324j-5e1c-4a77-9a0c-8d2f1f0d9b11',
  'imdn.Disposition-Notification: positive-delivery, display',
  '',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Good morning. Are we still on for ten? I have put the drawings into the room.',
];

const PIDF = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:bob@example.com">',
  '  <tuple id="t4f8d1c"><status><basic>open</basic></status><contact priority="0.8">sip:bob@example.com</contact><timestamp>2026-03-02T09:30:00Z</timestamp></tuple>',
  '  <dm:person id="p1"><rpid:activities><rpid:on-the-phone/></rpid:activities><dm:note xml:lang="en">Back at eleven</dm:note><dm:timestamp>2026-03-02T09:30:00Z</dm:timestamp></dm:person>',
  '</presence>',
];

/** What a user agent sees all day, by name. Sizes are those of reliability's table: 0.8 to 1.8 KB. */
export const TYPICAL: Readonly<Record<string, string>> = {
  INVITE: message(
    [
      'INVITE sip:bob@r3gk2m1.invalid;transport=ws;gr=urn:uuid:1b3c SIP/2.0',
      ...common('INVITE', 1),
      'Contact: <sip:alice@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6;ob>',
      'Record-Route: <sip:edge1.example.com;transport=ws;lr;ob>',
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, NOTIFY, REFER, INFO, PRACK',
      'Supported: outbound, gruu, replaces, 100rel, norefersub',
      'User-Agent: Parley',
      'Date: Mon, 02 Mar 2026 09:30:00 GMT',
      'Content-Type: application/sdp',
    ],
    SDP,
  ),
  MESSAGE: message(
    [
      'MESSAGE sip:bob@r3gk2m1.invalid;transport=ws SIP/2.0',
      ...common('MESSAGE', 12),
      'Content-Type: message/cpim',
    ],
    CPIM,
  ),
  NOTIFY: message(
    [
      'NOTIFY sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0',
      ...common('NOTIFY', 43),
      'Contact: <sip:edge1.example.com;transport=ws>',
      'Event: presence',
      'Subscription-State: active;expires=3540',
      'Content-Type: application/pidf+xml',
    ],
    PIDF,
  ),
  'REGISTER 200': message([
    'SIP/2.0 200 OK',
    ...common('REGISTER', 7).filter((line) => !line.startsWith('Max-Forwards')),
    'Contact: <sip:alice@df7jal23ls0d.invalid;transport=ws>;reg-id=1;expires=600;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";pub-gruu="sip:alice@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"',
    'Service-Route: <sip:edge1.example.com;lr;transport=ws>',
    'Supported: path, outbound, gruu',
    'Date: Mon, 02 Mar 2026 09:30:00 GMT',
  ]),
};

/** A NOTIFY of a whole contact list, about 152 KB. */
export const LARGE_LIST: string = message(
  [
    'NOTIFY sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0',
    ...common('NOTIFY', 44),
    'Event: presence',
    'Subscription-State: active;expires=3540',
    'Require: eventlist',
    'Content-Type: multipart/related;type="application/rlmi+xml";start="<a@example.com>";boundary="50UBfW7LSCVLtggUPe5z"',
  ],
  Array.from({ length: 210 }, () => PIDF.join('')),
);

/** One fixture as octets. */
function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, FIXTURES)));
}

/** One fixture of JSON lines. */
export function jsonLines<T>(path: string): T[] {
  const text = readFileSync(new URL(path, FIXTURES), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]));
}

/** Every file of a fixture folder as text (one character an octet where it is no UTF-8), by name. */
export function folder(path: string): { readonly name: string; readonly text: string }[] {
  const names = readdirSync(new URL(path, FIXTURES)).filter((name) => name !== 'index.json');
  return names
    .sort()
    .map((name) => ({ name, text: Buffer.from(fixture(`${path}/${name}`)).toString('utf8') }));
}
