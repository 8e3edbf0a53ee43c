/*
 * Alice's composer                      Bob's inbox
 *   formatCpim(draft)  -- MESSAGE -->     parseCpim(body)
 *   decodeImdn         <-- MESSAGE --     encodeImdn({ delivered })
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CpimMessage, formatCpim, parseCpim } from './cpim.ts';
import { decodeImdn, encodeImdn, IMDN_CPIM_NS, imdnHeaders, messageIdOf, wishesOf } from './imdn.ts';

interface Fixture {
  readonly id: string;
  readonly data?: string;
  readonly text?: string;
}
function fixture(file: string): Map<string, string> {
  const text = readFileSync(new URL(`./fixtures/cpim/${file}.jsonl`, import.meta.url), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fixture);
  return new Map(rows.map((one) => [one.id, one.data ?? one.text ?? '']));
}
const malformed = fixture('malformed');
const printed = fixture('rfc-examples');

function parse(text: string | undefined): CpimMessage {
  const parsed = parseCpim(text ?? '');
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
}

/** CPU milliseconds: what it costs, not what else the machine does meanwhile. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('written corpus', () => {
  test('the example of RFC 3862 §5.1', () => {
    const message = parse(malformed.get('ok'));
    expect(message.from).toEqual({ name: 'MR SANDERS', uri: 'im:piglet@100akerwood.com' });
    expect(message.subjects).toEqual([
      { text: 'the weather will be fine today' },
      { text: "beau temps prevu pour aujourd'hui", lang: 'fr' },
    ]);
    expect(message.headers).toEqual([
      { ns: 'mid:MessageFeatures@id.foo.com', name: 'WackyMessageOption', value: 'Use-silly-font' },
    ]);
    expect(message.contentType).toBe('text/xml');
    expect(message.contentHeaders.get('content-id')).toBe('<1234567890@foo.com>');
    expect(message.content).toContain('Here is the text of my message.');
  });
  test('without MIME headers the text is not lost', () => {
    expect(parse(malformed.get('no-mime-headers'))).toMatchObject({
      contentType: 'text/plain',
      content: 'hello',
    });
    expect(parse('From: <im:a@b>\r\n\r\nnote: to self\r\n\r\nmore').content).toBe(
      'note: to self\r\n\r\nmore',
    );
  });
  test('lone line feeds', () => {
    expect(parse(malformed.get('lf-only'))).toMatchObject({ contentType: 'text/plain', content: 'x' });
  });
  test('markup in a name is its characters', () => {
    expect(parse(malformed.get('html-name')).from?.name).toBe('<img src=x onerror=alert(1)>');
  });
  test('an address that could run something', () => {
    expect(parseCpim(malformed.get('javascript-uri') ?? '').ok).toBe(false);
  });
  test('a date from the future is told, ordering is not by it', () => {
    expect(parse(malformed.get('datetime-1970-and-2999')).dateTime).toBe(Date.UTC(2999, 0, 1));
  });
  test('an id is one only in IMDN’s namespace', () => {
    expect(messageIdOf(parse(malformed.get('imdn-same-id-other-sender')))).toBe('34jk324j');
    expect(messageIdOf(parse(malformed.get('imdn-wrong-ns')))).toBeUndefined();
    expect(messageIdOf(parse(malformed.get('imdn-unprefixed')))).toBeUndefined();
    expect(
      messageIdOf(parse('From: <im:a@b>\r\nimdn.Message-ID: 1\r\n\r\nContent-Type: text/plain\r\n\r\nx')),
    ).toBeUndefined();
  });
  test('an unknown charset is told to the caller', () => {
    expect(parse(malformed.get('charset-unknown')).contentHeaders.get('content-type')).toContain('klingon');
  });
  test('fifty messages in each other are opened one at a time', () => {
    let text = 'x';
    for (let i = 0; i < 50; i++) text = `From: <im:a@b>\r\n\r\nContent-Type: message/cpim\r\n\r\n${text}`;
    const message = parse(text);
    expect(message.contentType).toBe('message/cpim');
    expect(message.content.length).toBe(
      text.length - 'From: <im:a@b>\r\n\r\nContent-Type: message/cpim\r\n\r\n'.length,
    );
  });
});

describe('printed in RFC 5438', () => {
  test('a message that wants to hear of its delivery', () => {
    const message = parse(printed.get('cpim-rfc5438-0'));
    expect(messageIdOf(message)).toBe('34jk324j');
    expect(wishesOf(message)).toEqual(['positive-delivery', 'negative-delivery']);
    expect(message.dateTime).toBe(Date.parse('2006-04-04T17:16:49Z'));
    expect(message.content).toBe('Hello World\r\n');
  });
  test('a delivery notification', () => {
    const message = parse(printed.get('cpim-rfc5438-1'));
    expect(message.contentType).toBe('message/imdn+xml');
    expect(decodeImdn(message.content)).toEqual({
      ok: true,
      value: {
        messageId: '34jk324j',
        what: 'delivery',
        status: 'delivered',
        dateTime: Date.parse('2008-04-04T17:16:49Z'),
        recipient: 'im:bob@example.com',
        originalRecipient: 'im:bob@example.com',
      },
    });
  });
  test('a display notification, printed with prose behind it, is refused whole', () => {
    const message = parse(printed.get('cpim-rfc5438-2'));
    expect(decodeImdn(message.content).ok).toBe(false);
    const document = message.content.slice(0, message.content.indexOf('</imdn>') + 7);
    expect(decodeImdn(document)).toMatchObject({ ok: true, value: { what: 'display', status: 'displayed' } });
  });
});

describe('refused', () => {
  test.each([
    ['two From', 'From: <im:a@b>\r\nFrom: <im:ceo@b>\r\n\r\nContent-Type: text/plain\r\n\r\nx'],
    ['no header', 'hello\r\n\r\nx'],
    ['a header without name', ': x\r\n\r\nx'],
    ['too many headers', 'A: b\r\n'.repeat(101) + '\r\nx'],
    ['To without address', 'To: Bob\r\n\r\nx'],
    ['too large', 'From: <im:a@b>\r\n\r\n' + 'x'.repeat(1_100_000)],
  ])('%s', (_, text) => {
    expect(parseCpim(text).ok).toBe(false);
  });
});

describe('round trips', () => {
  const words = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.trim().toWellFormed());
  const id = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
  const token = fc.stringMatching(/^[a-z0-9]{1,10}$/);

  test('what is written reads back, whatever the words hold', () => {
    fc.assert(
      fc.property(
        words,
        words,
        token,
        id,
        fc.string({ unit: 'binary' }),
        (name, subject, user, messageId, content) => {
          const from = { name, uri: `sip:${user}@example.test` };
          const to = { name: '', uri: 'sip:bob@example.test' };
          const text = formatCpim({
            from,
            to: [to],
            subject,
            dateTime: 1_700_000_000_000,
            headers: imdnHeaders(messageId, ['positive-delivery', 'display']),
            contentHeaders: [['Content-Type', 'text/plain;charset=UTF-8']],
            content,
          });
          const message = parse(text);
          expect(message.from).toEqual(from);
          expect(message.to).toEqual([to]);
          expect(message.subjects).toEqual(subject === '' ? [] : [{ text: subject }]);
          expect(message.dateTime).toBe(1_700_000_000_000);
          expect(messageIdOf(message)).toBe(messageId);
          expect(wishesOf(message)).toEqual(['positive-delivery', 'display']);
          expect(message.headers.every(({ ns }) => ns === IMDN_CPIM_NS)).toBe(true);
          expect(message.content).toBe(content);
        },
      ),
      { numRuns: 1000 },
    );
  });
  test('nothing in a value becomes a line of its own', () => {
    const text = formatCpim({
      from: { name: 'A\r\nTo: <sip:ceo@b>', uri: 'sip:a@b>\r\nX: y' },
      to: [],
      subject: ';lang=en\nX: y',
      contentHeaders: [['Content-Type', 'text/plain\r\nX: y']],
      content: '',
    });
    expect(text.split('\r\n').filter((line) => /^(X|To)/.test(line))).toEqual([]);
    expect(parse(text).subjects[0]?.text).toBe(';lang=en\nX: y');
  });
  test('notifications', () => {
    const notice = {
      messageId: 'a<&>b',
      what: 'display',
      status: 'displayed',
      dateTime: 1_000,
      recipient: 'sip:a@b',
    } as const;
    expect(decodeImdn(encodeImdn(notice))).toEqual({ ok: true, value: notice });
  });
});

test('the parser is linear and never throws', () => {
  for (const piece of ['\\', '"', '<', ';lang=', 'From: ', ':', '\n', ' ', '\\u00']) {
    const ms = cost(() => {
      parseCpim(piece.repeat(100_000));
      parseCpim(`From: ${piece.repeat(100_000)}<im:a@b>\r\n\r\n`);
      parseCpim(`Subject: ${piece.repeat(50_000)}\r\n\r\n`);
    });
    expect(ms).toBeLessThan(300);
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof parseCpim(text).ok === 'boolean'));
});
