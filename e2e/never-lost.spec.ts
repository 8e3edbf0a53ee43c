import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { MessageRow } from '../src/store/rows.ts';
import { onKamailio, expect, installed, test, type Person } from './office/test.ts';
import { Screen } from './office/screen.ts';

const where = onKamailio ? 'Kamailio' : 'embedded';
/** PARLEY_CUTS=1000 is the long run: 5,000 messages. */
const CUTS = Number(process.env['PARLEY_CUTS'] ?? (onKamailio ? 6 : 12));
const EACH = Math.ceil((CUTS * 5) / 2);
/** One in so many cuts is half-open, a reload of the window after so many messages, a kill of the server after so many cuts. */
const FROZEN = 5;
const RELOAD = 15;
const KILL = 8;

test(`I08 ${CUTS} cuts, reloads and kills while ${EACH * 2} messages flow: each is shown once, in order (${where})`, async ({
  person,
  office,
}) => {
  test.setTimeout(90_000 + CUTS * 6_000);
  const [anna, ben] = [await person('anna'), await person('ben')];
  // From then on a window is reloaded while the server is down as well.
  await Promise.all([installed(anna), installed(ben)]);
  await new Screen(anna.page).chatWith(ben);
  await new Screen(ben.page).chatWith(anna);

  let isOver = false;
  /** A page that is being fetched is not what is cut here; offline.spec does that. */
  let reloading: Promise<unknown> = Promise.resolve();
  const reload = async (page: Page): Promise<void> => {
    const before = reloading;
    await before;
    await (reloading = page.reload());
  };
  const writing = Promise.all([write(anna, 'a', reload), write(ben, 'b', reload)]).then(
    () => (isOver = true),
  );
  const random = seeded(7);
  for (let cut = 1; cut <= CUTS; cut += 1) {
    // Anywhere in what the pages do meanwhile; the moments are the same in every run.
    await pause(random() * 250);
    await reloading;
    const { path } = (random() < 0.5 ? anna : ben).door;
    if (cut % FROZEN === 0) {
      path.freeze();
      await pause(random() * 300);
      path.heal();
    } else path.cut();
    if (cut % KILL === 0) await office.crash?.();
    if (isOver) break;
  }
  await writing;

  const all = [...names('a'), ...names('b')].sort();
  for (const { page } of [anna, ben])
    await expect
      .poll(async () => (await kept(page)).map(({ text }) => text).sort(), { timeout: 60_000 })
      .toEqual(all);
  await expect.poll(() => waiting(anna.page), { timeout: 60_000 }).toBe(0);
  await expect.poll(() => waiting(ben.page), { timeout: 60_000 }).toBe(0);
  const [seenByAnna, seenByBen] = [await kept(anna.page), await kept(ben.page)];
  expect(seenByAnna.map(({ text }) => text)).toEqual(seenByBen.map(({ text }) => text));
  for (const letter of ['a', 'b'])
    expect(seenByAnna.map(({ text }) => text).filter((text) => text.startsWith(letter))).toEqual(
      names(letter),
    );
  // And on screen: what came last stands there once.
  const newest = seenByAnna.at(-1)?.text ?? '';
  for (const { page } of [anna, ben])
    await expect(new Screen(page).log.getByText(newest, { exact: true })).toHaveCount(1);
});

const names = (letter: string): string[] =>
  Array.from({ length: EACH }, (_, n) => `${letter}${String(n).padStart(4, '0')}`);

/** Types every message; the next one once the field is empty, which it is when the message is written down. */
async function write({ page }: Person, letter: string, reload: (page: Page) => Promise<void>): Promise<void> {
  const { composer } = new Screen(page);
  for (const [n, words] of names(letter).entries()) {
    await composer.fill(words);
    await composer.press('Enter');
    await expect
      .poll(() => composer.evaluate((field) => ('value' in field ? field.value : field.textContent)), {
        intervals: [20],
      })
      .toBe('');
    if (n % RELOAD === RELOAD - 1) {
      await reload(page);
      await expect(composer).toBeVisible();
    }
  }
}

/** What this browser keeps of the conversation, as it stands on screen. */
function kept(page: Page): Promise<MessageRow[]> {
  return read<MessageRow>(page, 'messages').then((rows) =>
    rows.sort((one, other) => one.order - other.order || (one.id < other.id ? -1 : 1)),
  );
}
async function waiting(page: Page): Promise<number> {
  return (await read(page, 'outbox')).length;
}

function read<T>(page: Page, table: string): Promise<T[]> {
  return page.evaluate(
    (name) =>
      new Promise<T[]>((resolve, reject) => {
        const opening = indexedDB.open('parley');
        opening.onerror = () => reject(new Error('the store does not open'));
        opening.onsuccess = () => {
          const all = opening.result.transaction(name).objectStore(name).getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result as T[]);
          };
        };
      }),
    table,
  );
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
