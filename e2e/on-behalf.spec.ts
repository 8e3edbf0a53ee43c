/**
 * Maya names Ben her delegate:
 *
 *   Carl -- call --> Maya and Ben ring, Ben answers -- "Pass to Maya" --> Carl and Maya talk
 *   Ben -- call on behalf of Maya --> Carl reads both names
 */
import { AxeBuilder } from '@axe-core/playwright';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`CD1 CD2 C07 N01 TC2 a delegate answers, passes the call on, and calls in the manager’s name (${where})`, async ({
  person,
}) => {
  const maya = await person('maya', { displayName: 'Maya Chen' });
  const ben = await person('ben', { displayName: 'Ben Farrow' });
  const carl = await person('carl', { displayName: 'Carl Voss' });
  const [m, b, c] = [maya, ben, carl].map(({ page }) => new Screen(page)) as [Screen, Screen, Screen];
  const duty = b.page.getByRole('treeitem', { name: /^People I answer for/ });

  await m.page.goto(`${maya.door.url}/settings/calls`);
  await m.page.getByRole('button', { name: 'Add to Delegates' }).click();
  const dialog = m.page.getByRole('dialog');
  await dialog.getByRole('combobox').fill(ben.address);
  await expect(dialog.getByRole('option')).toHaveCount(1);
  await dialog.getByRole('combobox').press('Enter');
  await expect(m.page.getByRole('button', { name: 'Remove Ben Farrow' })).toBeVisible();
  await m.page.getByLabel('Ring my delegates').selectOption({ label: 'At once' });
  await expect(m.page.getByText(/and at your delegates/)).toBeVisible();
  // He learns it without asking.
  await expect(duty).toBeVisible();
  await expect(b.contact(maya)).toContainText('Maya Chen');

  // He answers for her: everybody reads who it is, and for whom.
  await c.chatWith(maya);
  await c.page.getByRole('button', { name: /^Call/ }).first().click();
  await expect(m.alert).toHaveAccessibleName('Voice call from Carl Voss');
  await expect(b.alert).toHaveAccessibleName('Voice call from Carl Voss for Maya Chen');
  await expect(b.alert).toContainText('For Maya Chen. You’re a delegate.');
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await expect(m.page.getByText('Ben Farrow took this call')).toBeVisible();
  await expect(c.page.getByText('Answered by Ben Farrow for Maya Chen')).toBeVisible();
  await expect(b.stage).toContainText('For Maya Chen');
  await b.expectCall('established');

  // And passes it on in one step; she hears who is on the line.
  await b.page.getByRole('button', { name: 'Pass to Maya' }).click();
  await expect(m.alert).toHaveAccessibleName('Voice call from Ben Farrow');
  await expect(m.alert).toContainText('Carl Voss is on the line');
  await m.alert.getByRole('button', { name: 'Answer' }).click();
  await expect(m.page.getByRole('region', { name: 'Call with Carl Voss' })).toBeVisible();
  await m.expectGrowth('packets-received');
  await expect(b.page.locator('[data-call-state]')).toHaveCount(0);
  await m.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(c.page.locator('[data-call-state]')).toHaveCount(0);

  // He calls in her name.
  await b.chatWith(carl);
  await b.page
    .getByRole('link', { name: /Carl Voss/ })
    .first()
    .click();
  await b.page.getByRole('button', { name: 'More actions' }).click();
  await b.page.getByRole('menuitem', { name: 'Call on behalf of Maya Chen' }).click();
  await expect(c.alert).toHaveAccessibleName('Voice call from Ben Farrow on behalf of Maya Chen');
  const { violations } = await new AxeBuilder({ page: c.page }).setLegacyMode(true).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await expect(b.stage).toContainText('On behalf of Maya Chen');
  await c.alert.getByRole('button', { name: 'Answer' }).click();
  await b.expectCall('established');
  await expect(c.stage).toContainText('On behalf of Maya Chen');
  await b.page.getByRole('button', { name: 'End', exact: true }).click();

  // It is in the logs of all three.
  const logs = [
    [b, ben, /on behalf of Maya Chen/],
    [c, carl, /on behalf of Maya Chen/],
    [m, maya, /Answered by Ben Farrow/],
  ] as const;
  for (const [screen, { door }, words] of logs) {
    await screen.page.goto(`${door.url}/calls`);
    await expect(screen.page.getByRole('list', { name: 'Recent calls' }).getByText(words)).toHaveCount(1);
  }

  // No longer her delegate: nothing is offered any more.
  await b.page.goto(`${ben.door.url}/contacts`);
  await expect(duty).toBeVisible();
  await m.page.goto(`${maya.door.url}/settings/calls`);
  await m.page.getByLabel('Ring my delegates').selectOption({ label: 'No' });
  await m.page.getByRole('button', { name: 'Remove Ben Farrow' }).click();
  await expect(duty).toBeHidden();
});
