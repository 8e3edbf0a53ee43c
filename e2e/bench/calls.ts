/** A voice call between two pages: how long until it rings, and until it is heard. */
import { chatWith, launch, openDevice, openOffice, signIn } from './pages.ts';
import { ofBudget, percentile, type Row } from './row.ts';

/** Milliseconds on loopback. Statistics are renewed every 50 ms: what is seen may have come so much earlier. */
const FIRST_PACKET = 300;
const AFTER_ICE = 200;

export async function callsBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  const [rang, answered, called, spoke]: [number[], number[], number[], number[]] = [[], [], [], []];
  try {
    await office.addUsers(['anna', 'ben']);
    const a = await signIn(await openDevice(browser), office, 'anna');
    const b = await signIn(await openDevice(browser), office, 'ben');
    await chatWith(a, office, 'ben');
    const turns = quick ? 3 : 11;
    for (let turn = 0; turn < turns; turn++) {
      // One clock for both pages: each tells its moments by the time of day.
      const alert = b.page.evaluate(
        async () => performance.timeOrigin + (await probe.painted('[role=alertdialog]')),
      );
      await a.page.getByRole('button', { name: /^Call/ }).first().click();
      const clicked = await a.page.evaluate(() => performance.timeOrigin + probe.acted);
      rang.push((await alert) - clicked);
      const [near, far] = [b, a].map(({ page }) =>
        page.evaluate(async () => performance.timeOrigin + (await probe.heard())),
      );
      await b.alert.getByRole('button', { name: 'Answer' }).click();
      const taken = await b.page.evaluate(() => performance.timeOrigin + probe.acted);
      const heard = [(await near) ?? NaN, (await far) ?? NaN] as const;
      answered.push(heard[0] - taken);
      called.push(heard[1] - taken);
      const linked = await Promise.all(
        [b, a].map(({ page }) => page.evaluate(() => performance.timeOrigin + probe.linked)),
      );
      spoke.push(Math.max(...heard) - Math.max(...linked));
      await b.page.getByRole('button', { name: 'End', exact: true }).click();
      await a.page.getByText('Call ended').first().waitFor();
      await a.page.evaluate(() => probe.forgetCalls());
      await b.page.evaluate(() => probe.forgetCalls());
      await a.stage.waitFor({ state: 'detached' });
    }
    const note = `median of ${turns}`;
    const middle = (values: readonly number[]): number => percentile(values, 0.5);
    const within = (name: string, values: readonly number[], most: number): Row => {
      const figure = middle(values);
      return { name, figure, unit: 'ms', ratio: ofBudget(figure, most, 'ms'), note };
    };
    return [
      { name: 'Click on Call until it rings on the other screen', figure: middle(rang), unit: 'ms', note },
      within('Click on Answer to the first audio packet, answering side', answered, FIRST_PACKET),
      within('Click on Answer to the first audio packet, calling side', called, FIRST_PACKET),
      within('ICE connected on both sides to audio both ways', spoke, AFTER_ICE),
    ];
  } finally {
    await browser.close();
    await office.close();
  }
}
