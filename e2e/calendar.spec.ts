import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { DAV_USER, startRadicale } from '../src/server/testing/radicale.ts';
import { startEmbedded } from './office/embedded.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test, watchFaults, type Person } from './office/test.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
const event = (from: number, until: number, ...lines: readonly string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Larkfield//Test//EN',
    'BEGIN:VEVENT',
    `UID:${crypto.randomUUID()}`,
    `DTSTAMP:${stamp(from)}`,
    `DTSTART:${stamp(from)}`,
    `DTEND:${stamp(until)}`,
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

async function openCalendar({ page, door }: Person): Promise<void> {
  await page.goto(`${door.url}/settings/calendar`);
  await expect(page.getByRole('heading', { name: 'Calendar' })).toBeVisible();
}
const save = (page: Page) => page.getByRole('button', { name: 'Test and save' }).click();

/** Nothing for axe to find in light and dark, nothing to scroll sideways on a phone. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: test.info().outputPath(`${name}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect
      .soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`))
      .toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await page.screenshot({ path: test.info().outputPath(`${name}-390.png`) });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(wide, name).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1280, height: 800 });
}

// The engine reads no calendars yet.
if (!onKamailio) {
  test('P08 P16 a calendar shows its person in a meeting, with the page closed, until it ends (embedded)', async ({
    person,
  }) => {
    test.setTimeout(180_000);
    const [anna, ben] = [await person('anna'), await person('ben')];
    const b = new Screen(ben.page);
    await b.addContact(anna);
    await b.expectShape(anna, 'available');

    let body = '';
    const web: Server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    const ends = Date.now() + 35 * SECOND;
    body = event(Date.now() - HOUR, ends, 'SUMMARY:Deck drawings');

    await openCalendar(anna);
    const { page } = anna;
    await page.getByRole('radio', { name: /Calendar address/ }).press('Space');
    await save(page);
    await expect(page.getByRole('alert')).toHaveText('Enter the address.');
    await expect(page.getByLabel('Address', { exact: true })).toBeFocused();
    await page.keyboard.type(`http://127.0.0.1:${port}/work.ics`);
    await page.keyboard.press('Enter');
    await expect(page.getByText('Saved. Your calendar was read.')).toBeVisible();
    await expect(page.getByRole('img', { name: /^Your day\. Busy / })).toBeVisible();

    await b.expectShape(anna, 'busy');
    await expect(b.contact(anna)).toContainText('In a meeting');
    expect(Date.now(), 'the meeting was seen before it ended').toBeLessThan(ends);
    await anna.context.close();
    await b.expectShape(anna, 'offline', 90 * SECOND);
    // Without the calendar the row would have turned grey when the page went, well before.
    expect(Date.now()).toBeGreaterThanOrEqual(ends - SECOND);
    web.close();
  });

  test('P16 P20 a CalDAV account is found, its absence shows with its words, a wrong password with a sentence (embedded)', async ({
    person,
  }) => {
    const radicale = await startRadicale();
    await radicale.make('work/', 'calendar');
    const away = event(
      Date.now() - HOUR,
      Date.now() + 30 * HOUR,
      'SUMMARY:Out of office: back on Monday',
      'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
    );
    await radicale.put('work/away.ics', away, 'text/calendar');
    const [anna, ben] = [await person('anna'), await person('ben')];
    const b = new Screen(ben.page);
    await b.addContact(anna);

    await openCalendar(anna);
    const { page } = anna;
    await page.getByRole('radio', { name: /CalDAV account/ }).check();
    await page.getByLabel('Address', { exact: true }).fill(radicale.url);
    await page.getByLabel('Name', { exact: true }).fill(DAV_USER.name);
    await page.getByLabel('Password', { exact: true }).fill('a wrong one');
    await save(page);
    await expect(page.getByRole('alert')).toHaveText('The name or the password is not accepted.');
    await inspect(page, 'calendar-wrong');
    await page.getByLabel('Password', { exact: true }).fill(DAV_USER.password);
    await save(page);
    await expect(page.getByRole('img', { name: /Out of office/ })).toBeVisible();
    await inspect(page, 'calendar');

    await b.expectShape(anna, 'oof');
    await expect(b.contact(anna)).toContainText('back on Monday');

    await page.reload();
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
    await page.getByRole('radio', { name: /None/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
    await b.expectShape(anna, 'available');
    await radicale.close();
  });

  test('the demo office has people in meetings, one away, and days on its cards (embedded)', async ({
    page,
  }) => {
    const faults: string[] = [];
    watchFaults(page.context(), 'newcomer', faults);
    const demo = await startEmbedded({ demo: true, domain: 'larkfield.example' });
    const door = await demo.openDoor();
    await page.setViewportSize({ width: 1280, height: 2_400 });
    await page.goto(door.url);
    await page.getByRole('button', { name: 'Enter as Amara Okafor' }).click();
    await expect(new Screen(page).status).toHaveAccessibleName(/Available/);
    const rows = page.getByRole('treeitem');
    await expect.poll(() => rows.filter({ hasText: 'In a meeting' }).count()).toBeGreaterThanOrEqual(3);
    await expect(rows.filter({ hasText: 'Isabel Santos' }).first()).toContainText('Out of office');
    await expect(rows.filter({ hasText: 'Isabel Santos' }).first()).toContainText('On leave');
    await page.goto(`${door.url}/settings/calendar`);
    await expect(page.getByText('These days are made up')).toBeVisible();
    await page.context().close();
    await door.close();
    await demo.close();
    expect(faults).toEqual([]);
  });
}
