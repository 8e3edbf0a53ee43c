/** A call in which one side changes its address again and again. Runs in a network of its own (namespaces.ts). */
import { chromium as browsers, type Browser, type Locator, type Page } from '@playwright/test';
import { chromium, fakeMedia, findChromium, findShell } from '../chromium.ts';
import { startEmbedded } from '../office/embedded.ts';
import { startKamailio } from '../office/kamailio.ts';
import { Screen } from '../office/screen.ts';
import type { OfficeServer } from '../office/server.ts';
import { installEar } from './ear.ts';
import { OFFICE, openOutside, type Link, type Outside } from './namespaces.ts';

/** How an address becomes another. */
const KINDS = [
  'the other link takes over',
  'a new address after a moment without',
  'the other link after a moment without',
] as const;
export type Kind = (typeof KINDS)[number];

/** One change: the longest time in which no audio packet came, milliseconds. */
export interface Change {
  readonly kind: Kind;
  /** To the side that stayed where it was. */
  readonly there: number;
  /** To the side that moved. */
  readonly here: number;
}
export interface Roamed {
  readonly changes: readonly Change[];
  /** Why it ended early: the call did not come back, as a sentence. */
  readonly dropped: string | null;
}

/** A cable is pulled and an address is asked for, milliseconds. */
const WITHOUT = 300;
/** Longer is a call that is lost. */
const MOST = 30_000;
const PASSWORD = 'correct horse battery';

export async function roam(count: number, kind: OfficeServer['kind']): Promise<Roamed> {
  const outside = await openOutside();
  const office = kind === 'kamailio' ? await startKamailio() : await startEmbedded();
  const program = findShell() ?? findChromium() ?? '';
  const started: Browser[] = [];
  try {
    const at = [await start(program), await start(await outside.wrap(program))] as const;
    started.push(...at);
    await office.addUsers(['anna', 'ben'], PASSWORD);
    outside.take('wire', 2);
    const b = await signIn(at[0], office, 'ben');
    const a = await signIn(at[1], office, 'anna');
    await talk(a, b, `ben@${office.domain}`);
    return await changes(outside, a, b, count);
  } finally {
    for (const browser of started) await browser.close();
    await office.close();
    await outside.close();
  }
}

/** Calls, and waits until both are heard. */
export async function talk(a: Screen, b: Screen, address: string): Promise<void> {
  await a.chatWith({ address });
  await a.page.getByRole('button', { name: /^Call/ }).first().click();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  for (const side of [a, b]) {
    await side.expectCall('established');
    await side.expectGrowth('packets-received');
  }
}

async function changes(outside: Outside, a: Screen, b: Screen, count: number): Promise<Roamed> {
  const done: Change[] = [];
  let [link, host]: [Link, number] = ['wire', 2];
  for (let turn = 0; turn < count; turn++) {
    const kind = KINDS[turn % KINDS.length] ?? KINDS[0];
    const next: [Link, number] = [
      kind === KINDS[1] ? link : link === 'wire' ? 'air' : 'wire',
      2 + ((turn + 1) % 250),
    ];
    for (const { page } of [a, b]) await page.evaluate(() => ear.listen());
    if (kind === KINDS[0]) {
      outside.take(...next);
      outside.leave(link, host);
    } else {
      outside.leave(link, host);
      await pause(WITHOUT);
      outside.take(...next);
    }
    [link, host] = next;
    // What comes from now on has come the new way.
    const [before, since] = [await heard(a, b), Date.now()];
    while (!(await isBack(a, b, before))) {
      if (Date.now() - since > MOST) return { changes: done, dropped: await why(turn, kind, a, b) };
      await pause(100);
    }
    const [here, there] = await heard(a, b);
    done.push({ kind, here: here?.longest ?? NaN, there: there?.longest ?? NaN });
  }
  const up = await b.stage.getAttribute('data-call-state');
  return { changes: done, dropped: up === 'established' ? null : `at the end the call was ${up}` };
}

type Heard = ReturnType<typeof ear.heard>;
const heard = (...sides: readonly Screen[]): Promise<Heard[]> =>
  Promise.all(sides.map(({ page }) => page.evaluate(() => ear.heard())));

/** A few seconds of sound have come to both, and both are in touch with the server: nobody moves faster than that. */
async function isBack(a: Screen, b: Screen, before: readonly Heard[]): Promise<boolean> {
  const now = await heard(a, b);
  if (now.some(({ packets }, side) => packets < (before[side]?.packets ?? 0) + 150)) return false;
  for (const { stage, status } of [a, b]) {
    if ((await stage.getAttribute('data-path')) !== 'connected') return false;
    if (!/In a call/.test(await words(status))) return false;
  }
  return true;
}

const words = async (place: Locator): Promise<string> => (await place.ariaSnapshot()).replace(/\s+/g, ' ');

async function why(turn: number, kind: Kind, ...sides: readonly Screen[]): Promise<string> {
  const states = await Promise.all(
    sides.map(
      async ({ stage, status }) =>
        `${await stage.getAttribute('data-call-state')}, ${await stage.getAttribute('data-path')}, ${await words(status)}`,
    ),
  );
  return `change ${turn + 1} (${kind}): not back after ${MOST / 1000} s: ${states.join(' / ')}`;
}

function start(executablePath: string): Promise<Browser> {
  const names = `--host-resolver-rules=MAP localhost ${OFFICE}`;
  return browsers.launch({ ...chromium([...fakeMedia, names]), executablePath });
}

async function signIn(browser: Browser, office: OfficeServer, name: string): Promise<Screen> {
  const context = await browser.newContext({ permissions: ['microphone', 'notifications'] });
  await context.addInitScript(installEar);
  const page: Page = await context.newPage();
  const door = await office.openDoor(OFFICE);
  await page.goto(door.url);
  await page.getByLabel('Work address').fill(`${name}@${office.domain}`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const screen = new Screen(page);
  await screen.status.waitFor();
  return screen;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
