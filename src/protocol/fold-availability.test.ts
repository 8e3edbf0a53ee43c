import { describe, expect, test } from 'vitest';
import type { Presence } from './availability.ts';
import type { PersonElement } from './data-model.ts';
import { foldAvailability } from './fold-availability.ts';
import type { Pidf, Tuple } from './pidf.ts';
import type { Activities, Rpid } from './rpid.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const MINUTE = 60_000;

const open: Tuple = { id: 't1', basic: 'open', rpid: {}, timed: [], notes: [] };
const closed: Tuple = { ...open, basic: 'closed' };

function person(rpid: Rpid, rest: Partial<PersonElement> = {}): PersonElement {
  return { id: 'p1', rpid, cipid: {}, notes: [], ...rest };
}
function says(activities: Partial<Activities>, rest: Rpid = {}): PersonElement {
  return person({ activities: { words: [], own: [], ...activities }, ...rest });
}
function document(persons: PersonElement[], rest: Partial<Pidf> = {}): Pidf {
  return { entity: 'sip:ana@example.test', tuples: [open], persons, devices: [], notes: [], ...rest };
}
function fold(...documents: Pidf[]): Presence {
  return foldAvailability(documents, NOW);
}
const idle = (minutes: number): Rpid => ({ userInput: { idle: true, lastInput: NOW - minutes * MINUTE } });
const active: Rpid = { userInput: { idle: false, lastInput: NOW - MINUTE } };
const chosen = (state: string, minutesAgo = 1): Rpid => ({
  manual: { state, since: NOW - minutesAgo * MINUTE },
});

describe('Table 2, one device', () => {
  const rows: [string, Pidf[], Partial<Presence>][] = [
    ['P13 online, nothing else', [document([])], { availability: 'available' }],
    ['P13 a person at the keyboard', [document([person(active)])], { availability: 'available' }],
    [
      'P14 on the phone',
      [document([says({ words: ['on-the-phone'] })])],
      { availability: 'busy', activity: 'call' },
    ],
    [
      'P15 in a conference',
      [document([says({ words: ['busy', 'on-the-phone'], own: ['conference'] })])],
      { availability: 'busy', activity: 'conference' },
    ],
    [
      'P16 in a meeting',
      [document([says({ words: ['meeting'] })])],
      { availability: 'busy', activity: 'meeting' },
    ],
    [
      'P16 an appointment',
      [document([says({ words: ['appointment'] })])],
      { availability: 'busy', activity: 'meeting' },
    ],
    ['busy', [document([says({ words: ['busy'] })])], { availability: 'busy' }],
    [
      'P17 do not disturb: busy to others',
      [document([says({ words: ['busy'], own: ['dnd'] })])],
      { availability: 'dnd' },
    ],
    [
      'P18 presenting',
      [document([says({ words: ['busy', 'presentation'], own: ['dnd'] })])],
      { availability: 'dnd', activity: 'presenting' },
    ],
    [
      'A07 what Team sees of it',
      [document([says({ words: ['busy'], own: ['dnd', 'urgent'] })])],
      { availability: 'urgent' },
    ],
    [
      'P20 away',
      [document([says({ words: ['away'] }, idle(25))])],
      { availability: 'away', since: NOW - 25 * MINUTE },
    ],
    [
      'P20 be right back',
      [document([says({ words: ['away'], own: ['brb'] }, chosen('brb'))])],
      { availability: 'away', activity: 'brb' },
    ],
    ['P20 out of office', [document([says({ words: ['vacation'] })])], { availability: 'oof' }],
    ['P21 inactive', [document([person(idle(8))])], { availability: 'inactive', since: NOW - 8 * MINUTE }],
    [
      'P22 busy, inactive',
      [document([says({ words: ['meeting'] }, idle(20))])],
      { availability: 'busy-inactive', activity: 'meeting' },
    ],
    [
      'in a call one does not type',
      [document([says({ words: ['on-the-phone'] }, idle(20))])],
      { availability: 'busy', activity: 'call' },
    ],
    ['P23 nothing published, blocked, or gone', [], { availability: 'offline' }],
    ['P23 no services', [document([says({ words: ['busy'] })], { tuples: [] })], { availability: 'offline' }],
    [
      'P23 signed out at a known time',
      [document([], { tuples: [{ ...closed, timestamp: NOW - 90 * MINUTE }] })],
      { availability: 'offline', since: NOW - 90 * MINUTE },
    ],
    [
      'P27 a state of the organisation',
      [document([says({ words: ['busy'], custom: { band: 'busy', text: 'In court' } })])],
      { availability: 'busy', custom: 'In court' },
    ],
    [
      'a service that does not say',
      [document([], { tuples: [{ ...open, basic: null }] })],
      { availability: 'available' },
    ],
  ];
  test.each(rows)('%s', (_, documents, expected) => {
    expect(fold(...documents)).toMatchObject({ asOf: NOW, messages: true, ...expected });
  });
});

describe('P26 devices', () => {
  const phone: Tuple = { ...open, id: 't2', capabilities: { message: false } };
  const mobile: Pidf['devices'] = [{ id: 'd', deviceId: 'urn:m', rpid: {}, mobility: 'mobile', notes: [] }];
  test('a desk phone alone takes no messages', () => {
    expect(fold(document([], { tuples: [phone] })).messages).toBe(false);
    expect(fold(document([], { tuples: [{ ...open, contact: 'tel:+15550100' }] })).messages).toBe(false);
    expect(fold(document([], { tuples: [phone, open] })).messages).toBe(true);
  });
  test('mobile only when nothing else is there', () => {
    const pocket = { ...open, deviceId: 'urn:m' };
    expect(fold(document([], { tuples: [pocket], devices: mobile })).mobile).toBe(true);
    expect(fold(document([], { tuples: [pocket, open], devices: mobile })).mobile).toBeUndefined();
  });
  test('a mailbox or an assistant is not the person', () => {
    const mail = { ...open, contact: 'mailto:a@b' };
    const assistant = { ...open, rpid: { relationship: 'assistant' } };
    expect(fold(document([], { tuples: [mail, assistant, closed] })).availability).toBe('offline');
  });
});

describe('P08 P12 several devices', () => {
  const rows: [string, PersonElement[], Partial<Presence>][] = [
    [
      'a call on one of them',
      [person(active), says({ words: ['on-the-phone'] })],
      { availability: 'busy', activity: 'call' },
    ],
    [
      'a call beats a meeting',
      [says({ words: ['meeting'] }), says({ words: ['on-the-phone'] })],
      { activity: 'call' },
    ],
    [
      'DND beats a call',
      [says({ words: ['on-the-phone'] }), says({ own: ['dnd'] })],
      { availability: 'dnd' },
    ],
    [
      'away from one, at the other',
      [says({ words: ['away'] }, idle(30)), person(active)],
      { availability: 'available' },
    ],
    ['idle at one, at the other', [person(idle(30)), person(active)], { availability: 'available' }],
    [
      'away from both',
      [says({ words: ['away'] }, idle(30)), says({ words: ['away'] }, idle(20))],
      { availability: 'away', since: NOW - 20 * MINUTE },
    ],
    [
      'a calendar does not wake anybody',
      [person(idle(8)), person({ class: 'calendar' })],
      { availability: 'inactive' },
    ],
    [
      'nor does its newer silence end an absence',
      [
        { ...says({ words: ['away'] }, idle(30)), timestamp: NOW - 15 * MINUTE },
        { ...person({ class: 'calendar' }), timestamp: NOW - MINUTE },
      ],
      { availability: 'away' },
    ],
    [
      'a newer word beats an older absence',
      [
        { ...says({ words: ['away'] }), timestamp: NOW - 50 * MINUTE },
        { ...person({}), timestamp: NOW - MINUTE },
      ],
      { availability: 'available' },
    ],
    [
      'an older word does not',
      [
        { ...says({ words: ['away'] }), timestamp: NOW - MINUTE },
        { ...person({}), timestamp: NOW - 50 * MINUTE },
      ],
      { availability: 'away' },
    ],
    [
      'out of office beats being there',
      [person(active), says({ words: ['vacation'] })],
      { availability: 'oof' },
    ],
  ];
  test.each(rows)('%s', (_, persons, expected) => {
    expect(fold(document(persons, { tuples: [open, { ...open, id: 't2' }] }))).toMatchObject(expected);
    // The server may append the documents in any order.
    expect(fold(document(persons.toReversed()))).toMatchObject(expected);
    expect(fold(...persons.map((one) => document([one])))).toMatchObject(expected);
  });
  test('one signed out, the other there', () => {
    expect(fold(document([], { tuples: [closed] }), document([person(active)])).availability).toBe(
      'available',
    );
  });
});

describe('P10 P14 P17 P20 manual beats automatic', () => {
  const rows: [string, PersonElement[], Partial<Presence>][] = [
    [
      'DND chosen, a call elsewhere',
      [says({ words: ['busy'], own: ['dnd'] }, chosen('dnd')), says({ words: ['on-the-phone'] })],
      { availability: 'dnd' },
    ],
    [
      'Available chosen in a meeting',
      [person(chosen('available')), says({ words: ['meeting'] })],
      { availability: 'available' },
    ],
    [
      'Available chosen, then a call elsewhere',
      [person(chosen('available', 9)), says({ words: ['on-the-phone'], from: NOW - MINUTE })],
      { availability: 'busy', activity: 'call' },
    ],
    [
      'a call elsewhere, then Available chosen',
      [person(chosen('available', 9)), says({ words: ['on-the-phone'], from: NOW - 20 * MINUTE })],
      { availability: 'available' },
    ],
    [
      'Available chosen, but nobody there',
      [person({ ...chosen('available'), ...idle(9) })],
      { availability: 'inactive' },
    ],
    [
      'Away chosen while typing',
      [says({ words: ['away'] }, { ...chosen('away'), ...active })],
      { availability: 'away', since: NOW - MINUTE },
    ],
    [
      'Busy chosen says more in a call',
      [says({ words: ['busy'] }, chosen('busy')), says({ words: ['on-the-phone'] })],
      { availability: 'busy', activity: 'call' },
    ],
    [
      'the newest choice counts',
      [says({ words: ['busy'] }, chosen('busy', 30)), says({ words: ['away'] }, chosen('away', 5))],
      { availability: 'away' },
    ],
    [
      'choosing automatic undoes an older choice',
      [says({ words: ['busy'] }, chosen('busy', 30)), person({ ...chosen('auto', 5), ...active })],
      { availability: 'available' },
    ],
    [
      'a choice that ran out',
      [says({ words: ['busy'], until: NOW - 1 }, chosen('busy')), person(active)],
      { availability: 'available' },
    ],
    [
      'a choice from the future is none',
      [says({ words: ['away'] }, { manual: { state: 'away', since: NOW + 60 * MINUTE } }), person(active)],
      { availability: 'available' },
    ],
    [
      'a choice we do not know is none',
      [says({ words: ['meeting'] }), person(chosen('lurking'))],
      { availability: 'busy' },
    ],
    [
      'Busy chosen, adopted by the other device, which is in a call',
      [says({ words: ['busy'] }, chosen('busy')), says({ words: ['on-the-phone'] }, chosen('busy'))],
      { availability: 'busy', activity: 'call' },
    ],
    [
      'Busy chosen, without times for this watcher, and a call',
      [
        says({ words: ['busy'] }, { manual: { state: 'busy', since: 0 } }),
        says({ words: ['on-the-phone'] }, { manual: { state: 'busy', since: 0 } }),
      ],
      { availability: 'busy', activity: 'call' },
    ],
    [
      'Available chosen until a time that is over, in a meeting',
      [person({ manual: { state: 'available', since: NOW - 9, until: NOW } }), says({ words: ['meeting'] })],
      { availability: 'busy', activity: 'meeting' },
    ],
    [
      'appearing offline on one device',
      [person(active), person(chosen('offline'))],
      { availability: 'offline' },
    ],
  ];
  test.each(rows)('%s', (_, persons, expected) => {
    expect(fold(document(persons))).toMatchObject(expected);
    expect(fold(document(persons.toReversed()))).toMatchObject(expected);
  });
});

describe('P02 P09 P13 each of the states of Table 2 is one badge', () => {
  const states: [Presence['availability'], PersonElement][] = [
    ['available', person(active)],
    ['inactive', person(idle(8))],
    ['busy', says({ words: ['busy'] })],
    ['busy-inactive', says({ words: ['busy'] }, idle(20))],
    ['dnd', says({ own: ['dnd'] })],
    ['urgent', says({ own: ['urgent'] })],
    ['away', says({ words: ['away'] })],
    ['oof', says({ words: ['away'], own: ['oof'] })],
  ];
  test.each(states)('%s', (availability, one) => {
    expect(fold(document([one])).availability).toBe(availability);
  });
});

describe('A01 A02 A03 A04 variants by level', () => {
  const variants = document([
    says({ words: ['busy'], own: ['dnd'] }, { class: 'personal' }),
    says({ words: ['busy'], own: ['urgent'] }, { class: 'team' }),
    says({ words: ['busy'] }, { class: 'company' }),
    says({ words: ['away'] }, { class: 'public' }),
    says({ words: ['vacation'] }, { class: 'self' }),
  ]);
  test.each([
    ['personal', 'dnd'],
    ['team', 'urgent'],
    ['company', 'busy'],
    ['public', 'away'],
  ] as const)('%s', (level, availability) => {
    expect(foldAvailability([variants], NOW, { level }).availability).toBe(availability);
  });
  test('A07 of several the most trusted is read, and never a mixture', () => {
    expect(fold(variants).availability).toBe('dnd');
    expect(fold({ ...variants, persons: variants.persons.slice(1) }).availability).toBe('urgent');
    expect(fold({ ...variants, persons: variants.persons.slice(4) }).availability).toBe('available');
  });
  test('A03 what nobody labelled is for every level that is given it', () => {
    const phone = document([says({ words: ['on-the-phone'] }, { class: 'work' })]);
    for (const level of ['personal', 'team', 'company', 'public'] as const) {
      expect(foldAvailability([phone], NOW, { level }).activity).toBe('call');
    }
  });
});

describe('P16 P21 times', () => {
  test('an activity outside its time does not hold', () => {
    expect(fold(document([says({ words: ['meeting'], from: NOW + 60 * MINUTE })])).availability).toBe(
      'available',
    );
    expect(fold(document([says({ words: ['meeting'], until: NOW })])).availability).toBe('available');
    const until = NOW + 30 * MINUTE;
    expect(fold(document([says({ words: ['meeting'], from: NOW - MINUTE, until })]))).toMatchObject({
      since: NOW - MINUTE,
      until,
    });
  });
  test('nothing is "since" next year or 1970', () => {
    for (const lastInput of [NOW + 365 * 24 * 60 * MINUTE, 0]) {
      const { since } = fold(document([says({ words: ['away'] }, { userInput: { idle: true, lastInput } })]));
      expect(since).toBeUndefined();
    }
  });
  test('a timestamp from the future does not win for ever', () => {
    const liar = { ...person({}, { notes: [{ text: 'old' }] }), timestamp: NOW + 1e12 };
    const honest = { ...says({ words: ['away'] }), notes: [{ text: 'new' }], timestamp: NOW - MINUTE };
    expect(fold(document([liar, honest]))).toMatchObject({ availability: 'away', note: 'new' });
  });
});

describe('P01 C10 words', () => {
  test('note and place of the choice, then of the newest person, then of the document', () => {
    const first = { ...person({ location: 'Office' }), notes: [{ text: 'one' }], timestamp: NOW - 5 };
    const second = { ...person({ location: 'Home' }), notes: [{ text: 'two' }], timestamp: NOW - 3 };
    expect(fold(document([first, second]))).toMatchObject({ note: 'two', location: 'Home' });
    expect(
      fold(document([{ ...first, rpid: { ...first.rpid, ...chosen('available') } }, second])),
    ).toMatchObject({ note: 'one' });
    expect(fold(document([], { notes: [{ text: 'root' }] })).note).toBe('root');
  });
  test('types of place in words', () => {
    expect(fold(document([person({ placeTypes: ['residence'] })])).location).toBe('Home');
    expect(fold(document([person({ placeTypes: ['coffee-shop'] })])).location).toBe('Coffee shop');
  });
  test('a note is cut', () => {
    expect(fold(document([], { notes: [{ text: 'x'.repeat(5000) }] })).note).toHaveLength(500);
  });
});
