/** Octets a person waits for: what a real page had loaded when it could be used. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { launch, enter, fillSignIn, openDevice, openOffice } from './pages.ts';
import { ofBudget, type Row } from './row.ts';

/** Promises of the house, kB (1,000 octets) of brotli. */
const BUDGET = { signIn: 40, mainWindow: 110, serviceWorker: 20 };
const DIST = 'dist';
/** Milliseconds a request waits at least; no limit of throughput. */
const SLOW = { offline: false, latency: 200, downloadThroughput: -1, uploadThroughput: -1 };

declare global {
  var signInReady: Promise<number>;
}

interface Loaded {
  readonly url: string;
  readonly octets: number;
  readonly brotli: boolean;
}

const kB = (files: readonly Loaded[], kind: string): number =>
  files.filter(({ url }) => url.endsWith(kind)).reduce((sum, { octets }) => sum + octets, 0) / 1000;

/** kB of a finished file as the server sends it. */
const sentSize = (path: string): number => statSync(`${path}.br`).size / 1000;

export async function bytesBench(): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  try {
    await office.addUsers(['anna']);
    const page = await openDevice(browser);
    // On a slow path, what is fetched ahead comes after the moment the form can be used, and is told apart.
    const network = await page.context().newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', SLOW);
    await page.addInitScript(() => {
      globalThis.signInReady = probe.painted('#address:enabled');
    });
    await page.goto(office.url, { waitUntil: 'commit' });
    const signIn = await page.evaluate(async () => probe.loadedBy(await signInReady));
    await fillSignIn(page, office, 'anna');
    await enter(page);
    const main = await page.evaluate(async () =>
      probe.loadedBy(await probe.painted('[role=tree], [role=listbox], .list-slot')),
    );
    for (const { url, brotli, octets } of main)
      if (!brotli && octets > 1024) throw new Error(`${url} came uncompressed`);
    const worker = readdirSync(join(DIST, 'assets')).filter((name) => /^agent-worker-.*\.js$/.test(name));
    const rows: Row[] = [];
    const row = (name: string, figure: number, limit?: number, note?: string): void => {
      rows.push({
        name,
        figure,
        unit: 'kB brotli',
        ...(limit !== undefined && { ratio: ofBudget(figure, limit, 'kB') }),
        ...(note !== undefined && { note }),
      });
    };
    row('JS to an interactive sign-in screen', kB(signIn, '.js'), BUDGET.signIn, `${signIn.length} files`);
    row('CSS to an interactive sign-in screen', kB(signIn, '.css'));
    row(
      'JS to the main window',
      kB(main, '.js'),
      BUDGET.mainWindow,
      'all that the page loaded since the start',
    );
    row('CSS to the main window', kB(main, '.css'));
    row(
      'JS of the user agent (worker)',
      worker.reduce((sum, name) => sum + sentSize(join(DIST, 'assets', name)), 0),
    );
    row('JS of the service worker', sentSize(join(DIST, 'sw.js')), BUDGET.serviceWorker);
    return rows;
  } finally {
    await browser.close();
    await office.close();
  }
}
