/** Voice messages of the embedded server, left by a telephone that only this test has, heard in a browser. */
import { AxeBuilder } from '@axe-core/playwright';
import { TONE } from '../src/server/media/tone.ts';
import { connectPhone } from '../src/server/testing/phone.ts';
import { createTalker } from '../src/server/testing/talker.ts';
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
  test('EV1 a voice message is counted, heard, deleted, taken back, and gone (embedded)', async ({
    office,
    person,
  }) => {
    const anna = await person('anna');
    const { page } = anna;
    const calls = page.getByRole('navigation').getByRole('link', { name: /Calls/ }).first();
    await office.addUser('vmcaller', 'pw-vmcaller', 'Ben Farrow');
    const port = Number(new URL(office.sipUrl).port);
    await leaveMessage(port, `sip:vmcaller@${office.domain}`, 'pw-vmcaller', anna.aor.slice(4));

    await expect(calls).toHaveAccessibleName(/1 missed or to be heard/);
    await calls.click();
    await page.getByRole('button', { name: /Voicemail 1 new/ }).press('Enter');
    const message = page.getByRole('list', { name: 'Voice messages' }).getByRole('listitem');
    await expect(message).toHaveCount(1);
    await expect(message).toContainText('Ben Farrow');
    await expect(page.getByRole('button', { name: 'Back to calls' })).toBeFocused();
    await message.getByRole('button', { name: 'Play the message from Ben Farrow' }).press('Enter');
    const place = message.getByRole('slider', { name: 'Place in the message' });
    await expect.poll(async () => Number(await place.inputValue())).toBeGreaterThan(0.5);
    await expect(calls).not.toHaveAccessibleName(/to be heard/);

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
    await expect(page.getByText('No voice messages')).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(message).toHaveCount(1);
    await remove.click();
    await expect(page.getByText('No voice messages')).toBeVisible();
  });
}
