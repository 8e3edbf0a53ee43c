import { expect, type Locator, type Page } from '@playwright/test';
import type { Person } from './test.ts';

/** The parts of the main window that specs talk about, by the names a screen reader gives them. */
export class Screen {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Finds somebody by address and opens the conversation, as a newcomer would. */
  async chatWith(person: Pick<Person, 'address'>): Promise<void> {
    const find = this.page.getByRole('combobox', { name: /Find people/ });
    await find.fill(person.address);
    await this.page.getByRole('option').first().click();
    await expect(this.composer).toBeVisible();
  }

  /** Adds somebody to the contact list through Find. */
  async addContact(person: Person): Promise<void> {
    await this.page.getByRole('combobox', { name: /Find people/ }).fill(person.address);
    await this.page.getByRole('button', { name: /Add .* to contacts/ }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(this.page.getByRole('combobox', { name: /Find people/ })).toHaveValue('');
    await expect(this.contact(person)).toBeVisible();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message to/ });
  }
  get log(): Locator {
    return this.page.getByRole('log');
  }

  async say(words: string): Promise<void> {
    await this.composer.fill(words);
    await this.composer.press('Enter');
    await expect(this.message(words)).toBeVisible();
  }

  message(words: string): Locator {
    return this.log.getByRole('article').filter({ hasText: words });
  }

  /** "queued", "sent", "delivered", "displayed", "failed" of one of my own messages. */
  async expectState(words: string, state: string, timeout = 10_000): Promise<void> {
    await expect(this.message(words).locator('[data-state]')).toHaveAttribute('data-state', state, {
      timeout,
    });
  }

  /** The row of a contact in the tree. */
  contact(person: Pick<Person, 'aor'>): Locator {
    return this.page
      .getByRole('treeitem')
      .and(this.page.locator(`[data-aor="${person.aor}"]`))
      .first();
  }

  /** Waits until the contact's badge has one of the shapes. */
  async expectShape(person: Person, shape: string, timeout = 10_000): Promise<void> {
    await expect(this.contact(person).locator('[data-shape]')).toHaveAttribute('data-shape', shape, {
      timeout,
    });
  }

  get status(): Locator {
    return this.page.getByRole('button', { name: /^Your status/ });
  }
  async chooseStatus(words: string): Promise<void> {
    await this.status.click();
    await this.page.getByRole('menuitemradio', { name: words, exact: true }).click();
  }

  get alert(): Locator {
    return this.page.getByRole('alertdialog');
  }
  get stage(): Locator {
    return this.page.locator('[data-call-state]').first();
  }
  async expectCall(state: string, timeout = 15_000): Promise<void> {
    await expect(this.stage).toHaveAttribute('data-call-state', state, { timeout });
  }

  /** A counter of the stage: `packets-received`, `frames-decoded` … */
  async counter(name: string): Promise<number> {
    return Number(await this.stage.getAttribute(`data-${name}`));
  }
  async expectGrowth(...names: string[]): Promise<void> {
    for (const name of names) {
      await expect.poll(() => this.counter(name), { timeout: 15_000 }).toBeGreaterThan(0);
      const before = await this.counter(name);
      await expect.poll(() => this.counter(name), { timeout: 15_000 }).toBeGreaterThan(before);
    }
  }
}

/** Rows of a conversation as they stand, oldest first. */
export async function wordsOf(screen: Screen): Promise<string[]> {
  return screen.log.getByRole('article').locator('.bubble').allInnerTexts();
}
