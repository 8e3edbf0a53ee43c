/** Against Debian's radicale, as a person's own server would be. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAV_USER, startRadicale, type Radicale } from '../testing/radicale.ts';
import type { ReadingAnswer, ReadingRequest } from './contract.ts';
import { createReader, type CalendarReader } from './reader.ts';

const NOW = Date.UTC(2026, 9, 14, 10);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const span = { from: NOW - DAY, until: NOW + 2 * DAY };

let radicale: Radicale;
let reader: CalendarReader;
beforeAll(async () => {
  radicale = await startRadicale();
  reader = createReader();
  await radicale.make('diary/', 'calendar');
  await radicale.make('home/', 'calendar');
  await radicale.make('cards/', 'addressbook');
});
afterAll(async () => {
  reader.stop();
  await radicale.close();
});

const read = (path: string, more: Partial<ReadingRequest['source']> = {}, validator: string | null = null) =>
  reader.read({
    source: {
      is: 'caldav',
      url: new URL(path, radicale.url).href,
      username: DAV_USER.name,
      password: DAV_USER.password,
      ...more,
    } as ReadingRequest['source'],
    span,
    zone: 'Europe/Berlin',
    validator,
    rules: { insideHosts: [new URL(radicale.url).host] },
  });
const BERLIN = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`.split('\n');
const event = (uid: string, ...lines: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Larkfield//Test//EN',
    ...BERLIN,
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20261001T000000Z',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
const keep = (path: string, ...lines: string[]) =>
  radicale.put(path, event(path, ...lines), 'text/calendar; charset=utf-8');
const times = (answer: ReadingAnswer) =>
  answer.is === 'read'
    ? answer.busy.map(({ from, until, kind, subject }) => [
        kind,
        new Date(from).toISOString().slice(0, 16),
        new Date(until).toISOString().slice(0, 16),
        subject,
      ])
    : answer;

describe('a CalDAV server', () => {
  it('has nothing to say for an empty calendar', async () => {
    expect(times(await read(`${DAV_USER.name}/diary/`))).toEqual([]);
  });

  it('is read at the address of one calendar, repetitions and all, as far as the days go', async () => {
    await keep(
      'diary/standup.ics',
      'DTSTART;TZID=Europe/Berlin:20200106T093000',
      'DTEND;TZID=Europe/Berlin:20200106T094500',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
      'EXDATE;TZID=Europe/Berlin:20261015T093000',
      'SUMMARY:Standup',
    );
    await keep('diary/past.ics', 'DTSTART:20250101T090000Z', 'DTEND:20250101T100000Z', 'SUMMARY:Long ago');
    expect(times(await read(`${DAV_USER.name}/diary/`))).toEqual([
      ['busy', '2026-10-14T07:30', '2026-10-14T07:45', 'Standup'],
      ['busy', '2026-10-16T07:30', '2026-10-16T07:45', 'Standup'],
    ]);
  });

  it.each(['', DAV_USER.name, `${DAV_USER.name}/`])(
    'finds all calendars of the person from "/%s", and no address books',
    async (path) => {
      await keep(
        'home/dentist.ics',
        'DTSTART:20261014T120000Z',
        'DURATION:PT1H',
        'CLASS:PRIVATE',
        'SUMMARY:Dentist',
      );
      const found = times(await read(path));
      expect(found).toContainEqual(['busy', '2026-10-14T12:00', '2026-10-14T13:00', undefined]);
      expect(found).toContainEqual(['busy', '2026-10-14T07:30', '2026-10-14T07:45', 'Standup']);
    },
  );

  it('is not read again until something changes', async () => {
    const first = await read('');
    if (first.is !== 'read' || first.validator === null) throw new Error('no validator');
    expect(await read('', {}, first.validator)).toEqual({ is: 'unchanged' });
    await keep(
      'home/new.ics',
      'DTSTART:20261014T150000Z',
      'DTEND:20261014T160000Z',
      'STATUS:TENTATIVE',
      'SUMMARY:New',
    );
    const second = await read('', {}, first.validator);
    expect(times(second)).toContainEqual(['tentative', '2026-10-14T15:00', '2026-10-14T16:00', 'New']);
    await radicale.remove('home/new.ics');
    expect(times(await read(''))).not.toContainEqual(expect.arrayContaining(['New']));
  });

  it('that refuses is told of in a sentence', async () => {
    expect(await read('', { password: 'wrong' } as never)).toEqual({
      is: 'failed',
      why: 'The name or the password is not accepted.',
      refused: true,
    });
    expect(await read(`${DAV_USER.name}/nowhere/`)).toEqual({
      is: 'failed',
      why: 'There is no calendar at that address.',
    });
  });

  it('that has gone is told of in a sentence', async () => {
    await radicale.stop();
    expect(await read('')).toEqual({ is: 'failed', why: 'The calendar’s server cannot be reached.' });
  });
});
