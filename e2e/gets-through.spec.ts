/**
 * Who gets through to somebody in Do Not Disturb, with the page open and closed (features.md A05, A08, A09, P19).
 *
 *   paula, Personal   call: 480                  message: kept, quiet
 *   tom, Team         rings; closed: push, desk  message: toast; closed: push
 *   bert, Blocked     as for somebody who never was here
 */
import type { Page } from '@playwright/test';
import type { SipRequest, SipResponse } from '../src/protocol/sip-message.ts';
import type { Softphone } from '../src/server/demo/softphone.ts';
import { giveByMenu } from './office/access.ts';
import { openSoftphone } from './office/raw-line.ts';
import { RawWatcher } from './office/raw-watcher.ts';
import { Screen } from './office/screen.ts';
import { Sleeper } from './office/sleeper.ts';
import { expect, onKamailio, signIn, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

const UNREAD = /1 ?unread/;

type Make = (name: string) => Promise<Person>;

/** Anna in Do Not Disturb, with tom at Team and paula at Personal. */
async function arrive(person: Make): Promise<Record<'anna' | 'tom' | 'paula', Person>> {
  const [anna, tom, paula] = [await person('anna'), await person('tom'), await person('paula')];
  const a = new Screen(anna.page);
  for (const [who, level] of [
    [tom, 'Team'],
    [paula, 'Personal'],
  ] as const) {
    await a.addContact(who);
    await giveByMenu(a, who, level);
    await new Screen(who.page).chatWith(anna);
  }
  const own = await RawWatcher.open(anna, anna);
  await own.subscribe();
  await a.chooseStatus('Do not disturb');
  // From now on it holds without the page.
  await own.until(({ text }) => text.includes('h-team'));
  own.close();
  return { anna, tom, paula };
}

const call = (page: Page) => page.getByRole('button', { name: /^Call/ }).first().click();

/** The caller is told that nobody is there. */
async function expectNobody(page: Page): Promise<void> {
  await expect(page.getByText(/can’t be reached|cannot be reached/)).toBeVisible();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
}

test(`A08 A09 P19 in Do Not Disturb Team is heard, Personal waits quietly, calls and messages (${where})`, async ({
  person,
}) => {
  const { anna, tom, paula } = await arrive(person);
  const [a, t, p] = [new Screen(anna.page), new Screen(tom.page), new Screen(paula.page)];
  const reply = (to: Person) => anna.page.getByRole('textbox', { name: `Reply to ${to.displayName}` });
  await p.say('Dinner at seven?');
  await p.expectState('Dinner at seven?', 'delivered');
  await t.say('The pump is out');
  await expect(reply(tom)).toBeVisible();
  // It came before, and stands in the list.
  await expect(a.contact(paula)).toContainText(UNREAD);
  await expect(reply(paula)).toHaveCount(0);

  await call(paula.page);
  await expectNobody(paula.page);
  await expect(a.alert).toHaveCount(0);
  await call(tom.page);
  await expect(a.alert).toHaveAccessibleName(`Voice call from ${tom.displayName}`);
  await a.alert.getByRole('button', { name: 'Decline' }).click();

  await a.chooseStatus('Available');
  await paula.page.goto(`${paula.door.url}/chat/${anna.aor}`);
  await expect(async () => {
    await call(paula.page);
    await expect(a.alert).toHaveAccessibleName(`Voice call from ${paula.displayName}`);
  }).toPass();
});

test(`A08 A09 with the page closed Do Not Disturb still holds at the desk phone, but for Team (${where})`, async ({
  person,
}) => {
  const { anna, tom, paula } = await arrive(person);
  const rung: string[] = [];
  const phone = await openSoftphone(anna, anna.displayName);
  phone.onRequest = (request) => {
    if (request.method === 'ACK') return;
    if (request.method === 'INVITE') rung.push(request.from.uri);
    phone.respond(request, { status: request.method === 'INVITE' ? 486 : 200, toTag: 'desk' });
  };
  await anna.page.close();
  await call(paula.page);
  await expectNobody(paula.page);
  await call(tom.page);
  await expect(tom.page.getByText(/is busy/)).toBeVisible();
  expect(rung).toEqual([tom.aor]);
  phone.close();
});

// The engine wakes nobody.
if (!onKamailio) {
  test('A08 A09 P19 with the page closed only Team wakes it; what waited is there afterwards (embedded)', async ({
    person,
  }) => {
    const { anna, tom, paula } = await arrive(person);
    const [t, p] = [new Screen(tom.page), new Screen(paula.page)];
    const sleeper = await Sleeper.fallAsleep(anna);
    await p.say('Dinner at seven?');
    await p.expectState('Dinner at seven?', 'sent');
    await call(paula.page);
    await expectNobody(paula.page);
    await t.say('The pump is out');
    // The first that knocks.
    expect(await sleeper.deliver()).toEqual({ k: 'message', f: tom.aor });
    await call(tom.page);
    expect(await sleeper.deliver()).toMatchObject({ k: 'call', f: tom.aor });
    await tom.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    expect(await sleeper.deliver()).toMatchObject({ k: 'gone' });
    const a = await sleeper.wake('/');
    await expect(a.status).toHaveAccessibleName(/Do not disturb/);
    await expect(a.contact(paula)).toContainText(UNREAD);
    await p.expectState('Dinner at seven?', 'delivered');
    await sleeper.service.close();
  });
}

/** An answer without what differs between any two requests. */
function plain(response: SipResponse | null): unknown {
  const own = /^(Via|Call-ID|CSeq|From|To|Date|Warning)$/i;
  const fields = response?.headers
    .filter(({ name }) => !own.test(name))
    .map(({ name, value }) => `${name}: ${value}`);
  return [response?.status, response?.reason, fields];
}

/** What a caller hears: progress, then the end. */
async function ask(phone: Softphone, uri: string): Promise<unknown[]> {
  const progress: number[] = [];
  const sdp = {
    contentType: 'application/sdp',
    body: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n',
  };
  const headers = [{ name: 'Contact', value: `<${phone.contact}>` }];
  const invite = phone.send({ method: 'INVITE', uri, headers, ...sdp }, ({ status }) =>
    progress.push(status),
  );
  const text = { contentType: 'text/plain', body: 'Can you read this?' };
  return [
    plain(await invite.answered),
    progress,
    plain(await phone.send({ method: 'MESSAGE', uri, ...text }).answered),
  ];
}

test(`A05 with the page closed a blocked person is answered as if nobody had ever been there (${where})`, async ({
  person,
}) => {
  const [anna, bert] = [await person('anna'), await person('bert')];
  const zoe = await person('zoe', { signedIn: false });
  const [a, b] = [new Screen(anna.page), new Screen(bert.page)];
  for (const who of [anna, zoe]) await b.addContact(who);
  await a.addContact(bert);
  await b.expectShape(anna, 'available');
  await giveByMenu(a, bert, 'Blocked');
  await b.expectShape(anna, 'offline');
  const told = async (of: Person): Promise<string> => {
    const line = await RawWatcher.open(bert, of);
    const { text } = await line.subscribe();
    line.close();
    return text.replaceAll(of.name, 'somebody');
  };
  const sleeper = onKamailio ? null : await Sleeper.fallAsleep(anna);
  if (!sleeper) await anna.page.close();
  // Seen by row, by document and by answer.
  const words = (who: Person) => b.contact(who).locator('.st').innerText();
  expect(await words(anna)).toBe(await words(zoe));
  expect(await told(anna)).toBe(await told(zoe));
  const heard: SipRequest[] = [];
  const phone = await openSoftphone(bert, bert.displayName);
  phone.onRequest = (request) => heard.push(request);
  expect(await ask(phone, anna.aor)).toEqual(await ask(phone, zoe.aor));
  expect(heard).toEqual([]);
  phone.close();

  // What somebody offline gets comes at the next sign-in; what a blocked person wrote does not.
  await signIn(zoe);
  await expect(new Screen(zoe.page).contact(bert)).toContainText(UNREAD);
  const back = sleeper ? await sleeper.wake('/') : new Screen(await anna.context.newPage());
  if (!sleeper) await back.page.goto(anna.door.url);
  await expect(back.status).toHaveAccessibleName(/Available/);
  await back.page.goto(`${anna.door.url}/chat/${bert.aor}`);
  await expect(back.page.getByText('Can you read this?')).toHaveCount(0);
  await back.page.goto(`${anna.door.url}/calls`);
  await expect(back.page.getByText('No calls yet')).toBeVisible();
  await sleeper?.service.close();
});
