import { expect, onKamailio, test } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`N01 an alert says who wrote, what and about what; its reply goes out; a muted conversation is quiet (${where})`, async ({
  person,
}) => {
  const anna = await person('anna', { displayName: 'Anna Berg' });
  const ben = await person('ben', { displayName: 'Ben Cole' });
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await anna.page.getByText('Notes', { exact: true }).click();
  const subject = anna.page.getByLabel(/^Subject/);
  await subject.fill('Bearing shelf');
  await subject.blur();
  await a.say('Sheet 14 is frozen');
  const toast = ben.page.getByRole('status').filter({ hasText: 'Sheet 14 is frozen' });
  await expect(toast).toContainText('Anna Berg');
  await expect(toast).toContainText('Bearing shelf');
  await expect(ben.page).toHaveTitle(/^\(1\)/);
  await toast.getByLabel(/^Reply to/).fill('Thanks');
  await toast.getByLabel(/^Reply to/).press('Enter');
  await expect(a.message('Thanks')).toBeVisible();
  await expect(toast).toBeHidden();

  await b.chatWith(anna);
  await ben.page.getByRole('button', { name: 'Mute this conversation' }).click();
  await expect(ben.page.getByRole('button', { name: 'Alert me of this conversation again' })).toBeVisible();
  await ben.page.goto(`${ben.door.url}/settings/notifications`);
  await ben.page.getByRole('switch', { name: 'Text in alerts' }).click();
  await a.say('Nobody is told');
  await a.expectState('Nobody is told', 'delivered');
  await expect(ben.page).toHaveTitle(/^\(1\)/);
  await expect(ben.page.getByText('Nobody is told')).toHaveCount(0);
});

if (!onKamailio) {
  test('N01 an alert goes on every device once the message is read on one (embedded)', async ({ person }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const second = await person('ben', { sameAs: ben });
    const a = new Screen(anna.page);
    await a.chatWith(ben);
    await a.say('Seen anywhere is seen');
    const toast = (page: typeof ben.page) =>
      page.getByRole('status').filter({ hasText: 'Seen anywhere is seen' });
    await expect(toast(ben.page)).toBeVisible();
    await expect(toast(second.page)).toBeVisible();
    // Held, so that it does not leave by itself.
    await toast(second.page).hover();
    await toast(ben.page).getByRole('link').click();
    await expect(toast(second.page)).toBeHidden();
    await expect(second.page).not.toHaveTitle(/^\(1\)/);
  });
}
