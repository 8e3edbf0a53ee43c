import type { Page } from '@playwright/test';

/**
 * Resolves when what was asked for has come, fonts are there and every motion that ends has ended. What moves for as
 * long as it stands (typing dots, a ring) is taken as it is.
 */
export async function atRest(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    await document.fonts.ready;
    const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
    // A change is drawn in the next frame, and what it sets in motion is known in the one after.
    await frame();
    await frame();
    const ends = document
      .getAnimations()
      .filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime)));
    await Promise.allSettled(ends.map(({ finished }) => finished));
  });
}
