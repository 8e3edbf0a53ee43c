import { readFile } from 'node:fs/promises';
import { expect, onKamailio, test } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`H01 search finds what was said and goes there (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await a.say('The cofferdam is dry');
  for (const line of ['one', 'two', 'three']) await a.say(`Later, line ${line}`);
  await b.chatWith(anna);
  await expect(b.message('Later, line three')).toBeVisible();
  // From within Chats, too, with the keyboard in the composer.
  await ben.page.getByRole('link', { name: /^Chats/ }).click();
  await ben.page.locator(`[data-aor="${anna.aor}"]`).first().click();
  await b.composer.focus();
  await ben.page.keyboard.press('Control+Shift+F');
  const field = ben.page.getByRole('searchbox', { name: 'Search messages' });
  await expect(field).toBeFocused();
  await field.fill('coffer');
  const results = ben.page.getByRole('region', { name: 'Results' });
  await expect(results.locator('mark')).toHaveText(['cofferdam']);
  await results.getByRole('link').click();
  await expect(b.message('The cofferdam is dry')).toBeFocused();
  if (onKamailio) await expect(ben.page.getByText(/This server keeps no history/)).toBeVisible();
  await field.fill('nothing of the kind');
  await expect(ben.page.getByText('Nothing found.')).toBeVisible();
});

// The engine keeps no history, and the app says so: the other tests look at that.
if (!onKamailio) {
  test(`H01 a second browser has the history, and what is read on one is read on the other (${where})`, async ({
    person,
  }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await a.chatWith(ben);
    for (const line of ['first', 'second', 'third']) await a.say(`The ${line} line`);
    await b.chatWith(anna);
    await expect(b.message('The third line')).toBeVisible();
    await b.say('An answer from the first browser');
    const second = await person('ben', { sameAs: ben });
    const other = new Screen(second.page);
    await other.chatWith(anna);
    for (const line of ['The first line', 'The third line', 'An answer from the first browser'])
      await expect(other.message(line)).toBeVisible();
    await expect(second.page).not.toHaveTitle(/^\(/);
    // Away from the conversation on both, so that something is unread.
    for (const page of [ben.page, second.page]) await page.getByRole('link', { name: /^Contacts/ }).click();
    await a.say('Who reads this?');
    await expect(ben.page).toHaveTitle(/^\(1\)/);
    await expect(second.page).toHaveTitle(/^\(1\)/);
    await b.chatWith(anna);
    await expect(second.page).not.toHaveTitle(/^\(/, { timeout: 2_000 });
  });
}

test(`H03 an exported history comes back in a browser that has nothing (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = new Screen(anna.page);
  await a.chatWith(ben);
  await a.say('Keep this for later');
  await a.expectState('Keep this for later', 'delivered');
  await anna.page.goto(`${anna.door.url}/settings/history`);
  const download = anna.page.waitForEvent('download');
  await anna.page.getByRole('button', { name: 'Export' }).click();
  const path = await (await download).path();
  expect((await readFile(path)).subarray(0, 2).toString()).toBe('PK');
  await anna.page.getByRole('button', { name: 'Delete this device’s history…' }).click();
  await anna.page.getByRole('button', { name: 'Delete this device’s history', exact: true }).click();
  await expect(anna.page.getByText('has been deleted')).toBeVisible();
  await anna.page.getByLabel('History to import').setInputFiles(path);
  await expect(anna.page.getByText('1 added, 0 were here already.')).toBeVisible();
  await anna.page.goto(`${anna.door.url}/chat/${ben.aor}`);
  await expect(a.message('Keep this for later')).toBeVisible();
  if (onKamailio) await expect(anna.page.getByText('History is what this browser saw').first()).toBeVisible();
});
