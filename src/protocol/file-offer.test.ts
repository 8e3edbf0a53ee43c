/*
 * Alice's tab                                   Bob's tab
 *   withFileSession(the browser's offer) -->      readFileSession
 *   readFileSession                      <--      withFileSession(the browser's answer)
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanFileName, cleanMediaType, dangerOf } from './file-names.ts';
import { type FileSession, isFileSession, readFileSession, withFileSession } from './file-offer.ts';
import { dataChannelUri } from './msrp-uri.ts';
import { utf8Length } from './utf8.ts';

const lines = (...all: string[]): string => [...all, ''].join('\r\n');
/** As Chromium writes it for one negotiated data channel. */
const BROWSER = lines(
  ...['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
  ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:EsAw'],
  ...[
    'a=fingerprint:sha-256 00:11',
    'a=setup:actpass',
    'a=mid:0',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
  ],
);
const CALL = BROWSER.replace('m=application', 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\nm=application');
const FILE = {
  ...{
    id: '5f0c7f6e-0b0e-4a53-8a1c-5d8f1f3a9d10',
    name: 'Bericht "Ü" 100%.pdf',
    type: 'application/pdf',
    size: 4092,
  },
  ...{ hash: 'ab'.repeat(32), from: 1, sends: true, icon: null, stream: 0, path: dataChannelUri('abc123') },
};

function session(sdp: string): FileSession {
  const read = readFileSession(sdp);
  if (!read.ok) throw new Error(read.why);
  return read.value;
}

describe('I04 a file in a session description', () => {
  test('is read as it was written, beside the lines of the browser', () => {
    const sdp = withFileSession(BROWSER, FILE, true) ?? '';
    expect(sdp).toContain('a=dcsa:0 setup:active\r\n');
    expect(sdp.startsWith(BROWSER)).toBe(true);
    expect(session(sdp)).toEqual({ ...FILE, name: 'Bericht Ü 100%.pdf', mostOctets: 262_144 });
    expect(isFileSession(sdp)).toBe(true);
  });

  test('after a cut the receiver asks for the rest', () => {
    const icon = 'data:image/webp;base64,AAAA';
    const sdp = withFileSession(BROWSER, { ...FILE, from: 2049, sends: false, icon }, true) ?? '';
    expect(session(sdp)).toMatchObject({ from: 2049, sends: false, id: FILE.id, icon });
  });

  test('is no call, and a call is no file', () => {
    expect(isFileSession(BROWSER)).toBe(false);
    expect(isFileSession(CALL)).toBe(false);
    expect(isFileSession(withFileSession(CALL, FILE, true) ?? '')).toBe(false);
    expect(isFileSession('')).toBe(false);
    expect(withFileSession('v=0\r\n', FILE, true)).toBeNull();
  });

  test('as printed in RFC 5547 the selector is read, whatever carries it', () => {
    const text = readFileSync(new URL('./fixtures/sdp/rfc-examples.jsonl', import.meta.url), 'utf8');
    const printed = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { rfc: number; text: string })
      .filter(({ rfc, text: sdp }) => rfc === 5547 && sdp.includes('name:"'));
    expect(printed.length).toBeGreaterThan(3);
    for (const one of printed) {
      const selector = /a=(file-selector:.*)\r\n/.exec(one.text)?.[1] ?? '';
      const sdp = (withFileSession(BROWSER, FILE, true) ?? '').replace(/file-selector:.*/, selector);
      expect(session(sdp)).toMatchObject({ type: 'image/jpeg', hash: null });
      expect(session(sdp).name).toMatch(/^(My cool picture|sunset)\.jpg$/);
    }
  });

  test.each([
    [/file-transfer-id:.*/, 'file-transfer-id:a b'],
    [/a=dcsa:0 path:.*\r\n/, ''],
    [/ size:\d+/, ' size:99999999999999999'],
    [/ size:\d+/, ' size:-1'],
    [/name:"[^"]*"/, ''],
    [/subprotocol="msrp"/, 'subprotocol="t140"'],
    [/a=dcsa:0 file-disposition:attachment/, 'a=dcsa:0 file-range:5000-*'],
    [/a=dcmap:0/, 'a=dcmap:65535'],
    [/m=application 9/, 'm=application 0'],
  ])('%s as %s is refused', (what, by) => {
    const sdp = withFileSession(BROWSER, FILE, true) ?? '';
    expect(what.test(sdp)).toBe(true);
    expect(readFileSession(sdp.replace(what, by)).ok).toBe(false);
  });

  test('a picture that is none, or too large, is left out', () => {
    for (const icon of [
      'https://x.test/a.png',
      'data:image/svg+xml;base64,AAAA',
      `data:image/png;base64,${'A'.repeat(20_000)}`,
    ])
      expect(session(withFileSession(BROWSER, { ...FILE, icon }, true) ?? '').icon).toBeNull();
  });
});

describe('I04 F05 names of files', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\System32\\evil.dll', 'evil.dll'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['CON', '_CON'],
    ['nul.tar.gz', '_nul.tar.gz'],
    ['.bashrc', '_.bashrc'],
    ['..', 'file'],
    ['', 'file'],
    ['  trailing. . ', 'trailing'],
    ['a<b>:"|?*c.txt', 'abc.txt'],
    ['\ud800x.txt', 'x.txt'],
    ['Übersicht 表.pdf', 'Übersicht 表.pdf'],
  ])('%j becomes %j', (raw, name) => {
    expect(cleanFileName(raw)).toBe(name);
  });

  test('whatever comes, a name is short, plain and stays what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (raw) => {
        const name = cleanFileName(raw);
        expect(name).not.toMatch(/[/\\\p{Cc}\u202a-\u202e]/u);
        expect(utf8Length(name)).toBeLessThanOrEqual(200);
        expect(name.length).toBeGreaterThan(0);
        expect(cleanFileName(name)).toBe(name);
      }),
    );
    expect(cleanFileName(`${'x'.repeat(500)}.docx`)).toMatch(/^x+\.docx$/);
  });

  test.each([
    ['setup.exe', '', 'program'],
    ['invoice.pdf.SCR', '', 'program'],
    ['run.js', 'text/plain', 'program'],
    ['page.html', '', 'page'],
    ['logo.svg', 'image/png', 'page'],
    ['budget.xlsm', '', 'macros'],
    ['disk.iso', '', 'package'],
    ['readme', 'text/html; charset=utf-8', 'page'],
    ['exe', '', null],
    ['plan.pdf', 'application/pdf', null],
    ['holiday.jpg', 'image/jpeg', null],
    ['budget.xlsx', '', null],
  ] as const)('%s (%s) is %s', (name, type, danger) => {
    expect(dangerOf(name, type)).toBe(danger);
  });

  test('a media type that is none is unknown', () => {
    expect(cleanMediaType('Image/JPEG; q=1')).toBe('image/jpeg');
    expect(cleanMediaType('<script>')).toBe('application/octet-stream');
  });
});
