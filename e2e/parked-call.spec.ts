import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { giveByMenu } from './office/access.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

/** No finding of axe in light and dark, nothing to scroll sideways on a phone. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  await page.screenshot({ path: test.info().outputPath(`${name}-390.png`) });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  if (before) await page.setViewportSize(before);
}

test(`EV2 a parked call is seen by the Team of whoever parked it, and picked up (${where})`, async ({
  person,
}) => {
  const [anna, ben, cleo] = [await person('anna'), await person('ben'), await person('cleo')];
  const [a, b, c] = [new Screen(anna.page), new Screen(ben.page), new Screen(cleo.page)];
  await a.addContact(cleo);
  await giveByMenu(a, cleo, 'Team');
  for (const screen of [b, c]) await screen.addContact(anna);
  await b.chatWith(anna);
  await ben.page.getByRole('button', { name: /^Call/ }).first().click();
  await a.alert.getByRole('button', { name: 'Answer' }).click();
  for (const side of [a, b]) await side.expectGrowth('packets-received');

  const line = (screen: Screen) => screen.page.getByRole('region', { name: /^Call with .*, parked by / });
  // From the list of calls on hold, and taken back.
  await anna.page.getByRole('button', { name: 'Hold', exact: true }).click();
  const held = anna.page.getByRole('list', { name: 'Calls on hold' });
  await held.getByRole('button', { name: /^Park/ }).click();
  await expect(line(c)).toBeVisible();
  await held.getByRole('button', { name: /^Resume/ }).click();
  await expect(line(c)).toBeHidden();

  await anna.page.getByRole('button', { name: 'Park the call' }).click();
  await anna.page.getByRole('menuitem', { name: 'Park for your Team' }).click();
  await expect(anna.page.getByText('Parked: your Team can pick it up').first()).toBeVisible();
  await expect(line(c)).toContainText(`Parked by ${anna.displayName}: call with ${ben.displayName}`);
  if (!onKamailio) {
    await look(cleo.page, 'waits');
    await look(anna.page, 'parked');
  }
  // Ben has Anna in his list, and not her Team level.
  await expect(line(b)).toBeHidden();

  await line(c)
    .getByRole('button', { name: /^Pick up/ })
    .click();
  await c.expectCall('established');
  await expect(anna.page.getByText(/^cleo.* picked up the call\.$/).first()).toBeVisible();
  for (const side of [b, c]) await side.expectGrowth('packets-received');
  await expect(line(c)).toBeHidden();
  await expect(ben.page.getByText(`Transferred by`).first()).toBeVisible();
});
