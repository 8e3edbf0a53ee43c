import { onKamailio, expect, signIn, test } from './office/test.ts';
import { Screen, wordsOf } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

test(`I08 messages both ways show delivered and read (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await a.say('Is the bearing shelf frozen?');
  await a.expectState('Is the bearing shelf frozen?', 'delivered');
  await b.chatWith(anna);
  await expect(b.message('Is the bearing shelf frozen?')).toBeVisible();
  await a.expectState('Is the bearing shelf frozen?', 'displayed');
  await b.say('Since this morning.');
  await expect(a.message('Since this morning.')).toBeVisible();
  await b.expectState('Since this morning.', 'displayed');
});

test(`I08 the other side sees typing, and no longer once the message is there (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await a.composer.pressSequentially('Hel');
  await expect(ben.page.getByText(/is typing/)).toBeVisible();
  await a.composer.press('Enter');
  await expect(b.message('Hel')).toBeVisible();
  await expect(ben.page.getByText(/is typing/)).toBeHidden();
});

test(`a message to somebody offline arrives once, at sign-in (${where})`, async ({ person }) => {
  const ben = await person('ben', { signedIn: false });
  const anna = await person('anna');
  const a = new Screen(anna.page);
  await a.chatWith(ben);
  await a.say('Read me when you are back');
  await a.expectState('Read me when you are back', 'sent');
  await signIn(ben);
  const b = new Screen(ben.page);
  await b.chatWith(anna);
  await expect(b.message('Read me when you are back')).toHaveCount(1);
  await a.expectState('Read me when you are back', 'displayed');
  await ben.page.reload();
  await expect(b.message('Read me when you are back')).toHaveCount(1);
});

test(`a cut socket loses and doubles nothing, and is back in two seconds (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  const said: string[] = [];
  for (let round = 1; round <= 5; round += 1) {
    const words = `before and after cut ${round}`;
    said.push(words);
    await a.composer.fill(words);
    // The frame is on its way, or not yet: either must do.
    const sent = a.composer.press('Enter');
    anna.door.path.cut();
    if (round % 2 === 0) ben.door.path.cut();
    await sent;
  }
  await a.expectState(said.at(-1) ?? '', 'displayed');
  await expect.poll(() => wordsOf(b)).toEqual(said);
  expect(await wordsOf(a)).toEqual(said);
  anna.door.path.cut();
  await expect(a.status).toHaveAccessibleName(/Available/, { timeout: 2_000 });
});

test(`a half-open path is noticed and replaced; the message waits and goes once (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await a.say('first');
  await a.expectState('first', 'displayed');
  anna.door.path.freeze();
  await a.say('into the silence');
  await a.expectState('into the silence', 'queued');
  anna.door.path.heal();
  await a.expectState('into the silence', 'displayed', 20_000);
  expect(await wordsOf(b)).toEqual(['first', 'into the silence']);
});

test(`what was sent into a silent path arrives once on the new one (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await b.say('first');
  await b.expectState('first', 'displayed');
  anna.door.path.freeze();
  await b.say('into the silence');
  anna.door.path.heal();
  // The server may give the old path up only after anna is back on the new one.
  await b.expectState('into the silence', 'displayed', 20_000);
  expect(await wordsOf(a)).toEqual(['first', 'into the silence']);
});

test(`what is written without a network waits, survives a reload and goes once (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await b.chatWith(anna);
  await a.say('one');
  await a.expectState('one', 'displayed');
  anna.door.path.unplug();
  await a.say('two, unplugged');
  await a.expectState('two, unplugged', 'queued');
  await expect(a.status).toHaveAccessibleName(/Not connected/);
  // The page itself comes from the service worker or the cache only in its own spec: plug in, then reload at once.
  anna.door.path.heal();
  await anna.page.reload();
  await expect(a.message('two, unplugged')).toHaveCount(1);
  await a.expectState('two, unplugged', 'displayed', 20_000);
  await expect.poll(() => wordsOf(b)).toEqual(['one', 'two, unplugged']);
});
