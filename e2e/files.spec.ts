import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, signIn, test } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';
const hashOf = (octets: Buffer): string => createHash('sha256').update(octets).digest('hex');

/** A page without a picker of places, as Firefox is: the file goes to the browser's own disk first. */
async function withoutPicker(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }));
}
function fileRow(page: Page, name: string): Locator {
  return page.getByRole('log').getByRole('group', { name: `File ${name}` });
}
async function pick(
  page: Page,
  ...files: { name: string; mimeType: string; buffer: Buffer }[]
): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Send a file' }).click();
  await (await chooser).setFiles(files);
}
async function drop(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([title, words]) => {
      const data = new DataTransfer();
      data.items.add(new File([words ?? ''], title ?? '', { type: 'text/plain' }));
      return data;
    },
    [name, text],
  );
  const place = page.getByRole('region', { name: 'Conversation' });
  await place.dispatchEvent('dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Drop files to send them to')).toBeVisible();
  await place.dispatchEvent('drop', { dataTransfer: transfer });
}
/** Saves it and gives the hash of what is on disk then. */
async function saved(page: Page, name: string): Promise<string> {
  const download = page.waitForEvent('download');
  await fileRow(page, name)
    .getByRole('button', { name: `Save ${name}` })
    .click();
  return hashOf(await readFile(await (await download).path()));
}

test(`I04 a file goes from browser to browser, whole, and never rings (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await withoutPicker(ben.page);
  const buffer = randomBytes(700_001);
  await pick(anna.page, { name: 'bearing shelf.pdf', mimeType: 'application/pdf', buffer });
  const theirs = fileRow(ben.page, 'bearing shelf.pdf');
  await expect(theirs).toContainText('wants to send you this file');
  await expect(ben.page.getByRole('button', { name: 'Answer' })).toHaveCount(0);
  await theirs.getByRole('button', { name: 'Accept bearing shelf.pdf' }).click();
  await expect(theirs).toContainText('Received');
  await expect(fileRow(anna.page, 'bearing shelf.pdf')).toContainText('Sent');
  expect(await saved(ben.page, 'bearing shelf.pdf')).toBe(hashOf(buffer));
  // What became of it is kept, and so is the file until it is saved.
  await ben.page.reload();
  await expect(theirs).toContainText('Received');
  await expect(ben.page.getByRole('button', { name: 'Save bearing shelf.pdf' })).toBeVisible();
});

// Nothing of it depends on the server.
if (!onKamailio) {
  test('I04 F05 dropped, declined, taken back; a program is named as one (embedded)', async ({ person }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await a.chatWith(ben);
    await b.chatWith(anna);
    await drop(anna.page, 'notes.txt', 'Nothing secret');
    await expect(fileRow(ben.page, 'notes.txt')).toBeVisible();
    await ben.page.getByRole('button', { name: 'Decline notes.txt' }).click();
    await expect(fileRow(anna.page, 'notes.txt')).toContainText('declined it');
    await drop(anna.page, 'photo\u202egpj.exe', 'MZ');
    const program = fileRow(ben.page, 'photogpj.exe');
    await expect(program).toContainText('This is a program.');
    await anna.page.getByRole('button', { name: 'Cancel sending photogpj.exe' }).click();
    await expect(program).toContainText('took it back');
    await expect(program.getByRole('button')).toHaveCount(0);
  });
}

test(`I04 a cut in the middle is mended and the file is whole (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await withoutPicker(ben.page);
  // Keeps the channels of the receiver, to cut one.
  await ben.page.evaluate(() => {
    const channels: RTCDataChannel[] = [];
    const { createDataChannel } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.createDataChannel = function (...given) {
      const made = createDataChannel.apply(this, given);
      channels.push(made);
      return made;
    };
    Object.assign(window, { channels });
  });
  const buffer = randomBytes(24_000_000);
  await pick(anna.page, { name: 'survey.bin', mimeType: 'application/octet-stream', buffer });
  const theirs = fileRow(ben.page, 'survey.bin');
  await theirs.getByRole('button', { name: 'Accept survey.bin' }).click();
  const bar = theirs.getByRole('progressbar');
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(3);
  await ben.page.evaluate(() => (window as unknown as { channels: RTCDataChannel[] }).channels[0]?.close());
  await expect(theirs).toContainText('· Received', { timeout: 40_000 });
  await expect(fileRow(anna.page, 'survey.bin')).toContainText('Sent');
  const attempts = await ben.page.evaluate(
    () => (window as unknown as { channels: RTCDataChannel[] }).channels.length,
  );
  expect(attempts).toBeGreaterThan(1);
  expect(await saved(ben.page, 'survey.bin')).toBe(hashOf(buffer));
});

// Nothing of it depends on the server.
if (!onKamailio) {
  test('I04 a pasted picture is looked at first, taken away or sent (embedded)', async ({ person }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await a.chatWith(ben);
    await b.chatWith(anna);
    await withoutPicker(ben.page);
    const paste = (name: string) =>
      a.composer.evaluate(async (field, title) => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
        canvas.getContext('2d')?.fillRect(0, 0, 20, 20);
        const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([blob ?? ''], title, { type: 'image/png' }));
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, name);
    const strip = anna.page.getByRole('list', { name: 'Pictures to send' });
    await paste('one.png');
    await paste('two.png');
    await expect(strip.getByRole('img')).toHaveCount(2);
    await strip.getByRole('button', { name: 'Remove one.png' }).click();
    await a.composer.fill('The shelf from above');
    await a.composer.press('Enter');
    await expect(strip).toBeHidden();
    await expect(b.message('The shelf from above')).toBeVisible();
    const theirs = fileRow(ben.page, 'two.png');
    await expect(theirs.getByRole('img')).toBeVisible();
    await theirs.getByRole('button', { name: 'Accept two.png' }).click();
    await expect(theirs).toContainText(/Received|Saved/);
    await expect(fileRow(ben.page, 'one.png')).toHaveCount(0);
  });
}

if (!onKamailio) {
  test('I04 somebody who is away finds the file at the server (embedded)', async ({ person }) => {
    const anna = await person('anna');
    // One address of the office for both, as people have it.
    const ben = { ...(await person('ben', { signedIn: false })), door: anna.door };
    await new Screen(anna.page).chatWith(ben);
    const buffer = randomBytes(300_007);
    await pick(anna.page, { name: 'for later.bin', mimeType: 'application/octet-stream', buffer });
    await expect(fileRow(anna.page, 'for later.bin').getByRole('progressbar')).toHaveCount(0);
    await pick(anna.page, { name: 'setup.exe', mimeType: 'application/octet-stream', buffer });
    await expect(fileRow(anna.page, 'setup.exe')).toContainText(/setup.exe|kind of file|\.exe/);
    await signIn(ben);
    await withoutPicker(ben.page);
    await new Screen(ben.page).chatWith(anna);
    await expect(fileRow(ben.page, 'for later.bin')).toBeVisible();
    expect(await saved(ben.page, 'for later.bin')).toBe(hashOf(buffer));
    await expect(fileRow(ben.page, 'setup.exe')).toHaveCount(0);
  });
}
