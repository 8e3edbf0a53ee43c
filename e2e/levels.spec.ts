/**
 * What each access level sees and is sent, and who gets through (features.md A01 to A10).
 *
 *   anna                    server                paula      tom    cora      peter    bert
 *     | levels: menu, card -> pres-rules         Personal   Team   Company   Public   Blocked
 *     | note, place, DND ---> four variants ---> exactly one of them each, none to bert
 */
import type { Page } from '@playwright/test';
import { giveByCard, giveByMenu } from './office/access.ts';
import { RawWatcher, type Wire } from './office/raw-watcher.ts';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test, type Person } from './office/test.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';
const NOTE = 'Reviewing Annual Budget';
const PHONES = { work: '+47 22 11 10 01', mobile: '+47 91 11 10 02', home: '+47 22 11 10 03' };

interface Row {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly shape: string;
  readonly words: string;
  readonly note: boolean;
  readonly place: boolean;
  readonly times: boolean;
  readonly numbers: readonly (keyof typeof PHONES)[];
}
const dnd = { shape: 'dnd', words: 'Do not disturb' };
const ROWS: readonly Row[] = [
  {
    ...{ id: 'A01', name: 'paula', level: 'Personal', ...dnd, note: true, place: true, times: true },
    numbers: ['work', 'mobile', 'home'],
  },
  {
    ...{ id: 'A02', name: 'tom', level: 'Team', shape: 'urgent', words: 'Urgent interruptions only' },
    ...{ note: true, place: true, times: true, numbers: ['work', 'mobile'] },
  },
  {
    ...{ id: 'A03', name: 'cora', level: 'Company', ...dnd, note: true, place: false, times: false },
    numbers: ['work'],
  },
  {
    ...{ id: 'A04', name: 'peter', level: 'Public', ...dnd, note: false, place: false, times: false },
    numbers: [],
  },
  {
    ...{ id: 'A05', name: 'bert', level: 'Blocked', shape: 'offline', words: 'Offline' },
    ...{ note: false, place: false, times: false, numbers: [] },
  },
];

async function writeNote(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: /^Your note/ }).click();
  await page.getByRole('textbox', { name: /Your note/ }).fill(words);
  await page.keyboard.press('Enter');
}

/** What came holds the variant of the level and no trace of another. */
function expectOnly(wire: Wire, { level, note, place, times }: Row): void {
  expect(wire.classes, level).toEqual(level === 'Blocked' ? [] : [level.toLowerCase()]);
  expect(wire.text.includes(NOTE), `${level}: note`).toBe(note);
  expect(/Home|residence/.test(wire.text), `${level}: place`).toBe(place);
  expect(/timestamp|last-input/.test(wire.text), `${level}: times`).toBe(times);
  if (level !== 'Team') expect(wire.text, level).not.toMatch(/urgent/i);
  expect(wire.text, level).not.toContain('choices');
}

test(`A01 A02 A03 A04 A05 A07 A10 each level sees its own and is sent nothing else (${where})`, async ({
  person,
}) => {
  test.setTimeout(150_000);
  const anna = await person('anna', { phones: PHONES });
  const a = new Screen(anna.page);
  const watchers = new Map<Row, Person>();
  for (const row of ROWS) {
    const who = await person(row.name);
    watchers.set(row, who);
    await new Screen(who.page).addContact(anna);
    await a.addContact(who);
  }
  await test.step('A10 levels from the menu and from the card', async () => {
    for (const [row, who] of watchers) {
      if (row.level === 'Public' || row.level === 'Blocked') await giveByCard(anna, who, row.level);
      else await giveByMenu(a, who, row.level);
    }
    await anna.page.goto(anna.door.url);
    await writeNote(anna.page, NOTE);
    await anna.page.getByRole('button', { name: /^Your location/ }).click();
    await anna.page.getByRole('menuitemradio', { name: 'Home', exact: true }).click();
    await a.chooseStatus('Do not disturb');
  });

  const look = async (row: Row, page: Page): Promise<void> => {
    const screen = new Screen(page);
    await screen.expectShape(anna, row.shape);
    await expect(screen.contact(anna), row.level).toContainText(row.words);
    await expect(screen.contact(anna).getByText(NOTE), row.level).toHaveCount(row.note ? 1 : 0);
  };
  for (const [row, { page, door }] of watchers) {
    await test.step(`${row.id} ${row.level}: the row, after a reload too, and the card`, async () => {
      await look(row, page);
      await page.reload();
      await look(row, page);
      await page.goto(`${door.url}/card/${anna.aor}`);
      const card = page.getByRole('article');
      await expect(card.getByText(row.words).first()).toBeVisible();
      await expect(card.getByText(NOTE)).toHaveCount(row.note ? 1 : 0);
      await expect(card.getByRole('listitem').filter({ hasText: /^Home$/ })).toHaveCount(row.place ? 1 : 0);
      for (const kind of ['work', 'mobile', 'home'] as const) {
        const isSeen = row.numbers.includes(kind);
        await expect(card.getByText(PHONES[kind]), `${row.level}: ${kind}`).toHaveCount(isSeen ? 1 : 0);
      }
    });
  }

  const lines = new Map<Row, RawWatcher[]>();
  await test.step('the wire: first, refreshed, from a second device, and on a change', async () => {
    for (const [row, who] of watchers) {
      const [first, second] = [await RawWatcher.open(who, anna), await RawWatcher.open(who, anna)];
      for (const wire of [await first.subscribe(), await first.refresh(), await second.subscribe()]) {
        expectOnly(wire, row);
        expect(wire.shape, row.level).toBe(row.shape);
      }
      lines.set(row, [first, second]);
    }
    await a.chooseStatus('Available');
    for (const [row, devices] of lines) {
      for (const device of devices) {
        const is = row.level === 'Blocked' ? 'offline' : 'available';
        if (is === 'available') await device.until(({ shape }) => shape === is);
        expect((await device.refresh()).shape, row.level).toBe(is);
        for (const wire of device.heard) expectOnly(wire, row);
      }
    }
  });

  await test.step('A10 a change of level is told at once, and nothing of the old one stays', async () => {
    const [, team, , open] = ROWS;
    const tom = team && watchers.get(team);
    const [line] = (team && lines.get(team)) ?? [];
    if (!tom || !line || !open) throw new Error('tom is not here');
    await tom.page.goto(tom.door.url);
    const t = new Screen(tom.page);
    await expect(t.contact(anna).getByText(NOTE)).toBeVisible();
    const before = line.heard.length;
    await giveByMenu(a, tom, 'Public');
    await expect(t.contact(anna).getByText(NOTE)).toBeHidden({ timeout: 2_000 });
    await t.expectShape(anna, 'available');
    await line.until(({ classes }) => classes.includes('public'));
    await line.refresh();
    for (const wire of line.heard.slice(before)) expectOnly(wire, open);
  });
  for (const devices of lines.values()) for (const device of devices) device.close();
});

test(`A06 a group gives its members its level, until they leave it (${where})`, async ({ person }) => {
  const [anna, cora] = [await person('anna'), await person('cora')];
  const { page } = anna;
  const [a, c] = [new Screen(page), new Screen(cora.page)];
  await c.addContact(anna);
  await a.addContact(cora);
  await a.chooseStatus('Do not disturb');
  await c.expectShape(anna, 'dnd');

  const menu = async (...path: readonly string[]): Promise<void> => {
    await a.contact(cora).click({ button: 'right' });
    for (const words of path) await page.getByRole('menuitem', { name: words, exact: true }).click();
  };
  await menu('Groups', 'New group');
  await page.getByRole('dialog').getByRole('textbox').fill('Pump project');
  await page.getByRole('dialog').getByRole('button', { name: 'Make group' }).click();
  const group = page.getByRole('treeitem', { level: 1 }).filter({ hasText: 'Pump project' });
  await group.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Access level of the group' }).click();
  await page.getByRole('menuitemradio', { name: 'Team', exact: true }).click();
  await expect(group).toContainText('Team');
  await c.expectShape(anna, 'urgent');
  await expect(c.contact(anna)).toContainText('Urgent interruptions only');
  await page.goto(`${anna.door.url}/card/${cora.aor}`);
  await expect(page.getByText('By a group they are in.')).toBeVisible();
  await expect(page.getByRole('radio', { name: /^Team / })).toBeChecked();

  await page.goto(anna.door.url);
  await menu('Move to', 'Out of the group');
  await c.expectShape(anna, 'dnd');
  // A level of one's own counts more than the group's.
  await giveByMenu(a, cora, 'Public');
  await menu('Move to', 'Pump project');
  await writeNote(page, NOTE);
  const line = await RawWatcher.open(cora, anna);
  expect((await line.subscribe()).classes).toEqual(['public']);
  line.close();
  await expect(c.contact(anna)).toContainText('Do not disturb');
  await expect(c.contact(anna).getByText(NOTE)).toHaveCount(0);
});
