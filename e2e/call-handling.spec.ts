import { AxeBuilder } from '@axe-core/playwright';
import { expect, onKamailio, test } from './office/test.ts';
import { Screen } from './office/screen.ts';

// The engine decides by the same document: call-handling.test.ts plays it there, and voicemail.spec.ts opens the page.
if (!onKamailio) {
  test('CF1 N04 TC2 EV1 calls go on to a colleague, who sees for whom they are (embedded)', async ({
    person,
  }) => {
    const ingrid = await person('ingrid', { displayName: 'Ingrid Solberg' });
    const ben = await person('ben', { displayName: 'Ben Farrow' });
    const clara = await person('clara', { displayName: 'Clara Voss' });
    const [i, b, c] = [new Screen(ingrid.page), new Screen(ben.page), new Screen(clara.page)];

    // By keyboard alone: a person is found and chosen, then the seconds.
    const { page } = ingrid;
    await page.goto(`${ingrid.door.url}/settings/calls`);
    await expect(page.getByText('Calls ring here.')).toBeVisible();
    const chooseBen = async (label: string): Promise<void> => {
      await page.getByLabel(label).selectOption('A person…');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox').fill(ben.address);
      await expect(dialog.getByRole('option')).toHaveCount(1);
      await dialog.getByRole('combobox').press('Enter');
      await expect(dialog).toBeHidden();
    };
    await chooseBen('When I don’t answer');
    await page.getByLabel('How long it rings first').selectOption('After 2 seconds');
    await expect(page.getByText(/^Calls ring here for 2 seconds, then go to Ben Farrow\./)).toBeVisible();
    await chooseBen('When I can’t be reached');
    await expect(page.getByText(/When none of your devices is there, they go to Ben Farrow/)).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);

    // Nobody answers: after two seconds it rings at Ben's, who takes it.
    await c.chatWith(ingrid);
    await clara.page.getByRole('button', { name: /^Call/ }).first().click();
    await expect(i.alert).toHaveAccessibleName('Voice call from Clara Voss');
    await expect(b.alert).toHaveAccessibleName('Voice call from Clara Voss for Ingrid Solberg');
    await b.alert.getByRole('button', { name: 'Answer' }).click();
    await c.expectCall('established');
    await clara.page.getByRole('button', { name: 'End', exact: true }).click();
    await expect(i.alert).toBeHidden();

    // The same with her page closed.
    await ingrid.context.close();
    await expect(clara.page.getByText('Call ended')).toBeHidden();
    await clara.page.getByRole('button', { name: /^Call/ }).first().click();
    await expect(b.alert).toHaveAccessibleName('Voice call from Clara Voss for Ingrid Solberg');
    await b.alert.getByRole('button', { name: 'Decline' }).click();

    // It stands in the log with whom it was for, and takes a note.
    await ben.page.goto(`${ben.door.url}/calls`);
    const log = ben.page.getByRole('list', { name: 'Recent calls' });
    await expect(log.getByText(/for Ingrid Solberg/)).toHaveCount(2);
    await ben.page.getByLabel('Show', { exact: true }).selectOption('Received');
    await expect(log.getByText(/for Ingrid Solberg/)).toHaveCount(1);
    await log.getByRole('button', { name: /^About the call with Clara Voss/ }).click();
    const details = ben.page.getByRole('dialog', { name: 'Call with Clara Voss' });
    await details.getByLabel('Notes').fill('Pile schedule, tell Ingrid');
    await expect(details.getByText('Kept')).toBeVisible();
    await ben.page.reload();
    await expect(log.getByText('with a note')).toHaveCount(1);
  });
}
