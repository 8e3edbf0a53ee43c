import { onKamailio, expect, test } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`P10 a change of state is seen within a second, by shape and word (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.addContact(ben);
  await a.expectShape(ben, 'available');
  await b.chooseStatus('Busy');
  await a.expectShape(ben, 'busy', 1_000);
  await expect(a.contact(ben)).toContainText('Busy');
  await b.chooseStatus('Do not disturb');
  await a.expectShape(ben, 'dnd', 2_000);
  await b.chooseStatus('Available');
  await a.expectShape(ben, 'available', 2_000);
});

test(`P10 a note and a place travel with the name (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = new Screen(anna.page);
  await a.addContact(ben);
  await a.expectShape(ben, 'available');
  await ben.page.getByRole('button', { name: /^Your note/ }).click();
  await ben.page.getByRole('textbox', { name: /Your note/ }).fill('Reviewing Annual Budget');
  await ben.page.keyboard.press('Enter');
  await expect(a.contact(ben)).toContainText('Reviewing Annual Budget');
});

test(`P23 P24 somebody who leaves is shown offline, somebody disconnected sees no green (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = new Screen(anna.page);
  await a.addContact(ben);
  await a.expectShape(ben, 'available');
  anna.door.path.unplug();
  await expect(anna.page.getByText(/Presence as of/)).toBeVisible();
  anna.door.path.heal();
  await expect(anna.page.getByText(/Presence as of/)).toBeHidden();
  await new Screen(ben.page).chooseStatus('Appear offline');
  await a.expectShape(ben, 'offline');
});

test(`A05 a blocked person sees Offline and reaches nobody (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.addContact(ben);
  await b.addContact(anna);
  await b.expectShape(anna, 'available');
  await a.contact(ben).click({ button: 'right' });
  await anna.page.getByRole('menuitem', { name: /Block/ }).click();
  const sure = anna.page.getByRole('dialog').getByRole('button', { name: /Block/ });
  await sure.click();
  await b.expectShape(anna, 'offline');
  await b.chatWith(anna);
  await b.say('Can you read this?');
  // As with anybody offline: taken, and no more is heard of it.
  await b.expectState('Can you read this?', 'sent');
  await ben.page.getByRole('button', { name: /^Call/ }).first().click();
  await expect(ben.page.getByText(/cannot be reached/)).toBeVisible();
  await ben.page.getByRole('button', { name: 'Close', exact: true }).click();
  await b.expectState('Can you read this?', 'sent');
  await expect(anna.page.getByText('Can you read this?')).toHaveCount(0);
});
