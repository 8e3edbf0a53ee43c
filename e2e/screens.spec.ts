import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test, type Person } from './office/test.ts';

const desk = { width: 1280, height: 800 };

/** No finding of axe in light and dark, nothing to scroll sideways on a phone; pictures for the eye. */
async function inspect(page: Page, name: string, over?: Locator): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: test.info().outputPath(`${name}-${colorScheme}.png`) });
    const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    // What lies over the page must not have gone meanwhile.
    if (over) await expect(over, `${name}, ${colorScheme}`).toBeVisible();
    expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
    expect(
      passes.some(({ id }) => id === 'color-contrast'),
      `${name} was looked at`,
    ).toBe(true);
  }
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: test.info().outputPath(`${name}-${width}.png`) });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(wide, `${name} at ${width}`).toBeLessThanOrEqual(width);
  }
  await page.setViewportSize(desk);
}

async function ring(from: Person, to: Person, kind: RegExp): Promise<void> {
  await new Screen(from.page).chatWith(to);
  await from.page.getByRole('button', { name: kind }).first().click();
}

if (!onKamailio) {
  // What is on screen does not depend on the server: looked at once, on the embedded one.
  test('sign-in, its errors, help and saved contacts: axe, light and dark, narrow (embedded)', async ({
    person,
  }) => {
    const { page, door } = await person('anna', { signedIn: false });
    await page.goto(door.url);
    await expect(page.getByLabel('Work address')).toBeVisible();
    await inspect(page, 'sign-in');
    await page.getByLabel('Work address').fill('anna');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('Enter your password.')).toBeVisible();
    await inspect(page, 'sign-in-error');
    for (const path of ['help', 'saved']) {
      await page.goto(`${door.url}/${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await inspect(page, path);
    }
  });

  test('the main window, its pages, menus and dialogs: axe, light and dark, narrow (embedded)', async ({
    person,
  }) => {
    test.setTimeout(180_000);
    const [anna, ben] = [await person('anna'), await person('ben', { displayName: 'Ben Farrow' })];
    const { page, door } = anna;
    const [a, b] = [new Screen(page), new Screen(ben.page)];
    await page.setViewportSize(desk);
    await inspect(page, 'main-empty');
    await a.addContact(ben);
    await a.chatWith(ben);
    await a.say('Is sheet 14 frozen? See https://larkfield.example/sheets/14');
    await b.chatWith(anna);
    await b.say('Since this morning.');
    await a.expectState('Is sheet 14', 'displayed');
    await inspect(page, 'conversation');
    await page.goto(`${door.url}/card/${ben.aor}`);
    await expect(page.locator('#card-name')).toBeVisible();
    await inspect(page, 'card');
    for (const section of [
      'status',
      'calendar',
      'notifications',
      'devices',
      'appearance',
      'pages',
      'account',
    ]) {
      await page.goto(`${door.url}/settings/${section}`);
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
      await inspect(page, `settings-${section}`);
    }
    await page.goto(`${door.url}/doctor`);
    await expect(page.getByText('You can find people by name.')).toBeVisible();
    await inspect(page, 'doctor');

    await page.goto(door.url);
    await expect(page.getByRole('treeitem', { name: /^Current conversations/ })).toBeVisible();
    await a.expectShape(ben, 'available');
    await a.contact(ben).focus();
    await page.keyboard.press('Control+i');
    await expect(page.getByRole('dialog', { name: /Ben Farrow/ })).toBeVisible();
    await inspect(page, 'hover-card', page.getByRole('dialog', { name: /Ben Farrow/ }));
    await page.keyboard.press('Escape');
    await a.contact(ben).click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: /Block/ })).toBeVisible();
    await inspect(page, 'contact-menu', page.getByRole('menuitem', { name: /Block/ }));
    await page.keyboard.press('Escape');
    await a.status.click();
    await expect(page.getByRole('menuitemradio', { name: 'Busy', exact: true })).toBeVisible();
    await inspect(page, 'status-menu', page.getByRole('menuitemradio', { name: 'Busy', exact: true }));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('set');
    await expect(page.getByRole('option', { name: /Set status: Busy/ })).toBeVisible();
    await inspect(page, 'palette', page.getByRole('dialog'));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+/');
    await expect(page.getByRole('heading', { name: 'Keyboard' })).toBeVisible();
    await inspect(page, 'keyboard-map', page.getByRole('dialog'));
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: /Find people/ }).fill('somebody@new.example');
    await page.getByRole('button', { name: /Add .* to contacts/ }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await inspect(page, 'add-contact', page.getByRole('dialog'));
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: /Find people/ }).fill('');
    await page.getByRole('button', { name: /^Show contacts/ }).click();
    await page.getByRole('menuitemradio', { name: 'By name' }).click();
    await expect(page.getByRole('button', { name: 'Show contacts: By name' })).toBeVisible();
    await inspect(page, 'by-name');
    const someone = page.getByRole('treeitem', { level: 2 }).first();
    await someone.click({ modifiers: ['Control'] });
    await inspect(page, 'picked', page.getByRole('toolbar', { name: 'Selected contacts' }));
    await someone.press('Escape');
    await page.getByRole('button', { name: 'Contact list' }).click();
    await page.getByRole('menuitem', { name: 'Import contacts' }).click();
    await inspect(page, 'import', page.getByRole('dialog'));
  });

  test('calls: alert, voice, picture, ended, the log: axe, light and dark, narrow (embedded)', async ({
    person,
  }) => {
    test.setTimeout(120_000);
    const [anna, ben] = [await person('anna'), await person('ben', { displayName: 'Ben Farrow' })];
    const { page } = anna;
    const [a, b] = [new Screen(page), new Screen(ben.page)];
    await page.setViewportSize(desk);
    await ring(ben, anna, /^Call/);
    await expect(a.alert).toBeVisible();
    await inspect(page, 'incoming', a.alert);
    await a.alert.getByRole('button', { name: 'Answer' }).click();
    await a.expectCall('established');
    await expect(a.stage.getByRole('heading', { name: 'Ben Farrow' })).toBeVisible();
    // A call that goes on is none that was missed.
    await expect(page.getByRole('link', { name: 'Calls', exact: true })).toBeVisible();
    await inspect(page, 'voice-call', a.stage);
    await page.getByRole('button', { name: 'Transfer', exact: true }).click();
    await inspect(page, 'transfer', page.getByRole('dialog'));
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Transfer', exact: true })).toBeFocused();
    await page.getByRole('button', { name: /^Back to Parley/ }).click();
    await expect(page.getByRole('button', { name: 'End call' })).toBeVisible();
    await inspect(page, 'call-bar');
    await page.getByRole('button', { name: 'End call' }).click();
    await expect(ben.page.getByText('Call ended')).toBeVisible();
    await expect(ben.page.getByText('Call ended')).toBeHidden();
    await ring(anna, ben, /^Video call/);
    await b.alert.getByRole('button', { name: 'Answer' }).click();
    await a.expectGrowth('frames-decoded');
    await inspect(page, 'video-call', a.stage);
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await expect(page.getByText('Call ended')).toBeVisible();
    await expect(page.getByText('Call ended')).toBeHidden();
    await ring(anna, ben, /^Call/);
    await b.alert.getByRole('button', { name: 'Decline' }).click();
    await expect(page.getByRole('button', { name: 'Call again' })).toBeVisible();
    await inspect(page, 'call-ended');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('link', { name: /^Calls/ }).click();
    await expect(page.getByRole('list', { name: 'Recent calls' })).toContainText('Ben Farrow');
    await inspect(page, 'calls');
  });
}

/** Presses a key until something has the focus. */
async function walkTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    if (await target.evaluate((node) => node === document.activeElement).catch(() => false)) return;
    await page.keyboard.press(key);
  }
  await expect(target).toBeFocused();
}

// Keys do not depend on the server.
if (!onKamailio) {
  test(`everything by keyboard: sign in, find, write, call, hang up, areas, back and forward (embedded)`, async ({
    person,
  }) => {
    const ben = await person('ben');
    const anna = await person('anna', { signedIn: false });
    const { page, door } = anna;
    const { keyboard } = page;
    const [a, b] = [new Screen(page), new Screen(ben.page)];
    await page.goto(door.url);
    await walkTo(page, page.getByLabel('Work address'));
    await keyboard.type(anna.address);
    await walkTo(page, page.getByLabel('Password', { exact: true }));
    await keyboard.type(anna.password);
    await keyboard.press('Enter');
    await expect(a.status).toHaveAccessibleName(/Available/);

    // Whatever is typed after Ctrl K is the palette's: the next key comes a turn of the page later at the earliest.
    const palette = page.getByRole('combobox', { name: 'Find people or do something' });
    const holders = await page.evaluate(async () => {
      const turn = (): Promise<void> => new Promise((next) => setTimeout(next));
      const open = async (): Promise<string | null | undefined> => {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }));
        await turn();
        return document.activeElement?.getAttribute('aria-label');
      };
      const first = await open();
      // The end of the first one is still to be told when the second opens.
      document.querySelector('dialog')?.close();
      await open();
      await turn();
      return [first, document.activeElement?.getAttribute('aria-label')];
    });
    expect(holders).toEqual(['Find people or do something', 'Find people or do something']);
    await keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await keyboard.press('Control+k');
    await keyboard.type(ben.address);
    await expect(palette).toHaveValue(ben.address);
    await expect(page.getByRole('option').first()).toContainText(ben.name);
    await keyboard.press('Enter');
    await expect(a.composer).toBeVisible();
    await walkTo(page, a.composer, 'F6');
    await keyboard.type('written by keyboard');
    await keyboard.press('Enter');
    await a.expectState('written by keyboard', 'delivered');

    const areas = new Set<string>();
    for (let step = 0; step < 6; step += 1) {
      await keyboard.press('F6');
      areas.add(
        await page.evaluate(
          () => document.activeElement?.closest('[data-area]')?.getAttribute('aria-label') ?? 'page',
        ),
      );
    }
    expect(areas.size).toBeGreaterThanOrEqual(3);

    await walkTo(page, a.composer, 'F6');
    await walkTo(page, page.getByRole('button', { name: /^Call/ }).first(), 'Shift+Tab');
    await keyboard.press('Enter');
    await expect(b.alert).toBeVisible();
    await ben.page.keyboard.press('Control+Shift+A');
    await a.expectCall('established');
    await keyboard.press('Control+Shift+H');
    await expect(ben.page.getByText('Call ended')).toBeVisible();

    await expect(page).toHaveURL(`${door.url}/chat/${ben.aor}`);
    await expect(page.getByText('Call ended')).toBeHidden();
    await page.goBack();
    await expect(page).toHaveURL(`${door.url}/`);
    await expect(a.composer).toBeHidden();
    await page.goForward();
    await expect(a.message('written by keyboard')).toBeVisible();
    await signInAgainIsNotAsked(page, anna);
  });
}

/** A plain reload at a deep address stays there. */
async function signInAgainIsNotAsked(page: Page, person: Person): Promise<void> {
  await page.reload();
  await expect(new Screen(page).status).toHaveAccessibleName(/Available/);
  await expect(page).toHaveURL(new RegExp(`^${person.door.url}/chat/`));
}
