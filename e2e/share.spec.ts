import type { Page } from '@playwright/test';
import { expect, onKamailio, test } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';

/** How wide the shared picture is that arrives, in its own pixels; 16 before the first. */
const widthAt = (page: Page): Promise<number> =>
  page.locator('[data-wide]').evaluate((element: HTMLElement) => Number(element.dataset['wide']));

/** The screen is a drawing of lines two pixels wide, as in a sheet of a bridge: what a person needs to read. */
function drawScreen(page: Page): Promise<void> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1920, 1080];
    const pen = canvas.getContext('2d');
    let at = 0;
    setInterval(() => {
      if (!pen) return;
      pen.fillStyle = 'white';
      pen.fillRect(0, 0, 1920, 1080);
      pen.fillStyle = 'black';
      for (let x = 0; x < 1920; x += 4) pen.fillRect(x, 0, 2, 1000);
      pen.fillRect((at += 8) % 1900, 1030, 20, 20);
    }, 200);
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(canvas.captureStream(5));
  });
}

/** Mean difference of neighbouring lines, 0 (grey) to 255 (as drawn), in a part of the picture that arrived. */
const contrastAt = (page: Page): Promise<number> =>
  page.locator('[data-wide] video').evaluate((video: HTMLVideoElement) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [400, 40];
    const pen = canvas.getContext('2d');
    if (!pen || video.videoWidth !== 1920) return 0;
    pen.drawImage(video, 760, 500, 400, 40, 0, 0, 400, 40);
    const { data } = pen.getImageData(0, 0, 400, 40);
    let [sum, count] = [0, 0];
    for (let x = 0; x + 2 < 400; x += 2, count++)
      sum += Math.abs((data[(20 * 400 + x) * 4] ?? 0) - (data[(20 * 400 + x + 2) * 4] ?? 0));
    return sum / count;
  });

test(`T10 E01 P18 a screen joins a voice call, is seen sharp, sets Do not disturb, and goes (${where})`, async ({
  person,
}) => {
  const [anna, ben] = [await person('anna'), await person('ben')];
  const [a, b] = [new Screen(anna.page), new Screen(ben.page)];
  await a.chatWith(ben);
  await anna.page.getByRole('button', { name: /^Call/ }).first().click();
  await b.alert.getByRole('button', { name: 'Answer' }).click();
  await a.expectCall('established');

  // Refused by the system: a sentence, and the call goes on.
  const share = anna.page.getByRole('button', { name: 'Share', exact: true });
  await anna.page.evaluate(() => {
    const real = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getDisplayMedia = () => {
      navigator.mediaDevices.getDisplayMedia = real;
      return Promise.reject(new DOMException('', 'NotAllowedError'));
    };
  });
  await share.click();
  await expect(anna.page.getByText('Sharing is blocked.')).toBeVisible();

  // The browser's own (synthetic) screen.
  await share.click();
  await expect(anna.page.getByText('You are sharing your screen')).toBeVisible();
  await expect(anna.page.getByText('Sharing is blocked.')).toBeHidden();
  await expect(ben.page.getByText(/is sharing the screen/)).toBeVisible();
  await expect.poll(() => widthAt(ben.page), { timeout: 20_000 }).toBe(1920);
  await expect(a.status).toHaveAccessibleName(/Do not disturb/);

  for (const { page } of [anna, ben])
    await page.screenshot({
      path: test.info().outputPath(`${page === anna.page ? 'sharing' : 'shown'}.png`),
    });
  // Who looks points and draws; who shows sees where, and by whom.
  await ben.page.getByRole('button', { name: 'Point and draw', exact: true }).click();
  const picture = ben.page.getByRole('button', { name: /^Point and draw: / });
  await picture.focus();
  for (const key of ['ArrowRight', 'Space', 'ArrowRight', 'ArrowDown', 'Space'])
    await ben.page.keyboard.press(key);
  await expect(anna.page.locator('.hand')).toHaveText(/^ben/);
  await expect(anna.page.locator('.hand')).toHaveCSS('left', /px$/);
  for (const { page } of [anna, ben]) await expect(page.locator('polyline')).toHaveCount(1);
  await anna.page.getByRole('button', { name: 'Wipe the drawing' }).click();
  for (const { page } of [anna, ben]) await expect(page.locator('polyline')).toHaveCount(0);

  // A picture that stands still says why.
  await anna.page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(ben.page.getByText(/ paused sharing$/)).toBeVisible();
  await ben.page.screenshot({ path: test.info().outputPath('paused.png') });
  // Popped out, it is the screen that is seen; closed by hand it is in the page again.
  const popup = ben.page.waitForEvent('popup');
  await ben.page.getByRole('button', { name: 'Pop out' }).click();
  const small = await popup;
  await expect(small.getByText(/paused sharing/)).toBeVisible();
  await expect(small.getByLabel(/’s screen$/)).toBeVisible();
  await small.close();
  await expect(ben.page.getByText(/ paused sharing$/)).toBeVisible();
  await anna.page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(ben.page.getByText(/ paused sharing$/)).toBeHidden();

  // The camera of the one who looks comes beside it.
  await ben.page.getByRole('button', { name: 'Camera', exact: true }).click();
  await expect(anna.page.getByLabel(/’s camera$/)).toBeVisible();
  await anna.page.getByRole('button', { name: 'Stop sharing' }).click();
  await expect(ben.page.getByText(/is sharing the screen/)).toBeHidden();
  await expect(a.status).toHaveAccessibleName(/In a call/);

  // A drawing with thin lines stays a drawing with thin lines.
  await drawScreen(anna.page);
  await share.click();
  await expect.poll(() => contrastAt(ben.page), { timeout: 30_000 }).toBeGreaterThan(150);
  await ben.page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(anna.page.getByText('Call ended')).toBeVisible();
});
