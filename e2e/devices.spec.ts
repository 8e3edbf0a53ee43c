import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { signedFetch } from '../src/server/testing/signed-fetch.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

/** No finding of axe in light, dark and forced colours, nothing to scroll sideways on a phone. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const media of [
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { colorScheme: 'dark', forcedColors: 'active' },
  ] as const) {
    await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
    const look = `${name}-${media.colorScheme}${'forcedColors' in media ? '-forced' : ''}`;
    await page.screenshot({ path: test.info().outputPath(`${look}.png`), fullPage: true });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect.soft(found, look).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await page.setViewportSize({ width: 390, height: 800 });
  await page.screenshot({ path: test.info().outputPath(`${name}-390.png`) });
  expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1280, height: 800 });
}

if (!onKamailio) {
  test('T14 MO1 Devices: level, speaker, a test call that is heard, and its quality kept here and at the server (embedded)', async ({
    person,
  }) => {
    const anna = await person('anna');
    const { page } = anna;
    await page.goto(`${anna.door.url}/settings/devices`);
    const level = page.getByRole('meter', { name: 'Microphone level' });
    // The fake microphone beeps once a second, for a moment: whoever looks once a second may never meet it.
    await expect
      .poll(async () => Number(await level.getAttribute('aria-valuenow')), { intervals: [30] })
      .toBeGreaterThan(2);
    await page.getByLabel('Microphone', { exact: true }).selectOption({ index: 1 });
    const noise = page.getByRole('switch', { name: 'Reduce background noise' });
    await expect(noise).toBeChecked();
    await noise.press('Space');
    await expect(noise).not.toBeChecked();
    await page.getByRole('button', { name: 'Test speaker' }).click();
    const test = page.getByRole('region', { name: 'Test call' });
    await test.getByRole('button', { name: 'Make a test call' }).click();
    for (const step of [/^Connected.*\(done\)/, /^Microphone heard.*\(done\)/, /^Playing back.*\(done\)/]) {
      await expect(test.getByRole('listitem').filter({ hasText: step })).toBeVisible({ timeout: 20_000 });
    }
    const reports = async () => {
      const port = Number(new URL(anna.door.url).port);
      const answer = await signedFetch(port, anna.name, '/api/quality', { password: anna.password });
      return ((await answer.json()) as { calls: { remote: string; mos: number }[] }).calls;
    };
    await expect(page.getByText('not yet')).toHaveCount(0);
    // Five readings make a report; the bar above counts the seconds of the call.
    await expect(page.locator('[data-call-state]').getByText('00:08')).toBeVisible({ timeout: 15_000 });
    await test.getByRole('button', { name: 'End test call' }).click();
    await expect.poll(reports, { timeout: 10_000 }).toHaveLength(1);
    expect((await reports())[0]?.mos).toBeGreaterThan(3);
    const last = page.getByRole('region', { name: 'The last calls' });
    await expect(last.getByRole('listitem')).toHaveCount(1);
    await expect(last).toContainText('Clear');
    await page.reload();
    await expect(noise).not.toBeChecked();
    await expect(last.getByRole('listitem')).toHaveCount(1);
    await inspect(page, 'devices');
  });

  test('T13 an emergency number opens a warning and places no call (embedded)', async ({ person }) => {
    const anna = await person('anna');
    const { page } = anna;
    const find = page.getByRole('combobox', { name: /Find people/ });
    await find.fill('112');
    await find.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Call emergency services from a telephone' });
    await expect(dialog).toContainText('No call was placed.');
    await inspect(page, 'emergency');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await page.goto(`${anna.door.url}/chat/sip:911@${anna.address.split('@')[1] ?? ''}`);
    await page.getByRole('button', { name: /^Call/ }).first().click();
    await expect(dialog).toContainText('911');
    await expect(page.locator('[data-call-state]')).toHaveCount(0);
  });

  test('E01 T14 a microphone in use elsewhere: the call listens, says so, and Try again brings it (embedded)', async ({
    person,
  }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const { page } = anna;
    const busy = (is: boolean) => page.evaluate((now) => Reflect.set(window, 'isBusy', now), is);
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const real = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = (asked) =>
        Reflect.get(window, 'isBusy') === true
          ? Promise.reject(new DOMException('no', 'NotReadableError'))
          : real(asked);
    });
    await busy(true);
    const [a, b] = [new Screen(page), new Screen(ben.page)];
    await a.chatWith(ben);
    await page.getByRole('button', { name: /^Call/ }).first().click();
    await b.alert.getByRole('button', { name: 'Answer' }).click();
    await a.expectCall('established');
    await expect(page.getByText('in use by another program')).toBeVisible();
    await a.expectGrowth('packets-received');
    expect(await b.counter('heard')).toBe(0);
    await page.getByRole('button', { name: /Details of this call/ }).click();
    await expect(page.getByRole('dialog', { name: 'How the call goes' })).toContainText('Sound received');
    await inspect(page, 'call-details');
    await page.keyboard.press('Escape');
    await busy(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('in use by another program')).toBeHidden();
    await b.expectGrowth('heard');
  });
}
