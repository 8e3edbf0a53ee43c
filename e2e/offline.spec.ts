import { startNextVersion } from './office/next-version.ts';
import { Screen } from './office/screen.ts';
import { expect, installed, onKamailio, signIn, test } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`server and network gone, cold start: list, card and history are there with their age (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben', { displayName: 'Ben Farrow' })];
  const a = new Screen(anna.page);
  await a.addContact(ben);
  await a.chatWith(ben);
  await a.say('kept for the train');
  await a.expectState('kept for the train', 'delivered');
  await installed(anna);
  anna.door.path.unplug();
  await anna.context.setOffline(true);
  await anna.page.close();

  const page = await anna.context.newPage();
  const cold = new Screen(page);
  await page.addInitScript(tellWhenHeadingIsThere);
  await page.goto(`${anna.door.url}/card/${ben.aor}`);
  await expect(page.locator('#card-name')).toBeVisible();
  await expect(page.getByText(/Kept on this device, as of/)).toBeVisible();
  const after = await page.evaluate(() =>
    Math.round(performance.getEntriesByName('heading')[0]?.startTime ?? -1),
  );
  test.info().annotations.push({ type: 'cold start to the card offline', description: `${after} ms` });
  await page.goto(anna.door.url);
  await expect(cold.contact(ben)).toBeVisible();
  await expect(page.getByText(/Presence as of/)).toBeVisible();
  await expect(cold.status).toHaveAccessibleName(/Not connected/);
  await page.goto(`${anna.door.url}/chat/${ben.aor}`);
  await expect(cold.message('kept for the train')).toBeVisible();

  // What is written now goes when the world is back.
  await cold.say('written in the tunnel');
  await cold.expectState('written in the tunnel', 'queued');
  await anna.context.setOffline(false);
  anna.door.path.heal();
  await cold.expectState('written in the tunnel', 'delivered', 20_000);
});

/** Marks the first frame after the card's heading came into the page. */
function tellWhenHeadingIsThere(): void {
  const look = new MutationObserver(() => {
    if (!document.querySelector('#card-name')) return;
    look.disconnect();
    requestAnimationFrame(() => performance.mark('heading'));
  });
  look.observe(document, { childList: true, subtree: true });
}

/** Marks each time that a row of the list stands in the page. */
function noteRows(): void {
  new MutationObserver(() => {
    if (document.querySelector('[role=treeitem]')) performance.mark('row');
  }).observe(document, { childList: true, subtree: true });
}

// The manifest is the build's.
if (!onKamailio) {
  test('P06 a reload shows the list before the agent has woken, with nobody’s presence (embedded)', async ({
    person,
  }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    await new Screen(anna.page).addContact(ben);
    await installed(anna);
    await anna.page.close();
    const page = await anna.context.newPage();
    // An agent that never answers.
    await page.addInitScript(() => {
      globalThis.SharedWorker = class {
        readonly port = new MessageChannel().port1;
      } as never;
    });
    await page.goto(anna.door.url);
    const asleep = new Screen(page);
    await asleep.expectShape(ben, 'unknown');
    await expect(asleep.status).toHaveAccessibleName(/Connecting/);
    await page.close();
    const awake = new Screen(await anna.context.newPage());
    await awake.page.goto(anna.door.url);
    await awake.expectShape(ben, 'available');

    // Nothing of it is left to begin with once the person has signed out.
    await awake.page.goto(`${anna.door.url}/settings/account`);
    await awake.page.getByRole('button', { name: 'Sign out' }).click();
    await awake.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await expect(awake.page.getByLabel('Work address')).toBeVisible();
    await awake.page.addInitScript(noteRows);
    await awake.page.goto(anna.door.url);
    await expect(awake.page.getByLabel('Work address')).toBeVisible();
    expect(await awake.page.evaluate(() => performance.getEntriesByName('row').length)).toBe(0);
  });

  test(`it can be installed: manifest, icons, one of them maskable (embedded)`, async ({ person }) => {
    const anna = await person('anna', { signedIn: false });
    const { page, context, door } = anna;
    await page.goto(door.url);
    const protocol = await context.newCDPSession(page);
    const found = await protocol.send('Page.getAppManifest');
    expect(found.errors).toEqual([]);
    const manifest = JSON.parse(found.data ?? '{}') as {
      id: string;
      start_url: string;
      display: string;
      icons: { src: string; sizes: string; type: string; purpose?: string }[];
    };
    expect(manifest).toMatchObject({ id: '/', start_url: '/', display: 'standalone' });
    expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
    expect(manifest.icons.some(({ purpose }) => purpose?.includes('maskable'))).toBe(true);
    for (const { src, type, sizes } of manifest.icons) {
      const icon = await fetch(new URL(src, found.url));
      expect(icon.headers.get('content-type')).toContain(type);
      const bytes = Buffer.from(await icon.arrayBuffer());
      if (type === 'image/png') expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
  });
}

// Nothing of it depends on the server.
if (!onKamailio) {
  test('a new version is offered in all windows, never during a call, and taken by all at once (embedded)', async ({
    person,
  }) => {
    const ben = await person('ben');
    const asMade = await person('anna', { signedIn: false });
    const next = await startNextVersion(asMade.door.url);
    const anna = { ...asMade, door: { ...asMade.door, url: next.url } };
    await signIn(anna);
    await installed(anna);
    const one = new Screen(anna.page);
    const two = new Screen(await anna.context.newPage());
    await two.page.goto(next.url);
    await expect(two.status).toHaveAccessibleName(/Available/);
    const tabs = [one, two];
    const offer = (screen: Screen) =>
      screen.page.getByText(/A new version is ready/).filter({ visible: true });

    const b = new Screen(ben.page);
    await b.chatWith(anna);
    await ben.page.getByRole('button', { name: /^Call/ }).first().click();
    await one.alert.getByRole('button', { name: 'Answer' }).click();
    await one.expectCall('established');
    next.publish();
    await one.page.evaluate(
      async () => void (await (await navigator.serviceWorker.getRegistration())?.update()),
    );
    await expect
      .poll(() =>
        one.page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)),
      )
      .toBe(true);
    for (const tab of tabs) await expect(offer(tab)).toBeHidden();
    await ben.page.getByRole('button', { name: 'End', exact: true }).click();
    for (const tab of tabs) {
      await expect(offer(tab)).toBeVisible();
      await tab.page.evaluate(() => Object.assign(window, { before: true }));
    }
    await one.page.getByRole('button', { name: 'Update now' }).click();
    for (const tab of tabs) {
      await expect.poll(() => tab.page.evaluate(() => 'before' in window).catch(() => true)).toBe(false);
      await expect(tab.status).toHaveAccessibleName(/Available/);
      await expect(offer(tab)).toBeHidden();
    }
    await next.close();
  });
}
