import { AxeBuilder } from '@axe-core/playwright';
import { onKamailio, expect, test, type Person } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

async function ring(from: Person, to: { readonly address: string }, video: boolean): Promise<Screen> {
  const screen = new Screen(from.page);
  await screen.chatWith(to);
  await from.page
    .getByRole('button', { name: video ? /^Video call/ : /^Call/ })
    .first()
    .click();
  return screen;
}

test(`N01 a video call: name, mode, packets and frames both ways, hang up (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = await ring(anna, ben, true);
  const b = new Screen(ben.page);
  await expect(b.alert).toHaveAccessibleName(/Video call from/);
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  await b.expectCall('established');
  for (const side of [a, b]) await side.expectGrowth('packets-received', 'frames-decoded');
  await expect(b.status).toHaveAccessibleName(/In a call/);

  // Popped out into a small window: there while the page goes elsewhere, and back on demand.
  const popup = ben.page.waitForEvent('popup');
  await ben.page.getByRole('button', { name: 'Pop out' }).click();
  const small = await popup;
  await small.setViewportSize({ width: 340, height: 330 });
  await expect(small.getByRole('heading', { name: anna.displayName })).toBeVisible();
  const plays = (video: HTMLVideoElement): boolean => video.currentTime > 0 && video.videoWidth > 0;
  await expect.poll(() => small.getByLabel(/’s camera$/).evaluate(plays)).toBe(true);
  await ben.page.getByRole('link', { name: 'Settings' }).click();
  await small.keyboard.press('Control+Shift+M');
  await expect(small.getByRole('button', { name: 'Mute' })).toHaveAttribute('aria-pressed', 'true');
  expect((await new AxeBuilder({ page: small }).setLegacyMode(true).analyze()).violations).toEqual([]);
  await small.getByRole('button', { name: 'Back to Parley' }).focus();
  const gone = small.waitForEvent('close');
  // It closes while the key is still down.
  await small.keyboard.press('Enter').catch(() => undefined);
  await gone;
  await b.expectCall('established');

  await ben.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(a.page.getByText('Call ended')).toBeVisible();
  await expect(a.status).toHaveAccessibleName(/Available/);
});

test(`E01 a video call answered with voice only has sound both ways and no picture (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = await ring(anna, ben, true);
  const b = new Screen(ben.page);
  await b.alert.getByRole('button', { name: 'Voice only' }).click();
  await a.expectCall('established');
  for (const side of [a, b]) await side.expectGrowth('packets-received');
  expect(await a.counter('frames-decoded')).toBe(0);
  // The picture can come later, from either side.
  await ben.page.getByRole('button', { name: 'Video', exact: true }).click();
  await a.expectGrowth('frames-decoded');
});

test(`decline, cancel and a second call of the same person end with a reason in words (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const b = new Screen(ben.page);
  const a = await ring(anna, ben, false);
  await expect(b.alert).toHaveAccessibleName(/Voice call from/);
  await b.alert.getByRole('button', { name: 'Decline' }).click();
  await expect(a.page.getByText(/declined/)).toBeVisible();
  await expect(b.alert).toBeHidden();
  await ring(anna, ben, false);
  await expect(b.alert).toBeVisible();
  await anna.page.getByRole('button', { name: /^(End|Cancel)/ }).click();
  await expect(b.alert).toBeHidden();
});

test(`two devices ring, one answers, the other says so (${where})`, async ({ person }) => {
  const anna = await person('anna');
  const ben = await person('ben');
  const tablet = await person('ben', { sameAs: ben });
  const a = await ring(anna, ben, false);
  const [b, t] = [new Screen(ben.page), new Screen(tablet.page)];
  await expect(t.alert).toBeVisible();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  await expect(t.alert).toBeHidden();
  await expect(tablet.page.getByText(/Answered on another device/)).toBeVisible();
});

test(`the socket may go during a call: it goes on (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = await ring(anna, ben, false);
  const b = new Screen(ben.page);
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');
  anna.door.path.cut();
  await expect(a.status).toHaveAccessibleName(/In a call/);
  await a.expectGrowth('packets-received');
  await ben.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(anna.page.getByText('Call ended')).toBeVisible();
});

test(`nobody home: a call to somebody offline says so and is missed there (${where})`, async ({ person }) => {
  const anna = await person('anna');
  const ben = await person('ben', { signedIn: false });
  const a = await ring(anna, ben, false);
  await expect(a.page.getByText(/cannot be reached|can’t be reached/)).toBeVisible();
});

test(`somebody busy is said to be busy (${where})`, async ({ person, desk }) => {
  const anna = await person('anna');
  const ben = await desk('ben');
  ben.onInvite = (invite) => ben.phone.respond(invite, { status: 486, toTag: 'b' });
  const a = await ring(anna, ben, false);
  await expect(a.page.getByText(/is busy/)).toBeVisible();
});

// Nothing of it depends on the server.
if (!onKamailio) {
  test(`N01 at 390 px a message in a call leaves its controls free (${where})`, async ({ person, desk }) => {
    const anna = await person('anna');
    const [ben, carol] = [await person('ben'), await desk('carol')];
    const a = await ring(anna, ben, false);
    await new Screen(ben.page).alert.getByRole('button', { name: 'Answer' }).click();
    await a.expectCall('established');
    await anna.page.setViewportSize({ width: 390, height: 800 });
    const text = { contentType: 'text/plain', body: 'Are you in the call?' };
    await carol.phone.send({ method: 'MESSAGE', uri: anna.aor, ...text }).answered;
    const words = anna.page.getByText('Are you in the call?').last();
    await expect(words).toBeInViewport();
    await anna.page.getByRole('button', { name: 'End', exact: true }).click();
    await expect(new Screen(ben.page).page.getByText('Call ended')).toBeVisible();
    await expect(words).toBeInViewport();
  });
}
