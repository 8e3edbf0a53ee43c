/**
 *   cardDavSource --PROPFIND, REPORT--> Radicale (Debian's, with files of its own)
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../log.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { DAV_USER, startRadicale, type Radicale } from '../testing/radicale.ts';
import { cardDavSource, type CardDavSource } from './card-dav-source.ts';
import type { MemberRef } from './contract.ts';
import { readDirectorySettings, type CardDavSettings } from './settings.ts';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const lines = (...all: string[]) => ['BEGIN:VCARD', ...all, 'END:VCARD', ''].join('\r\n');
const CARDS: Readonly<Record<string, string>> = {
  amara: lines(
    'VERSION:4.0',
    'UID:urn:uuid:00000000-0000-4000-8000-000000000001',
    'FN:Amara Okafor',
    'N:Okafor;Amara;;;',
    'TITLE:Principal bridge engineer',
    'ORG:Larkfield;Bridge design',
    'EMAIL;TYPE=work:amara.okafor@mail.example',
    'IMPP:sip:amara@larkfield.example',
    'TEL;VALUE=uri;TYPE="voice,work":tel:+44-113-496-0104',
    'TEL;TYPE=cell:+44 7700 900104',
    'TEL;TYPE=fax:+44 113 496 0100',
    'URL:https://bridges.example/',
    'URL:javascript:alert(1)',
    'TZ:Europe/London',
  ),
  bob: lines(
    'VERSION:3.0',
    'UID:00000000-0000-4000-8000-000000000002',
    'FN:Bób Builder',
    'N:Builder;Bob;;;',
    'EMAIL;TYPE=INTERNET:bob@larkfield.example',
    'TEL;TYPE=HOME,VOICE:+44 113 496 0111',
    `PHOTO;ENCODING=b;TYPE=PNG:${PNG}`,
  ),
  hostile: lines(
    'VERSION:4.0',
    'UID:urn:uuid:00000000-0000-4000-8000-000000000003',
    'FN:<script>alert(1)</script>\\n\u202Eevil',
    'EMAIL:eve@larkfield.example',
    'PHOTO;ENCODING=b;TYPE=JPEG:PHNjcmlwdD4=',
  ),
  nowhere: lines('VERSION:4.0', 'UID:urn:uuid:00000000-0000-4000-8000-000000000004', 'FN:No Address'),
  bridges: lines(
    'VERSION:4.0',
    'UID:urn:uuid:00000000-0000-4000-8000-00000000000a',
    'KIND:group',
    'FN:Bridges',
    'MEMBER:urn:uuid:00000000-0000-4000-8000-000000000001',
    'MEMBER:mailto:bob@larkfield.example',
    'MEMBER:sip:guest@partner.example',
    'MEMBER:urn:uuid:00000000-0000-4000-8000-0000000000ff',
    'MEMBER:urn:uuid:00000000-0000-4000-8000-00000000000b',
  ),
  apple: lines(
    'VERSION:3.0',
    'UID:00000000-0000-4000-8000-00000000000b',
    'FN:Apple list',
    'N:Apple list;;;;',
    'X-ADDRESSBOOKSERVER-KIND:group',
    'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:00000000-0000-4000-8000-000000000002',
    'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:00000000-0000-4000-8000-00000000000a',
  ),
};

const seen = (members: readonly MemberRef[] = []) =>
  members.map((one) => (one.is === 'person' ? one.aor : one.id)).sort();
const BRIDGES = 'card:00000000-0000-4000-8000-00000000000a';
const APPLE = 'card:00000000-0000-4000-8000-00000000000b';

describe('an address book in CardDAV', () => {
  let radicale: Radicale;
  let source: CardDavSource;
  const malformed: string[] = [];
  const clock = manualClock();
  const settingsFor = (path: string, more: Record<string, string> = {}): CardDavSettings => {
    const read = readDirectorySettings({
      PARLEY_CARDDAV_URL: radicale.url + path,
      PARLEY_CARDDAV_USER: DAV_USER.name,
      PARLEY_CARDDAV_PASSWORD: DAV_USER.password,
      ...more,
    });
    if ('problem' in read || read.cardDav === null) throw new Error('no settings');
    return read.cardDav;
  };
  const open = (settings: CardDavSettings) =>
    cardDavSource({ settings, clock, log: silentLog(), malformed: (path) => malformed.push(path) });
  const put = (name: string, card: string) => radicale.put(`book/${name}.vcf`, card, 'text/vcard');

  beforeAll(async () => {
    radicale = await startRadicale();
    await radicale.make('book/', 'addressbook');
    for (const [name, card] of Object.entries(CARDS)) await put(name, card);
    source = open(settingsFor(`${DAV_USER.name}/book/`));
    await source.refresh();
  });
  afterAll(async () => {
    source.stop();
    await radicale.close();
  });

  it('P04 finds people without accents by the beginning of any word', async () => {
    for (const words of ['bob', 'BUILD b', 'bób']) {
      expect(
        (await source.search(words, 10)).map(({ name }) => name),
        words,
      ).toEqual(['Bób Builder']);
    }
    expect(await source.search('uilder', 10)).toEqual([]);
    expect(await source.search('', 2)).toHaveLength(2);
  });

  it('reads vCard 4: an IMPP address goes before mail, numbers by kind, no fax', async () => {
    expect((await source.people(['sip:amara@larkfield.example'])).get('sip:amara@larkfield.example')).toEqual(
      {
        aor: 'sip:amara@larkfield.example',
        name: 'Amara Okafor',
        title: 'Principal bridge engineer',
        team: 'Bridge design',
        company: 'Larkfield',
        email: 'amara.okafor@mail.example',
        zone: 'Europe/London',
        phones: [
          { kind: 'work', number: '+44-113-496-0104' },
          { kind: 'mobile', number: '+44 7700 900104' },
        ],
        links: [{ name: 'bridges.example', url: 'https://bridges.example/' }],
      },
    );
  });

  it('reads vCard 3, and shows no picture that is none', async () => {
    const known = await source.people(['sip:bob@larkfield.example']);
    expect(known.get('sip:bob@larkfield.example')?.phones).toEqual([
      { kind: 'home', number: '+44 113 496 0111' },
    ]);
    expect((await source.portrait('sip:bob@larkfield.example'))?.type).toBe('image/png');
    expect(await source.portrait('sip:eve@larkfield.example')).toBeNull();
  });

  it('a person is found by any of their addresses', async () => {
    const known = await source.people(['sip:amara.okafor@mail.example']);
    expect(known.get('sip:amara.okafor@mail.example')?.name).toBe('Amara Okafor');
  });

  it('keeps hostile names as one line of text; leaves cards without an address out, and tells', async () => {
    expect((await source.search('script', 5)).map(({ name }) => name)).toEqual([
      '<script>alert(1)</script> evil',
    ]);
    expect(await source.search('No Address', 5)).toEqual([]);
    expect(malformed.some((path) => path.endsWith('/nowhere.vcf'))).toBe(true);
  });

  it('C04 groups of both kinds, nested in each other, with members from outside', async () => {
    expect((await source.searchGroups('', 10)).map(({ id, name, size }) => [id, name, size])).toEqual(
      expect.arrayContaining([
        [BRIDGES, 'Bridges', 5],
        [APPLE, 'Apple list', 2],
      ]),
    );
    const page = await source.members(BRIDGES, 0, 100);
    expect(page?.total).toBe(5);
    expect(seen(page?.members)).toEqual([
      APPLE,
      'sip:amara@larkfield.example',
      'sip:bob@larkfield.example',
      'sip:guest@partner.example',
    ]);
    expect(seen((await source.members(APPLE, 0, 100))?.members)).toEqual([
      BRIDGES,
      'sip:bob@larkfield.example',
    ]);
    expect(await source.members('card:none', 0, 100)).toBeNull();
    expect(await source.group('card:00000000-0000-4000-8000-000000000001')).toBeNull();
  });

  it('C01 names the groups of a person', async () => {
    const ids = (await source.groupsOf('sip:bob@larkfield.example')).map(({ id }) => id);
    expect(ids.sort()).toEqual([BRIDGES, APPLE]);
  });

  it('sees what changes: a new card, a changed one, one that is gone', async () => {
    await put('carol', lines('VERSION:4.0', 'UID:urn:uuid:c', 'FN:Carol', 'EMAIL:carol@larkfield.example'));
    await put('bob', (CARDS['bob'] ?? '').replace('FN:Bób Builder', 'FN:Robert Builder'));
    await radicale.remove('book/hostile.vcf');
    expect(await source.search('carol', 5)).toEqual([]);
    clock.advance(5 * 60_000);
    await source.refresh();
    expect((await source.search('', 10)).map(({ name }) => name).sort()).toEqual([
      'Amara Okafor',
      'Carol',
      'Robert Builder',
    ]);
  });

  it('finds the address book from the root of the server', async () => {
    const other = open(settingsFor('', { PARLEY_CARDDAV_ADDRESS: 'email' }));
    await other.refresh();
    expect((await other.search('amara', 5)).map(({ aor }) => aor)).toEqual(['sip:amara.okafor@mail.example']);
    other.stop();
  });

  it('rejects while it has read nothing: wrong password, no address book', async () => {
    const wrong = open(settingsFor(`${DAV_USER.name}/book/`, { PARLEY_CARDDAV_PASSWORD: 'wrong' }));
    await wrong.refresh();
    await expect(wrong.search('amara', 5)).rejects.toThrow('401');
    wrong.stop();
  });

  it('goes on with what it read while the server is away', async () => {
    await radicale.stop();
    await source.refresh();
    expect((await source.search('amara', 5)).map(({ name }) => name)).toEqual(['Amara Okafor']);
  });
});
