import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`EV2 a call moves to another device of the same person, and each of them says where it is (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const pad = await person('ben', { sameAs: ben });
  const [a, b, p] = [new Screen(anna.page), new Screen(ben.page), new Screen(pad.page)];
  await a.chatWith(ben);
  await anna.page.getByRole('button', { name: /^Call/ }).first().click();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  for (const side of [a, b]) await side.expectGrowth('packets-received');
  const line = (screen: Screen) =>
    screen.page.getByRole('region', { name: /^Call with .* on another device$/ });
  await expect(line(p)).toContainText(`In a call with ${anna.displayName} on another device`);
  await expect(line(b)).toBeHidden();

  await line(p).getByRole('button', { name: 'Move here' }).click();
  await expect(ben.page.getByText('The call goes on at your other device.').first()).toBeVisible();
  await p.expectCall('established');
  await p.expectGrowth('packets-received');
  await a.expectCall('established');
  await a.expectGrowth('packets-received');
  await expect(line(p)).toBeHidden();
  await expect(line(b)).toContainText(anna.displayName);

  // A reload here is no end, and the device is still the one that has it.
  await pad.page.reload();
  await p.expectCall('established');
  await p.expectGrowth('packets-received');
  await expect(line(b)).toBeVisible();
  await anna.page.getByRole('button', { name: 'End', exact: true }).first().click();
  await expect(line(b)).toBeHidden();
  await expect(pad.page.getByText('Call ended').first()).toBeVisible();
});
