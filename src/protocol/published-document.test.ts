/**
 * own state --publish--> four variants --the server's rule--> one of them --fold--> what that watcher sees
 */
import { describe, expect, test } from 'vitest';
import { SHOWN_LEVELS, type ShownLevel } from './access-levels.ts';
import type { Presence } from './availability.ts';
import { cutToLevel } from './document-levels.ts';
import { foldAvailability } from './fold-availability.ts';
import type { OwnState } from './own-activities.ts';
import { type Pidf, decodePidf, encodePidf } from './pidf.ts';
import {
  hardStateDocument,
  nextIdleChange,
  publishedDocument,
  tupleIdOf,
  viewAs,
} from './published-document.ts';
import { utf8Length } from './utf8.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const MINUTE = 60_000;

const OWN: OwnState = {
  aor: 'sip:ana@example.test',
  instanceId: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  now: NOW,
  manual: 'auto',
  manualSince: 0,
  lastInput: NOW,
  video: true,
};
const call = { kind: 'call', since: NOW - 2 * MINUTE } as const;
const court = { id: 'court', band: 'busy', text: 'In court' } as const;

/** What goes over the wire and comes back. */
function wire(own: Partial<OwnState>, kept: boolean): Pidf {
  const decoded = decodePidf(encodePidf(publishedDocument({ ...OWN, ...own }, kept)));
  if (!decoded.ok) throw new Error(decoded.why);
  return decoded.value;
}
function seenBy(level: ShownLevel, own: Partial<OwnState>): Presence {
  return foldAvailability([cutToLevel(wire(own, true), level)], NOW);
}

type Seen = Partial<Presence>;
/** Row, state, and what Personal, Team, Company and Public see. A missing key must be missing there too. */
const ROWS: readonly [string, Partial<OwnState>, Seen, Seen, Seen, Seen][] = [
  all('P13 A04 available', {}, { availability: 'available' }),
  [
    'P14 in a call',
    { call },
    { availability: 'busy', activity: 'call', since: NOW - 2 * MINUTE },
    { availability: 'busy', activity: 'call', since: NOW - 2 * MINUTE },
    { availability: 'busy', activity: 'call' },
    { availability: 'busy' },
  ],
  [
    'P14 in a call, silent for long',
    { call, lastInput: NOW - 60 * MINUTE },
    { availability: 'busy', activity: 'call', since: NOW - 2 * MINUTE },
    { availability: 'busy', activity: 'call', since: NOW - 2 * MINUTE },
    { availability: 'busy', activity: 'call' },
    { availability: 'busy' },
  ],
  [
    'P15 in a conference',
    { call: { ...call, kind: 'conference' } },
    { availability: 'busy', activity: 'conference', since: NOW - 2 * MINUTE },
    { availability: 'busy', activity: 'conference', since: NOW - 2 * MINUTE },
    { availability: 'busy', activity: 'conference' },
    { availability: 'busy' },
  ],
  [
    'P17 A07 do not disturb until five: Team comes through',
    { manual: 'dnd', manualSince: NOW - 5, manualUntil: NOW + 60 * MINUTE },
    { availability: 'dnd', since: NOW - 5, until: NOW + 60 * MINUTE },
    { availability: 'urgent', since: NOW - 5, until: NOW + 60 * MINUTE },
    { availability: 'dnd' },
    { availability: 'dnd' },
  ],
  [
    'P18 A07 presenting',
    { call, presenting: true },
    { availability: 'dnd', activity: 'call', since: NOW - 2 * MINUTE },
    { availability: 'urgent', activity: 'call', since: NOW - 2 * MINUTE },
    { availability: 'dnd', activity: 'call' },
    { availability: 'dnd' },
  ],
  [
    'P18 a full screen without a call',
    { presenting: true },
    { availability: 'dnd', activity: 'presenting' },
    { availability: 'urgent', activity: 'presenting' },
    { availability: 'dnd', activity: 'presenting' },
    { availability: 'dnd' },
  ],
  [
    'P20 away after 15 min',
    { lastInput: NOW - 15 * MINUTE },
    { availability: 'away', since: NOW - 15 * MINUTE },
    { availability: 'away', since: NOW - 15 * MINUTE },
    { availability: 'away' },
    { availability: 'away' },
  ],
  [
    'P20 be right back',
    { manual: 'brb', manualSince: NOW - 5 },
    { availability: 'away', activity: 'brb', since: NOW - 5 },
    { availability: 'away', activity: 'brb', since: NOW - 5 },
    { availability: 'away', activity: 'brb' },
    { availability: 'away' },
  ],
  [
    'P21 inactive after 5 min, which Public is not told',
    { lastInput: NOW - 5 * MINUTE },
    { availability: 'inactive', since: NOW - 5 * MINUTE },
    { availability: 'inactive', since: NOW - 5 * MINUTE },
    { availability: 'inactive' },
    { availability: 'available' },
  ],
  [
    'P22 busy for 20 min without a touch',
    { manual: 'busy', manualSince: NOW - 5, lastInput: NOW - 20 * MINUTE },
    { availability: 'busy-inactive', since: NOW - 20 * MINUTE },
    { availability: 'busy-inactive', since: NOW - 20 * MINUTE },
    { availability: 'busy-inactive' },
    { availability: 'busy' },
  ],
  [
    'P22 not yet after 10',
    { manual: 'busy', manualSince: NOW - 5, lastInput: NOW - 10 * MINUTE },
    { availability: 'busy', since: NOW - 5 },
    { availability: 'busy', since: NOW - 5 },
    { availability: 'busy' },
    { availability: 'busy' },
  ],
  all(
    'P23 appear offline',
    { manual: 'offline', manualSince: NOW - 5, note: 'secret' },
    { availability: 'offline' },
  ),
  [
    'P10 a note',
    { note: 'Reviewing Annual Budget', noteSince: NOW - 5 },
    { availability: 'available', note: 'Reviewing Annual Budget' },
    { availability: 'available', note: 'Reviewing Annual Budget' },
    { availability: 'available', note: 'Reviewing Annual Budget' },
    { availability: 'available' },
  ],
  [
    'P26 a mobile, which Public is not told',
    { mobile: true },
    { availability: 'available', mobile: true },
    { availability: 'available', mobile: true },
    { availability: 'available', mobile: true },
    { availability: 'available' },
  ],
  [
    'P26 a kiosk',
    { kiosk: true },
    { availability: 'available', kiosk: true },
    { availability: 'available', kiosk: true },
    { availability: 'available', kiosk: true },
    { availability: 'available' },
  ],
  [
    'P27 a state of the organisation',
    { manual: 'busy', manualSince: NOW - 5, custom: court },
    { availability: 'busy', custom: 'In court', customId: 'court', since: NOW - 5 },
    { availability: 'busy', custom: 'In court', customId: 'court', since: NOW - 5 },
    { availability: 'busy', custom: 'In court', customId: 'court' },
    { availability: 'busy' },
  ],
  [
    'P27 A07 one of the kind Do Not Disturb',
    { manual: 'dnd', manualSince: NOW - 5, custom: { ...court, band: 'dnd' } },
    { availability: 'dnd', custom: 'In court', customId: 'court', since: NOW - 5 },
    { availability: 'urgent', custom: 'In court', customId: 'court', since: NOW - 5 },
    { availability: 'dnd', custom: 'In court', customId: 'court' },
    { availability: 'dnd' },
  ],
  ...SHOWN_LEVELS.map((least): (typeof ROWS)[number] => {
    const see = (level: ShownLevel): Seen => ({
      availability: 'available',
      ...(SHOWN_LEVELS.indexOf(level) <= SHOWN_LEVELS.indexOf(least) && { location: 'Lab 4' }),
    });
    const [a, b, c, d] = SHOWN_LEVELS.map(see) as [Seen, Seen, Seen, Seen];
    return [`C10 a place down to ${least}`, { location: 'Lab 4', locationFor: least }, a, b, c, d];
  }),
];
function all(name: string, own: Partial<OwnState>, seen: Seen): (typeof ROWS)[number] {
  return [name, own, seen, seen, seen, seen];
}

describe.each(SHOWN_LEVELS.map((level, index) => ({ level, index })))('$level sees', ({ level, index }) => {
  test.each(ROWS)('%s', (_, own, ...seen) => {
    const presence = seenBy(level, own);
    expect(presence).toEqual({ ...seen[index], messages: true, asOf: NOW });
    expect(viewAs({ ...OWN, ...own }, level)).toEqual(presence);
    // To oneself all variants are given; what is read is what Personal sees.
    if (level === 'personal') expect(foldAvailability([wire(own, true)], NOW)).toEqual(presence);
  });
});

describe('the wire', () => {
  const rich: Partial<OwnState> = {
    ...{ note: 'Budget', noteSince: NOW - 9, location: 'Home', locationSince: NOW - 8, manual: 'dnd' },
    ...{ manualSince: NOW - 7, manualUntil: NOW + 5 * MINUTE, mobile: true },
  };
  test('every element has the class of one level or is for oneself', () => {
    const { tuples, persons, devices } = wire(rich, true);
    const labels = (all: readonly { rpid: { class?: string } }[]) => all.map(({ rpid }) => rpid.class);
    expect(labels(tuples)).toEqual([...SHOWN_LEVELS]);
    expect(labels(persons)).toEqual([...SHOWN_LEVELS, 'self']);
    expect(labels(devices)).toEqual(['personal', 'team', 'company']);
  });
  test.each([true, false])('ids are unique and XML ids, the first the device’s (kept: %s)', (kept) => {
    const { tuples, persons, devices } = wire(rich, kept);
    const ids = [...tuples, ...persons, ...devices].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(ids[0]).toBe(tupleIdOf(OWN.instanceId));
    // Also when it is gone: servers know the device by this id.
    expect(wire({ manual: 'offline' }, kept).tuples[0]?.id).toBe(ids[0]);
  });
  test('A03 A04 Company and Public have no times on the wire, Public no device', () => {
    for (const level of ['company', 'public'] as const) {
      const text = encodePidf(cutToLevel(publishedDocument({ ...OWN, ...rich }, true), level));
      expect(text).not.toMatch(/\d\d:\d\d/);
      if (level === 'public') expect(text).not.toMatch(/Budget|Home|deviceID|mobile|uuid/);
    }
  });
  test('P23 appearing offline leaves nothing for anybody', () => {
    for (const level of SHOWN_LEVELS) {
      const left = cutToLevel(wire({ ...rich, manual: 'offline' }, true), level);
      expect(left).toEqual({ entity: OWN.aor, tuples: [], persons: [], devices: [], notes: [] });
    }
    expect(wire({ ...rich, manual: 'offline' }, false)).toEqual({
      entity: OWN.aor,
      tuples: [{ id: tupleIdOf(OWN.instanceId), basic: 'closed', rpid: {}, timed: [], notes: [] }],
      persons: [],
      devices: [],
      notes: [],
    });
  });
  test('the person’s other devices are told what was chosen and when', () => {
    const own = { ...rich, locationFor: 'personal', noteUntil: NOW + 9 } as const;
    expect(wire(own, true).persons.find(({ rpid }) => rpid.class === 'self')?.choices).toEqual({
      state: { manual: 'dnd', since: NOW - 7, until: NOW + 5 * MINUTE },
      note: { text: 'Budget', since: NOW - 9, until: NOW + 9 },
      location: { text: 'Home', since: NOW - 8, for: 'personal' },
    });
    // Where everybody reads the same, only what Company may know.
    expect(wire(own, false).persons[0]?.choices).toEqual({
      state: { manual: 'dnd', since: NOW - 7 },
      note: { text: 'Budget', since: NOW - 9 },
    });
  });
  test('a server that keeps no levels apart gets the Company variant alone', () => {
    const { tuples, persons, devices } = wire(rich, false);
    expect([tuples.length, persons.length, devices.length]).toEqual([1, 1, 1]);
    expect(foldAvailability([wire(rich, false)], NOW)).toEqual(viewAs({ ...OWN, ...rich }, 'company'));
    expect(viewAs({ ...OWN, ...rich }, 'personal', false)).toEqual(viewAs({ ...OWN, ...rich }, 'company'));
  });
  test('the largest document stays below 16 KiB', () => {
    for (const char of ['&', '\u{1F600}', '"']) {
      const own: OwnState = {
        ...{ ...OWN, ...rich, call, note: char.repeat(5000), location: char.repeat(5000) },
        aor: `sip:${'a'.repeat(64)}@${'b'.repeat(120)}.example`,
        custom: { id: 'c'.repeat(64), band: 'dnd', text: '&'.repeat(80) },
        ...{ locationFor: 'public', noteUntil: NOW },
      };
      expect(utf8Length(encodePidf(publishedDocument(own, true)))).toBeLessThan(16_384);
    }
  });
  test('others than Parley read Busy for do not disturb', () => {
    for (const one of publishedDocument({ ...OWN, manual: 'dnd', manualSince: 1 }, true).persons.slice(
      0,
      4,
    )) {
      expect(one.rpid.activities?.words).toEqual(['busy']);
    }
  });
  test('different devices have different first ids', () => {
    expect(tupleIdOf('urn:uuid:a')).not.toBe(tupleIdOf('urn:uuid:b'));
  });
  test('when idleness changes it next', () => {
    expect(nextIdleChange(OWN)).toBe(NOW + 5 * MINUTE);
    expect(nextIdleChange({ ...OWN, lastInput: NOW - 6 * MINUTE })).toBe(NOW + 9 * MINUTE);
    expect(nextIdleChange({ ...OWN, lastInput: NOW - 16 * MINUTE })).toBeNull();
  });
});

describe('P17 A09 a choice that outlives the page', () => {
  const kept: [string, Partial<OwnState>, boolean][] = [
    ['do not disturb', { manual: 'dnd', manualSince: NOW - 5 }, true],
    ['anything with an end', { manual: 'busy', manualSince: NOW - 5, manualUntil: NOW + MINUTE }, true],
    ['busy until changed', { manual: 'busy', manualSince: NOW - 5 }, false],
    ['appear offline, so that a calendar tells nothing', { manual: 'offline', manualSince: NOW - 5 }, true],
    ['nothing', {}, false],
  ];
  test.each(kept)('%s', (_, own, expected) => {
    expect(hardStateDocument({ ...OWN, ...own }) !== null).toBe(expected);
  });
  test('makes nobody look online, and says Do Not Disturb beside a device', () => {
    const own = { ...OWN, manual: 'dnd', manualSince: NOW - 5, call } as const;
    const document = hardStateDocument(own);
    if (!document) throw new Error('nothing');
    const decoded = decodePidf(encodePidf(document));
    if (!decoded.ok) throw new Error(decoded.why);
    const device = publishedDocument({ ...OWN, instanceId: 'urn:uuid:other' }, true);
    for (const [level, availability] of [
      ['personal', 'dnd'],
      ['team', 'urgent'],
      ['company', 'dnd'],
      ['public', 'dnd'],
    ] as const) {
      expect(foldAvailability([decoded.value], NOW, { level }).availability).toBe('offline');
      expect(foldAvailability([device, decoded.value], NOW, { level }).availability).toBe(availability);
    }
  });
  test('appear offline until five tells nobody', () => {
    const own = { ...OWN, manual: 'offline', manualSince: NOW - 5, manualUntil: NOW + MINUTE } as const;
    expect(hardStateDocument(own)?.persons.map(({ rpid }) => rpid.class)).toEqual(['self']);
  });
});

test('EV2 a parked call is shown to Personal and Team, to nobody else, and not while appearing offline', () => {
  const replaces = { callId: 'c', toTag: 'a', fromTag: 'b' };
  const parked = [
    { id: 'c', peer: 'sip:ben@x.test', peerName: 'Ben', target: 'sip:ben@x.test;gr=1', replaces },
  ];
  const seen = (own: Partial<OwnState>) => SHOWN_LEVELS.map((level) => seenBy(level, own).parked);
  expect(seen({ call, parked })).toEqual([parked, parked, undefined, undefined]);
  expect(seen({ call, parked, manual: 'offline', manualSince: NOW })).toEqual(Array(4).fill(undefined));
  expect(encodePidf(publishedDocument({ ...OWN, call, parked }, false))).not.toContain('parked');
});
