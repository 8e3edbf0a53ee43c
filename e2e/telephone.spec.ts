import { startPhone, type Phone } from './office/baresip.ts';
import type { EngineServer } from './office/kamailio.ts';
import { Screen } from './office/screen.ts';
import type { OfficeServer } from './office/server.ts';
import { expect, onKamailio, test } from './office/test.ts';

/** A telephone with an account of its own, registered at the engine over UDP. */
async function phoneAt(office: OfficeServer, user: string): Promise<Phone> {
  const password = `phone-${user}`;
  await office.addUser(user, password);
  return startPhone({ user, password, domain: office.domain, sipPort: (office as EngineServer).sipPort });
}

/** Sound in both directions: what the phone decoded is not silence, and packets and sound reach the browser. */
async function expectSoundBothWays(phone: Phone, screen: Screen): Promise<void> {
  await screen.expectGrowth('packets-received', 'packets-sent', 'heard');
  const before = await phone.heard();
  await expect.poll(() => phone.heard(), { timeout: 15_000 }).toBeGreaterThan(before);
}

if (onKamailio) {
  test('a telephone calls a browser: sound both ways, the telephone hangs up (Kamailio)', async ({
    office,
    person,
  }) => {
    const anna = await person('anna');
    const phone = await phoneAt(office, 'desk1');
    try {
      const a = new Screen(anna.page);
      await phone.dial(anna.aor);
      await expect(a.alert).toHaveAccessibleName(/Voice call from/);
      await a.alert.getByRole('button', { name: 'Answer' }).click();
      await a.expectCall('established');
      await expectSoundBothWays(phone, a);
      await phone.hangUp();
      await expect(anna.page.getByText('Call ended')).toBeVisible();
    } finally {
      await phone.close();
    }
  });

  test('a browser calls a telephone: sound both ways, the browser hangs up (Kamailio)', async ({
    office,
    person,
  }) => {
    const anna = await person('anna');
    const phone = await phoneAt(office, 'desk2');
    try {
      const a = new Screen(anna.page);
      await a.chatWith({ address: `desk2@${office.domain}` });
      await anna.page.getByRole('button', { name: /^Call/ }).first().click();
      await a.expectCall('established');
      await expectSoundBothWays(phone, a);
      await anna.page.getByRole('button', { name: 'End', exact: true }).click();
      await expect(anna.page.getByText('Call ended')).toBeVisible();
    } finally {
      await phone.close();
    }
  });
}
