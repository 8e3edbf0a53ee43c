/** Voice messages of the embedded server: left by a browser and by a telephone while nobody is there, heard in a browser. */
import { AxeBuilder } from '@axe-core/playwright';
import { TONE } from '../src/server/media/tone.ts';
import { connectPhone } from '../src/server/testing/phone.ts';
import { createTalker } from '../src/server/testing/talker.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test } from './office/test.ts';

const FRAME = 960;

/** Calls the mailbox of `to`, and speaks for three seconds after the tone. */
async function leaveMessage(port: number, from: string, password: string, to: string): Promise<void> {
  const domain = to.slice(to.indexOf('@') + 1);
  const phone = await connectPhone({ port, aor: from, password });
  const voice = await createTalker();
  const answer = await phone.request('INVITE', {
    uri: `sip:voicemail@${domain};target=${encodeURIComponent(to)};cause=408`,
    headers: [{ name: 'Contact', value: `<${phone.contact}>` }],
    contentType: 'application/sdp',
    body: voice.offer,
  });
  expect(answer.status).toBe(200);
  phone.inDialog('ACK', answer);
  await voice.connect(answer.body);
  await expect.poll(() => voice.heard.length, { timeout: 15_000 }).toBeGreaterThan(58);
  await new Promise<void>((resolve) => {
    let sent = 0;
    const timer = setInterval(() => {
      voice.send(sent, sent * FRAME, TONE[2 + (sent % 20)] ?? Buffer.of(0xf8));
      sent += 1;
      if (sent < 150) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
  await phone.responseTo(phone.inDialog('BYE', answer));
  voice.close();
  await phone.close();
}

if (!onKamailio) {
  test('EV1 CF1 nobody is there: callers leave messages, which are counted, heard, deleted, taken back, answered (embedded)', async ({
    office,
    person,
  }) => {
    const anna = await person('anna', { displayName: 'Anna Berg' });
    const ben = await person('ben', { displayName: 'Ben Farrow' });
    const b = new Screen(ben.page);
    await office.addUser('vmclara', 'pw-vmclara', 'Clara Voss');
    await anna.page.goto(`${anna.door.url}/settings/calls`);
    await anna.page.getByLabel('When I can’t be reached').selectOption('Voicemail');
    await expect(
      anna.page.getByText(/When none of your devices is there, they go to voicemail/),
    ).toBeVisible();
    await anna.page.close();

    // A call from a page, and one from a telephone.
    const port = Number(new URL(office.sipUrl).port);
    const leaveByPage = async (): Promise<void> => {
      await b.chatWith(anna);
      await ben.page.getByRole('button', { name: /^Call/ }).first().click();
      await b.expectCall('established');
      await expect(b.stage).toContainText('Answered by voicemail');
      await expect(b.stage).toContainText(/0:0[5-9]/);
      await ben.page.getByRole('button', { name: 'End', exact: true }).click();
    };
    await Promise.all([
      leaveByPage(),
      leaveMessage(port, `sip:vmclara@${office.domain}`, 'pw-vmclara', anna.aor.slice(4)),
    ]);

    const page = await anna.context.newPage();
    await page.goto(anna.door.url);
    const calls = page.getByRole('navigation').getByRole('link', { name: /Calls/ }).first();
    await expect(calls).toHaveAccessibleName(/[23] missed or to be heard/);
    await calls.click();
    const voicemail = page.getByRole('button', { name: 'Voicemail' });
    await expect(voicemail).toHaveAccessibleName(/2 new/);
    await voicemail.press('Enter');
    const messages = page.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
    await expect(messages).toHaveCount(2);
    await expect(page.getByRole('button', { name: 'Back to calls' })).toBeFocused();
    const message = messages.filter({ hasText: 'Ben Farrow' });
    await message.getByRole('button', { name: 'Play the message from Ben Farrow' }).press('Enter');
    const place = message.getByRole('slider', { name: 'Place in the message' });
    await expect.poll(async () => Number(await place.inputValue())).toBeGreaterThan(0.5);
    await expect(calls).toHaveAccessibleName(/1 missed or to be heard/);

    for (const look of [
      { colorScheme: 'light' },
      { colorScheme: 'dark' },
      { forcedColors: 'active' },
    ] as const) {
      await page.emulateMedia({ ...look, reducedMotion: 'reduce' });
      const name = 'forcedColors' in look ? 'forced' : look.colorScheme;
      await page.screenshot({ path: test.info().outputPath(`voicemail-${name}.png`) });
      if ('forcedColors' in look) continue;
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect
        .soft(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
          name,
        )
        .toEqual([]);
    }
    await page.emulateMedia({ forcedColors: 'none' });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.screenshot({ path: test.info().outputPath('voicemail-390.png') });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1280, height: 800 });

    const remove = message.getByRole('button', { name: 'Delete the message from Ben Farrow' });
    await remove.press('Enter');
    await expect(messages).toHaveCount(1);
    // The next one is under the hand.
    await expect(messages.getByRole('button', { name: /^Play/ })).toBeFocused();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(messages).toHaveCount(2);

    await message.getByRole('button', { name: 'Call Ben Farrow back' }).click();
    await expect(b.alert).toHaveAccessibleName('Voice call from Anna Berg');
    await b.alert.getByRole('button', { name: 'Decline' }).click();

    await remove.click();
    await messages.getByRole('button', { name: 'Delete the message from Clara Voss' }).press('Enter');
    await expect(page.getByText('No voice messages')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Back to calls' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(voicemail).toBeFocused();
    await expect(voicemail).toHaveAccessibleName('Voicemail');
    await expect(page.getByRole('list', { name: 'Recent calls' })).toBeVisible();
  });
} else {
  test('EV1 CF1 calls go on to people, and to voicemail nowhere, where there is none (engine)', async ({
    person,
  }) => {
    const anna = await person('anna');
    const ben = await person('ben', { signedIn: false });
    const { page } = anna;
    await page.goto(`${anna.door.url}/settings/calls`);
    await expect(page.getByText('It has no voicemail.')).toBeVisible();
    const unreachable = page.getByLabel('When I can’t be reached');
    await expect(unreachable.getByRole('option')).toHaveText(['Say so', 'A person…']);
    await unreachable.selectOption('A person…');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').fill(ben.address);
    await expect(dialog.getByRole('option')).toHaveCount(1);
    await dialog.getByRole('combobox').press('Enter');
    await expect(page.getByText(/When none of your devices is there, they go to/)).toBeVisible();
    await page.getByRole('navigation').getByRole('link', { name: /Calls/ }).first().click();
    await expect(page.getByText('No calls yet')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Voicemail' })).toHaveCount(0);
  });
}
