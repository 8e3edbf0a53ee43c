import { Screen } from './office/screen.ts';
import { expect, onKamailio, signIn, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

/** Another window of the same browser; it is signed in without asking. */
async function anotherTab(person: Person): Promise<Screen> {
  const screen = new Screen(await person.context.newPage());
  await screen.page.goto(person.door.url);
  await expect(screen.status).toHaveAccessibleName(/Available|In a call/);
  return screen;
}

async function answerIn(screen: Screen, from: Person, to: Person): Promise<Screen> {
  const caller = new Screen(from.page);
  await caller.chatWith(to);
  await from.page.getByRole('button', { name: /^Call/ }).first().click();
  await screen.alert.getByRole('button', { name: 'Answer' }).click();
  await screen.expectCall('established');
  await caller.expectCall('established');
  return caller;
}

/** A figure of the embedded server's `/metrics`. */
async function gauge(person: Person, name: string): Promise<number> {
  const text = await (await fetch(`${person.door.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

if (onKamailio) {
  test('two tabs are one device: what one answers, the other does not call another device (Kamailio, which counts no bindings for us)', async ({
    person,
  }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const one = new Screen(anna.page);
    const two = await anotherTab(anna);
    await answerIn(one, ben, anna);
    await expect(two.page.getByText('In another window')).toBeVisible();
    await expect(two.page.getByText(/Answered on another device/)).toBeHidden();
  });
} else {
  test('two tabs have one registration and one connection (embedded)', async ({ person }) => {
    const anna = await person('anna');
    const figures = () =>
      Promise.all(['parley_bindings', 'parley_connections'].map((name) => gauge(anna, name)));
    const before = await figures();
    expect(before.every((figure) => figure >= 1)).toBe(true);
    const two = await anotherTab(anna);
    await two.chooseStatus('Busy');
    await expect(new Screen(anna.page).status).toHaveAccessibleName(/Busy/);
    expect(await figures()).toEqual(before);
  });
}

// Tabs tell each other: no server has a part in it.
if (!onKamailio) {
  test(`what one tab sends and gets, the other shows (embedded)`, async ({ person }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const one = new Screen(anna.page);
    const two = await anotherTab(anna);
    const b = new Screen(ben.page);
    await one.chatWith(ben);
    await two.chatWith(ben);
    await one.say('Written in the first tab');
    await expect(two.message('Written in the first tab')).toHaveCount(1);
    await two.expectState('Written in the first tab', 'delivered');
    await b.chatWith(anna);
    await b.say('Seen in both');
    for (const tab of [one, two]) await expect(tab.message('Seen in both')).toHaveCount(1);
    await two.say('And from the second');
    await expect(one.message('And from the second')).toHaveCount(1);
    await expect(b.message('And from the second')).toHaveCount(1);
  });
}

test(`a call outlives the other tab and ends with its own, told soon to the far side (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const one = new Screen(anna.page);
  const two = await anotherTab(anna);
  const three = await anotherTab(anna);
  const b = await answerIn(two, ben, anna);
  await expect(one.page.getByText('In another window')).toBeVisible();
  await one.page.close();
  await two.expectGrowth('packets-received');
  await b.expectGrowth('packets-received');
  await two.page.close();
  // A reload would have taken it up again.
  await expect(ben.page.getByText('Call ended')).toBeVisible({ timeout: 9_000 });
  await expect(three.page.getByText('In another window')).toBeHidden();
  await expect(three.status).toHaveAccessibleName(/Available/);
});

test(`a reload keeps the contacts, the conversation, the sign-in and the call (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const a = new Screen(anna.page);
  await a.addContact(ben);
  await a.chatWith(ben);
  await a.say('before the reload');
  await a.expectState('before the reload', 'delivered');
  await answerIn(a, ben, anna);
  await anna.page.reload();
  await a.expectCall('established');
  await expect(a.status).toHaveAccessibleName(/In a call/);
  await anna.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(ben.page.getByText('Call ended')).toBeVisible();
  await expect(a.contact(ben)).toBeVisible();
  await expect(a.message('before the reload')).toHaveCount(1);
  await expect(a.status).toHaveAccessibleName(/Available/);
});

// Nothing of it depends on the server.
if (!onKamailio) {
  test('without SharedWorker: sign-in, messages, a second tab, and it takes over when the first closes (embedded)', async ({
    person,
  }) => {
    const anna = await person('anna', { signedIn: false });
    await anna.context.addInitScript(() => {
      if (location.protocol === 'http:') localStorage.setItem('parley-agent', 'dedicated');
    });
    await signIn(anna);
    const ben = await person('ben');
    const [one, b] = [new Screen(anna.page), new Screen(ben.page)];
    await one.chatWith(ben);
    await one.say('from the tab that holds the connection');
    await one.expectState('from the tab that holds the connection', 'delivered');
    const two = await anotherTab(anna);
    await two.chatWith(ben);
    await two.say('through the other tab');
    await two.expectState('through the other tab', 'delivered');
    await expect(one.message('through the other tab')).toHaveCount(1);
    await one.page.close();
    await b.chatWith(anna);
    await b.say('are you still there?');
    await expect(two.message('are you still there?')).toHaveCount(1);
    await two.say('yes, taken over');
    await two.expectState('yes, taken over', 'displayed');
    await expect(b.message('yes, taken over')).toHaveCount(1);
    // The far side sees one device that came back, and can ring it.
    await answerIn(two, ben, anna);
    await b.expectGrowth('packets-received');
  });
}
