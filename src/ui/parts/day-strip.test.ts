import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import CalendarStrip from './CalendarStrip.svelte';
import { dayStrip, placeOf, timeThere, type Stretch } from './day-strip.ts';

const at = (hour: number, minute = 0, day = 0): number => new Date(2026, 9, 14 + day, hour, minute).getTime();
const of = (kind: Stretch['kind'], from: number, until: number): Stretch => ({ kind, from, until });
const graces = [
  of('busy', at(8, 30), at(9, 15)),
  of('busy', at(9, 45), at(10, 45)),
  of('tentative', at(12), at(13)),
  of('oof', at(15, 30), at(20, 0, 1)),
];

test('the day of the design: 8 to 18, four blocks, one sentence, free at the end of what runs', () => {
  const strip = dayStrip(graces, at(10, 12));
  expect(strip.hours).toEqual(['08', '10', '12', '14', '16', '18']);
  expect(strip.blocks.map(({ kind, at: from, width }) => [kind, from, width])).toEqual([
    ['busy', 5, 7.5],
    ['busy', 17.5, 10],
    ['tentative', 40, 10],
    ['oof', 75, 25],
  ]);
  expect(strip.now).toBeCloseTo(22);
  expect(strip.label).toBe(
    'Busy 08:30 to 09:15 and 09:45 to 10:45. Tentative 12:00 to 13:00. Out of office from 15:30.',
  );
  expect(strip.free).toEqual(['Free at', '10:45']);
});

test.each([
  ['nothing in it', [], at(9), ['Free', 'all day']],
  ['all of it past', [of('busy', at(8), at(9))], at(10), ['Free', 'for the rest of today']],
  ['free for now', [of('busy', at(14), at(15))], at(10), ['Free until', '14:00']],
  ['back to back', [of('busy', at(9), at(11)), of('busy', at(11), at(12))], at(10), ['Free at', '12:00']],
  ['tentative is free', [of('tentative', at(9), at(11))], at(10), ['Free', 'all day']],
  ['away for days', [of('oof', at(0, 0, -1), at(0, 0, 3))], at(10), ['Not free', 'today']],
] as const)('a day with %s', (_, schedule, now, free) => {
  expect(dayStrip(schedule, now).free).toEqual(free);
});

test('an early meeting and a late look widen the day, an all-day stretch does not', () => {
  expect(dayStrip([of('busy', at(5, 30), at(6))], at(9)).hours).toEqual(['04', '08', '12', '16', '20']);
  expect(dayStrip([], at(23, 50)).hours.at(-1)).toBe('24');
  const away = dayStrip([of('oof', at(0), at(0, 0, 1))], at(9));
  expect(away.hours[0]).toBe('08');
  expect(away.blocks).toEqual([{ kind: 'oof', at: 0, width: 100 }]);
  expect(away.label).toBe('Out of office all day.');
});

test('stretches of other days and backwards ones are left out', () => {
  const odd = [
    of('busy', at(9, 0, 1), at(10, 0, 1)),
    of('busy', at(11), at(10)),
    of('busy', at(9, 0, -1), at(9)),
  ];
  expect(dayStrip(odd.slice(0, 2), at(9)).blocks).toEqual([]);
  expect(dayStrip(odd, at(10)).label).toBe('Busy until 09:00.');
});

test('the time there, and none for a zone that does not exist', () => {
  expect(timeThere(Date.UTC(2026, 9, 14, 9, 12), 'Africa/Nairobi')).toBe('12:12');
  expect(timeThere(0, 'Mars/Olympus')).toBeNull();
  expect(placeOf('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
});

test('is one image with the whole sentence; the legend names only what is there', async () => {
  const screen = await render(CalendarStrip, {
    schedule: graces.slice(0, 3),
    now: at(10, 12),
    whose: 'Grace’s',
  });
  await expect
    .element(screen.getByRole('img'))
    .toHaveAccessibleName('Grace’s day. Busy 08:30 to 09:15 and 09:45 to 10:45. Tentative 12:00 to 13:00.');
  expect(screen.container.querySelectorAll('.track .blk')).toHaveLength(3);
  expect(screen.container.querySelector('.legend')?.textContent.trim()).toBe('BusyTentative');
  await expect.element(screen.getByText('Free at 10:45')).toBeVisible();
});
