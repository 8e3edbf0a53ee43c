import { Screen } from './office/screen.ts';
import { expect, onKamailio, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

async function call(from: Person, to: Person): Promise<void> {
  const a = new Screen(from.page);
  const b = new Screen(to.page);
  await a.chatWith(to);
  await from.page.getByRole('button', { name: /^Call/ }).first().click();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  await b.expectCall('established');
}

/** Chooses who takes the call, and how. */
async function handOn(from: Person, to: Person, how: 'Transfer now' | 'Ask first'): Promise<void> {
  await from.page.getByRole('button', { name: 'Transfer', exact: true }).click();
  const dialog = from.page.getByRole('dialog');
  await dialog.getByRole('combobox').fill(to.address);
  await dialog.getByRole('option').first().click();
  await dialog.getByRole('button', { name: how }).click();
  await expect(dialog).toBeHidden();
}

async function expectTalk(one: Person, other: Person): Promise<void> {
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const screen = new Screen(here.page);
    await expect(here.page.getByRole('region', { name: `Call with ${there.displayName}` })).toBeVisible();
    await screen.expectGrowth('packets-received');
  }
}

test(`EV1 AC2 a call is handed on, comes back when nobody takes it, and two are put together (${where})`, async ({
  person,
}) => {
  const [anna, ben, cleo] = [await person('anna'), await person('ben'), await person('cleo')];
  const [a, b, c] = [anna, ben, cleo].map(({ page }) => new Screen(page)) as [Screen, Screen, Screen];

  // Not reached: Ben is back with Anna, and she is told why.
  await call(anna, ben);
  await handOn(anna, cleo, 'Transfer now');
  await expect(b.page.getByText(/is passing you on to/)).toBeVisible();
  await c.alert.getByRole('button', { name: 'Decline' }).click();
  await expect(a.page.getByText(/The transfer failed\. .* declined/)).toBeVisible();
  await expectTalk(anna, ben);
  await expect(a.page.getByRole('button', { name: 'Hold', exact: true })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
  await expect(a.page.getByText(/The transfer failed\. .* declined/)).toBeVisible();

  // Another call meanwhile: Ben waits, and they change places.
  await handOn(anna, cleo, 'Ask first');
  await c.alert.getByRole('button', { name: 'Answer' }).click();
  await expectTalk(anna, cleo);
  const held = a.page.getByRole('list', { name: 'Calls on hold' });
  await expect(held).toContainText(ben.displayName);
  await held.getByRole('button', { name: /^Swap/ }).click();
  await expectTalk(anna, ben);
  await expect(held).toContainText(cleo.displayName);

  // Put together: Anna is out of it.
  await held.getByRole('button', { name: 'Connect them' }).click();
  await expectTalk(ben, cleo);
  await expect(a.page.locator('[data-call-state]')).toHaveCount(0);

  // Handed on without asking, by the one who was called.
  await handOn(cleo, anna, 'Transfer now');
  await a.alert.getByRole('button', { name: 'Answer' }).click();
  await expectTalk(ben, anna);
  await expect(b.page.getByText(`Transferred by ${cleo.displayName}`)).toBeVisible();
  await expect(c.page.locator('[data-call-state]')).toHaveCount(0);
});

test(`N02 a call that rings is sent to somebody else (${where})`, async ({ person }) => {
  const [anna, ben, cleo] = [await person('anna'), await person('ben'), await person('cleo')];
  const [a, b, c] = [anna, ben, cleo].map(({ page }) => new Screen(page)) as [Screen, Screen, Screen];
  await a.chatWith(ben);
  await a.page.getByRole('button', { name: /^Call/ }).first().click();
  await b.alert.getByRole('button', { name: 'Send to…' }).click();
  const dialog = b.page.getByRole('dialog', { name: 'Send the call to' });
  await dialog.getByRole('combobox').fill(cleo.address);
  await dialog.getByRole('option').first().click();
  await dialog.getByRole('button', { name: 'Send' }).click();
  await c.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  await expect(a.page.getByText(`Forwarded to ${cleo.displayName}`)).toBeVisible();
  for (const side of [a, c]) await side.expectGrowth('packets-received');
});
