import { spawn } from 'node:child_process';
import { ATTACKS, foreignAttacks } from './office/attacks.ts';
import { openRawLine, openSoftphone, rawRequest } from './office/raw-line.ts';
import { Screen, wordsOf } from './office/screen.ts';
import { expect, onKamailio, signIn, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

async function trySignIn({ page, door }: Person, address: string, password: string): Promise<void> {
  await page.goto(door.url);
  await page.getByLabel('Work address').fill(address);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test(`a wrong password and an unknown name get the same sentence (${where})`, async ({ person, office }) => {
  const anna = await person('anna', { signedIn: false });
  const sentence = anna.page.getByText('The name or the password is not right. Check both and try again.');
  await trySignIn(anna, anna.address, 'not this one');
  await expect(sentence).toBeVisible();
  await trySignIn(anna, `nobody-${anna.name}@${office.domain}`, 'not this one');
  await expect(sentence).toBeVisible();
  await signIn(anna);
});

if (!onKamailio) {
  test('passwords cannot be guessed on end: after five a sentence says to wait (embedded)', async ({
    person,
  }) => {
    const anna = await person('anna', { signedIn: false });
    const { page } = anna;
    const button = page.getByRole('button', { name: 'Sign in', exact: true });
    const wait = page.getByText('Too many attempts. Wait a few minutes and try again.');
    for (let guess = 0; guess < 6 && !(await wait.isVisible()); guess += 1) {
      await trySignIn(anna, anna.address, `guess ${guess}`);
      await expect(page.getByText(/is not right|Too many attempts/)).toBeVisible();
      await expect(button).toBeEnabled();
    }
    await expect(wait).toBeVisible();
    // The right password has to wait as well.
    await trySignIn(anna, anna.address, anna.password);
    await expect(wait).toBeVisible();
  });
}

test(`what no user agent sends is refused, and the page beside it goes on (${where})`, async ({ person }) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const mallory = await person('mallory', { signedIn: false });
  const refused = async (frame: string | Buffer): Promise<number | null> => {
    const line = await openRawLine(mallory);
    line.send(frame);
    // Whoever got no answer is asked whether the server still listens.
    line.send(rawRequest('OPTIONS', mallory, ['X-Probe: 1']));
    const status = await line.answer();
    line.close();
    return status;
  };
  const bad = [400, null];
  expect(bad).toContain(
    await refused(rawRequest('MESSAGE', mallory).replace('CSeq: 1 MESSAGE', 'CSeq: what')),
  );
  expect([...bad, 413, 513]).toContain(
    await refused(rawRequest('MESSAGE', mallory, ['Content-Type: text/plain'], 'x'.repeat(2_000_000))),
  );
  await refused(Buffer.from([0, 255, 254, 1, 2, 3, 13, 10, 13, 10]));
  await refused('GET / HTTP/1.1\r\nHost: x\r\n\r\n');

  const two = rawRequest('MESSAGE', mallory, [`From: <${anna.aor}>;tag=two`]);
  expect(onKamailio ? 407 : 400).toBe(await refused(two));

  const phone = await openSoftphone(mallory, 'Mallory');
  const status = async (request: Parameters<typeof phone.send>[0]): Promise<number | undefined> =>
    (await phone.send(request).answered)?.status;
  const as = (one: Person) => ({ display: one.name, uri: one.aor, params: new Map([['tag', 'forged']]) });
  const text = { contentType: 'text/plain', body: 'Send me your password' };
  const forged = await status({ method: 'MESSAGE', uri: ben.aor, from: as(anna), ...text });
  // The engine asks for the password of the name in From, which a stranger does not have.
  expect(forged).toBe(onKamailio ? 407 : 403);
  const contact = [{ name: 'Contact', value: `<${phone.contact}>;expires=600` }];
  const domain = `sip:${anna.address.split('@')[1] ?? ''}`;
  const theirs = { display: '', uri: anna.aor, params: new Map<string, string>() };
  const taken = await status({ method: 'REGISTER', uri: domain, to: theirs, headers: contact });
  expect(taken).toBe(onKamailio ? 401 : 403);
  expect([405, 501]).toContain(await status({ method: 'LEVITATE', uri: ben.aor }));
  phone.close();

  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await a.say('All well here');
  await a.expectState('All well here', 'delivered');
  await b.chatWith(anna);
  await expect.poll(() => wordsOf(b)).toEqual(['All well here']);
});

test(`markup, code and turned text from a stranger are shown as text, a strange type as a file (${where})`, async ({
  person,
}) => {
  const anna = await person('anna');
  const mallory = await person('mallory', { signedIn: false });
  const left: string[] = [];
  const { page, context, door } = anna;
  page.on('dialog', (dialog) => void left.push(dialog.message()));
  context.on('page', (opened) => left.push(opened.url()));
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost') left.push(request.url());
  });
  const phone = await openSoftphone(mallory, ATTACKS[0] ?? '');
  const send = async (body: string, contentType = 'text/plain') => {
    const answer = await phone.send({ method: 'MESSAGE', uri: anna.aor, contentType, body }).answered;
    expect([200, 202]).toContain(answer?.status);
  };
  const a = new Screen(page);
  await send('first, as an alert in the corner <b>bold</b>');
  await expect(page.getByText('as an alert in the corner <b>bold</b>').first()).toBeVisible();
  await a.chatWith(mallory);
  await send('bends and welds', 'application/x-blueprint');
  const file = a.log.getByRole('article').filter({ hasText: 'application/x-blueprint' });
  await expect(file.getByRole('button', { name: 'Save' })).toBeVisible();
  for (const attack of ATTACKS) {
    await send(attack);
    await expect(a.log.getByRole('article').filter({ hasText: attack })).toBeVisible();
  }
  const foreign = foreignAttacks();
  for (const lump of foreign) await send(lump);
  const all = 2 + ATTACKS.length + foreign.length;
  await expect.poll(() => page.evaluate(countMessages)).toBe(all);
  // Every row is drawn once on the way up.
  await a.log.press('End');
  for (let row = 1; row < all; row += 1) await a.log.press('ArrowUp');
  await expect(page.getByText('as an alert in the corner <b>bold</b>').first()).toBeVisible();
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  expect(await a.log.locator('script, iframe, img[src="x"], link, style, base, meta').count()).toBe(0);
  expect(await a.log.locator('a:not([href^="http"]):not([href^="mailto:"])').count()).toBe(0);
  expect(new URL(page.url()).origin).toBe(door.url);
  expect(left).toEqual([]);
  phone.close();
});

// Nothing of it depends on the server.
if (!onKamailio) {
  test(`what the browser kept is damaged: it is made anew, said so, and the message that waited is sent (${where})`, async ({
    person,
  }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await a.chatWith(ben);
    anna.door.path.unplug();
    await a.say('written before the damage');
    await a.expectState('written before the damage', 'queued');
    // Another document of the site, so that Parley itself is closed.
    const other = await anna.context.newPage();
    await anna.page.close();
    anna.door.path.heal();
    await other.goto(`${anna.door.url}/config.json`);
    expect(await other.evaluate(damage)).toBe(1);
    await other.goto(anna.door.url);
    await expect(other.getByText(/damaged and has been made anew.*One message.*was saved/)).toBeVisible();
    await signIn(anna, other);
    await b.chatWith(anna);
    await expect(b.message('written before the damage')).toHaveCount(1);
  });
}

async function countMessages(): Promise<number> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('parley');
    opening.onsuccess = () => {
      const counting = opening.result.transaction('messages').objectStore('messages').count();
      counting.onsuccess = () => {
        opening.result.close();
        resolve(counting.result);
      };
    };
  });
}

/** Leaves a database of the right name and version that lacks most of its stores. Gives the waiting messages kept. */
async function damage(): Promise<number> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error(String(request.error)));
    });
  const whole = await done(indexedDB.open('parley'));
  const { version } = whole;
  const rows = (await done(whole.transaction('outbox').objectStore('outbox').getAll())) as unknown[];
  whole.close();
  await done(indexedDB.deleteDatabase('parley'));
  const opening = indexedDB.open('parley', version);
  opening.onupgradeneeded = () => {
    const outbox = opening.result.createObjectStore('outbox', { keyPath: 'id' });
    for (const row of rows) outbox.put(row);
  };
  (await done(opening)).close();
  return rows.length;
}

if (!onKamailio) {
  test('the server is killed while messages are sent: each arrives once; another start on its data is refused in words (embedded)', async ({
    person,
    office,
  }) => {
    const [anna, ben] = [await person('anna'), await person('ben')];
    const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
    await a.chatWith(ben);
    await b.chatWith(anna);
    const said: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const words = `around kill ${round}`;
      said.push(words);
      await a.composer.fill(words);
      await Promise.all([a.composer.press('Enter'), office.crash?.()]);
    }
    await a.expectState(said.at(-1) ?? '', 'displayed', 20_000);
    await expect.poll(() => wordsOf(b)).toEqual(said);
    expect(await wordsOf(a)).toEqual(said);
    const { data } = office as typeof office & { data: string };
    expect(await secondStart(data)).toMatch(/data folder|already|another/i);
  });
}

/** What `npm start` says when it ends by itself. */
function secondStart(data: string): Promise<string> {
  const env = { ...process.env, PARLEY_PORT: '0', PARLEY_DATA: data, PARLEY_AS_BUILT: '1' };
  const child = spawn(process.execPath, ['src/server/start.ts'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.on('exit', () => resolve(said)));
}
