/** RFC 4475 and RFC 5118 as their index files say, and every message head printed in the RFCs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseMessage, type Parsed } from './sip-parser.ts';
import { header } from './sip-message.ts';
import { parseNameAddr } from './sip-header.ts';
import { contactsOf } from './sip-values.ts';
import { makeResponse, writeMessage, writeOctets } from './sip-writer.ts';

interface Torture {
  readonly file: string;
  readonly section: string;
  readonly parser: 'accept' | 'reject' | 'either';
}

const octets = (path: string) =>
  new Uint8Array(readFileSync(new URL(`fixtures/sip/${path}`, import.meta.url)));
const text = (path: string) => Buffer.from(octets(path)).toString('utf8');
const index = (set: string) => JSON.parse(text(`${set}/index.json`)) as Torture[];

/** RFC 5118 §4.6 prints a Content-Length of 268 for a body of 251 octets. */
const MISCOUNTED = new Map([['ipv6-in-sdp.sip', ['Content-Length: 268', 'Content-Length: 251'] as const]]);

function frame(set: string, file: string): string {
  const [wrong, right] = MISCOUNTED.get(file) ?? ['', ''];
  return text(`${set}/${file}`).replace(wrong, right);
}

function parsed(file: string) {
  const result = parseMessage(octets(`rfc4475/${file}`));
  if (!result.ok) throw new Error(`${file}: ${result.reason}`);
  return result.message;
}

function statusOf(result: Parsed): number | null {
  return result.ok ? null : result.status;
}

describe.each(['rfc4475', 'rfc5118'])('%s', (set) => {
  it.each(index(set))('$section $file: $parser', ({ file, parser }) => {
    const asText = parseMessage(frame(set, file));
    const asOctets = parseMessage(Buffer.from(frame(set, file)));
    expect(statusOf(asOctets)).toBe(statusOf(asText));
    if (parser === 'accept') expect(asText).toMatchObject({ ok: true });
    if (parser === 'reject') expect(asText).toMatchObject({ ok: false, status: 400 });
    if (!asText.ok) return;
    const again = parseMessage(writeOctets(asText.message));
    expect(again).toEqual({ ok: true, message: { ...asText.message, headers: expect.anything() } });
  });
});

describe('what the torture messages are about', () => {
  it('escnull: an escaped NUL is neither cut off nor unescaped', () => {
    expect(parsed('escnull.dat').from.uri).toBe('sip:null-%00-null@example.com');
    expect(contactsOf(parsed('escnull.dat')).list.map(({ uri }) => uri)).toEqual([
      'sip:%00@host5.example.com',
      'sip:%00%00@host5.example.com',
    ]);
  });

  it('intmeth: escaped control characters are read over and leave the codec as U+FFFD', () => {
    const { to, headers } = parsed('intmeth.dat');
    expect(to.display).toBe('BEL:\ufffd NUL:\ufffd DEL:\ufffd');
    expect(header({ headers }, "Extensionheader-!.%*+_`'~")).toBe('\ufeff大停電');
  });

  it('dblreq: octets beyond Content-Length are no message', () => {
    expect(parsed('dblreq.dat').body).toBe('');
  });

  it('unreason: the phrase is kept as it is', () => {
    expect(parsed('unreason.dat')).toMatchObject({
      status: 200,
      reason: '= 2**3 * 5**2 но сто девяносто девять - простое',
    });
  });

  it('lwsdisp: no blank is needed before the bracket', () => {
    expect(parsed('lwsdisp.dat').from.display).toBe('caller');
  });

  it('cparam02: parameters inside the brackets belong to the URI', () => {
    const [contact] = contactsOf(parsed('cparam02.dat')).list;
    expect(contact?.uri).toBe('sip:+19725552222@gw1.example.net;unknownparam');
    expect(contact?.params.size).toBe(0);
  });

  it('regbadct: a Contact that needs brackets is not guessed at', () => {
    expect(contactsOf(parsed('regbadct.dat'))).toEqual({ star: false, list: [], malformed: 1 });
  });

  it('baddn: refused also with the empty line the archive lacks', () => {
    expect(parseMessage(`${text('rfc4475/baddn.dat')}\r\n`)).toMatchObject({
      ok: false,
      reason: 'Malformed From',
    });
  });

  it('unksm2 and novelsc: unknown schemes are values', () => {
    expect(parsed('unksm2.dat').to.uri).toBe('isbn:2983792873');
    expect(parsed('novelsc.dat')).toMatchObject({ uri: 'soap.beep://192.0.2.103:3002' });
  });

  it.each([
    'badinv01.dat',
    'clerr.dat',
    'ncl.dat',
    'mismatch02.dat',
    'mcl01.dat',
    'multi01.dat',
    'lwsruri.dat',
  ])('%s: enough is left to say 400', (file) => {
    const result = parseMessage(octets(`rfc4475/${file}`));
    if (result.ok || !result.partial) throw new Error('not answerable');
    const answer = writeMessage(makeResponse(result.partial, { status: 400, toTag: 'tag' }));
    expect(answer).toMatch(/^SIP\/2\.0 400 Bad Request\r\nVia: /);
    expect(answer).toMatch(/\r\nCSeq: \d+ /);
  });

  it('insuf: without the fields a response copies there is nothing to answer', () => {
    expect(parseMessage(octets('rfc4475/insuf.dat'))).toMatchObject({ ok: false, partial: null });
  });
});

interface Printed {
  readonly id: string;
  readonly head: string;
  readonly expect: string;
}

/** Heads printed without the fields every message needs are completed: what is tested is what is printed. */
function completed(head: string): string {
  const lines = head.replace(/\r\n(?:Content-Length|l)[ \t]*:[^\r]*(?:\r\n[ \t][^\r]*)*/gi, '');
  const method = /^SIP/.test(lines) ? 'INVITE' : lines.slice(0, lines.indexOf(' '));
  const needed = [
    'Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1',
    'From: <sip:a@x>;tag=1',
    'To: <sip:b@x>',
    'Call-ID: 1',
    `CSeq: 1 ${method}`,
  ];
  const short: Record<string, string> = { Via: 'v', From: 'f', To: 't', 'Call-ID': 'i' };
  const missing = needed.filter((line) => {
    const name = line.slice(0, line.indexOf(':'));
    return !new RegExp(`^(?:${name}|${short[name] ?? name})[ \t]*:`, 'im').test(lines);
  });
  return [lines, ...missing, 'Content-Length: 0', '', ''].join('\r\n');
}

/** Printed as examples, but no valid SIP: the RFC editor's errors. */
const MISPRINTS = new Map([
  ['rfc5589-008', 'CSeq method mismatch'],
  ['rfc3428-002', 'Malformed Via'],
]);

describe('messages printed in the RFCs', () => {
  const all = text('rfc-examples.jsonl')
    .split('\n')
    .flatMap((line) => (line ? [JSON.parse(line) as Printed] : []));
  const valid = all.filter((one) => one.expect === 'must-parse' && !MISPRINTS.has(one.id));

  it('takes every valid head', () => {
    const refused = valid.flatMap((one) => {
      const result = parseMessage(completed(one.head));
      return result.ok ? [] : `${one.id}: ${result.reason}`;
    });
    expect(refused).toEqual([]);
    expect(valid).toHaveLength(509);
  });

  it('reads every address in them', () => {
    const bad = valid.flatMap((one) => {
      const result = parseMessage(completed(one.head));
      if (!result.ok) return one.id;
      const { malformed } = contactsOf(result.message);
      const identities = result.message.headers.filter(
        (field) => field.name === 'Refer-To' || field.name === 'Referred-By',
      );
      return malformed > 0 || identities.some((field) => !parseNameAddr(field.value)) ? one.id : [];
    });
    // Printed as `Referred-By: <alice@atlanta.example.com>`, without a scheme.
    expect(bad).toEqual(['rfc5359-081']);
  });

  it.each([...MISPRINTS])('%s is a misprint: %s', (id, reason) => {
    const printed = all.find((one) => one.id === id);
    expect(parseMessage(completed(printed?.head ?? ''))).toMatchObject({ ok: false, reason });
  });

  it('breaks on none of the others', () => {
    for (const one of all) expect(parseMessage(`${one.head}\r\n\r\n`)).toHaveProperty('ok');
  });
});
