import { startEmbedded } from './office/embedded.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test as base, watchFaults } from './office/test.ts';
import type { OfficeServer } from './office/server.ts';

const test = base.extend<{ demo: OfficeServer }>({
  demo: async ({}, use) => {
    const demo = await startEmbedded({ demo: true, domain: 'larkfield.example' });
    await use(demo);
    await demo.close();
  },
});

// The demo office is a part of the embedded server.
if (!onKamailio) {
  test('a newcomer enters the demo office, gets an answer and is rung (embedded)', async ({ demo, page }) => {
    const faults: string[] = [];
    watchFaults(page.context(), 'newcomer', faults);
    const door = await demo.openDoor();
    const ingrid = {
      address: 'ingrid.solberg@larkfield.example',
      aor: 'sip:ingrid.solberg@larkfield.example',
    };
    const screen = new Screen(page);

    await page.goto(door.url);
    await page.getByRole('button', { name: 'Enter as Amara Okafor' }).click();
    await expect(screen.status).toHaveAccessibleName(/Available/);
    // Five colleagues play their parts; none of their moods is "offline".
    for (const name of ['Ingrid Solberg', 'Rahul Desai', 'Priya Raman', 'Tomás Ferreira', 'Mei-Ling Zhou']) {
      const row = page.getByRole('treeitem').filter({ hasText: name }).first();
      await expect(row.locator('[data-shape]')).toHaveAttribute(
        'data-shape',
        /^(available|busy|away|brb|dnd)$/,
      );
    }

    await screen.contact(ingrid).click();
    await screen.say('hello');
    await expect(page.getByText(/is typing/)).toBeVisible();
    await expect(screen.message('Hello Amara.')).toBeVisible();
    await screen.expectState('hello', 'displayed');

    const asked = Date.now();
    await screen.say('ring me');
    await expect(screen.alert).toHaveAccessibleName('Voice call from Ingrid Solberg', { timeout: 10_000 });
    expect(Date.now() - asked).toBeLessThan(10_000);
    await screen.alert.getByRole('button', { name: 'Answer' }).click();
    await screen.expectCall('established');
    // She plays back what she hears.
    await screen.expectGrowth('packets-sent', 'packets-received', 'heard');
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await expect(page.getByText('Call ended')).toBeVisible();
    await page.context().close();
    await door.close();
    expect(faults).toEqual([]);
  });
}
