/** What was exported comes back whole, once; what somebody else made does no harm. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { createMemoryVault } from '../store/memory-vault.ts';
import { messageEml, messageHtml } from './core/history-file.ts';
import { readLine } from './core/history-line.ts';
import { exportHistory } from './history-export.ts';
import { ANN, BEN, signedInStage } from './testing/stage.ts';

const NOW = 1_800_000_000_000;

async function filled() {
  const made = await signedInStage();
  const { stage, tab } = made;
  for (let at = 0; at < 5; at += 1)
    await stage.sip().receive({ body: `line ${at} <b>`, callId: `in-${at}`, date: NOW + at * 1000 });
  await tab.send('send', { conversation: BEN, text: 'Grüße' });
  await tab.send('note-conversation', { conversation: BEN, text: 'Bolts' });
  await stage.pass(1000);
  return made;
}

async function exported(): Promise<Blob> {
  const { tab } = await filled();
  const outcome = await tab.send('export-history', { all: true });
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.value.file;
}
const zip = (lines: readonly unknown[], name = 'history.jsonl'): Blob =>
  new Blob([
    zipSync({
      [name]: strToU8(
        lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
      ),
    }) as Uint8Array<ArrayBuffer>,
  ]);
const head = { is: 'parley-history', version: 1, aor: ANN, at: NOW };
const message = (id: string, more = {}) => ({
  is: 'message',
  row: {
    ...{ id, conversation: BEN, sender: BEN, text: id, state: 'received', at: NOW, order: NOW },
    ...more,
  },
});

describe('H03 export and import', () => {
  test('one file: pages without markup of others, mails, JSON and contacts; it comes back once', async () => {
    const file = await exported();
    const parts = unzipSync(new Uint8Array(await file.arrayBuffer()));
    const names = Object.keys(parts);
    expect(names).toContain('index.html');
    expect(names.filter((name) => name.endsWith('.eml'))).toHaveLength(6);
    const page = strFromU8(
      parts[names.find((name) => name.startsWith('conversations/')) ?? ''] ?? new Uint8Array(),
    );
    expect(page).toContain('line 0 &lt;b&gt;');
    expect(page).not.toContain('<b>line');
    const { stage, tab } = await signedInStage();
    const first = await tab.send('import-history', { file });
    expect(first).toEqual({ ok: true, value: { added: 6, known: 0, left: 0 } });
    const again = await tab.send('import-history', { file });
    expect(again).toEqual({ ok: true, value: { added: 0, known: 6, left: 0 } });
    expect(stage.shelves.messages.size).toBe(6);
    expect(stage.shelves.conversations.get(BEN)).toMatchObject({ unread: 0, note: 'Bolts' });
    expect(stage.shelves.conversations.get(BEN)?.last?.text).toBe('Grüße');
    expect(tab.facts.filter((fact) => fact.fact === 'messages').every(({ isOld }) => isOld)).toBe(true);
  });

  test.each([
    ['no ZIP file', new Blob(['not a zip'])],
    ['a ZIP file of something else', zip(['hello'], '../../history.jsonl')],
    ['another JSON', zip([{ hello: 1 }])],
    ['the history of somebody else', zip([{ ...head, aor: 'sip:eve@x.test' }, message('m')])],
  ])('%s is refused with a sentence, and changes nothing', async (_name, file) => {
    const { stage, tab } = await signedInStage();
    const outcome = await tab.send('import-history', { file });
    expect(outcome.ok).toBe(false);
    expect(stage.shelves.messages.size).toBe(0);
  });

  test('lines that make no sense are left out and counted, the others taken', async () => {
    const { stage, tab } = await signedInStage();
    const file = zip([
      ...[head, message('good'), '{"is":"message","row":{"id":1}}', '[]', 'null', '{'],
      message('bad', { conversation: 'javascript:alert(1)' }),
      message('late', { order: 1e300 }),
      message('forged', { sender: ANN, mine: false, state: 'received' }),
    ]);
    const outcome = await tab.send('import-history', { file });
    expect(outcome).toEqual({ ok: true, value: { added: 2, known: 0, left: 6 } });
    expect([...stage.shelves.messages.values()].find(({ id }) => id === 'forged')?.mine).toBe(true);
  });

  test('a file that unpacks without end is given up', async () => {
    const { tab } = await signedInStage();
    const file = zip([head, `"${'x'.repeat(40_000_000)}"`]);
    expect(file.size).toBeLessThan(100_000);
    expect((await tab.send('import-history', { file })).ok).toBe(false);
  });

  test('the history of this device can be deleted', async () => {
    const { stage, tab } = await filled();
    expect((await tab.send('delete-history', { all: true })).ok).toBe(true);
    expect(stage.shelves.messages.size).toBe(0);
    expect(stage.shelves.conversations.get(BEN)).toMatchObject({ last: null, unread: 0, note: 'Bolts' });
  });

  test('nothing to export is a file too', async () => {
    const outcome = await exportHistory({
      ...{ vault: createMemoryVault(), me: ANN, nameOf: (aor) => aor, cards: '', now: NOW },
    });
    expect(outcome.ok && outcome.value.messages).toBe(0);
  });
});

describe('H03 parts', () => {
  const row = {
    ...{
      id: 'a\r\nBcc: x',
      conversation: BEN,
      sender: BEN,
      mine: false,
      text: 'Hi\r\n.\r\n<script>',
      at: NOW,
    },
    ...{ order: NOW, state: 'received' as const },
  };
  test('a mail keeps its headers whatever the message says', () => {
    const mail = messageEml(row, { aor: BEN, name: 'Bén\r\nX: 1' }, { aor: ANN, name: 'Ann' }, 'a\r\nb');
    expect(mail.split('\r\n\r\n')[0]).not.toMatch(/^(?:Bcc|X|b):?/m);
    expect(mail).toContain('To: "Ann" <ann@x.test>');
    expect(mail).toContain(btoa(row.text));
  });
  test('a page shows markup as text', () => {
    expect(messageHtml(row, '<i>')).toContain('&lt;script&gt;');
    expect(messageHtml(row, '<i>')).toContain('&lt;i&gt;');
  });
  test('only addresses and https links get in', () => {
    const files = [{ name: '../x', type: 'a/b', size: 1, url: 'javascript:1' }];
    const line = readLine(JSON.stringify(message('m', { files })), ANN);
    expect(line?.is === 'message' && line.row.files).toEqual([{ name: 'x', type: 'a/b', size: 1 }]);
  });
});
