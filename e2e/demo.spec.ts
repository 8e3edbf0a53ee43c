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
  test('CW1 N03 a newcomer enters the demo office, gets an answer, is rung, and told that a reload ended it (embedded)', async ({
    demo,
    page,
  }) => {
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
    // Whoever is played has a calendar, too.
    await expect(screen.status).toHaveAccessibleName(/Available|In a meeting/);
    // Six colleagues play their parts; none of their moods is "offline".
    for (const name of [
      'Ingrid Solberg',
      'Rahul Desai',
      'Priya Raman',
      'Tomás Ferreira',
      'Mei-Ling Zhou',
      'Sofia Lindqvist',
    ]) {
      const row = page.getByRole('treeitem').filter({ hasText: name }).first();
      await expect(row.locator('[data-shape]')).toHaveAttribute(
        'data-shape',
        /^(available|busy|away|brb|dnd|urgent)$/,
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
    // Her device knows no Replaces: the browser asks before the window goes, and the next one says what became of it.
    const question = page.waitForEvent('dialog').then(async (dialog) => {
      await dialog.accept();
      return dialog.type();
    });
    await page.reload();
    expect(await question).toBe('beforeunload');
    await expect(page.getByText(/^The call ended with its window: Ingrid Solberg/)).toBeVisible();
    await page.context().close();
    await door.close();
    expect(faults).toEqual([]);
  });

  test('a newcomer sees states of the organisation, levels, a list, watchers and is told of a tagged colleague (embedded)', async ({
    demo,
    page,
  }) => {
    test.setTimeout(120_000);
    const faults: string[] = [];
    watchFaults(page.context(), 'newcomer', faults);
    const door = await demo.openDoor();
    // Every row of the list is drawn.
    await page.setViewportSize({ width: 1280, height: 2_400 });
    await page.goto(door.url);
    // Of no team with anybody whose part is played.
    await page.getByRole('button', { name: 'Enter as Peter Nowak' }).click();
    const screen = new Screen(page);
    await expect(screen.status).toHaveAccessibleName(/Available|In a meeting/);
    const row = (name: string) => page.getByRole('treeitem').filter({ hasText: name }).first();

    await expect(row('Priya Raman')).toContainText('Walking the building');
    await expect(row('Sofia Lindqvist')).toContainText('In court');
    await expect(row('Sofia Lindqvist')).toContainText('Hearing');
    await expect(row('Rahul Desai')).toContainText('At the drawing board');
    await expect(row('Rahul Desai').locator('[data-shape]')).toHaveAttribute('data-shape', 'dnd');
    // He lets everybody through, and they are told so.
    await expect(row('Tomás Ferreira')).toContainText('Urgent interruptions only');
    await expect(page.getByRole('treeitem', { name: /^My team/ })).toContainText('Team · 1');
    await expect(page.getByRole('treeitem', { name: /Wharfe crossing/ })).toContainText('distribution list');
    await page.getByRole('treeitem', { name: /Wharfe crossing/ }).click();
    await expect(page.getByRole('treeitem').filter({ hasText: 'Kofi Asante' })).toHaveCount(2);

    // What the organisation calls its states is in everybody's menu.
    await screen.chooseStatus('In court');
    await expect(screen.status).toHaveAccessibleName(/In court/);

    // She has moved since somebody came; nobody touched anything.
    const told = page.getByRole('status').filter({ hasText: 'You asked to be told' });
    await expect(told).toContainText('Priya Raman is available', { timeout: 70_000 });

    await page.goto(`${door.url}/settings/privacy`);
    const watchers = page.getByRole('list', { name: 'Who is watching you' });
    await expect(watchers.getByRole('listitem').filter({ hasText: 'Ingrid Solberg' })).toBeVisible();
    await expect(watchers.getByRole('listitem').filter({ hasText: 'Priya Raman' })).toBeVisible();
    await page.context().close();
    await door.close();
    expect(faults).toEqual([]);
  });
}
