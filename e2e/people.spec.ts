/** What a person does with states, tags, lists and privacy, seen by others and on a second device (rows P and C). */
import type { Page } from '@playwright/test';
import type { EmbeddedServer } from './office/embedded.ts';
import { Screen } from './office/screen.ts';
import { expect, installed, onKamailio, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';
const SOON = { timeout: 2_000 };

/** A choice of the menu that opens with a right click on a row. */
async function choose(
  page: Page,
  row: ReturnType<Screen['contact']>,
  ...path: readonly string[]
): Promise<void> {
  await row.click({ button: 'right' });
  for (const words of path) {
    await page
      .getByRole('menuitem', { name: words, exact: true })
      .or(page.getByRole('menuitemradio', { name: words, exact: true }))
      .or(page.getByRole('menuitemcheckbox', { name: words, exact: true }))
      .click();
  }
}
test(`P27 a state the administrator defines is in everybody’s menu and seen by shape and words (${where})`, async ({
  person,
  office,
}) => {
  await office.states('set', 'in-court', 'busy', 'In court', 'nb=I retten');
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.addContact(ben);
  await a.expectShape(ben, 'available');
  await b.chooseStatus('In court');
  await a.expectShape(ben, 'busy');
  await expect(a.contact(ben)).toContainText('In court');
  await expect(b.status).toHaveAccessibleName(/In court/);
  await ben.page.reload();
  await expect(b.status).toHaveAccessibleName(/In court/);
  await b.status.click();
  await ben.page.getByRole('menuitem', { name: /^Back to automatic/ }).click();
  await a.expectShape(ben, 'available');
  await office.states('remove', 'in-court');
});

test(`P06 P10 P28 C10 two devices of one person: state, note, place, tags, and every change of the list within 2 s (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const tablet = await person('anna', { sameAs: anna });
  const [a, t, b] = [new Screen(anna.page), new Screen(tablet.page), new Screen(ben.page)];
  await a.addContact(ben);
  await expect(t.contact(ben)).toBeVisible(SOON);
  await b.addContact(anna);

  await a.chooseStatus('Busy');
  await expect(t.status).toHaveAccessibleName(/Busy/, SOON);
  await b.expectShape(anna, 'busy');
  await t.chooseStatus('Do not disturb');
  await expect(a.status).toHaveAccessibleName(/Do not disturb/, SOON);
  await b.expectShape(anna, 'dnd');
  await anna.page.getByRole('button', { name: /^Your note/ }).click();
  await anna.page.getByRole('textbox', { name: /Your note/ }).fill('At the model shop');
  await anna.page.keyboard.press('Enter');
  await expect(tablet.page.getByRole('button', { name: /^Your note: At the model shop/ })).toBeVisible(SOON);
  await tablet.page.getByRole('button', { name: /^Your location/ }).click();
  await tablet.page.getByRole('menuitemradio', { name: 'Home', exact: true }).click();
  await expect(anna.page.getByRole('button', { name: /^Your location: Home/ })).toBeVisible(SOON);
  await expect(b.contact(anna)).toContainText('At the model shop');

  await choose(anna.page, a.contact(ben), 'Rename');
  await anna.page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Ben of the boats');
  await anna.page.keyboard.press('Enter');
  await expect(t.contact(ben)).toContainText('Ben of the boats', SOON);
  await choose(tablet.page, t.contact(ben), 'Groups', 'New group');
  await tablet.page.getByRole('dialog').getByRole('textbox').fill('Harbour');
  await tablet.page.keyboard.press('Enter');
  const group = (page: Page, name: string) =>
    page.getByRole('treeitem', { level: 1 }).filter({ hasText: name });
  await expect(group(anna.page, 'Harbour')).toBeVisible(SOON);
  await group(anna.page, 'Harbour').click({ button: 'right' });
  await anna.page.getByRole('menuitem', { name: 'Rename group' }).click();
  await anna.page.getByRole('dialog').getByRole('textbox').fill('Quay');
  await anna.page.keyboard.press('Enter');
  await expect(group(tablet.page, 'Quay')).toBeVisible(SOON);
  await a.contact(ben).click({ button: 'right' });
  await anna.page.getByRole('menuitem', { name: /^Open card/ }).click();
  await expect(anna.page.getByRole('radio', { name: /^Company / })).toBeChecked();
  await choose(tablet.page, t.contact(ben), 'Access level', 'Team');
  await expect(anna.page.getByRole('radio', { name: /^Team / })).toBeChecked(SOON);

  await choose(tablet.page, t.contact(ben), 'Tag to be told of changes');
  const tagged = anna.page.getByRole('button', { name: 'Tagged', exact: true });
  await expect(tagged).toBeVisible(SOON);
  // What changes in the first seconds after the sign-in is no news yet.
  const states = ['Busy', 'Available'];
  await expect(async () => {
    const state = states.reverse()[1] ?? '';
    await b.chooseStatus(state);
    const told = anna.page.getByRole('region', { name: 'Notices' });
    await expect(told).toContainText(`Ben of the boats is ${state.toLowerCase()}`, { timeout: 6_500 });
  }).toPass({ timeout: 40_000 });
  await anna.page.getByRole('button', { name: 'Remove tag' }).click();
  await expect(tagged).toBeHidden();
});

test(`P06 edits of two devices without a network meet: nothing is lost (${where})`, async ({ person }) => {
  const people: Person[] = [];
  for (const name of ['ben', 'cleo', 'dag', 'eva']) people.push(await person(name, { signedIn: false }));
  const [ben, cleo, dag, eva] = people as [Person, Person, Person, Person];
  const anna = await person('anna');
  const tablet = await person('anna', { sameAs: anna });
  const [a, t] = [new Screen(anna.page), new Screen(tablet.page)];
  await a.addContact(ben);
  await a.addContact(cleo);
  await expect(t.contact(cleo)).toBeVisible();
  // Parts that were not opened yet come from what the service worker keeps.
  for (const one of [anna, tablet]) await installed(one);
  for (const { page, door } of [anna, tablet]) {
    door.path.unplug();
    await expect(page.getByText(/Presence as of/)).toBeVisible();
  }
  await a.addContact(dag);
  await choose(anna.page, a.contact(ben), 'Rename');
  await anna.page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Ben of the boats');
  await anna.page.keyboard.press('Enter');
  await choose(anna.page, a.contact(cleo), 'Remove from contacts');
  await t.addContact(eva);
  await choose(tablet.page, t.contact(ben), 'Groups', 'New group');
  await tablet.page.getByRole('dialog').getByRole('textbox').fill('Harbour');
  await tablet.page.keyboard.press('Enter');
  await expect(a.contact(cleo)).toHaveCount(0);
  for (const { door } of [tablet, anna]) door.path.heal();
  for (const screen of [a, t]) {
    for (const one of [ben, dag, eva]) await expect(screen.contact(one)).toBeVisible({ timeout: 20_000 });
    await expect(screen.contact(cleo)).toHaveCount(0);
    await expect(screen.contact(ben)).toContainText('Ben of the boats');
    const group = screen.page.getByRole('treeitem', { level: 1 }).filter({ hasText: 'Harbour' });
    await expect(group).toContainText('1');
  }
});

test(`A04 P24 who is to be asked about waits, is allowed, or is blocked and sees no difference (${where})`, async ({
  person,
}) => {
  const anna = await person('anna');
  const { page, door } = anna;
  await page.goto(`${door.url}/settings/privacy`);
  await page.getByLabel('Level of colleagues').selectOption({ label: 'Ask me first' });
  await expect(page.getByLabel('Level of colleagues')).toHaveValue('ask');
  await page.goto(door.url);
  const [ben, eve] = [await person('ben'), await person('eve')];
  const [b, e] = [new Screen(ben.page), new Screen(eve.page)];
  const ask = (who: Person) =>
    page.getByRole('status').filter({ hasText: `${who.name} asks to see your status` });
  await b.addContact(anna);
  await expect(page.getByText(`${ben.name} asks to see your status`)).toBeVisible();
  await expect(b.contact(anna).locator('[data-shape]')).not.toHaveAttribute('data-shape', 'available');
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await b.expectShape(anna, 'available');
  await expect(ask(ben)).toHaveCount(0);
  await e.addContact(anna);
  await expect(page.getByText(`${eve.name} asks to see your status`)).toBeVisible();
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await e.expectShape(anna, 'offline');

  await page.goto(`${door.url}/settings/privacy`);
  const watching = page.getByRole('region', { name: 'Who is watching you' });
  await expect(watching.getByText(ben.address)).toBeVisible();
  await expect(page.getByLabel(`Level of ${eve.name}`).first()).toHaveValue('blocked');
});

test(`A07 View as shows what each level is given now (${where})`, async ({ person }) => {
  const anna = await person('anna', {
    phones: { work: '+47 22 10 01', mobile: '+47 91 10 02', home: '+47 22 10 03' },
  });
  const { page, door } = anna;
  const a = new Screen(page);
  await a.chooseStatus('Do not disturb');
  await page.getByRole('button', { name: /^Your note/ }).click();
  await page.getByRole('textbox', { name: /Your note/ }).fill('Writing the tender');
  await page.keyboard.press('Enter');
  await page.goto(`${door.url}/settings/privacy`);
  const view = page.getByRole('region', { name: 'View as' });
  const rows = [
    ['Personal', 'Do not disturb', true, ['work', 'mobile', 'home']],
    ['Team', 'Urgent interruptions only', true, ['work', 'mobile']],
    ['Company', 'Do not disturb', true, ['work']],
    ['Public', 'Do not disturb', false, []],
  ] as const;
  for (const [level, words, note, numbers] of rows) {
    await view.getByRole('radio', { name: level }).check({ force: true });
    await expect(view.getByText(words, { exact: true })).toBeVisible();
    await expect(view.getByText('Writing the tender')).toHaveCount(note ? 1 : 0);
    await expect(view.getByText(/^\+47/)).toHaveCount(numbers.length);
  }
});

// Groups of the directory are made by the administrator of the embedded server.
if (!onKamailio) {
  test('C03 C04 C05 P11 a distribution list is found, looked into, kept, and follows the directory (embedded)', async ({
    person,
    office,
  }) => {
    const { admin } = office as EmbeddedServer;
    const [anna, ben] = [await person('anna'), await person('ben', { displayName: 'Ben Farrow' })];
    const cleo = await person('cleo', { signedIn: false, displayName: 'Cleo Hart' });
    await admin('group', 'add', 'Bridge design', '--description', 'Who draws the bridges');
    await admin('group', 'member', 'Bridge design', 'add', ben.name);
    const { page, door } = anna;
    await page.getByRole('combobox', { name: /Find people/ }).fill('bridge des');
    const found = page.getByRole('option', { name: /Bridge design/ });
    await expect(found).toContainText('1 member');
    await found.click();
    const dialog = page.getByRole('dialog', { name: 'Bridge design' });
    await expect(dialog.getByRole('button', { name: 'Message Ben Farrow' })).toBeVisible();
    await expect(dialog.locator('[data-shape]')).toHaveAttribute('data-shape', 'available');
    await dialog.getByRole('button', { name: 'Add list to contacts' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    const list = page.getByRole('treeitem', { level: 1 }).filter({ hasText: 'Bridge design' });
    await expect(list).toBeVisible();

    await admin('group', 'member', 'Bridge design', 'add', cleo.name);
    await page.goto(door.url);
    await list.focus();
    if ((await list.getAttribute('aria-expanded')) === 'false') await page.keyboard.press('ArrowRight');
    await expect(new Screen(page).contact(cleo)).toContainText('Cleo Hart');
    await new Screen(page).contact(ben).click();
    await new Screen(page).say('Is the deck drawn?');
    await expect(new Screen(ben.page).contact(anna)).toContainText(/1 ?unread/);
  });
}
