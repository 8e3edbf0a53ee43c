/**
 * Kamailio with its own presence modules: it cannot keep access levels apart. The client finds out, publishes what Company
 * may see and nothing more, and says so.
 */
import { startKamailio } from './office/kamailio.ts';
import { Screen } from './office/screen.ts';
import type { OfficeServer } from './office/server.ts';
import { expect, onKamailio, test as base } from './office/test.ts';

const test = base.extend<object, { office: OfficeServer }>({
  office: [
    async ({}, use) => {
      const office = await startKamailio({ presence: 'stock' });
      await use(office);
      await office.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

if (onKamailio) {
  test('Server doctor and Privacy say that levels are not kept apart (stock Kamailio)', async ({
    person,
  }) => {
    const { page, door } = await person('anna');
    const main = page.getByRole('main');
    await page.goto(`${door.url}/doctor`);
    await expect(main.getByText(/This server cannot keep access levels apart/)).toBeVisible();
    await expect(main.getByText('Others see your status.', { exact: true })).toBeVisible();
    await expect(
      main.getByText('Your contact list is kept on the server and follows you to every device.', {
        exact: true,
      }),
    ).toBeVisible();
    await expect(
      main.getByText('This server has no directory. People are found by their address.', { exact: true }),
    ).toBeVisible();
    await expect(page.getByText('Failed')).toHaveCount(0);
    await page.goto(`${door.url}/settings/privacy`);
    await expect(page.getByText(/This server cannot keep access levels apart/)).toBeVisible();
  });

  test('A05 presence, messages and blocking work without levels (stock Kamailio)', async ({ person }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await a.addContact(ben);
    await b.addContact(anna);
    await a.expectShape(ben, 'available');
    await b.expectShape(anna, 'available');
    await b.chooseStatus('Do not disturb');
    await a.expectShape(ben, 'dnd', 5_000);
    await a.chatWith(ben);
    await a.say('Are you there?');
    await expect(b.contact(anna)).toBeVisible();
    await b.chatWith(anna);
    await expect(b.message('Are you there?')).toBeVisible();
    await b.contact(anna).click({ button: 'right' });
    await ben.page.getByRole('menuitem', { name: /Block/ }).click();
    await ben.page.getByRole('dialog').getByRole('button', { name: /Block/ }).click();
    await a.expectShape(ben, 'offline');
  });
}
