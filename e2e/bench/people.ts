/** 10,000 contacts in one window: scrolling, 1,000 changes of presence a second, and search at every key. */
import type { CDPSession, Page } from '@playwright/test';
import { giveContacts, namesTo } from './crowd.ts';
import { launch, openDevice, openOffice, signIn } from './pages.ts';
import { ofBudget, percentile, type Row } from './row.ts';

const CONTACTS = 10_000;
const RATE = 1_000;
/** What somebody who knows a name types, and what finds everybody. */
const TYPED = ['grace mwangi 4', 'p042', 'lopes', 'erik', 'parley'];

export async function peopleBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  const seconds = quick ? 3 : 8;
  try {
    await office.addUsers(['watcher']);
    await giveContacts(office, 'watcher', CONTACTS);
    const { page } = await signIn(await openDevice(browser), office, 'watcher');
    await page.locator(`[role=treeitem][aria-setsize="${CONTACTS}"]`).first().waitFor();
    const protocol = await page.context().newCDPSession(page);
    await protocol.send('Performance.enable');
    return [
      await scrolling(page, seconds),
      ...(await changes(page, protocol, office.domain, seconds)),
      await search(page),
    ];
  } finally {
    await browser.close();
    await office.close();
  }
}

const people = `${CONTACTS.toLocaleString('en')} contacts`;

/** The wheel, as fast as a hand turns it; then End and Home. */
async function scrolling(page: Page, seconds: number): Promise<Row> {
  const list = page.getByRole('tree');
  await list.hover();
  const frames = await page.evaluateHandle(() => probe.frames());
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) await page.mouse.wheel(0, 400);
  await list.getByRole('treeitem').first().focus();
  for (const key of ['End', 'Home', 'PageDown', 'PageDown']) await page.keyboard.press(key);
  const { late, count, longest } = await frames.evaluate((end) => end());
  return {
    name: `Longest frame while scrolling, ${people}`,
    figure: longest,
    unit: 'ms',
    ratio: ofBudget(longest, 50, 'ms'),
    note: `${late} of ${count} above 50 ms`,
  };
}

/** Told as the worker tells, every tenth of a second; first by group, then in the order that follows presence. */
async function changes(page: Page, protocol: CDPSession, domain: string, seconds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const aors = namesTo(CONTACTS).map((name) => `sip:${name}@${domain}`);
  for (const view of ['By group', 'By availability']) {
    await page.getByRole('button', { name: /^Show contacts/ }).click();
    await page.getByRole('menuitemradio', { name: view }).click();
    const busy = async (): Promise<number> => {
      const { metrics } = await protocol.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
    };
    const before = await busy();
    const { late, longest, took } = await page.evaluate(tellChanges, { aors, rate: RATE, seconds });
    const share = (await busy()) - before;
    rows.push({
      name: `Main thread busy at ${RATE.toLocaleString('en')} changes of presence a second, ${view.toLowerCase()}, ${people}`,
      figure: (share / (took / 1_000)) * 100,
      unit: '%',
      ratio: ofBudget((share / (took / 1_000)) * 100, 100, '%'),
      note: `longest frame ${Math.round(longest)} ms, ${late} above 50 ms`,
    });
  }
  return rows;
}

/** Runs in the page. */
async function tellChanges(given: { aors: readonly string[]; rate: number; seconds: number }) {
  const { aors, rate, seconds } = given;
  const states = ['available', 'busy', 'away', 'offline', 'dnd'];
  const began = performance.now();
  const end = probe.frames();
  for (let told = 0; told < rate * seconds;) {
    const changes = Array.from({ length: rate / 10 }, () => {
      told += 1;
      // A stride that meets everybody.
      const aor = aors[(told * 7919) % aors.length] ?? '';
      return [aor, { availability: states[told % states.length], messages: true, asOf: Date.now() }];
    });
    probe.tell({ fact: { fact: 'presence', changes } });
    const due = began + (told / rate) * 1_000;
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
  }
  return { ...end(), took: performance.now() - began };
}

/** Between two keys, milliseconds: faster than anybody types, and still one key at a time. */
const APART = 30;

/** From the key's event to the list of answers in the document, without what the screen takes to draw it. */
async function search(page: Page): Promise<Row> {
  const find = page.getByRole('combobox', { name: /Find people/ });
  // The index is made at the first key.
  await find.fill('Grace');
  await page.getByRole('option').first().waitFor();
  await page.evaluate(() => {
    const took: number[] = [];
    const channel = new MessageChannel();
    let began = 0;
    // Microtasks of the key's event, among them what Svelte does, come before the next task.
    channel.port1.onmessage = () => took.push(performance.now() - began);
    addEventListener(
      'input',
      ({ target }) => {
        // The field emptied between two names is no key of a person.
        if ((target as HTMLInputElement).value === '') return;
        began = performance.now();
        channel.port2.postMessage(null);
      },
      { capture: true },
    );
    Object.assign(globalThis, { took });
  });
  for (const words of TYPED) {
    await find.fill('');
    await find.pressSequentially(words, { delay: APART });
    await page.getByRole('option').first().waitFor();
  }
  const took = await page.evaluate(() => (globalThis as unknown as { took: number[] }).took);
  const figure = percentile(took, 0.95);
  return {
    name: `An answer to a key in Find, 95 of 100 keys, ${people}`,
    figure,
    unit: 'ms',
    ratio: ofBudget(figure, 16, 'ms'),
    note: `${took.length} keys, half of them below ${Math.round(percentile(took, 0.5))} ms, longest ${Math.round(Math.max(...took))} ms`,
  };
}
