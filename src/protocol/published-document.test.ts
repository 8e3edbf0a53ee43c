import { describe, expect, test } from 'vitest';
import type { Presence } from './availability.ts';
import { foldAvailability } from './fold-availability.ts';
import { decodePidf, encodePidf } from './pidf.ts';
import { type OwnState, nextIdleChange, publishedDocument, tupleIdOf } from './published-document.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const MINUTE = 60_000;

describe('what we publish is what others see', () => {
  const own: OwnState = {
    aor: 'sip:ana@example.test',
    instanceId: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    now: NOW,
    manual: 'auto',
    manualSince: 0,
    lastInput: NOW,
    video: true,
  };
  const call = { kind: 'call', since: NOW - 2 * MINUTE } as const;
  const rows: [string, Partial<OwnState>, Partial<Presence>][] = [
    ['available', {}, { availability: 'available', messages: true }],
    [
      'inactive after 5 min',
      { lastInput: NOW - 5 * MINUTE },
      { availability: 'inactive', since: NOW - 5 * MINUTE },
    ],
    [
      'away after 15 min',
      { lastInput: NOW - 15 * MINUTE },
      { availability: 'away', since: NOW - 15 * MINUTE },
    ],
    ['in a call', { call }, { availability: 'busy', activity: 'call', since: NOW - 2 * MINUTE }],
    [
      'in a call, silent for long',
      { call, lastInput: NOW - 60 * MINUTE },
      { availability: 'busy', activity: 'call' },
    ],
    [
      'in a conference',
      { call: { ...call, kind: 'conference' } },
      { availability: 'busy', activity: 'conference' },
    ],
    ['presenting', { call, presenting: true }, { availability: 'dnd' }],
    ['busy by choice', { manual: 'busy', manualSince: NOW - 5 }, { availability: 'busy', since: NOW - 5 }],
    [
      'busy by choice for 10 min idle',
      { manual: 'busy', manualSince: NOW - 5, lastInput: NOW - 10 * MINUTE },
      { availability: 'busy' },
    ],
    [
      'busy by choice for 20 min idle',
      { manual: 'busy', manualSince: NOW - 5, lastInput: NOW - 20 * MINUTE },
      { availability: 'busy-inactive' },
    ],
    [
      'available by choice, then a call',
      { manual: 'available', manualSince: NOW - 9 * MINUTE, call },
      { activity: 'call' },
    ],
    [
      'a call, then available by choice',
      { manual: 'available', manualSince: NOW, call },
      { availability: 'available' },
    ],
    ['do not disturb', { manual: 'dnd', manualSince: NOW - 5, call }, { availability: 'dnd' }],
    ['be right back', { manual: 'brb', manualSince: NOW - 5 }, { availability: 'away', activity: 'brb' }],
    ['away by choice', { manual: 'away', manualSince: NOW - 5 }, { availability: 'away' }],
    [
      'appear offline',
      { manual: 'offline', manualSince: NOW - 5, note: 'secret' },
      { availability: 'offline' },
    ],
    [
      'a custom state',
      { custom: { band: 'busy', text: 'In court' } },
      { availability: 'busy', custom: 'In court' },
    ],
    ['note and place', { note: 'Budget', location: 'Office' }, { note: 'Budget', location: 'Office' }],
    ['any place', { location: 'Lab 4' }, { location: 'Lab 4' }],
    ['mobile', { mobile: true }, { mobile: true }],
  ];
  test.each(rows)('%s', (_, change, expected) => {
    const decoded = decodePidf(encodePidf(publishedDocument({ ...own, ...change })));
    if (!decoded.ok) throw new Error(decoded.why);
    expect(foldAvailability([decoded.value], NOW)).toMatchObject(expected);
  });
  test('offline by choice tells nothing more than being gone', () => {
    const gone = publishedDocument({ ...own, manual: 'offline', note: 'secret', location: 'Home' });
    expect(gone).toEqual({
      entity: own.aor,
      tuples: [
        { id: tupleIdOf(own.instanceId), basic: 'closed', rpid: {}, timed: [], notes: [], timestamp: NOW },
      ],
      persons: [],
      devices: [],
      notes: [],
    });
  });
  test('others than Parley read Busy for do not disturb', () => {
    const [one] = publishedDocument({ ...own, manual: 'dnd', manualSince: 1 }).persons;
    expect(one?.rpid.activities?.words).toEqual(['busy']);
  });
  test('the first tuple id is this device’s and an XML id', () => {
    expect(publishedDocument(own).tuples[0]?.id).toMatch(/^t[a-z0-9]{32}$/);
    expect(tupleIdOf('urn:uuid:a')).not.toBe(tupleIdOf('urn:uuid:b'));
  });
  test('when idleness changes it next', () => {
    expect(nextIdleChange(own)).toBe(NOW + 5 * MINUTE);
    expect(nextIdleChange({ ...own, lastInput: NOW - 6 * MINUTE })).toBe(NOW + 9 * MINUTE);
    expect(nextIdleChange({ ...own, lastInput: NOW - 16 * MINUTE })).toBeNull();
  });
});
