/** How many changes of presence a second a page takes without a frame above 50 ms. */
import { setTimeout as wait } from 'node:timers/promises';
import { giveContacts, leave, namesTo, signInShared, stateOf } from './crowd.ts';
import { pace } from './load.ts';
import { launch, openDevice, openOffice, signIn } from './pages.ts';
import type { Frames } from './probe.ts';
import type { Row } from './row.ts';

const CONTACTS = 1_000;

interface Step {
  /** Changes the page was told, a second. */
  readonly rate: number;
  readonly frames: Frames;
}

export async function presenceBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  const steps = quick ? [50, 100] : [50, 100, 200, 400];
  const seconds = quick ? 3 : 5;
  const watcher = 'watcher';
  try {
    await office.addUsers([watcher, ...namesTo(CONTACTS)]);
    await giveContacts(office, watcher, CONTACTS);
    // The first people of the list are watched first.
    const publishers = await signInShared(office, namesTo(Math.max(...steps)), 20);
    for (const user of publishers) await user.publish(stateOf(user, 1));
    const { page } = await signIn(await openDevice(browser), office, watcher);
    // Everybody who will change has been seen once.
    await page.waitForFunction((count) => probe.presence >= count, publishers.length, {
      timeout: 60_000,
      polling: 250,
    });
    await wait(1500);
    let turn = 1;
    const step = async (count: number): Promise<Step> => {
      turn += 1;
      const before = await page.evaluate(() => probe.presence);
      const frames = await page.evaluateHandle(() => probe.frames());
      const until = performance.now() + seconds * 1000;
      // The server tells a watcher of a person once a second at most.
      await Promise.all(
        publishers.slice(0, count).map((user) => {
          let own = turn;
          return pace(until, 1, async () => (await user.publish(stateOf(user, (own += 1)))) === 200);
        }),
      );
      if (count === 0) await wait(seconds * 1000);
      const told = await page.evaluate(() => probe.presence);
      return { rate: (told - before) / seconds, frames: await frames.evaluate((end) => end()) };
    };
    const idle = await step(0);
    const done: Step[] = [];
    for (const count of steps) done.push(await step(count));
    await leave(publishers);
    return rowsOf(idle, done);
  } finally {
    await browser.close();
    await office.close();
  }
}

function rowsOf(idle: Step, steps: readonly Step[]): Row[] {
  const smooth = steps.filter(({ frames }) => frames.late === 0).map(({ rate }) => rate);
  const best = Math.max(0, ...smooth);
  const heaviest = steps.at(-1) ?? idle;
  const told = (step: Step): string =>
    `${Math.round(step.rate)}/s: ${step.frames.late} of ${step.frames.count} late, longest ${Math.round(step.frames.longest)} ms`;
  return [
    {
      name: `Presence updates applied without a frame over 50 ms, ${CONTACTS.toLocaleString('en')} contacts`,
      figure: best,
      unit: 'a second',
      note: [...steps.map(told), `idle: ${idle.frames.late} late`].join('; '),
    },
    {
      name: `Tasks over 50 ms in the page at ${Math.round(heaviest.rate)} updates a second`,
      figure: heaviest.frames.longTasks,
      unit: 'tasks',
    },
  ];
}
