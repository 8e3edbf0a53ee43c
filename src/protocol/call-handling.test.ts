import { describe, expect, test } from 'vitest';
import { checkCallHandling } from './call-handling-check.ts';
import {
  type CallHandling,
  decodeCallHandling,
  encodeCallHandling,
  targetOf,
  USUAL_HANDLING,
} from './call-handling.ts';

const ME = 'sip:maya@example.org';
const BEN = 'sip:ben@example.org';
const DANA = 'sip:dana@example.org';
const NUMBER = 'tel:+4722334455';

const FULL: CallHandling = {
  forward: { is: 'person', aor: BEN },
  busy: { is: 'voicemail' },
  unreachable: { is: 'number', uri: NUMBER },
  unanswered: { to: { is: 'voicemail' }, after: 20 },
  ring: { own: false, delegates: 0, team: 15, numbers: [{ uri: NUMBER, after: 3 }] },
  delegates: [DANA],
  team: [BEN, 'sip:priya@example.org'],
  hours: { zone: 'Europe/Oslo', days: ['mon', 'fri'], from: 480, to: 1440, outside: 'voicemail' },
};

function read(text: string): CallHandling {
  const handling = decodeCallHandling(text);
  if (!handling.ok) throw new Error(handling.why);
  return handling.value;
}
const document = (inside: string) =>
  `<call-handling xmlns="urn:parley:call-handling:1">${inside}</call-handling>`;

test('CF1 TC1 CD1 a document goes over and comes back', () => {
  expect(read(encodeCallHandling(FULL))).toEqual(FULL);
  expect(read(encodeCallHandling(USUAL_HANDLING))).toEqual(USUAL_HANDLING);
  expect(read(document(''))).toEqual(USUAL_HANDLING);
});

test('CF1 addresses become AORs, days stand in the order of the week, what is unknown is passed over', () => {
  const handling = read(
    document(
      '<forward to="sips:Ben@EXAMPLE.org:5061;transport=tls"/><later/>' +
        '<hours zone="UTC" days="fri mon" from="22:00" to="06:30"/>',
    ),
  );
  expect(handling.forward).toEqual({ is: 'person', aor: 'sip:Ben@example.org' });
  expect(handling.hours).toMatchObject({ days: ['mon', 'fri'], from: 1320, to: 390, outside: 'usual' });
});

describe('CF1 what cannot be understood is refused whole', () => {
  test.each([
    '',
    'x',
    '<call-handling/>',
    '<!DOCTYPE x><call-handling xmlns="urn:parley:call-handling:1"/>',
    document('<forward/>'),
    document('<forward to="ben"/>'),
    document('<busy to="tel:112"/>'),
    document('<busy to="tel:+47;phone-context=x"/>'),
    document('<unreachable to="sip:example.org"/>'),
    document('<unanswered to="voicemail"/>'),
    document('<unanswered to="voicemail" after="-1"/>'),
    document('<unanswered to="voicemail" after="soon"/>'),
    document('<ring><team/></ring>'),
    document('<ring><number after="0">+47 22 33 44 55</number></ring>'),
    document('<delegate uri="mailto:x@example.org"/>'),
    document('<member/>'),
    document('<hours zone="Mars/Base" days="mon" from="08:00" to="17:00"/>'),
    document('<hours zone="UTC" days="moonday" from="08:00" to="17:00"/>'),
    document('<hours zone="UTC" days="mon" from="08:00" to="24:30"/>'),
    document('<hours zone="UTC" days="mon" from="8" to="17:00"/>'),
    document('<hours zone="UTC" days="mon" from="08:00" to="17:00" outside="never"/>'),
    document(`<x>${'y'.repeat(40_000)}</x>`),
  ])('%s', (text) => {
    expect(decodeCallHandling(text).ok).toBe(false);
  });
});

test('CF1 SN1 targets by their text', () => {
  expect(targetOf('voicemail')).toEqual({ is: 'voicemail' });
  expect(targetOf('tel:+4799887766')).toEqual({ is: 'number', uri: 'tel:+4799887766' });
  expect(targetOf(BEN)).toEqual({ is: 'person', aor: BEN });
  for (const nothing of ['', '911', 'tel:911', 'tel:+12\r\nX: y', 'sip:a b@c'])
    expect(targetOf(nothing)).toBeNull();
});

describe('TC4 what is refused though it can be understood', () => {
  const people = (count: number) => Array.from({ length: count }, (_, at) => `sip:p${at}@example.org`);
  const ring = USUAL_HANDLING.ring;
  test.each<[string, Partial<CallHandling>, string | null]>([
    ['nothing set', {}, null],
    ['a team of 25', { team: people(25) }, null],
    ['a team of 26', { team: people(26) }, 'too-many'],
    ['26 delegates', { delegates: people(26) }, 'too-many'],
    ['oneself in the team', { team: [ME] }, 'oneself'],
    ['oneself as a delegate', { delegates: [ME] }, 'oneself'],
    ['forward to oneself', { forward: { is: 'person', aor: ME } }, 'oneself'],
    ['unanswered to oneself', { unanswered: { to: { is: 'person', aor: ME }, after: 5 } }, 'oneself'],
    ['somebody twice in the team', { team: [BEN, BEN] }, 'twice'],
    ['a delegate in the team as well', { delegates: [BEN], team: [BEN] }, 'two-roles'],
    ["one's manager in the team", { team: [DANA] }, 'manager-in-team'],
    ["one's manager as a delegate", { delegates: [DANA] }, null],
    [
      'six numbers',
      { ring: { ...ring, numbers: [1, 2, 3, 4, 5, 6].map((n) => ({ uri: `tel:+4711111${n}`, after: 0 })) } },
      'too-many',
    ],
    ['unanswered at once', { unanswered: { to: { is: 'voicemail' }, after: 0 } }, 'seconds'],
    ['unanswered after an hour', { unanswered: { to: { is: 'voicemail' }, after: 3600 } }, 'seconds'],
    ['the team after an hour', { ring: { ...ring, team: 3600 } }, 'seconds'],
    ['delegates only, without delegates', { ring: { ...ring, own: false, delegates: 0 } }, 'nobody-rings'],
    ['delegates only', { ring: { ...ring, own: false, delegates: 0 }, delegates: [BEN] }, null],
    ['hours without a day', { hours: { zone: 'UTC', days: [], from: 1, to: 2, outside: 'usual' } }, 'hours'],
    [
      'hours without length',
      { hours: { zone: 'UTC', days: ['mon'], from: 2, to: 2, outside: 'usual' } },
      'hours',
    ],
  ])('%s', (_, change, fault) => {
    const found = checkCallHandling({ ...USUAL_HANDLING, ...change }, ME, new Set([DANA]));
    expect(found?.is ?? null).toBe(fault);
    if (found) expect(found.says).toMatch(/^[A-Zs].*\.$/);
  });
});
