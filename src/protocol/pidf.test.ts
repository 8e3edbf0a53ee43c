import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Pidf, decodePidf, encodePidf } from './pidf.ts';

const read = (path: string): string =>
  readFileSync(new URL('./fixtures/xml/' + path, import.meta.url), 'utf8');
const index = JSON.parse(read('instances/index.json')) as { file: string; root: string; expect: string }[];

function decode(text: string): Pidf {
  const document = decodePidf(text);
  if (!document.ok) throw new Error(document.why);
  return document.value;
}

/** CPU milliseconds: what it costs, not what else the machine does meanwhile. */
function cost(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('printed in the RFCs', () => {
  const documents = index.filter(({ root }) => /^(\w+:)?presence$/.test(root));
  test.each(documents.map((one) => [one.file, one.expect] as const))('%s', (file, says) => {
    const document = decodePidf(read('instances/' + file));
    expect(document.ok).toBe(says === 'well-formed');
    if (!document.ok) return;
    expect(document.value.entity).toMatch(/^(pres|sip):/);
    const { tuples, persons, devices } = document.value;
    expect(tuples.length + persons.length + devices.length).toBeGreaterThan(0);
    // Location documents (RFC 4119) need not say whether the service is open.
    if (!file.startsWith('rfc4119')) expect(tuples.every((one) => one.basic !== null)).toBe(true);
  });

  test('the rich one of RFC 4480', () => {
    const { tuples, persons, devices, notes } = decode(read('instances/rfc4480-01-presence.xml'));
    expect(notes).toEqual([{ text: "I'll be in Tokyo next week" }]);
    expect(tuples[0]).toMatchObject({
      id: 'bs35r9',
      basic: 'open',
      contact: 'im:someone@mobile.example.net',
      priority: 0.8,
      deviceId: 'urn:device:0003ba4811e3',
      rpid: { relationship: 'self' },
      timestamp: Date.parse('2005-10-27T16:49:29Z'),
    });
    expect(tuples[0]?.notes[1]).toEqual({ text: "Ne derangez pas, s'il vous plait", lang: 'fr' });
    expect(tuples[1]?.rpid.relationship).toBe('assistant');
    expect(persons[0]).toMatchObject({
      notes: [{ text: 'Scoring 120' }],
      rpid: {
        activities: { words: ['away'], note: 'Far away', from: Date.parse('2005-05-30T07:00:00Z') },
        class: 'calendar',
        mood: ['angry', 'brooding'],
        placeTypes: ['residence'],
        sphere: 'bowling league',
        timeOffset: -240,
      },
    });
    expect(devices[0]).toMatchObject({
      deviceId: 'urn:device:0003ba4811e3',
      rpid: { userInput: { idle: true, threshold: 600, lastInput: Date.parse('2004-10-21T18:20:00Z') } },
    });
  });

  test('the capabilities of RFC 5196', () => {
    const { tuples, devices } = decode(read('instances/rfc5196-01-presence.xml'));
    expect(tuples[0]?.capabilities).toEqual({ audio: true, message: true, video: false });
    expect(devices[0]?.mobility).toBe('mobile');
  });

  test('a mandatory element inside one that is unknown anyway hurts nobody (RFC 3863 §4.3.3)', () => {
    expect(decode(read('instances/rfc3863-07-presence.xml')).tuples).toHaveLength(1);
  });
});

describe('attack documents that are well formed', () => {
  test.each(['wrong-namespace', 'entity-missing'])('%s is refused', (name) => {
    expect(decodePidf(read(`attacks/${name}.xml`)).ok).toBe(false);
  });
  test('whose state it is stays visible to the caller', () => {
    expect(decode(read('attacks/entity-of-someone-else.xml')).entity).toBe('sip:ceo@example.com');
  });
  test('markup in a note is its words', () => {
    expect(decode(read('attacks/xhtml-in-note.xml')).notes).toEqual([{ text: 'alert(1)' }]);
  });
  test('no link that could run something', () => {
    expect(decode(read('attacks/javascript-contact.xml')).tuples[0]?.contact).toBeUndefined();
    expect(decode(read('attacks/data-uri-icon.xml')).persons[0]?.cipid).toEqual({});
  });
  test('numbers and times are clamped or left out', () => {
    expect(decode(read('attacks/huge-priority.xml')).tuples[0]?.priority).toBe(1);
    expect(decode(read('attacks/nan-idle.xml')).persons[0]?.rpid.userInput).toEqual({ idle: true });
    expect(decode(read('attacks/timestamp-far-future.xml')).tuples[0]?.timestamp).toBeUndefined();
  });
  test('unknown words are left out, the rest stays', () => {
    const [person] = decode(read('attacks/unknown-activity.xml')).persons;
    expect(person?.rpid.activities).toEqual({ words: [], own: [] });
  });
  test('an element that must be understood and is not takes its parent with it', () => {
    expect(decode(read('attacks/must-understand.xml')).tuples).toEqual([]);
  });
});

describe('our own documents', () => {
  const ms = fc.integer({ min: 0, max: 4_000_000_000_000 });
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map((one) => one.trim())
    .filter(Boolean);
  const optional = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arb, { nil: undefined });
  const activities = fc
    .record({
      words: fc.subarray(['away', 'busy', 'meeting', 'on-the-phone', 'presentation', 'vacation'] as const),
      own: fc.subarray(['dnd', 'urgent', 'brb', 'inactive', 'conference'] as const),
      custom: optional(fc.record({ band: fc.constantFrom('busy' as const, 'away' as const), text })),
      other: optional(text),
      note: optional(text),
      from: optional(ms),
      until: optional(ms),
    })
    .map(compact);
  const rpid = fc
    .record({
      activities: optional(activities),
      userInput: optional(fc.record({ idle: fc.boolean(), lastInput: ms, threshold: fc.nat(10_000) })),
      manual: optional(fc.record({ state: fc.constantFrom('busy', 'auto'), since: ms })),
      location: optional(text),
      class: optional(text),
    })
    .map(compact);
  const note = fc.record({ text, lang: optional(fc.constantFrom('en', 'de-AT')) }).map(compact);
  const pidf = fc.record({
    entity: fc.constant('sip:ana@example.test'),
    tuples: fc.array(
      fc
        .record({
          id: fc.stringMatching(/^t[a-z0-9]{1,8}$/),
          basic: fc.constantFrom('open' as const, 'closed' as const, null),
          contact: optional(fc.constant('sip:ana@example.test')),
          priority: optional(fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000)),
          deviceId: optional(fc.uuid().map((id) => 'urn:uuid:' + id)),
          rpid,
          capabilities: optional(
            fc.record({ audio: fc.boolean(), video: fc.boolean(), message: fc.boolean() }),
          ),
          timed: fc.constant([]),
          notes: fc.array(note, { maxLength: 2 }),
          timestamp: optional(ms),
        })
        // Priority is an attribute of the contact.
        .map((one) => compact(one.contact ? one : { ...one, priority: undefined })),
      { maxLength: 3 },
    ),
    persons: fc.array(
      fc
        .record({
          id: fc.stringMatching(/^p[a-z0-9]{1,8}$/),
          rpid,
          cipid: fc.record({ displayName: optional(text) }).map(compact),
          notes: fc.array(note, { maxLength: 2 }),
          timestamp: optional(ms),
        })
        .map(compact),
      { maxLength: 3 },
    ),
    devices: fc.array(
      fc
        .record({
          id: fc.stringMatching(/^d[a-z0-9]{1,8}$/),
          deviceId: fc.constant('urn:uuid:1'),
          rpid,
          mobility: optional(fc.constantFrom('mobile' as const, 'fixed' as const)),
          notes: fc.array(note, { maxLength: 1 }),
          timestamp: optional(ms),
        })
        .map(compact),
      { maxLength: 2 },
    ),
    notes: fc.array(note, { maxLength: 2 }),
  });

  test('read back as they were written', () => {
    fc.assert(
      fc.property(pidf, (document) => {
        expect(decode(encodePidf(document as Pidf))).toEqual(document);
      }),
      { numRuns: 500 },
    );
  });

  function compact<T extends object>(record: T): T {
    return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
  }
});

test.each(['', 'hello', '<presence/>', '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity=""/>'])(
  'refuses %j',
  (text) => {
    expect(decodePidf(text).ok).toBe(false);
  },
);

test('one rich document costs little', () => {
  const text = read('instances/rfc4480-01-presence.xml');
  for (let i = 0; i < 200; i++) decodePidf(text);
  const each = cost(() => {
    for (let i = 0; i < 500; i++) decodePidf(text);
  });
  expect(each / 500).toBeLessThan(3);
});
