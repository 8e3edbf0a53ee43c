/** From the start of a page to a painted contact list. */
import type { Page } from '@playwright/test';
import { giveContacts, namesTo } from './crowd.ts';
import { enter, fillSignIn, makeProfile, openOffice, type Office } from './pages.ts';
import { ofBudget, percentile, type Row } from './row.ts';

const SIZES = [1_000, 10_000];

/** A row of the list with everybody in it: the rows say how many there are. */
const listOf = (count: number): string => `[role=treeitem][data-aor][aria-setsize="${count}"]`;

export async function startBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  try {
    const rows: Row[] = [];
    for (const count of SIZES) rows.push(...(await measure(office, count, quick ? 3 : 5)));
    return rows;
  } finally {
    await office.close();
  }
}

async function measure(office: Office, count: number, times: number): Promise<Row[]> {
  const name = `with${count}`;
  await office.addUsers([name]);
  await giveContacts(office, name, count);
  const profile = await makeProfile();
  const painted = (page: Page): Promise<number> =>
    page.evaluate((list) => probe.painted(list), listOf(count));
  try {
    let context = await profile.open();
    let page = context.pages()[0] ?? (await context.newPage());
    await page.goto(office.url);
    await fillSignIn(page, office, name);
    const first = painted(page);
    await enter(page);
    const signIn = (await first) - (await page.evaluate(() => probe.acted));
    // The service worker fills its cache before the browser ends, as it would for a person.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const [cold, warm]: [number[], number[]] = [[], []];
    for (let time = 0; time < times; time++) {
      await context.close();
      context = await profile.open();
      page = context.pages()[0] ?? (await context.newPage());
      await page.goto(office.url, { waitUntil: 'commit' });
      cold.push(await painted(page));
      // Reloaded is a window that stands, not one that still connects.
      await page.getByRole('button', { name: /^Your status: Available/ }).waitFor();
      await page.reload({ waitUntil: 'commit' });
      warm.push(await painted(page));
    }
    await context.close();
    const offline: number[] = [];
    for (let time = 0; time < times; time++) {
      // The browser runs, nothing of Parley does: neither a window nor its worker.
      context = await profile.open();
      await context.setOffline(true);
      await (context.pages()[0] ?? (await context.newPage())).goto('about:blank');
      page = await context.newPage();
      await page.goto(`${office.url}/card/sip:${namesTo(1)[0] ?? ''}@${office.domain}`, {
        waitUntil: 'commit',
      });
      offline.push(await page.evaluate(() => probe.painted('#card-name')));
      await context.close();
    }
    const people = `${count.toLocaleString('en')} contacts`;
    const middle = (values: readonly number[]): number => percentile(values, 0.5);
    const note = `median of ${times}`;
    return [
      { name: `First sign-in to the painted list, ${people}`, figure: signIn, unit: 'ms' },
      {
        name: `Cold start (new browser, kept profile) to the painted list, ${people}`,
        figure: middle(cold),
        unit: 'ms',
        note,
      },
      {
        name: `Cold start without a network to a contact's card, ${people}`,
        figure: middle(offline),
        unit: 'ms',
        ratio: ofBudget(middle(offline), 500, 'ms'),
        note,
      },
      {
        name: `Warm start (reload) to the painted list, ${people}`,
        figure: middle(warm),
        unit: 'ms',
        ratio: ofBudget(middle(warm), 500, 'ms'),
        note,
      },
    ];
  } finally {
    await profile.remove();
  }
}
