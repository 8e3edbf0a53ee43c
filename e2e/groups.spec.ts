/** Conversations of several people, on a server with a focus and on one without. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, onKamailio, signIn, test, type Person } from './office/test.ts';
import { Screen, wordsOf } from './office/screen.ts';

type Call = Parameters<Parameters<typeof test>[2]>[0]['person'];

/** Picks people in the contact list by keyboard and messages them together. */
async function startWith(screen: Screen, people: readonly Person[]): Promise<void> {
  for (const one of people) await screen.addContact(one);
  for (const one of people) {
    await screen.contact(one).focus();
    await screen.contact(one).press('Control+Space');
  }
  await screen.page.getByRole('button', { name: 'Actions' }).click();
  await screen.page.getByRole('menuitem', { name: `Message ${people.length} people` }).click();
  await expect(screen.composer).toBeVisible();
  await expect(screen.page.getByRole('button', { name: `${people.length + 1} people` })).toBeVisible();
}

/** Nothing for axe to find, nothing to scroll sideways on a phone. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  if (before) await page.setViewportSize(before);
}

/** Opens the newest conversation of several in the Chats list. */
async function openGroup(screen: Screen): Promise<void> {
  await screen.page.getByRole('link', { name: /^Chats/ }).click();
  await screen.page
    .getByRole('list', { name: 'Conversations' })
    .getByRole('link', { name: /conversation of/ })
    .first()
    .click();
  await expect(screen.log).toBeVisible();
}

async function three(person: Call): Promise<readonly [Person, Person, Person]> {
  return [await person('anna'), await person('ben'), await person('cara')];
}

if (onKamailio) {
  test('I02 without a focus each gets the message, and everybody is told so (Kamailio)', async ({
    person,
  }) => {
    const [anna, ben, cara] = await three(person);
    const [a, b, c] = [new Screen(anna.page), new Screen(ben.page), new Screen(cara.page)];
    await startWith(a, [ben, cara]);
    await expect(anna.page.getByText('Sent to each person separately')).toBeVisible();
    await a.say('Who has the drawings?');
    await a.expectState('Who has the drawings?', 'sent');
    for (const screen of [b, c]) {
      await openGroup(screen);
      await expect(screen.message('Who has the drawings?')).toHaveCount(1);
    }
    await b.say('They are with me.');
    await b.expectState('They are with me.', 'sent');
    for (const screen of [a, c]) await expect(screen.message('They are with me.')).toHaveCount(1);
    await cara.page.getByRole('button', { name: '3 people' }).click();
    await cara.page.getByRole('button', { name: 'Leave', exact: true }).click();
    await cara.page.getByRole('button', { name: 'Leave now' }).click();
    await expect(c.composer).toBeHidden();
    await expect(a.log.getByText(/left/)).toBeVisible();
    await expect(anna.page.getByRole('button', { name: '2 people' })).toBeVisible();
  });
} else {
  test('I02 I07 several at once from the list: each gets each message once, who was away at sign-in', async ({
    person,
  }) => {
    const cara = await person('cara', { signedIn: false });
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await startWith(a, [ben, cara]);
    await a.say('Who has the drawings?');
    await a.expectState('Who has the drawings?', 'sent');
    await openGroup(b);
    await expect(b.message('Who has the drawings?')).toHaveCount(1);
    await a.composer.pressSequentially('Or');
    await expect(ben.page.getByText(/is typing/).first()).toBeVisible();
    await b.say('They are with me.');
    await expect(a.message('They are with me.')).toHaveCount(1);
    await signIn(cara);
    const c = new Screen(cara.page);
    await openGroup(c);
    await expect.poll(() => wordsOf(c)).toEqual(['Who has the drawings?', 'They are with me.']);
    // The address of the conversation leads there again, and Back leads away.
    await cara.page.reload();
    await expect(c.message('They are with me.')).toHaveCount(1);
    await cara.page.goBack();
    await expect(c.composer).toBeHidden();
  });

  test('I03 add by drag and by keyboard, rename, remove and leave are told to everybody', async ({
    person,
  }) => {
    const [anna, ben, cara] = await three(person);
    const dan = await person('dan');
    const eve = await person('eve', { signedIn: false });
    const [a, b, c, d] = [anna, ben, cara, dan].map((one) => new Screen(one.page)) as [
      Screen,
      Screen,
      Screen,
      Screen,
    ];
    await startWith(a, [ben, cara]);
    await a.addContact(dan);
    await a.contact(dan).dragTo(a.log);
    await expect(a.log.getByText(/^You added/)).toBeVisible();
    await expect(anna.page.getByRole('button', { name: '4 people' })).toBeVisible();
    await openGroup(d);
    await expect(d.composer).toBeVisible();
    // By keyboard, from the header of somebody who did not make it.
    await openGroup(b);
    await ben.page.getByRole('button', { name: 'Add people' }).focus();
    await ben.page.keyboard.press('Enter');
    await ben.page.getByRole('combobox', { name: 'Find people to add' }).fill(eve.address);
    await expect(
      ben.page.getByRole('listbox', { name: 'People found' }).getByRole('option').first(),
    ).toBeVisible();
    await ben.page.keyboard.press('Enter');
    await ben.page.keyboard.press('Enter');
    await expect(ben.page.getByRole('dialog')).toBeHidden();
    await expect(anna.page.getByRole('button', { name: '5 people' })).toBeVisible();
    // A new name is everybody's.
    await anna.page.getByRole('button', { name: /Name of the conversation/ }).click();
    await anna.page.keyboard.type('Wharfe crossing');
    await anna.page.keyboard.press('Enter');
    await expect(ben.page.getByRole('heading', { name: 'Wharfe crossing', level: 2 })).toBeAttached();
    await expect(b.log.getByText(/named this conversation “Wharfe crossing”/)).toBeVisible();
    // Whoever made it removes; whoever is in it leaves.
    await anna.page.getByRole('button', { name: '5 people' }).click();
    await anna.page.getByRole('button', { name: /^Remove .*dan/i }).click();
    await anna.page.getByRole('button', { name: 'Close' }).click();
    await expect(dan.page.getByText('You are no longer in this conversation.')).toBeVisible();
    await expect(d.composer).toBeHidden();
    await openGroup(c);
    await cara.page.getByRole('button', { name: '4 people' }).click();
    await cara.page.getByRole('button', { name: 'Leave', exact: true }).click();
    await cara.page.getByRole('button', { name: 'Leave now' }).click();
    await expect(anna.page.getByRole('button', { name: '3 people' })).toBeVisible();
    await a.say('Only us now');
    await expect(b.message('Only us now')).toHaveCount(1);
    await expect(d.message('Only us now')).toHaveCount(0);
    await expect(c.message('Only us now')).toHaveCount(0);
  });

  test('E02 adding to a conversation of two starts another one, and says so', async ({ person }) => {
    const [anna, ben, cara] = await three(person);
    const [a, b, c] = [new Screen(anna.page), new Screen(ben.page), new Screen(cara.page)];
    await a.chatWith(ben);
    await a.say('Between us');
    await anna.page.getByRole('button', { name: /^Add people/ }).click();
    await expect(anna.page.getByText('stays between the two of you')).toBeVisible();
    await expectAccessible(anna.page);
    await anna.page.getByRole('combobox', { name: 'Find people to add' }).fill(cara.address);
    await anna.page.getByRole('listbox', { name: 'People found' }).getByRole('option').first().click();
    await anna.page.getByRole('button', { name: 'Start' }).click();
    await expect(anna.page.getByRole('button', { name: '3 people' })).toBeVisible();
    await a.say('For all three');
    await expectAccessible(anna.page);
    await anna.page.getByRole('button', { name: '3 people' }).click();
    await expect(anna.page.getByRole('list', { name: 'People' }).getByRole('listitem')).toHaveCount(3);
    await expectAccessible(anna.page);
    await anna.page.keyboard.press('Escape');
    await openGroup(c);
    await expect.poll(() => wordsOf(c)).toEqual(['For all three']);
    await openGroup(b);
    await expect.poll(() => wordsOf(b)).toEqual(['For all three']);
  });
}
