/** calendar --document, by level--> beside the devices' documents --fold--> In a meeting, out of office, the day */
import { describe, expect, test } from 'vitest';
import type { ShownLevel } from './access-levels.ts';
import type { Presence } from './availability.ts';
import { calendarDocument, nextCalendarChange, type OutOfOffice } from './calendar-document.ts';
import { cutToLevel } from './document-levels.ts';
import { foldAvailability } from './fold-availability.ts';
import type { OwnState } from './own-activities.ts';
import { type Pidf, decodePidf } from './pidf.ts';
import { publishedDocument } from './published-document.ts';
import type { BusyTime } from './schedule.ts';
import { utf8Length } from './utf8.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AOR = 'sip:ana@example.test';

const busy = (from: number, until: number, subject = 'Budget'): BusyTime => ({
  ...{ from: NOW + from * MINUTE, until: NOW + until * MINUTE, kind: 'busy', subject },
});
function document(times: readonly BusyTime[], oof: OutOfOffice | null = null): Pidf {
  const text = calendarDocument(AOR, times, oof, NOW);
  const decoded = text === null ? null : decodePidf(text);
  if (!decoded?.ok) throw new Error(decoded?.why ?? 'nothing to say');
  return decoded.value;
}
/** A device, read by that level together with the calendar. */
function seen(level: ShownLevel, calendar: Pidf, own: Partial<OwnState> | null): Presence {
  const device = publishedDocument(
    {
      ...{ aor: AOR, instanceId: 'urn:uuid:a', now: NOW, manual: 'auto', manualSince: 0, lastInput: NOW },
      ...{ video: true, ...own },
    },
    true,
  );
  const documents = own === null ? [calendar] : [device, calendar];
  return foldAvailability(
    documents.map((one) => cutToLevel(one, level)),
    NOW,
    { level },
  );
}
const free = {};

describe('P16 in a meeting', () => {
  const meeting = document([busy(-10, 30), busy(-60, -30)]);
  test.each([
    ['personal', { availability: 'busy', activity: 'meeting', until: NOW + 30 * MINUTE }],
    ['team', { availability: 'busy', activity: 'meeting', until: NOW + 30 * MINUTE }],
    ['company', { availability: 'busy', activity: 'meeting' }],
  ] as const)('%s, with and without a device', (level, expected) => {
    for (const own of [free, null]) {
      const presence = seen(level, meeting, own);
      expect(presence).toMatchObject(expected);
      expect(presence.until).toBe('until' in expected ? expected.until : undefined);
    }
  });
  test('Public is told nothing of it', () => {
    expect(seen('public', meeting, free)).toMatchObject({ availability: 'available' });
    expect(seen('public', meeting, free).schedule).toBeUndefined();
    expect(seen('public', meeting, null)).toEqual({ availability: 'offline', messages: true, asOf: NOW });
  });
  test('one that is over or to come says nothing now', () => {
    const later = document([busy(5, 30), busy(-60, -1)]);
    for (const [own, availability] of [
      [free, 'available'],
      [null, 'offline'],
    ] as const)
      expect(seen('team', later, own).availability).toBe(availability);
  });
  test('one that runs into the next ends with that', () => {
    const until = seen(
      'team',
      document([busy(-10, 30), busy(30, 45), busy(20, 40), busy(50, 60)]),
      free,
    ).until;
    expect(until).toBe(NOW + 45 * MINUTE);
  });
  test('a tentative one is in the day and not in the state', () => {
    const maybe = document([{ ...busy(-10, 30), kind: 'tentative' }]);
    expect(seen('team', maybe, free)).toMatchObject({
      availability: 'available',
      schedule: [{ kind: 'tentative' }],
    });
  });
  test('what is stronger stays', () => {
    const call = { kind: 'call', since: NOW - MINUTE } as const;
    expect(seen('team', meeting, { call })).toMatchObject({ availability: 'busy', activity: 'call' });
    const dnd = { manual: 'dnd', manualSince: NOW - 5 } as const;
    expect(seen('company', meeting, dnd)).toMatchObject({ availability: 'dnd' });
    expect(seen('company', meeting, { manual: 'available', manualSince: NOW - 5 })).toMatchObject({
      availability: 'available',
    });
  });
  test('P22 a meeting with nobody at the computer', () => {
    expect(seen('team', meeting, { lastInput: NOW - 16 * MINUTE })).toMatchObject({ activity: 'meeting' });
  });
  test('P23 who appears offline is, also in a meeting', () => {
    const hidden = publishedDocument(
      {
        ...{ aor: AOR, instanceId: 'urn:uuid:a', now: NOW, manual: 'offline', manualSince: NOW - 5 },
        ...{ lastInput: NOW, video: true },
      },
      false,
    );
    expect(foldAvailability([hidden, cutToLevel(meeting, 'team')], NOW).availability).toBe('offline');
  });
});

describe('P20 out of office', () => {
  const oof = { until: NOW + 24 * HOUR, text: 'Back on Tuesday. Ask Ben.' };
  test('with its text, on a device and without one', () => {
    for (const own of [free, null]) {
      expect(seen('team', document([], oof), own)).toMatchObject({
        ...{ availability: 'oof', note: oof.text, until: oof.until },
      });
    }
    expect(seen('company', document([], oof), free).until).toBeUndefined();
    expect(seen('public', document([], oof), free)).toMatchObject({ availability: 'available' });
  });
  test('its text is nobody’s note when something else is shown', () => {
    const call = { kind: 'call', since: NOW - MINUTE } as const;
    expect(seen('team', document([], oof), { call }).note).toBeUndefined();
    expect(seen('team', document([], oof), { call, note: 'Own' }).note).toBe('Own');
    expect(seen('team', document([], oof), { note: 'Own' }).note).toBe(oof.text);
  });
  test('an absence in the calendar counts, a meeting during it does not', () => {
    const absent = document([{ ...busy(-60, 600), kind: 'oof' }, busy(-10, 30)]);
    expect(seen('team', absent, free)).toMatchObject({ availability: 'oof', until: NOW + 600 * MINUTE });
  });
  test('over is over', () => {
    expect(calendarDocument(AOR, [], { until: NOW, text: 'x' }, NOW)).toBeNull();
    expect(calendarDocument(AOR, [], { until: null, text: 'x' }, NOW)).not.toBeNull();
  });
});

describe('A01 A02 A03 the day', () => {
  const day = document([busy(60, 90, 'Dentist'), busy(-10, 30)]);
  test('Personal reads subjects, Team and Company when', () => {
    const times = [
      { from: NOW - 10 * MINUTE, until: NOW + 30 * MINUTE, kind: 'busy' },
      { from: NOW + 60 * MINUTE, until: NOW + 90 * MINUTE, kind: 'busy' },
    ];
    expect(seen('personal', day, free).schedule).toEqual([
      { ...times[0], subject: 'Budget' },
      { ...times[1], subject: 'Dentist' },
    ]);
    expect(seen('team', day, free).schedule).toEqual(times);
    expect(seen('company', day, null).schedule).toEqual(times);
  });
  test('a full and wordy week stays small enough to be said', () => {
    const many = Array.from({ length: 500 }, (_, i) => busy(i * 10 - 2500, i * 10 - 2490, '&'.repeat(500)));
    const text = calendarDocument(AOR, many, { until: null, text: '&'.repeat(5000) }, NOW) ?? '';
    expect(utf8Length(text)).toBeLessThan(12_288);
    const first = seen('team', document(many), free).schedule?.find(({ until }) => until > NOW);
    expect(first?.from).toBeLessThanOrEqual(NOW);
  });
  test('an hour that ends before it begins is none', () => {
    expect(calendarDocument(AOR, [busy(30, 10), busy(5, 5)], null, NOW)).toBeNull();
  });
  test('when to say it anew', () => {
    expect(nextCalendarChange([busy(-10, 30), busy(20, 60)], null, NOW)).toBe(NOW + 20 * MINUTE);
    expect(nextCalendarChange([], { until: NOW + 5, text: '' }, NOW)).toBe(NOW + 5);
    expect(nextCalendarChange([busy(-10, -5)], null, NOW)).toBeNull();
  });
});

test('the calendar of another server counts the times when nobody can be reached', () => {
  const tuple = { id: 't', basic: 'open', rpid: {}, notes: [] } as const;
  const timed = [
    { from: NOW, until: NOW + HOUR, basic: 'closed' },
    { from: NOW, until: NOW + HOUR, basic: 'open' },
    { from: NOW, basic: 'closed' },
  ] as const;
  const other: Pidf = { entity: AOR, tuples: [{ ...tuple, timed }], persons: [], devices: [], notes: [] };
  expect(foldAvailability([other], NOW).schedule).toEqual([{ from: NOW, until: NOW + HOUR, kind: 'busy' }]);
});
