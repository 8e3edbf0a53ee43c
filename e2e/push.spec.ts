import { Screen } from './office/screen.ts';
import { Sleeper } from './office/sleeper.ts';
import { expect, onKamailio, test, type Person } from './office/test.ts';

async function ring(from: Person, to: Person): Promise<Screen> {
  const screen = new Screen(from.page);
  await screen.chatWith(to);
  await from.page.getByRole('button', { name: /^Call/ }).first().click();
  return screen;
}

/** A caller whose name stands in the callee's own list, and the callee asleep. */
async function callerAndSleeper(person: (name: string, options?: object) => Promise<Person>) {
  const anna = await person('anna', { displayName: 'Anna Lindqvist' });
  const ben = await person('ben');
  await new Screen(ben.page).addContact(anna);
  return { anna, ben, sleeper: await Sleeper.fallAsleep(ben) };
}

if (onKamailio) {
  test('stock Kamailio neither holds a call nor sends a push: Settings and the Server doctor say so', async ({
    person,
  }) => {
    const { page, door } = await person('anna');
    await page.goto(`${door.url}/settings/notifications`);
    await expect(page.getByText('This server doesn’t wake closed browsers.')).toBeVisible();
    await expect(page.getByRole('switch', { name: /When Parley is closed/ })).toBeDisabled();
    await page.goto(`${door.url}/doctor`);
    await expect(
      page.getByText('This server cannot wake Parley. Keep a window open to be reached.'),
    ).toBeVisible();
  });
} else {
  test('a call to a closed browser: pushed within a second, answered from the notification (embedded)', async ({
    person,
  }) => {
    const { anna, ben, sleeper } = await callerAndSleeper(person);
    const a = await ring(anna, ben);
    const called = Date.now();
    const notice = await sleeper.deliver();
    expect(notice).toMatchObject({ k: 'call', f: anna.aor });
    await expect.poll(() => sleeper.notifications()).toHaveLength(1);
    expect(Date.now() - called).toBeLessThan(1_000);
    expect(await sleeper.notifications()).toEqual([
      expect.objectContaining({ title: 'Anna Lindqvist', actions: ['answer', 'decline'] }),
    ]);
    const place = await sleeper.press('answer');
    expect(place).toBe(`/chat/${anna.aor}?answer=${encodeURIComponent(notice.c ?? '')}`);
    const b = await sleeper.wake(place ?? '');
    await b.expectCall('established');
    await a.expectCall('established');
    for (const side of [a, b]) await side.expectGrowth('packets-received');
    expect(new URL(b.page.url()).search).toBe('');
    expect(await sleeper.notifications()).toEqual([]);
    await sleeper.service.close();
  });

  test('a call to a closed browser is declined without a window; the browser can still be woken (embedded)', async ({
    person,
  }) => {
    const { anna, ben, sleeper } = await callerAndSleeper(person);
    const a = await ring(anna, ben);
    await sleeper.deliver();
    await expect.poll(() => sleeper.notifications()).toHaveLength(1);
    expect(await sleeper.press('decline')).toBeNull();
    await expect(a.page.getByText(/declined/)).toBeVisible();
    // What follows is about the same call: its notification is gone already.
    expect(await sleeper.deliver()).toMatchObject({ k: 'gone' });
    await a.page.getByRole('button', { name: 'Close', exact: true }).click();

    // A call given up takes its notification along.
    await ring(anna, ben);
    expect(await sleeper.deliver()).toMatchObject({ k: 'call' });
    await expect.poll(() => sleeper.notifications()).toHaveLength(1);
    await a.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    expect(await sleeper.deliver()).toMatchObject({ k: 'gone' });
    await expect.poll(() => sleeper.notifications()).toEqual([]);
    await sleeper.service.close();
  });

  test('a message to a closed browser is announced without its words and arrives once on opening (embedded)', async ({
    person,
  }) => {
    const { anna, ben, sleeper } = await callerAndSleeper(person);
    const a = new Screen(anna.page);
    await a.chatWith(ben);
    await a.say('The crane comes at seven');
    expect(await sleeper.deliver()).toEqual({ k: 'message', f: anna.aor });
    await expect.poll(() => sleeper.notifications()).toHaveLength(1);
    const [shown] = await sleeper.notifications();
    expect(shown?.title).toBe('Anna Lindqvist');
    expect(shown?.body).not.toContain('crane');
    const place = await sleeper.press('');
    const b = await sleeper.wake(place ?? '');
    await expect(b.message('The crane comes at seven')).toHaveCount(1);
    await a.expectState('The crane comes at seven', 'displayed');
    await b.page.reload();
    await expect(b.message('The crane comes at seven')).toHaveCount(1);
    await sleeper.service.close();
  });
}
