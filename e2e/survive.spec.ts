import { Screen } from './office/screen.ts';
import { expect, onKamailio, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

/** Milliseconds until sound comes to that window; also the check that it does. */
async function untilSound(screen: Screen): Promise<number> {
  const began = Date.now();
  await expect(screen.stage).toHaveAttribute('data-path', 'connected', { timeout: 15_000 });
  await screen.expectGrowth('packets-received');
  return Date.now() - began;
}

async function talk(from: Person, to: Person, video: boolean): Promise<[Screen, Screen]> {
  const [a, b] = [new Screen(from.page), new Screen(to.page)];
  await a.chatWith(to);
  const name = video ? /^Video call/ : /^Call/;
  await from.page.getByRole('button', { name }).first().click();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  for (const side of [a, b]) {
    await side.expectCall('established');
    await side.expectGrowth('packets-received');
  }
  return [a, b];
}

test(`N03 N02 a reload in a call: it goes on for both, muted as it was, and ends once (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = await talk(anna, ben, true);
  await ben.page.getByRole('button', { name: 'Mute', exact: true }).click();
  await ben.page.reload();
  await b.expectCall('established');
  const took = await untilSound(b);
  test.info().annotations.push({ type: 'sound after a reload', description: `${took} ms` });
  await b.expectGrowth('frames-decoded');
  const mute = ben.page.getByRole('button', { name: 'Mute', exact: true });
  await expect(mute).toHaveAttribute('aria-pressed', 'true');
  await a.expectCall('established');
  await a.expectGrowth('packets-received', 'frames-decoded');
  await expect(anna.page.getByText('Call ended')).toBeHidden();
  // The other one, too, and the one who called.
  await anna.page.reload();
  await a.expectCall('established');
  for (const side of [a, b]) await untilSound(side);
  await ben.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(anna.page.getByText('Call ended')).toBeVisible();
  await expect(a.status).toHaveAccessibleName(/Available/);
});
