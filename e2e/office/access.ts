/** Levels as a person gives them. */
import { expect, type Page } from '@playwright/test';
import type { Screen } from './screen.ts';
import type { Person } from './test.ts';

/** From the menu of their row. */
export async function giveByMenu(screen: Screen, who: Person, level: string): Promise<void> {
  const { page } = screen;
  await screen.contact(who).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Access level', exact: true }).click();
  await page.getByRole('menuitemradio', { name: level, exact: true }).click();
}

/** On their card. */
export async function giveByCard({ page, door }: Person, who: Person, level: string): Promise<void> {
  await page.goto(`${door.url}/card/${who.aor}`);
  const choice = page.getByRole('radio', { name: new RegExp(`^${level} `) });
  await choice.click();
  if (level === 'Blocked') await sure(page);
  await expect(choice).toBeChecked();
}

async function sure(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click();
}
