/** A message from one page to another and its receipt back. */
import type { Page } from '@playwright/test';
import { chatWith, launch, openDevice, openOffice, signIn } from './pages.ts';
import { percentile, type Row } from './row.ts';

export async function messagesBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  try {
    await office.addUsers(['anna', 'ben']);
    const a = await signIn(await openDevice(browser), office, 'anna');
    const b = await signIn(await openDevice(browser), office, 'ben');
    await chatWith(a, office, 'ben');
    await chatWith(b, office, 'anna');
    const times: number[] = [];
    const turns = quick ? 20 : 60;
    for (let turn = 0; turn < turns + 3; turn++) {
      const took = await roundTrip(a.page, `Message number ${turn} of this run.`, a.composer);
      // The first ones open things that then stay open.
      if (turn >= 3) times.push(took);
    }
    const note = `${turns} messages: Enter to the receipt of delivery on the sender's screen, the far page in between`;
    return [
      { name: 'IM round trip, p50', figure: percentile(times, 0.5), unit: 'ms', note },
      { name: 'IM round trip, p95', figure: percentile(times, 0.95), unit: 'ms' },
    ];
  } finally {
    await browser.close();
    await office.close();
  }
}

/** Milliseconds from Enter until the message says "delivered" (or more) on the screen that sent it. */
async function roundTrip(page: Page, words: string, composer: ReturnType<Page['locator']>): Promise<number> {
  await composer.fill(words);
  const receipt = page.evaluate(
    (text) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          const article = [
            ...document.querySelectorAll('[role=log] article, [role=log] [role=article]'),
          ].findLast((one) => one.textContent.includes(text));
          const state = article?.querySelector('[data-state]')?.getAttribute('data-state');
          if (state !== 'delivered' && state !== 'displayed') return;
          observer.disconnect();
          resolve(performance.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      }),
    words,
  );
  await composer.press('Enter');
  return (await receipt) - (await page.evaluate(() => probe.acted));
}
