import { expect, installed, onKamailio, test } from './office/test.ts';
import { Screen, wordsOf } from './office/screen.ts';
import { registrationOf } from './office/sleeper.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`I08 what waits without a network goes out once although every window is closed (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await a.say('first');
  await a.expectState('first', 'displayed');
  const { context, door } = anna;
  const [worker = await context.waitForEvent('serviceworker')] = context.serviceWorkers();
  // An installation that is cut off is none, and nobody would be there to send.
  await installed(anna);
  anna.door.path.unplug();
  await a.say('written in a tunnel');
  await a.expectState('written in a tunnel', 'queued');
  await a.say('and this too');
  await a.expectState('and this too', 'queued');

  const elsewhere = await context.newPage();
  const protocol = await context.newCDPSession(elsewhere);
  const registrationId = await registrationOf(protocol, door.url);
  await anna.page.close();
  // The user agent ends with its last window; while it lives it is the one that sends.
  await expect
    .poll(() =>
      worker.evaluate(async () => {
        const { held = [] } = await navigator.locks.query();
        return held.filter(({ name }) => name?.startsWith('parley-agent')).length;
      }),
    )
    .toBe(0);
  door.path.heal();
  const { origin } = new URL(door.url);
  await protocol.send('ServiceWorker.dispatchSyncEvent', {
    ...{ origin, registrationId, tag: 'outbox', lastChance: false },
  });
  await expect(b.message('and this too')).toBeVisible();
  expect(await wordsOf(b)).toEqual(['first', 'written in a tunnel', 'and this too']);

  const back = new Screen(await context.newPage());
  await back.page.goto(door.url);
  await back.chatWith(ben);
  await back.expectState('and this too', 'displayed');
  expect(await wordsOf(back)).toEqual(['first', 'written in a tunnel', 'and this too']);
  await expect(b.message('and this too')).toHaveCount(1);
});
