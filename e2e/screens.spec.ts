import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { onKamailio, expect, test } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

/** No violation in light nor in dark, nothing wider than the window; a picture of each beside the results. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
      `${name}, ${colorScheme}`,
    ).toEqual([]);
    await page.screenshot({ path: `test-results/screens/${where}-${name}-${colorScheme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  const size = page.viewportSize();
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 720 });
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, `${name} at ${width} px`).toBeLessThanOrEqual(0);
  }
  if (size) await page.setViewportSize(size);
}

test(`every screen before a call: axe finds nothing, light and dark, nothing overflows (${where})`, async ({
  person,
}) => {
  test.setTimeout(180_000);
  const anna = await person('anna', { signedIn: false });
  const ben = await person('ben');
  const { page } = anna;
  const a = new Screen(page);
  await page.goto(anna.door.url);
  await expect(page.getByRole('heading', { name: /Sign in/ })).toBeVisible();
  await inspect(page, 'sign-in');
  await page.getByLabel('Work address').fill(anna.address);
  await page.getByLabel('Password', { exact: true }).fill('not it');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText(/password/i).last()).toBeVisible();
  await inspect(page, 'sign-in-refused');
  await page.getByLabel('Password', { exact: true }).fill(anna.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(a.status).toBeVisible();
  await a.addContact(ben);
  await inspect(page, 'contacts');
  await a.status.click();
  await expect(page.getByRole('menu')).toBeVisible();
  await inspect(page, 'status-menu');
  await page.keyboard.press('Escape');
  await a.chatWith(ben);
  await a.say('https://example.test/plan and a line that is quite a bit longer than a phone is wide');
  await inspect(page, 'conversation');
  for (const [path, heading] of [
    [`/card/${ben.aor}`, ben.displayName],
    ['/calls', 'Calls'],
    ['/settings/status', 'Status'],
    ['/settings/notifications', 'Notifications'],
    ['/settings/devices', 'Devices'],
    ['/settings/appearance', 'Appearance'],
    ['/settings/account', 'Account'],
    ['/help', 'Help'],
  ] as const) {
    await page.goto(`${anna.door.url}${path}`);
    const named = { name: new RegExp(heading, 'i') };
    await expect(page.getByRole('heading', named).or(page.getByRole('region', named)).first()).toBeAttached();
    await inspect(
      page,
      path
        .split('/')
        .slice(1, 3)
        .join('-')
        .replace(/[^a-z-]/g, ''),
    );
  }
});

test(`every screen of a call: axe finds nothing, light and dark, nothing overflows (${where})`, async ({
  person,
}) => {
  test.setTimeout(180_000);
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await anna.page
    .getByRole('button', { name: /^Video call/ })
    .first()
    .click();
  await expect(b.alert).toBeVisible();
  await inspect(anna.page, 'calling');
  await inspect(ben.page, 'ringing');
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  await inspect(anna.page, 'video-call');
  await anna.page.getByRole('button', { name: 'End', exact: true }).click();
  await a.chatWith(ben);
  await anna.page.getByRole('button', { name: /^Call/ }).first().click();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  await inspect(anna.page, 'voice-call');
  await ben.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(anna.page.getByText('Call ended')).toBeVisible();
});

test(`without a mouse: sign in, find, write, call, hang up; back and forward (${where})`, async ({
  person,
}) => {
  const ben = await person('ben');
  const anna = await person('anna', { signedIn: false });
  const { page } = anna;
  const { keyboard } = page;
  const [a, b] = [new Screen(page), new Screen(ben.page)];
  await page.goto(anna.door.url);
  await page.getByLabel('Work address').focus();
  await keyboard.type(anna.address);
  await keyboard.press('Tab');
  await keyboard.type(anna.password);
  await keyboard.press('Enter');
  await expect(a.status).toBeVisible();
  await page.getByRole('combobox', { name: /Find people/ }).focus();
  await keyboard.type(ben.address);
  await expect(page.getByRole('option').first()).toBeVisible();
  await keyboard.press('Enter');
  await expect(a.composer).toBeFocused();
  await keyboard.type('typed, not clicked');
  await keyboard.press('Enter');
  await a.expectState('typed, not clicked', 'delivered');
  await page.getByRole('button', { name: /^Call/ }).first().focus();
  await keyboard.press('Enter');
  await expect(b.alert).toBeVisible();
  await ben.page.keyboard.press('Control+Shift+A');
  await a.expectCall('established');
  await keyboard.press('Control+Shift+H');
  await expect(ben.page.getByText('Call ended')).toBeVisible();
  await keyboard.press('Control+K');
  await expect(
    page
      .getByRole('dialog')
      .or(page.getByRole('combobox', { name: /Find people/ }).and(page.locator(':focus')))
      .first(),
  ).toBeVisible();
  await keyboard.press('Escape');
  await page.goto(`${anna.door.url}/settings`);
  await page.goto(`${anna.door.url}/calls`);
  await page.goBack();
  await expect(page).toHaveURL(/settings/);
  await page.goForward();
  await expect(page).toHaveURL(/calls/);
});
