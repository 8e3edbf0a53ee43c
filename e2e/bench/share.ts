/** A screen of 1080 lines at 30 pictures a second: what of its letters and thin lines arrives, and how often. */
import type { Page } from '@playwright/test';
import { chatWith, launch, openDevice, openOffice, signIn } from './pages.ts';
import { ofTarget, type Row } from './row.ts';

declare global {
  /** Mean difference of neighbouring pixels in the letters and in the lines of a drawn screen. */
  var sharpness: (picture: CanvasImageSource) => { letters: number; lines: number };
  var drawn: HTMLCanvasElement;
}

/** From which share of the drawn contrast on a letter of twelve pixels is read without effort. */
const READABLE = 0.6;

/** Runs in the page: what `getDisplayMedia` gives is a drawing with small letters, lines two pixels wide, and something that moves. */
function installScreen(): void {
  const [width, height] = [1920, 1080];
  const crop = (picture: CanvasImageSource, x: number, y: number): ImageData | undefined => {
    const canvas = new OffscreenCanvas(600, 200);
    const pen = canvas.getContext('2d');
    pen?.drawImage(picture, x, y, 600, 200, 0, 0, 600, 200);
    return pen?.getImageData(0, 0, 600, 200);
  };
  const steps = (image: ImageData | undefined): number => {
    if (!image) return 0;
    let sum = 0;
    for (let at = 0; at + 4 < image.data.length; at += 4)
      sum += Math.abs((image.data[at] ?? 0) - (image.data[at + 4] ?? 0));
    return sum / (image.data.length / 4);
  };
  globalThis.sharpness = (picture) => ({
    letters: steps(crop(picture, 100, 100)),
    lines: steps(crop(picture, 100, 400)),
  });
  navigator.mediaDevices.getDisplayMedia = () => {
    const canvas = (globalThis.drawn = document.createElement('canvas'));
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext('2d');
    if (!pen) return Promise.reject(new Error('no canvas'));
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = 'black';
    pen.font = '12px sans-serif';
    for (let y = 112; y < 320; y += 16)
      pen.fillText(
        'Bearing shelf 47 b: is it frozen? Order 1,250 bolts M16 before noon, ø 8.3 mm. '.repeat(3),
        90,
        y,
      );
    for (let x = 100; x < 700; x += 4) pen.fillRect(x, 400, 2, 200);
    let at = 0;
    setInterval(() => {
      pen.fillStyle = 'white';
      pen.fillRect(0, 900, width, 60);
      pen.fillStyle = 'black';
      pen.fillRect((at += 12) % 1860, 900, 60, 60);
    }, 1000 / 30);
    return Promise.resolve(canvas.captureStream(30));
  };
}

export async function shareBench(quick: boolean): Promise<readonly Row[]> {
  const office = await openOffice();
  const browser = await launch();
  try {
    await office.addUsers(['anna', 'ben']);
    const [from, to] = [await openDevice(browser), await openDevice(browser)];
    for (const page of [from, to]) await page.addInitScript(installScreen);
    const a = await signIn(from, office, 'anna');
    const b = await signIn(to, office, 'ben');
    await chatWith(a, office, 'ben');
    await from.getByRole('button', { name: /^Call/ }).first().click();
    await b.alert.getByRole('button', { name: 'Answer' }).click();
    await a.expectCall('established');
    await from.getByRole('button', { name: 'Share', exact: true }).click();
    await to.locator('[data-wide="1920"] video').waitFor({ timeout: 30_000 });
    return await measure(from, to, quick ? 5 : 15);
  } finally {
    await browser.close();
    await office.close();
  }
}

async function measure(from: Page, to: Page, seconds: number): Promise<Row[]> {
  // The encoder needs a while to sharpen what it first sent coarsely.
  await from.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), 5_000);
  const before = await to.evaluate(() => probe.picture());
  await from.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), seconds * 1000);
  const after = await to.evaluate(() => probe.picture());
  const sent = await from.evaluate(() => sharpness(drawn));
  const came = await to
    .locator('[data-wide] video')
    .evaluate((video) => sharpness(video as HTMLVideoElement));
  const rate = ((after.frames - before.frames) / (after.at - before.at)) * 1000;
  const size = `${after.width} × ${after.height}, ${after.codec}`;
  const sharp = (name: string, share: number): Row => ({
    name: `Shared screen of 1920 × 1080: contrast of ${name} that arrives`,
    figure: share * 100,
    unit: '% of the drawn',
    ratio: ofTarget(share, READABLE),
    note: size,
  });
  return [
    sharp('letters of 12 pixels', came.letters / sent.letters),
    sharp('lines of 2 pixels', came.lines / sent.lines),
    {
      name: 'Shared screen of 1920 × 1080: pictures a second that arrive',
      figure: rate,
      unit: 'a second',
      ratio: ofTarget(rate, 30),
      note: `${size}; encoded and decoded on this machine, without its graphics`,
    },
  ];
}
