import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { readICalendar, type ReadingOptions } from './read-icalendar.ts';

/** Wednesday. */
const NOW = Date.UTC(2026, 9, 14, 10);
const DAY = 86_400_000;
const span = { from: NOW - DAY, until: NOW + 2 * DAY };

const file = (...parts: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...parts, 'END:VCALENDAR', ''].join('\r\n');
let made = 0;
const event = (...lines: readonly string[]): string =>
  [
    'BEGIN:VEVENT',
    ...(lines.some((one) => one.startsWith('UID')) ? [] : [`UID:${++made}`]),
    ...lines,
    'END:VEVENT',
  ].join('\r\n');
const read = (text: string | readonly string[], more: Partial<ReadingOptions> = {}) =>
  readICalendar(typeof text === 'string' ? [text] : text, { span, zone: 'Europe/Berlin', ...more });
const at = (moment: number): string => new Date(moment).toISOString().slice(5, 16);
/** `busy 10-14T08:00 10-14T09:00 Title` */
const lines = (text: string | readonly string[], more: Partial<ReadingOptions> = {}): string[] =>
  (read(text, more)?.busy ?? []).map(({ kind, from, until, subject }) =>
    [kind, at(from), at(until), ...(subject === undefined ? [] : [subject])].join(' '),
  );
const one = (...entry: readonly string[]): string[] =>
  lines(file(event('DTSTART:20261014T080000Z', 'DTEND:20261014T090000Z', ...entry)));

describe('an event', () => {
  it('is time that is not free', () => {
    expect(one('SUMMARY:Review')).toEqual(['busy 10-14T08:00 10-14T09:00 Review']);
  });

  it.each([
    ['TRANSP:TRANSPARENT', null],
    ['TRANSP:OPAQUE', 'busy'],
    ['STATUS:CANCELLED', null],
    ['STATUS:TENTATIVE', 'tentative'],
    ['STATUS:CONFIRMED', 'busy'],
    ['X-MICROSOFT-CDO-BUSYSTATUS:OOF', 'oof'],
    ['X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE', 'tentative'],
    ['X-MICROSOFT-CDO-BUSYSTATUS:FREE', null],
    ['X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE', null],
    ['X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nTRANSP:TRANSPARENT', 'oof'],
    ['X-MICROSOFT-CDO-BUSYSTATUS:BUSY', 'busy'],
    ['CATEGORIES:Work,Out of office', 'oof'],
    ['SUMMARY:Out of office', 'oof'],
    ['SUMMARY:Annual leave', 'oof'],
    ['SUMMARY:Talk about the office', 'busy'],
    ['SUMMARY:Out of office\r\nTRANSP:TRANSPARENT', null],
    ['ATTENDEE;PARTSTAT=DECLINED:mailto:Anna@example.org', null],
    ['ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:anna@example.org', 'tentative'],
    ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org', 'busy'],
    ['ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.org', 'busy'],
  ])('with %s is %s', (line, kind) => {
    const text = file(event('DTSTART:20261014T080000Z', 'DTEND:20261014T090000Z', ...line.split('\r\n')));
    const found = read(text, { email: 'Anna@Example.org' });
    expect(found?.busy.map((each) => each.kind)).toEqual(kind === null ? [] : [kind]);
    expect(found?.omitted).toBe(0);
  });

  it('that is private has no title, and one of many lines has one line', () => {
    expect(one('SUMMARY:Doctor', 'CLASS:PRIVATE')).toEqual(['busy 10-14T08:00 10-14T09:00']);
    expect(one('SUMMARY:A\\nB\\, C', ' \tD')).toEqual(['busy 10-14T08:00 10-14T09:00 A B, C D']);
    expect(
      read(file(event('DTSTART:20261014T080000Z', 'DURATION:PT1H', `SUMMARY:${'x'.repeat(900)}`))),
    ).toMatchObject({
      busy: [{ subject: `${'x'.repeat(199)}…` }],
    });
  });

  it('lasts as DURATION says, a day when only a day is given, no time when nothing is said', () => {
    const lasting = (...more: readonly string[]) => lines(file(event(...more)));
    expect(lasting('DTSTART:20261014T080000Z', 'DURATION:PT90M')).toEqual(['busy 10-14T08:00 10-14T09:30']);
    expect(lasting('DTSTART;VALUE=DATE:20261014')).toEqual(['busy 10-13T22:00 10-14T22:00']);
    expect(lasting('DTSTART:20261014T080000Z')).toEqual([]);
    expect(lasting('DTSTART:20261014T080000Z', 'DTEND:20261014T070000Z')).toEqual([]);
  });

  it('of yesterday and of the day after tomorrow counts, of last week not, however long it is named', () => {
    const text = file(
      event('DTSTART:20261007T080000Z', 'DTEND:20261007T090000Z'),
      event('DTSTART:20261013T110000Z', 'DTEND:20261013T120000Z'),
      event('DTSTART:20261016T090000Z', 'DTEND:20261016T100000Z'),
      event('DTSTART:20261016T110000Z', 'DTEND:20261016T120000Z'),
      event('DTSTART:20260901T080000Z', 'DTEND:20261014T060000Z'),
    );
    expect(lines(text)).toEqual(['busy 09-01T08:00 10-14T06:00', 'busy 10-16T09:00 10-16T10:00']);
  });
});

const NEW_YORK = `BEGIN:VTIMEZONE
TZID:My own time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T000000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE`.replaceAll('\n', '\r\n');

describe('a time', () => {
  it.each([
    ['of UTC', 'DTSTART:20261014T080000Z', '08:00'],
    ['of a zone of IANA', 'DTSTART;TZID=Africa/Nairobi:20261014T110000', '08:00'],
    ['of a zone in quotes', 'DTSTART;TZID="America/New_York":20261014T040000', '08:00'],
    [
      'of a path that ends in a zone',
      'DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261014T100000',
      '08:00',
    ],
    ['of a zone by Microsoft’s name', 'DTSTART;TZID=India Standard Time:20261014T133000', '08:00'],
    ['of a zone the file describes', 'DTSTART;TZID=My own time:20261014T040000', '08:00'],
    ['of no zone, in the person’s', 'DTSTART:20261014T100000', '08:00'],
    ['of a zone nobody knows, in the person’s', 'DTSTART;TZID=Moon/Tycho:20261014T100000', '08:00'],
  ])('%s', (_, start, moment) => {
    expect(lines(file(NEW_YORK, event(start, 'DURATION:PT1H')))[0]).toContain(`10-14T${moment}`);
  });

  it('without a zone is that of the calendar where it says one', () => {
    const entry = event('DTSTART:20261014T100000', 'DURATION:PT1H');
    expect(lines(file('X-WR-TIMEZONE:Asia/Tokyo', entry))).toEqual(['busy 10-14T01:00 10-14T02:00']);
  });

  it('stays that of the clock on the wall over the change to winter time', () => {
    const sunday = { from: Date.UTC(2026, 9, 24), until: Date.UTC(2026, 9, 27) };
    const standup = event('DTSTART;TZID=Europe/Berlin:20260901T093000', 'DURATION:PT15M', 'RRULE:FREQ=DAILY');
    expect(lines(file(standup), { span: sunday })).toEqual([
      'busy 10-24T07:30 10-24T07:45',
      'busy 10-25T08:30 10-25T08:45',
      'busy 10-26T08:30 10-26T08:45',
    ]);
    // 02:30 happens twice that night, and never on another one.
    const night = event('DTSTART;TZID=Europe/Berlin:20261025T023000', 'DURATION:PT15M');
    expect(lines(file(night), { span: sunday })).toEqual(['busy 10-25T00:30 10-25T00:45']);
    const gap = { from: Date.UTC(2027, 2, 27), until: Date.UTC(2027, 2, 29) };
    const skipped = event('DTSTART;TZID=Europe/Berlin:20270328T023000', 'DURATION:PT15M');
    expect(lines(file(skipped), { span: gap })).toEqual(['busy 03-28T01:30 03-28T01:45']);
  });
});

describe('an event that repeats', () => {
  const weekly = (...more: readonly string[]): string =>
    event('UID:w', 'DTSTART:20200101T080000Z', 'DTEND:20200101T083000Z', ...more);
  const replaced = (id: string, ...more: readonly string[]): string =>
    event('UID:w', `RECURRENCE-ID:${id}`, ...more);

  it.each([
    ['RRULE:FREQ=DAILY', ['10-14', '10-15', '10-16']],
    ['RRULE:FREQ=DAILY;INTERVAL=2', ['10-14', '10-16']],
    ['RRULE:FREQ=DAILY;UNTIL=20261015T000000Z', ['10-14']],
    ['RRULE:FREQ=DAILY;COUNT=10', []],
    ['RRULE:FREQ=DAILY;COUNT=2479', ['10-14']],
    ['RRULE:FREQ=WEEKLY;BYDAY=WE,FR', ['10-14', '10-16']],
    ['RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE', ['10-14']],
    ['RRULE:FREQ=MONTHLY;BYDAY=2WE', ['10-14']],
    ['RRULE:FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2', ['10-14']],
    ['RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=15', ['10-15']],
    ['RDATE:20261015T080000Z,20270101T080000Z', ['10-15']],
    ['RRULE:FREQ=DAILY\r\nEXDATE:20261015T080000Z', ['10-14', '10-16']],
    ['RRULE:FREQ=DAILY\r\nEXDATE;VALUE=DATE:20261015', ['10-14', '10-16']],
    ['RRULE:FREQ=DAILY\r\nEXDATE:20240101T000000Z,20261015T080000Z,20261016T080000Z', ['10-14']],
  ])('by %s', (rule, days) => {
    const found = lines(file(weekly(...rule.split('\r\n'))));
    expect(found).toEqual(days.map((day) => `busy ${day}T08:00 ${day}T08:30`));
  });

  it('moves, changes and loses single ones', () => {
    const text = file(
      weekly('RRULE:FREQ=DAILY', 'SUMMARY:Daily'),
      replaced('20261014T080000Z', 'DTSTART:20261014T110000Z', 'DURATION:PT1H', 'SUMMARY:Moved'),
      replaced('20261015T080000Z', 'DTSTART:20261015T080000Z', 'STATUS:CANCELLED'),
      // From next month into these days.
      replaced('20261120T080000Z', 'DTSTART:20261015T120000Z', 'DURATION:PT1H', 'SUMMARY:Early'),
    );
    expect(lines(text)).toEqual([
      'busy 10-14T11:00 10-14T12:00 Moved',
      'busy 10-15T12:00 10-15T13:00 Early',
      'busy 10-16T08:00 10-16T08:30 Daily',
    ]);
  });

  it('may be another from some day on', () => {
    const text = file(
      weekly('RRULE:FREQ=DAILY', 'SUMMARY:Daily'),
      event(
        'UID:w',
        'RECURRENCE-ID;RANGE=THISANDFUTURE:20261014T080000Z',
        'DTSTART:20261014T100000Z',
        'DURATION:PT1H',
        'SUMMARY:Later',
      ),
    );
    expect(lines(text)).toEqual(['busy 10-14T10:00 10-14T11:00 Later', 'busy 10-15T10:00 10-15T11:00 Later']);
  });

  it('is there with one meeting only, when the person was asked to that one', () => {
    const text = file(replaced('20261014T080000Z', 'DTSTART:20261014T081500Z', 'DURATION:PT1H'));
    expect(lines(text)).toEqual(['busy 10-14T08:15 10-14T09:15']);
  });

  it('costs a daily meeting of twenty years no more than one of today', () => {
    const text = file(event('DTSTART:20060101T080000Z', 'DURATION:PT30M', 'RRULE:FREQ=DAILY'));
    expect(lines(text, { limits: { steps: 20, entries: 10, stretches: 10 } })).toHaveLength(3);
  });
});

describe('stretches of several entries', () => {
  it('lie one beside the other: what is more certain hides what is less', () => {
    const text = file(
      event('DTSTART:20261014T080000Z', 'DTEND:20261014T120000Z', 'SUMMARY:Workshop'),
      event('DTSTART:20261014T090000Z', 'DTEND:20261014T093000Z', 'SUMMARY:Call'),
      event('DTSTART:20261014T110000Z', 'DTEND:20261014T130000Z', 'STATUS:TENTATIVE', 'SUMMARY:Perhaps'),
      event('DTSTART:20261014T140000Z', 'DTEND:20261014T150000Z', 'SUMMARY:Out of office'),
      event('DTSTART:20261014T143000Z', 'DTEND:20261014T160000Z', 'SUMMARY:Board'),
    );
    expect(lines(text)).toEqual([
      'busy 10-14T08:00 10-14T09:00 Workshop',
      'busy 10-14T09:00 10-14T09:30 Call',
      'busy 10-14T09:30 10-14T12:00 Workshop',
      'tentative 10-14T12:00 10-14T13:00 Perhaps',
      'oof 10-14T14:00 10-14T15:00 Out of office',
      'busy 10-14T15:00 10-14T16:00 Board',
    ]);
  });

  it('that touch and say the same are one', () => {
    const text = file(
      event('DTSTART:20261014T080000Z', 'DTEND:20261014T090000Z'),
      event('DTSTART:20261014T083000Z', 'DTEND:20261014T100000Z'),
    );
    expect(lines(text)).toEqual(['busy 10-14T08:00 10-14T10:00']);
  });
});

describe('an absence', () => {
  const absences = (...more: readonly string[]) =>
    read(file(event('DTSTART;VALUE=DATE:20261014', 'DTEND;VALUE=DATE:20261017', ...more)))?.absences.map(
      ({ until, text }) => [at(until), text],
    );

  it.each([
    [['SUMMARY:Out of office: back on Monday'], 'back on Monday'],
    [['SUMMARY:OOO – ask Rahul'], 'ask Rahul'],
    [
      ['SUMMARY:Out of office', 'DESCRIPTION:I’m at sea.\\nNo signal.\\n\\nPrivate: cabin 12'],
      'I’m at sea. No signal.',
    ],
    [['SUMMARY:Out of office'], ''],
    // Marked as out of office is not the same as written for colleagues.
    [['SUMMARY:Dentist', 'DESCRIPTION:Root canal', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF'], ''],
    [['SUMMARY:Out of office: surgery', 'CLASS:CONFIDENTIAL'], ''],
  ])('by %j says %j', (more, text) => {
    expect(absences(...more)).toEqual([['10-16T22:00', text]]);
  });

  it('is one of VAVAILABILITY too, but working hours are none (RFC 7953)', () => {
    const away = (inside: string): string =>
      `BEGIN:VAVAILABILITY\r\nUID:a\r\nDTSTART:20261014T000000Z\r\nDTEND:20261015T000000Z\r\nSUMMARY:Out of office: gone fishing\r\n${inside}END:VAVAILABILITY`;
    expect(read(file(away('')))).toMatchObject({
      busy: [{ kind: 'oof' }],
      absences: [{ text: 'gone fishing' }],
    });
    const hours =
      'BEGIN:AVAILABLE\r\nUID:b\r\nDTSTART:20261014T080000Z\r\nDTEND:20261014T160000Z\r\nEND:AVAILABLE\r\n';
    expect(lines(file(away(hours)))).toEqual([]);
  });
});

describe('free and busy of a server that says no more', () => {
  it('is read by kind', () => {
    const text = file(
      [
        'BEGIN:VFREEBUSY',
        'FREEBUSY:20261014T080000Z/20261014T090000Z,20261014T100000Z/PT30M',
        'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261014T120000Z/PT1H',
        'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261014T140000Z/PT1H',
        'FREEBUSY;FBTYPE=FREE:20261014T160000Z/PT1H',
        'FREEBUSY;FBTYPE=X-UNHEARD-OF:20261014T170000Z/PT1H',
        'FREEBUSY:20251014T080000Z/PT1H',
        'END:VFREEBUSY',
      ].join('\r\n'),
    );
    expect(lines(text)).toEqual([
      'busy 10-14T08:00 10-14T09:00',
      'busy 10-14T10:00 10-14T10:30',
      'tentative 10-14T12:00 10-14T13:00',
      'oof 10-14T14:00 10-14T15:00',
      'busy 10-14T17:00 10-14T18:00',
    ]);
  });
});

describe('what is wrong in a file', () => {
  const good = event('DTSTART:20261014T080000Z', 'DURATION:PT1H', 'SUMMARY:Good');
  const GOOD = 'busy 10-14T08:00 10-14T09:00 Good';

  it.each([
    ['a page'],
    ['<!doctype html><title>Sign in</title>'],
    [''],
    ['BEGIN:VCARD\r\nEND:VCARD'],
    ['\0\0\0'],
  ])('that is none: %j', (text) => expect(read(text)).toBeNull());

  it.each([
    ['no start', event('SUMMARY:x')],
    ['a date that is none', event('DTSTART:soon', 'DURATION:PT1H')],
    ['a line that is none', event('DTSTART:20261014T080000Z', 'this is no line')],
    ['a rule that is none', event('DTSTART:20261014T080000Z', 'RRULE:FREQ=SOMETIMES')],
    ['a rule of seconds', event('DTSTART:20200101T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=SECONDLY')],
    [
      'a rule of minutes',
      event('DTSTART:20200101T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=MINUTELY;COUNT=99999999'),
    ],
    [
      'a rule of every hour for ever',
      event('DTSTART:19000101T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=HOURLY'),
    ],
    [
      'more dates than there are days',
      event('DTSTART:20200101T080000Z', `RDATE:${'20200102T080000Z,'.repeat(3_000)}20200103T080000Z`),
    ],
    ['no end', 'BEGIN:VEVENT\r\nDTSTART:20261014T080000Z'],
  ])('%s, leaves the others', (_, bad) => {
    const found = read(file(good, bad));
    expect(found?.busy.map(({ subject }) => subject)).toContain('Good');
    expect(found?.omitted).toBe(1);
  });

  it.each([
    ['a zone that cannot be read', file('BEGIN:VTIMEZONE\r\nnonsense\r\nEND:VTIMEZONE', good)],
    ['a zone without rules', file('BEGIN:VTIMEZONE\r\nTZID:Empty\r\nEND:VTIMEZONE', good)],
    ['line ends of Unix', file(good).replaceAll('\r\n', '\n')],
    ['a mark at its front', `\uFEFF${file(good)}`],
    ['small letters', file(good).replace(/^(begin|end|dtstart|duration)/gim, (name) => name.toLowerCase())],
    [
      'a name like a property of objects',
      file(good, event('UID:__proto__', 'RECURRENCE-ID:20261014T080000Z', 'DTSTART:20251014T080000Z')),
    ],
  ])('%s, is read', (_, text) => {
    expect(lines(text)).toEqual([GOOD]);
  });

  it('too many entries, or stretches, are cut short', () => {
    const limits = { steps: 1_000, entries: 3, stretches: 2 };
    const many = file(
      ...Array.from({ length: 6 }, (_, i) => event(`DTSTART:20261014T1${i}0000Z`, 'DURATION:PT30M')),
    );
    const found = read(many, { limits });
    expect(found?.busy).toHaveLength(2);
    expect(found?.omitted).toBe(4);
  });

  it('10 MB of it takes seconds at most', () => {
    const line = event(
      'DTSTART:20200114T080000Z',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY',
      `DESCRIPTION:${'x'.repeat(450)}`,
    );
    const large = file(good, ...Array.from({ length: 20_000 }, () => line));
    expect(large.length).toBeGreaterThan(10_000_000);
    const began = performance.now();
    expect(lines(large)).toContain(GOOD);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

it('leaves no zone behind that a file named', () => {
  const name = 'made-up-7/Europe/Berlin';
  const text = file(event(`DTSTART;TZID=${name}:20261014T100000`, 'DURATION:PT1H'));
  expect(lines(text)).toEqual(['busy 10-14T08:00 10-14T09:00']);
  expect(ICAL.TimezoneService.has(name)).toBe(false);
  expect(lines(text)).toEqual(['busy 10-14T08:00 10-14T09:00']);
});

it('several objects of a collection are one calendar', () => {
  const texts = [
    file(event('DTSTART:20261014T080000Z', 'DURATION:PT1H')),
    file(event('DTSTART:20261014T083000Z', 'DURATION:PT1H')),
    'nonsense',
  ];
  expect(lines(texts)).toEqual(['busy 10-14T08:00 10-14T09:30']);
  expect(read([])).toEqual({ busy: [], absences: [], omitted: 0 });
});
