import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_CARDS, readVCards, type VCard } from './vcard.ts';
import { writeVCards } from './vcard-writer.ts';

const card = (...lines: string[]) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const read = (text: string) => {
  const found = readVCards(text);
  if (!found) throw new Error('no card');
  return found;
};
const one = (...lines: string[]): VCard => {
  const { cards, problems } = read(card(...lines));
  expect(problems).toEqual([]);
  if (!cards[0]) throw new Error('no card');
  return cards[0];
};

describe('C11 cards as other programs write them', () => {
  test('vCard 4 with everything we keep', () => {
    expect(
      one(
        ...['VERSION:4.0', 'KIND:individual', 'UID:urn:uuid:1', 'FN:Ann Bo', 'N:Bo;Ann;;;'],
        ...['TITLE:Chief\\, of staff', 'ORG:Acme\\; Ltd;Tea\\nm', 'EMAIL;TYPE=work:ann@x.test'],
        ...['TEL;VALUE=uri;TYPE="cell,voice":tel:+49-30-1;ext=2', 'TEL;TYPE=home:030 2', 'TEL;TYPE=fax:3'],
        ...['IMPP;PREF=1:sip:ann@x.test', 'IMPP:xmpp:ann@x.test', 'URL:https://x.test/~ann'],
        ...['URL:javascript:alert(1)', 'PHOTO:data:image/png;base64,AAAA', 'NOTE:One\\nTwo'],
        ...['CATEGORIES:Team A,Friends\\, old', 'X-OTHER;A="b:c;d":e'],
      ),
    ).toEqual({
      ...{ kind: 'person', uid: 'urn:uuid:1', name: 'Ann Bo', title: 'Chief, of staff' },
      ...{ company: 'Acme; Ltd', team: 'Tea m', emails: ['ann@x.test'], addresses: ['sip:ann@x.test'] },
      phones: [
        { kind: 'mobile', number: '+49-30-1;ext=2' },
        { kind: 'home', number: '030 2' },
      ],
      ...{ links: ['https://x.test/~ann'], photo: 'data:image/png;base64,AAAA', note: 'One\nTwo' },
      ...{ categories: ['Team A', 'Friends, old'], members: [] },
    });
  });

  test('vCard 3 with labels, folds and a picture', () => {
    const found = one(
      ...['VERSION:3.0', 'N:Bo;Ann;;;', 'FN:Ann', ' a Bo', 'item1.TEL;type=WORK;type=pref:+49 30 1'],
      ...['item1.X-ABLabel:_$!<Other>!$_', 'item2.IMPP;X-SERVICE-TYPE=SIP:sip:ann@x.test'],
      ...['PHOTO;ENCODING=b;TYPE=JPEG:AAAA', ' BBBB'],
    );
    expect(found.name).toBe('Anna Bo');
    expect(found.phones).toEqual([{ kind: 'work', number: '+49 30 1' }]);
    expect(found.addresses).toEqual(['sip:ann@x.test']);
    expect(found.photo).toBe('data:image/jpeg;base64,AAAABBBB');
  });

  test('vCard 2.1 with QUOTED-PRINTABLE in two charsets, soft line ends and somebody inside', () => {
    const { cards, problems } = read(
      card(
        ...['VERSION:2.1', 'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg'],
        ...['TITLE;QUOTED-PRINTABLE;CHARSET=windows-1252:=93Chef=94 =80', 'TEL;CELL;VOICE:0170 1'],
        ...['NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=', 'two', 'AGENT:', 'BEGIN:VCARD', 'VERSION:2.1'],
        ...['FN:Somebody else', 'END:VCARD', 'X-SIP:jm@x.test'],
      ),
    );
    expect(problems).toEqual([]);
    expect(cards).toHaveLength(1);
    expect(cards[0]).toMatchObject({
      ...{ name: 'Jörg Müller', title: '“Chef” €', note: 'one\ntwo', addresses: ['sip:jm@x.test'] },
      phones: [{ kind: 'mobile', number: '0170 1' }],
    });
  });

  test.each<[string, string[]]>([
    ['4', ['VERSION:4.0', 'KIND:group', 'FN:Team', 'MEMBER:urn:uuid:1', 'MEMBER:sip:b@x.test']],
    [
      'Apple',
      [
        ...['VERSION:3.0', 'N:Team', 'FN:Team', 'X-ADDRESSBOOKSERVER-KIND:group'],
        ...['X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1', 'X-ADDRESSBOOKSERVER-MEMBER:sip:b@x.test'],
      ],
    ],
  ])('a group in the way of %s', (_what, lines) => {
    expect(one(...lines)).toMatchObject({
      ...{ kind: 'group', name: 'Team', members: ['urn:uuid:1', 'sip:b@x.test'] },
    });
  });

  test.each<[string[], string]>([
    [['N:;Ann;;;'], 'Ann'],
    [['ORG:Acme;Sales'], 'Acme'],
    [['NICKNAME:An'], 'An'],
    [['FN:', 'EMAIL:ann@x.test'], 'ann@x.test'],
  ])('%j is called %s', (lines, name) => {
    expect(one('VERSION:3.0', ...lines).name).toBe(name);
  });
});

describe('bad input', () => {
  test.each<[string, string, RegExp]>([
    ['no name', card('VERSION:3.0', 'TEL:1'), /^Card 1 has no name/],
    ['an unknown version', card('VERSION:9', 'FN:Ann'), /^Card 1 \(Ann\) has a version that is not known/],
    ['no end', 'BEGIN:VCARD\r\nFN:Ann\r\n', /^Card 1 \(Ann\) is not complete/],
    ['no end before the next', `BEGIN:VCARD\nFN:Ann\n${card('FN:Ben')}`, /^Card 1 \(Ann\) is not complete/],
    [
      'too many lines',
      card('FN:Ann', ...Array<string>(5_000).fill('NOTE:x')),
      /^Card 1 \(Ann\) is too large/,
    ],
    ['too much', card('FN:Ann', `NOTE:${'x'.repeat(600_000)}`), /^Card 1 \(Ann\) is too large/],
  ])('%s is refused with a sentence that names the card', (_what, text, words) => {
    const { cards, problems } = read(`${text}${card('VERSION:4.0', 'FN:Next')}`);
    expect(problems[0]).toMatch(words);
    expect(problems).toHaveLength(1);
    expect(cards.map(({ name }) => name)).toContain('Next');
  });

  test('what is no vCard file is none', () => {
    for (const text of ['', 'hello', '<html>', 'END:VCARD']) expect(readVCards(text)).toBeNull();
  });

  test('names bring no controls, no line ends and no turned writing', () => {
    const found = one('VERSION:4.0', 'FN:a\u0000b\u202ec\\nd\u001b[0m', 'TITLE:\ud800x');
    expect(found).toMatchObject({ name: 'abc d[0m', title: 'x' });
    expect(
      one('FN:Ann', 'PHOTO:data:image/svg+xml;base64,AAAA', 'PHOTO:https://x.test/a.png'),
    ).not.toHaveProperty('photo');
    expect(one('FN:Ann', `PHOTO:data:image/png;base64,${'A'.repeat(200_000)}`)).not.toHaveProperty('photo');
  });

  test('ten thousand cards take bounded time, and no more are taken', () => {
    const many = Array.from({ length: MOST_CARDS + 5 }, (_, i) => card(`FN:P ${i}`, `TEL:+49${i}`)).join('');
    const start = performance.now();
    const { cards, problems } = read(many);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(cards).toHaveLength(MOST_CARDS);
    expect(problems).toEqual(['5 more cards were left out.']);
    expect(read(card('TEL:1').repeat(500)).problems).toHaveLength(101);
  });

  test.each([
    ['quotes', `TEL;${'"'.repeat(100_000)}:1`],
    ['semicolons', `${';'.repeat(100_000)}:1`],
    ['folds', `NOTE:x${'\r\n '.repeat(100_000)}`],
    ['soft ends', `NOTE;ENCODING=QUOTED-PRINTABLE:${'=\r\n'.repeat(100_000)}`],
    ['backslashes', `N:${'\\'.repeat(100_001)}`],
    ['begins', 'AGENT:\r\nBEGIN:VCARD\r\n'.repeat(50_000)],
  ])('a flood of %s is no burden', (_what, line) => {
    const start = performance.now();
    readVCards(card('FN:Ann', line));
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('written', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .map((text) =>
      text
        .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((text) => text !== '' && text.length <= 200);
  const optional = <K extends string>(key: K, of: fc.Arbitrary<string>) =>
    fc.option(of).map((value) => (value === null ? {} : { [key]: value }));
  const cards: fc.Arbitrary<VCard> = fc
    .tuple(
      fc.record({
        kind: fc.constantFrom('person' as const, 'group' as const),
        name: word,
        emails: fc.constantFrom([], ['a@x.test', 'b,c@x.test']),
        addresses: fc.constantFrom([], ['sip:a@x.test', 'sip:b%20c;x=y@x.test']),
        phones: fc.array(
          fc.record({
            kind: fc.constantFrom('work' as const, 'mobile' as const, 'home' as const),
            number: fc.constantFrom('+49301', '030 1, 2; 3', '+49301;ext=5'),
          }),
          { maxLength: 3 },
        ),
        links: fc.constantFrom([], ['https://x.test/a,b;c?d=e:f']),
        categories: fc.uniqueArray(word, { maxLength: 4 }),
      }),
      ...(['title', 'company', 'team', 'uid', 'note'] as const).map((key) => optional(key, word)),
    )
    .map(([base, ...rest]) => ({
      ...Object.assign({ ...base }, ...(rest as object[])),
      members: base.kind === 'group' ? ['urn:uuid:1', 'sip:a@x.test'] : [],
    }));

  test('cards come back as they were', () => {
    fc.assert(
      fc.property(fc.array(cards, { minLength: 1, maxLength: 4 }), (all) => {
        const text = writeVCards(all);
        const octets = text.split('\r\n').map((line) => new TextEncoder().encode(line).length);
        expect(Math.max(...octets)).toBeLessThanOrEqual(75);
        expect(read(text)).toEqual({ cards: all, problems: [] });
      }),
      { numRuns: 300 },
    );
  });

  test('nobody brings a line of their own', () => {
    const text = writeVCards([
      {
        ...{ kind: 'person', name: 'Ann\r\nEND:VCARD', emails: [], phones: [], categories: [], members: [] },
        ...{ addresses: ['sip:a@x.test\r\nNOTE:x'], links: [] },
      },
    ]);
    expect(text.match(/^(END|NOTE)/gm)).toEqual(['END']);
  });
});
