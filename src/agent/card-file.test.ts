/** Cards in and out of the list, by command. */
import { describe, expect, test } from 'vitest';
import { ANN, BEN, signedInStage, type StageTab } from './testing/stage.ts';

const card = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');
const FILE = [
  card('FN:Ben in the file', 'IMPP:sip:ben@x.test', 'TITLE:Other'),
  card('FN:Cat', 'UID:c', 'X-SIP:cat@X.test', 'TEL;TYPE=cell:+49 (0)170 1234567', 'CATEGORIES:Work,work'),
  card('FN:Dan', 'TEL:0049 30 123456', 'EMAIL:dan@x.test', 'ORG:Acme;Sales', 'NOTE:Met in Rome'),
  card('FN:Dan again', 'TEL:+4930123456'),
  card('FN:Eve', 'TEL:030 99999'),
  card('FN:Fay', 'EMAIL:fay@x.test'),
  card('FN:Gus', 'TEL:040 1'),
  card(
    'X-ADDRESSBOOKSERVER-KIND:group',
    'FN:Friends',
    'MEMBER:urn:uuid:x',
    'MEMBER:c',
    'MEMBER:mailto:dan@x.test',
  ),
  card('TEL:1'),
].join('');

const listed = (tab: StageTab) => {
  const list = tab.last('contacts')?.list;
  const name = (id: string) => list?.groups.find((one) => one.id === id)?.name;
  return list?.entries
    .map((one) => [one.aor, one.name, one.groups.map(name).sort().join()])
    .sort(([, one = ''], [, other = '']) => (one < other ? -1 : 1));
};
async function withBen() {
  const { stage, tab } = await signedInStage();
  await tab.send('add-contact', { aor: BEN, name: 'Ben' });
  return { stage, tab };
}

describe('C11 import', () => {
  test('adds who is new, counts who is known, says who was left out', async () => {
    const { tab } = await withBen();
    const done = await tab.send('import-contacts', { text: FILE, numbers: { '040 1': 'tel:+49401' } });
    expect(done).toEqual({
      ok: true,
      value: {
        ...{ added: 3, known: 2 },
        problems: [
          'Card 9 has no name, so it was left out.',
          'Eve: the number 030 99999 has no country code, so it was left out.',
          'Fay has neither a SIP address nor a telephone number, so it was left out.',
        ],
      },
    });
    expect(listed(tab)).toEqual([
      [BEN, 'Ben', ''],
      ['sip:cat@x.test', 'Cat', 'Friends,Work'],
      ['tel:+4930123456', 'Dan', 'Friends'],
      ['tel:+49401', 'Gus', ''],
    ]);
    const [ben, dan] = ['Ben', 'Dan'].map((name) =>
      tab.last('contacts')?.list.entries.find((one) => one.name === name),
    );
    expect(dan).toMatchObject({
      ...{ company: 'Acme', team: 'Sales', privateNote: 'Met in Rome', email: 'dan@x.test' },
    });
    expect(ben).not.toHaveProperty('title');
    expect(
      await tab.send('import-contacts', { text: FILE, numbers: { '040 1': 'tel:+49401' } }),
    ).toMatchObject({
      value: { added: 0, known: 5 },
    });
    expect(tab.last('contacts')?.list.groups).toHaveLength(2);
  });

  test('hostile cards bring nothing that runs, asks or misleads', async () => {
    const { tab } = await withBen();
    const urls = ['https://[', 'http:%%%', 'javascript:alert(1)', 'data:text/html,x', 'https://ok.test/a'];
    const text = card(
      'FN:Mal\u202ELory <img src=x>\u200B',
      'IMPP:sip:mal@x.test',
      ...urls.map((url) => `URL:${url}`),
      'PHOTO;VALUE=uri:https://track.test/p.png',
      'PHOTO;ENCODING=b;TYPE=svg+xml:PHN2Zz4=',
      `NOTE:${'\u202E'.repeat(50)}x`,
    );
    expect(await tab.send('import-contacts', { text })).toMatchObject({ ok: true, value: { added: 1 } });
    const mal = tab.last('contacts')?.list.entries.find(({ aor }) => aor === 'sip:mal@x.test');
    expect(mal?.name).toMatch(/^Mal ?Lory <img src=x>$/);
    expect(mal?.links).toEqual([{ name: 'ok.test', url: 'https://ok.test/a' }]);
    expect([mal?.photo, mal?.privateNote]).toEqual([undefined, 'x']);
  });

  test('into one group', async () => {
    const { tab } = await withBen();
    const group = await tab.send('add-group', { name: 'New' });
    if (!group.ok) throw new Error(group.why);
    await tab.send('import-contacts', { text: FILE, group: group.value.id });
    expect(listed(tab)?.map(([, name, groups]) => `${name} ${groups}`)).toEqual([
      'Ben ',
      'Cat New',
      'Dan New',
    ]);
  });

  test('C06 ten thousand in bounded time, and no more than the list can hold', async () => {
    const { tab } = await withBen();
    const text = Array.from({ length: 10_000 }, (_, i) =>
      card(
        `FN:Person ${i}`,
        `IMPP:sip:p${i}@x.test`,
        `TEL:+4930${100_000 + i}`,
        'TITLE:T',
        'ORG:A;B',
        `NOTE:n${i}`,
      ),
    ).join('');
    const done = await tab.send('import-contacts', { text });
    if (!done.ok) throw new Error(done.why);
    const { added, problems } = done.value;
    expect(added).toBeGreaterThan(2_000);
    expect(problems).toEqual([`Your list is full: ${10_000 - added} contacts were left out.`]);
    expect(tab.last('contacts')?.list.entries).toHaveLength(added + 1);
  });

  test('what is no file of cards changes nothing', async () => {
    const { tab } = await withBen();
    const done = await tab.send('import-contacts', { text: 'name;phone\nBen;1' });
    expect(done).toMatchObject({ ok: false, why: expect.stringMatching(/vCard/) });
    expect(listed(tab)).toHaveLength(1);
  });
});

describe('C11 export', () => {
  test('everybody goes with groups and notes, never with levels, and comes back', async () => {
    const { tab } = await withBen();
    await tab.send('import-contacts', { text: FILE });
    await tab.send('edit-contacts', { edits: [{ edit: 'level', aor: BEN, level: 'blocked' }] });
    const done = await tab.send('export-contacts', {});
    if (!done.ok) throw new Error(done.why);
    expect(done.value.count).toBe(3);
    expect(done.value.text).toContain('CATEGORIES:Work,Friends');
    expect(done.value.text).toContain('NOTE:Met in Rome');
    expect(done.value.text).not.toMatch(/blocked|company|level/);
    const other = await signedInStage();
    await other.tab.send('import-contacts', { text: done.value.text });
    expect(listed(other.tab)).toEqual(listed(tab));
  });

  test('some go without what was written about them', async () => {
    const { tab } = await withBen();
    await tab.send('import-contacts', { text: FILE });
    const done = await tab.send('export-contacts', { aors: ['tel:+4930123456', 'sip:gone@x.test'] });
    if (!done.ok) throw new Error(done.why);
    expect(done.value.count).toBe(1);
    expect(done.value.text).toContain('TEL;VALUE=uri;TYPE="work,voice":tel:+4930123456');
    expect(done.value.text.match(/^TEL/gm)).toHaveLength(1);
    expect(done.value.text).not.toMatch(/NOTE|CATEGORIES/);
    expect(await tab.send('export-contacts', { aors: [ANN] })).toMatchObject({ ok: false });
  });
});
