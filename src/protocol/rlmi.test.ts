/*
 * watcher                          list server
 *   SUBSCRIBE sip:ana-list  ----->
 *   <-- NOTIFY full: RLMI + one PIDF a person
 *   <-- NOTIFY partial: RLMI + the changed one
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMultipart, parseMediaType, parseMultipart } from './multipart.ts';
import {
  type ListNotification,
  type Rlmi,
  RLMI_TYPE,
  decodeListNotification,
  decodeRlmi,
  encodeListNotification,
  encodeRlmi,
} from './rlmi.ts';

const read = (path: string): string =>
  readFileSync(new URL('./fixtures/xml/instances/' + path, import.meta.url), 'utf8');

function decode(contentType: string, body: string): ListNotification {
  const notification = decodeListNotification(contentType, body);
  if (!notification.ok) throw new Error(notification.why);
  return notification.value;
}

/** CPU milliseconds: what it costs, not what else the machine does meanwhile. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('the meta document', () => {
  test.each(['02', '06', '09', '10'])('RFC 4662 example %s reads and survives', (number) => {
    const meta = decodeRlmi(read(`rfc4662-${number}-list.xml`));
    if (!meta.ok) throw new Error(meta.why);
    expect(meta.value.resources.length).toBeGreaterThan(0);
    expect(decodeRlmi(encodeRlmi(meta.value))).toEqual(meta);
  });
  test('states, reasons and parts (RFC 4662 §5.5)', () => {
    const meta = decodeRlmi(read('rfc4662-02-list.xml'));
    expect(meta.ok && meta.value).toMatchObject({ version: 7, full: true });
    expect(meta.ok && meta.value.resources.map((one) => one.instances[0])).toEqual([
      { id: 'juwigmtboe', state: 'active', cid: '12345.aaa@vancouver.example.com' },
      { id: 'hqzsuxtfyq', state: 'active', cid: '12345.aab@vancouver.example.com' },
      { id: 'oflzxqzuvg', state: 'terminated', reason: 'rejected' },
      { id: 'grqhzsppxb', state: 'pending' },
    ]);
  });
  test.each([
    '',
    '<list/>',
    '<list xmlns="urn:ietf:params:xml:ns:rlmi"/>',
    '<list xmlns="urn:ietf:params:xml:ns:rlmi" version="-1"/>',
  ])('refuses %j', (text) => {
    expect(decodeRlmi(text).ok).toBe(false);
  });
});

describe('a list notification', () => {
  const inner = [
    '--tuLLl3lDyPZX0GMr2YOo',
    'Content-Transfer-Encoding: binary',
    'Content-ID: <cXypRt@pres.example.com>',
    'Content-Type: application/rlmi+xml;charset="UTF-8"',
    '',
    read('rfc4662-10-list.xml'),
    '--tuLLl3lDyPZX0GMr2YOo',
    'Content-ID: <mrEakg@stockholm.example.org>',
    'Content-Type: application/pidf+xml',
    '',
    '<presence of="joe"/>',
    '--tuLLl3lDyPZX0GMr2YOo--',
  ].join('\r\n');
  const body = [
    '--50UBfW7LSCVLtggUPe5z',
    'Content-Transfer-Encoding: binary',
    'Content-ID: <nXYxAE@pres.vancouver.example.com>',
    'Content-Type: application/rlmi+xml;charset="UTF-8"',
    '',
    read('rfc4662-09-list.xml'),
    '--50UBfW7LSCVLtggUPe5z',
    'Content-ID: <1KQhyE@pres.vancouver.example.com>',
    'Content-Type: multipart/related;type="application/rlmi+xml";',
    '    start="<cXypRt@pres.example.com>";boundary="tuLLl3lDyPZX0GMr2YOo"',
    '',
    inner,
    '',
    '--50UBfW7LSCVLtggUPe5z--',
    '',
  ].join('\r\n');
  const type =
    'multipart/related;type="application/rlmi+xml";start="<nXYxAE@pres.vancouver.example.com>";boundary="50UBfW7LSCVLtggUPe5z"';

  test('a list in a list (RFC 4662 §6)', () => {
    const { resources, full, version } = decode(type, body);
    expect({ full, version }).toEqual({ full: false, version: 2 });
    expect(resources.map((one) => [one.uri, one.parts.map((part) => part.body)])).toEqual([
      ['sip:ed@dallas.example.net', []],
      ['sip:joe@stockholm.example.org', ['<presence of="joe"/>']],
      ['sip:mark@stockholm.example.org', []],
      ['sip:adam-friends@stockholm.example.org', []],
    ]);
  });
  test('the meta document is where `start` says, not always first', () => {
    const meta = read('rfc4662-02-list.xml');
    const text = `--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-ID: <m@x>\r\nContent-Type: ${RLMI_TYPE}\r\n\r\n${meta}\r\n--b--`;
    expect(decode('multipart/related;start="<m@x>";boundary=b', text).resources).toHaveLength(4);
  });
  test('the meta document alone', () => {
    expect(decode(RLMI_TYPE, read('rfc4662-02-list.xml')).resources).toHaveLength(4);
  });
  test.each([
    ['no boundary', 'multipart/related', body],
    ['another boundary', 'multipart/related;boundary=x', body],
    ['no meta document', 'multipart/related;boundary=b', '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--'],
    ['no multipart', 'application/pidf+xml', '<presence/>'],
    ['over a mebibyte', type, body + 'x'.repeat(1_100_000)],
  ])('refused: %s', (_, contentType, text) => {
    expect(decodeListNotification(contentType, text).ok).toBe(false);
  });

  test('lists in lists without end stop', () => {
    const meta =
      '<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="l" version="0" fullState="true"><resource uri="r"><instance id="i" state="active" cid="c"/></resource></list>';
    let text = 'x';
    let contentType = 'text/plain';
    for (let i = 0; i < 20; i++) {
      text = `--b${i}\r\nContent-Type: ${RLMI_TYPE}\r\n\r\n${meta}\r\n--b${i}\r\nContent-ID: <c>\r\nContent-Type: ${contentType}\r\n\r\n${text}\r\n--b${i}--\r\n`;
      contentType = `multipart/related;boundary=b${i}`;
    }
    expect(decode(contentType, text).resources.length).toBeLessThan(10);
  });

  test('a thousand contacts, written and read', () => {
    const resources = Array.from({ length: 1000 }, (_, i) => ({
      uri: `sip:p${i}@example.test`,
      name: `Person ${i}`,
      instances: [{ id: 'i', state: 'active' as const, cid: `c${i}@x` }],
    }));
    const meta: Rlmi = { uri: 'sip:list@example.test', version: 3, full: true, resources };
    const documents = new Map(
      resources.map(({ uri }, i) => [
        `c${i}@x`,
        { contentType: 'application/pidf+xml', body: `<presence entity="${uri}"/>` },
      ]),
    );
    const written = encodeListNotification(meta, documents, 'boundary1');
    const heard = decode(written.contentType, written.body);
    expect(cost(() => decode(written.contentType, written.body))).toBeLessThan(500);
    expect(heard.resources).toHaveLength(1000);
    expect(heard.resources[999]?.parts[0]?.body).toBe('<presence entity="sip:p999@example.test"/>');
  });
});

describe('multipart', () => {
  test('media types', () => {
    expect(parseMediaType('Multipart/Related; Boundary="a \\"b\\""; x=y ; boundary=z')).toEqual({
      type: 'multipart/related',
      params: new Map([
        ['boundary', 'a "b"'],
        ['x', 'y'],
      ]),
    });
    expect(parseMediaType('text/plain').params.size).toBe(0);
  });
  test('a delimiter inside a line is none, a missing end is forgiven', () => {
    const parts = parseMultipart(
      'multipart/mixed;boundary=b',
      'preamble --b\n--b\nA: 1\n\nx --b\n--bc\n--b  \n\ny',
    );
    expect(parts.ok && parts.value.map((one) => one.body)).toEqual(['x --b\n--bc', 'y']);
  });
  test('parts read back as they were written', () => {
    const part = fc.record({
      headers: fc.constant(new Map([['content-type', 'text/plain']])),
      body: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const read = parseMultipart('multipart/mixed;boundary=fresh', formatMultipart('fresh', parts));
        expect(read.ok && read.value.map(({ headers, body }) => ({ headers, body }))).toEqual(parts);
      }),
    );
  });
  test('anything is parsed or refused, soon', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('--b', '\r\n', '\n', ':', ' ', 'x', '--'), { maxLength: 40 }),
        (pieces) => typeof parseMultipart('multipart/x;boundary=b', pieces.join('')).ok === 'boolean',
      ),
    );
    const ms = cost(() => {
      parseMultipart('multipart/x;boundary=b', '--b'.repeat(300_000));
      parseMultipart('multipart/x;boundary=b', '--b\r\n'.repeat(200_000));
      parseMultipart('multipart/x;boundary=-', '-'.repeat(1_000_000));
      parseMediaType('a/b' + ';x="'.repeat(50_000));
    });
    expect(ms).toBeLessThan(1000);
  });
});
