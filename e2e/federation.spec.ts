/**
 * Two organisations, two servers, mutual TLS between them (features.md F01, F02, F04, T23). It starts both itself, hence it
 * runs once, with the suite of the second server:
 *
 *   anna --ws--> embedded, here.test ==TLS==> relay ==> Kamailio, there.test <--ws-- ben
 *                                    <=======TLS=======
 */
import { openAuthority } from '../src/server/testing/certificates.ts';
import { freePort } from '../src/server/testing/free-port.ts';
import { startEmbedded } from './office/embedded.ts';
import { startKamailio } from './office/kamailio.ts';
import { startRelay, type Relay } from './office/relay.ts';
import { Screen } from './office/screen.ts';
import type { OfficeServer } from './office/server.ts';
import { arrive, expect, onKamailio, signIn, test as base, watchFaults, type Person } from './office/test.ts';

interface Pair {
  readonly here: OfficeServer;
  readonly there: OfficeServer;
  /** The way from here to there. */
  readonly way: Relay;
}

const test = base.extend<{ people: { anna: Person; ben: Person } }, { pair: Pair }>({
  pair: [
    async ({}, use) => {
      const authority = openAuthority();
      const [herePort, therePort] = [await freePort(), await freePort()];
      const way = await startRelay(therePort);
      const settings = (domain: string, port: number, route: string) => {
        const { certificateFile, keyFile } = authority.issue(`DNS:${domain}`);
        return {
          PARLEY_FEDERATION_PORT: String(port),
          PARLEY_FEDERATION_CERT: certificateFile,
          PARLEY_FEDERATION_KEY: keyFile,
          PARLEY_FEDERATION_CA: authority.certificateFile,
          PARLEY_FEDERATION_ROUTES: route,
        };
      };
      const there = await startKamailio({
        domain: 'there.test',
        settings: settings('there.test', therePort, `here.test=127.0.0.1:${herePort}`),
      });
      const here = await startEmbedded({
        domain: 'here.test',
        settings: settings('here.test', herePort, `there.test=127.0.0.1:${way.port}`),
      });
      await use({ here, there, way });
      await here.close();
      await there.close();
      await way.close();
      authority.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  people: async ({ pair, browser }, use) => {
    const faults: string[] = [];
    const make = async (office: OfficeServer, name: string): Promise<Person> => {
      const person = await arrive(office, name, {}, () => browser.newContext());
      watchFaults(person.context, person.name, faults);
      await signIn(person);
      return person;
    };
    const people = { anna: await make(pair.here, 'anna'), ben: await make(pair.there, 'ben') };
    await use(people);
    for (const { context, door } of Object.values(people)) {
      await context.close();
      await door.close();
    }
    expect(faults).toEqual([]);
  },
});

async function choose(screen: Screen, person: Person, item: string): Promise<void> {
  await screen.contact(person).click({ button: 'right' });
  await screen.page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click();
}

if (onKamailio) {
  test('F01 F02 F04 T23 people of two organisations see each other, write, and block (embedded and Kamailio)', async ({
    pair,
    people,
  }) => {
    test.setTimeout(120_000);
    const { anna, ben } = people;
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await test.step('F02 each adds the other, marked as of another organisation', async () => {
      await a.addContact(ben);
      await b.addContact(anna);
      await expect(a.contact(ben)).toContainText('outside your organisation, at there.test');
      await expect(b.contact(anna)).toContainText('outside your organisation, at here.test');
    });
    await test.step('F01 presence, both ways and as it changes', async () => {
      await a.expectShape(ben, 'available', 20_000);
      await b.expectShape(anna, 'available', 20_000);
      await b.chooseStatus('Do not disturb');
      await a.expectShape(ben, 'dnd');
      await b.chooseStatus('Available');
      await a.expectShape(ben, 'available');
      await a.chooseStatus('Busy');
      await b.expectShape(anna, 'busy');
    });
    await test.step('F01 messages both ways, delivered and read', async () => {
      await a.chatWith(ben);
      await a.say('Is the bearing shelf frozen?');
      await a.expectState('Is the bearing shelf frozen?', 'delivered');
      await b.chatWith(anna);
      await expect(b.message('Is the bearing shelf frozen?')).toBeVisible();
      await a.expectState('Is the bearing shelf frozen?', 'displayed');
      await b.say('Since this morning.');
      await expect(a.message('Since this morning.')).toBeVisible();
      await b.expectState('Since this morning.', 'displayed');
      await expect(
        anna.page
          .getByRole('banner')
          .or(anna.page.locator('header'))
          .getByText(/at there\.test/)
          .first(),
      ).toBeAttached();
    });
    await test.step('F01 while their server cannot be reached a message waits, and arrives once', async () => {
      pair.way.unplug();
      await a.say('Read me when the line is back');
      await a.expectState('Read me when the line is back', 'sent');
      await expect(b.message('Read me when the line is back')).toHaveCount(0);
      pair.way.heal();
      await expect(b.message('Read me when the line is back')).toBeVisible({ timeout: 40_000 });
      await a.expectState('Read me when the line is back', 'displayed');
      await ben.page.reload();
      await b.chatWith(anna);
      await expect(b.message('Read me when the line is back')).toHaveCount(1);
    });
    await test.step('F01 who is blocked sees Offline and reaches nobody', async () => {
      await choose(b, anna, 'Block');
      await ben.page.getByRole('dialog').getByRole('button', { name: /Block/ }).click();
      await a.expectShape(ben, 'offline');
      await a.say('Can you read this?');
      await a.expectState('Can you read this?', 'sent');
      await choose(b, anna, 'Unblock');
      await a.expectShape(ben, 'available');
      await a.say('And this?');
      await expect(b.message('And this?')).toBeVisible();
      await expect(b.message('Can you read this?')).toHaveCount(0);
    });
  });
}
