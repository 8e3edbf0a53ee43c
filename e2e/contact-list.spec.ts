import type { Locator, Page } from '@playwright/test';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

/** A heading of the list by its name. */
const heading = (page: Page, name: string): Locator =>
  page.getByRole('treeitem', { level: 1 }).filter({ hasText: name });

/** Headings and names as they stand, top to bottom. */
const rows = (page: Page): Promise<readonly string[]> =>
  page
    .getByRole('treeitem')
    .evaluateAll((items) =>
      items.map((item) => item.querySelector('.nm, .group-head .trunc')?.textContent ?? ''),
    );

async function makeGroup(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Contact list' }).click();
  await page.getByRole('menuitem', { name: 'New group' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Make group' }).click();
  await expect(heading(page, name)).toBeVisible();
}

test(`C01 groups are made, filled by dragging and by keys, put in order, and taken back (${where})`, async ({
  person,
}) => {
  const anna = await person('anna');
  const [ben, cleo] = [
    await person('ben', { displayName: 'Ben Farrow' }),
    await person('cleo', { displayName: 'Cleo Hart' }),
  ];
  const { page } = anna;
  const screen = new Screen(page);
  const [first, second] = ['Ben Farrow', 'Cleo Hart'];
  for (const one of [ben, cleo]) await screen.addContact(one);
  await makeGroup(page, 'Bridge');
  await makeGroup(page, 'Site');
  await screen.contact(ben).dragTo(heading(page, 'Bridge'));
  await expect.poll(() => rows(page)).toEqual(['Bridge', first, 'Site', 'Other contacts', second]);
  await screen.contact(ben).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => rows(page)).toEqual(['Bridge', 'Site', first, 'Other contacts', second]);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect.poll(() => rows(page)).toEqual(['Bridge', first, 'Site', 'Other contacts', second]);
  await heading(page, 'Site').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => rows(page)).toEqual(['Site', 'Bridge', first, 'Other contacts', second]);
  // Another device of the same person has it within two seconds.
  const other = await person('anna', { sameAs: anna });
  await expect
    .poll(() => rows(other.page), { timeout: 10_000 })
    .toEqual(['Site', 'Bridge', first, 'Other contacts', second]);
  await screen.contact(cleo).click({ modifiers: ['Control'] });
  await screen.contact(ben).click({ modifiers: ['Control'] });
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Remove from contacts' }).click();
  await expect.poll(() => rows(other.page), { timeout: 2_000 }).toEqual(['Site', 'Bridge']);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect
    .poll(() => rows(other.page), { timeout: 2_000 })
    .toEqual(['Site', 'Bridge', first, 'Other contacts', second]);
});

test(`P07 C02 the list is seen by name and by availability, which follows presence (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const { page } = anna;
  const screen = new Screen(page);
  await screen.addContact(ben);
  await screen.expectShape(ben, 'available');
  await page.getByRole('button', { name: /^Show contacts/ }).click();
  await page.getByRole('menuitemradio', { name: 'By availability' }).click();
  await expect(heading(page, 'Available')).toBeVisible();
  await new Screen(ben.page).chooseStatus('Do not disturb');
  await expect(heading(page, 'Do not disturb')).toBeVisible({ timeout: 3_000 });
  await expect(heading(page, 'Available')).toBeHidden();
  await page.reload();
  await expect(heading(page, 'Do not disturb')).toBeVisible();
  await page.getByRole('button', { name: /^Show contacts/ }).click();
  await page.getByRole('menuitemradio', { name: 'By name' }).click();
  await expect(page.getByRole('treeitem', { level: 1 })).toHaveText(/^\s*[a-z]\s*$/i);
});

// A number is an entry like another: the server keeps it and knows nothing of it.
if (!onKamailio) {
  test(`C06 a number is kept as a contact, found by its digits, and opens its card (embedded)`, async ({
    person,
  }) => {
    const anna = await person('anna');
    const { page } = anna;
    const find = page.getByRole('combobox', { name: /Find people/ });
    await find.fill('+44 113 496 0188');
    await page.getByRole('button', { name: 'Add +44 113 496 0188 to contacts' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Site gate');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    const row = page.getByRole('treeitem', { name: /Site gate/ });
    await expect(row).toBeVisible();
    await find.fill('4960188');
    await expect(page.getByRole('option', { name: /Site gate/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await row.click();
    await expect(page.getByRole('heading', { name: 'Site gate', level: 2 })).toBeVisible();
    await expect(page.getByRole('link', { name: /^Call Site gate with the phone app/ })).toHaveAttribute(
      'href',
      'tel:+441134960188',
    );
  });
}

// A file is read and written in the browser.
if (!onKamailio) {
  test(`C11 contacts leave as vCard and come back from it (embedded)`, async ({ person }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const { page } = anna;
    const screen = new Screen(page);
    await screen.addContact(ben);
    await page.getByRole('button', { name: 'Contact list' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Save all as vCard' }).click();
    const file = await (await saving).path();
    await screen.contact(ben).focus();
    await page.keyboard.press('Delete');
    await expect(screen.contact(ben)).toBeHidden();
    await page.getByRole('button', { name: 'Contact list' }).click();
    await page.getByRole('menuitem', { name: 'Import contacts' }).click();
    await page.getByLabel('vCard file').setInputFiles(file);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('dialog')).toContainText('1 contact added.');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(screen.contact(ben)).toBeVisible();
  });
}
