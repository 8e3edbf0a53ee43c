import { expect, onKamailio, test, type Person } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

async function together(
  person: (name: string, options?: { displayName?: string }) => Promise<Person>,
): Promise<{ anna: Person; ben: Person; a: Screen; b: Screen }> {
  const [anna, ben] = [
    await person('anna', { displayName: 'Anna Lind' }),
    await person('ben', { displayName: 'Ben Farrow' }),
  ];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  return { anna, ben, a, b };
}

test(`I05 words with format go both ways, and a draft keeps its format over a reload (${where})`, async ({
  person,
}) => {
  const { anna, a, b } = await together(person);
  const { keyboard } = anna.page;
  await a.composer.fill('Rockhead is ');
  await a.composer.press('End');
  await keyboard.press('Control+b');
  await expect(anna.page.getByRole('button', { name: 'Bold', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await keyboard.type('deeper');
  await keyboard.press('Control+b');
  await keyboard.press('Shift+Enter');
  await keyboard.press('Control+Shift+Digit8');
  await keyboard.type('BH5 as drawn');
  await keyboard.press('Shift+Enter');
  await keyboard.type('BH7 not');
  await keyboard.press('Enter');
  const got = b.message('Rockhead is');
  await expect(got.locator('.rich b')).toHaveText('deeper');
  await expect(got.locator('ul > li')).toHaveText(['BH5 as drawn', 'BH7 not']);
  await a.expectState('Rockhead is', 'displayed');

  await expect(a.composer).toHaveValue('');
  await a.composer.fill('half ');
  await a.composer.press('End');
  await anna.page.getByRole('button', { name: 'Italic', exact: true }).click();
  await expect(anna.page.getByRole('button', { name: 'Italic', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await keyboard.type('a thought');
  await a.composer.blur();
  await anna.page.reload();
  await expect(a.composer.locator('i')).toHaveText('a thought');
  await a.composer.press('Enter');
  await expect(b.message('half a thought').locator('i')).toHaveText('a thought');

  await a.composer.fill('plain again');
  await a.composer.press('Enter');
  await expect(b.message('plain again').locator('.rich')).toHaveCount(0);
});

// Nothing of it depends on the server.
if (!onKamailio) {
  test('I08 reply, edit and withdraw, by mouse and by keyboard (embedded)', async ({ person }) => {
    const { anna, ben, a, b } = await together(person);
    await a.say('Is sheet 14 frozen?');
    await b.message('Is sheet 14 frozen?').hover();
    await b.message('Is sheet 14 frozen?').getByRole('button', { name: 'Reply' }).click();
    await expect(ben.page.getByText('Reply to')).toBeVisible();
    await b.say('Since this morning.');
    const reply = a.message('Since this morning.');
    await expect(reply.getByRole('button', { name: /In reply to/ })).toContainText('Is sheet 14 frozen?');
    await reply.getByRole('button', { name: /In reply to/ }).click();
    await expect(a.message('Is sheet 14 frozen?').first()).toBeFocused();

    await b.composer.press('ArrowUp');
    await expect(ben.page.getByText('Edit your message')).toBeVisible();
    await expect(b.composer).toHaveValue('Since this morning.');
    await b.composer.fill('Since yesterday.');
    await b.composer.press('Enter');
    await expect(a.message('Since yesterday.')).toContainText('Edited');
    await expect(a.message('Since this morning.')).toHaveCount(0);
    await expect(b.composer).toHaveValue('');

    await a.composer.focus();
    await a.composer.press('Shift+Tab');
    await anna.page.keyboard.press('Home');
    await expect(a.message('Is sheet 14 frozen?').first()).toBeFocused();
    await anna.page.keyboard.press('Enter');
    await anna.page.getByRole('menuitem', { name: 'Withdraw' }).click();
    await anna.page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await expect(b.message('Message withdrawn')).toBeVisible();
    await expect(a.message('You withdrew a message')).toBeVisible();
  });
}

// Nothing of it depends on the server.
if (!onKamailio) {
  test(`I08 emoji by name and from the picker, and a mention that stands out (${where})`, async ({
    person,
  }) => {
    const { anna, a, b } = await together(person);
    await a.composer.pressSequentially('done :tad');
    await expect(anna.page.getByRole('option', { name: ':tada:' })).toBeVisible();
    await a.composer.press('Enter');
    await expect(a.composer).toHaveValue('done 🎉');
    await anna.page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await anna.page.getByRole('searchbox', { name: 'Find an emoji' }).fill('thumbs up');
    await anna.page.keyboard.press('Enter');
    await expect(a.composer).toHaveValue('done 🎉👍');
    await a.composer.press('Enter');
    await expect(b.message('done 🎉👍')).toBeVisible();

    await a.composer.pressSequentially('ask @be');
    await anna.page.getByRole('option', { name: /Ben/ }).click();
    await expect(a.composer.locator('a')).toHaveText(/^@Ben/);
    await anna.page.keyboard.type('please :)');
    await anna.page.keyboard.press('Enter');
    const got = b.message('please 🙂');
    await expect(got.locator('a.mention')).toHaveText(/^@Ben/);
    await expect(got).toHaveClass(/mentions/);
  });
}

// Nothing of it depends on the server.
if (!onKamailio) {
  test(`I06 a drawing arrives as strokes, and is drawn on and sent back (${where})`, async ({ person }) => {
    const { anna, ben, a, b } = await together(person);
    await anna.page.getByRole('button', { name: 'Draw an ink message' }).click();
    await scribble(anna, 'Ink message');
    await anna.page.getByRole('button', { name: 'Send drawing' }).click();
    const got = b.log.getByRole('img', { name: 'Handwriting' });
    await expect(got.locator('path')).toHaveCount(1);
    await b.log.getByRole('article').first().click({ button: 'right' });
    await ben.page.getByRole('menuitem', { name: 'Draw on it' }).click();
    await ben.page.getByRole('button', { name: 'Red', exact: true }).click();
    await scribble(ben, 'Ink message');
    await ben.page.getByRole('button', { name: 'Send drawing' }).click();
    await expect(a.log.getByRole('img', { name: 'Handwriting' }).last().locator('path')).toHaveCount(2);
    await expect(a.log.locator('path.ink-2')).toHaveCount(1);
  });
}

async function scribble({ page }: Person, pad: string): Promise<void> {
  const board = page.getByRole('group', { name: pad }).locator('svg.board');
  const box = await board.boundingBox();
  if (!box) throw new Error('the pad has no size');
  await page.mouse.move(box.x + 40, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 160, box.y + 90, { steps: 8 });
  await page.mouse.up();
}
