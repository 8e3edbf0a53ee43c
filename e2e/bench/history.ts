/** Long histories: on a device that has them, and on one that is new. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { archiveTalk, writeHistory, type Talk } from './old-messages.ts';
import {
  enter,
  fillSignIn,
  launch,
  makeProfile,
  openDevice,
  openOffice,
  signIn,
  type Office,
} from './pages.ts';
import { ofBudget, percentile, type Row } from './row.ts';

const ON_A_NEW_DEVICE = 10_000;
const HELD = [100_000, 1_000_000];
/** People with whom the rest of a long history was. */
const OTHERS = 20;

export async function historyBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  try {
    const rows = await newDevice(office, browser);
    for (const count of quick ? HELD.slice(0, 1) : HELD) rows.push(...(await held(office, count)));
    return rows;
  } finally {
    await browser.close();
    await office.close();
  }
}

const now = (): number => Date.now() - 60_000;
const inWords = (count: number): string => `${count.toLocaleString('en')} messages`;

/** How many messages this browser keeps. */
function keptIn(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('parley');
        opening.onerror = () => reject(new Error('the store does not open'));
        opening.onsuccess = () => {
          const count = opening.result.transaction('messages').objectStore('messages').count();
          count.onsuccess = () => {
            opening.result.close();
            resolve(count.result);
          };
        };
      }),
  );
}

async function newDevice(office: Office, browser: Browser): Promise<Row[]> {
  await office.addUsers(['newcomer', 'ben']);
  const [me, other] = ['newcomer', 'ben'].map((name) => `sip:${name}@${office.domain}`) as [string, string];
  await archiveTalk(office.data, { me, other, count: ON_A_NEW_DEVICE, last: now() });
  const page = await openDevice(browser);
  await page.goto(`${office.url}/chat/${other}`);
  await fillSignIn(page, office, 'newcomer');
  const seen = page.evaluate(
    (id) => probe.painted(`[role=log] [data-message="${id}"]`),
    `old-${ON_A_NEW_DEVICE - 1}`,
  );
  await enter(page);
  const began = await page.evaluate(() => probe.acted);
  const figure = (await seen) - began;
  while ((await keptIn(page)) < ON_A_NEW_DEVICE) await new Promise((resolve) => setTimeout(resolve, 200));
  const whole = (await page.evaluate(() => performance.now())) - began;
  await page.context().close();
  const of = inWords(ON_A_NEW_DEVICE);
  return [
    {
      name: `New device: sign-in to the newest message on screen, ${of}`,
      figure,
      unit: 'ms',
      ratio: ofBudget(figure, 2_000, 'ms'),
    },
    { name: `New device: sign-in to the whole history kept, ${of}`, figure: whole / 1_000, unit: 's' },
  ];
}

/** In a profile on the disk, as people have it: a context of its own would keep everything in memory. */
async function held(office: Office, count: number): Promise<Row[]> {
  const name = `holder${count}`;
  await office.addUsers([name]);
  const aor = (who: string): string => `sip:${who}@${office.domain}`;
  // Half of them with one person, the rest with others.
  const talks: Talk[] = [
    { me: aor(name), other: aor('ben'), count: count / 2, last: now() },
    ...Array.from({ length: OTHERS }, (_, n) => ({
      ...{ me: aor(name), other: aor(`other${n}`), count: count / 2 / OTHERS, last: now() - n * 1_000 },
    })),
  ];
  const folder = await mkdtemp(join(tmpdir(), 'parley-history-'));
  const profile = await makeProfile();
  const context = await profile.open();
  try {
    const file = join(folder, 'history.zip');
    await writeHistory(file, talks);
    const { page } = await signIn(context.pages()[0] ?? (await context.newPage()), office, name);
    await page.goto(`${office.url}/settings/history`);
    const began = performance.now();
    await page.getByLabel('History to import').setInputFiles(file);
    await page.getByText(/ added, /).waitFor({ timeout: 3_600_000 });
    const took = (performance.now() - began) / 1_000;
    await page.goto(`${office.url}/chats`);
    const rows = [
      { name: `An exported history brought in, ${inWords(count)}`, figure: count / took, unit: 'messages/s' },
      ...(await opening(page, count)),
      await scrollingBack(page, count),
      await searching(page, count),
    ];
    return rows;
  } finally {
    await context.close();
    await profile.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** From the click on a conversation to its newest messages painted; every other time another conversation. */
async function opening(page: Page, count: number): Promise<Row[]> {
  const took: number[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const who = turn % 2 === 0 ? 'ben' : `other${turn}`;
    const link = page.locator(`[href$="/chat/sip:${who}@parley.test"]`).first();
    await link.waitFor();
    const id = `sip:${who}@parley.test-`;
    const painted = page.evaluate((start) => probe.painted(`[role=log] [data-message^="${start}"]`), id);
    await link.click();
    const seen = await painted;
    // The first fetches the code that shows conversations.
    if (turn > 0) took.push(seen - (await page.evaluate(() => probe.acted)));
  }
  const figure = percentile(took, 0.5);
  return [
    {
      name: `A conversation opened, ${inWords(count)} held`,
      figure,
      unit: 'ms',
      ratio: ofBudget(figure, 100, 'ms'),
      note: `median of ${took.length}, longest ${Math.round(Math.max(...took))} ms`,
    },
  ];
}

/** The wheel upwards in the longest conversation, page after page. */
async function scrollingBack(page: Page, count: number): Promise<Row> {
  await page.locator('[href$="/chat/sip:ben@parley.test"]').first().click();
  const log = page.getByRole('log');
  await log.getByRole('article').first().waitFor();
  await log.hover();
  const frames = await page.evaluateHandle(() => probe.frames());
  const until = performance.now() + 6_000;
  while (performance.now() < until) await page.mouse.wheel(0, -400);
  const { late, count: all, longest } = await frames.evaluate((end) => end());
  return {
    name: `Longest frame while scrolling back, ${inWords(count)} held`,
    figure: longest,
    unit: 'ms',
    ratio: ofBudget(longest, 50, 'ms'),
    note: `${late} of ${all} above 50 ms`,
  };
}

/** From the last key to the first hits painted: the pause that waits for more keys is part of it. */
async function searching(page: Page, count: number): Promise<Row> {
  const field = page.getByRole('searchbox', { name: 'Search messages' });
  const took: number[] = [];
  const words = Array.from({ length: 20 }, (_, n) => [
    `item${(n * 4_999) % (count / 2 / OTHERS)}`,
    `lot${n * 37}`,
    ['concrete', 'survey', 'crane low', 'the', 'pier dr'][n % 5] ?? '',
  ]).flat();
  await field.fill('bearing');
  await page.locator('[data-hit]').first().waitFor();
  for (const asked of words) {
    await field.fill('');
    await page.locator('[data-hit]').first().waitFor({ state: 'detached' });
    const painted = page.evaluate(() => probe.painted('[data-hit]'));
    await page.evaluate(() =>
      addEventListener('input', () => (probe.acted = performance.now()), { capture: true, once: true }),
    );
    await field.fill(asked);
    took.push((await painted) - (await page.evaluate(() => probe.acted)) - PAUSE);
  }
  const figure = percentile(took, 0.95);
  return {
    name: `Search, 95 of 100, ${inWords(count)} held`,
    figure,
    unit: 'ms',
    ratio: ofBudget(figure, 50, 'ms'),
    note: `${took.length} searches painted, half below ${Math.round(percentile(took, 0.5))} ms, after the ${PAUSE} ms that wait for another key`,
  };
}

/** model/chat/search.svelte.ts waits so long for another key, milliseconds. */
const PAUSE = 60;
