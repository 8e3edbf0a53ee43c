import { describe, expect, test } from 'vitest';
import { type CallHandling, USUAL_HANDLING } from './call-handling.ts';
import { type CallPlan, type CallSituation, isOpen, planCall } from './plan-call.ts';

const ME = 'sip:maya@example.org';
const [CALLER, BEN, DANA, PRIYA] = ['caller', 'ben', 'dana', 'priya'].map(
  (name) => `sip:${name}@example.org`,
) as [string, string, string, string];
const NUMBER = 'tel:+4722334455';
/** A Monday, 12:00 UTC. */
const NOON = Date.UTC(2026, 10, 30, 12);

const SITUATION: CallSituation = {
  owner: ME,
  caller: CALLER,
  reach: 'yes',
  hasDevice: true,
  isOffline: false,
  isInCall: false,
  managers: new Set(),
  hasVoicemail: true,
  hasGateway: true,
  now: NOON,
};
const { ring } = USUAL_HANDLING;
const VOICEMAIL = { is: 'voicemail' } as const;
const toBen = { is: 'person', aor: BEN } as const;
const DELEGATES: Partial<CallHandling> = { delegates: [DANA], ring: { ...ring, delegates: 0 } };
const DELEGATES_ONLY: Partial<CallHandling> = {
  delegates: [DANA],
  ring: { ...ring, own: false, delegates: 5 },
};
const TEAM: Partial<CallHandling> = { team: [BEN, PRIYA], ring: { ...ring, team: 10 } };
const MESSAGES: Partial<CallHandling> = { unanswered: { to: VOICEMAIL, after: 20 } };
const NIGHT: Partial<CallHandling> = {
  hours: { zone: 'UTC', days: ['mon'], from: 0, to: 60, outside: 'usual' },
};

/** In one line: `0 own; 10 ben priya | 20 voicemail 408 | busy 486 | not there 480`. */
function told(plan: CallPlan): string {
  const next = (one: Exclude<CallPlan, { is: 'ring' }> | null): string => {
    if (one === null) return '-';
    if (one.is === 'refuse') return one.reason ?? String(one.status);
    const { to, cause } = one;
    return `${to.is === 'voicemail' ? 'voicemail' : name(to.is === 'number' ? to.uri : to.aor)} ${cause}`;
  };
  if (plan.is !== 'ring') return next(plan);
  const rings = plan.rings.map(({ after, targets }) =>
    [
      after,
      ...targets.map((one) => (one.is === 'own' ? 'own' : name(one.is === 'number' ? one.uri : one.aor))),
    ].join(' '),
  );
  const unanswered = plan.unanswered ? `${plan.unanswered.after} ${next(plan.unanswered.next)}` : '-';
  return [rings.join('; '), unanswered, next(plan.busy), next(plan.unreachable)].join(' | ');
}
const name = (uri: string): string => uri.replace(/^sip:|@.*$/g, '');

describe('what becomes of a call', () => {
  test.each<[string, Partial<CallHandling>, Partial<CallSituation>, string]>([
    ['CF1 nothing set', {}, {}, '0 own | - | - | 480'],
    ['CF1 nothing set, nobody there', {}, { hasDevice: false, isOffline: true }, '480'],
    ['A05 blocked', { forward: toBen }, { reach: 'blocked' }, '480'],
    ['A09 Do not disturb', {}, { reach: 'quiet' }, 'Do Not Disturb'],
    ['CF1 forward every call', { forward: toBen }, {}, 'ben 302'],
    ['CF1 forward every call, nobody there', { forward: toBen }, { hasDevice: false }, 'ben 302'],
    ['CF1 forward to a number', { forward: { is: 'number', uri: NUMBER } }, {}, `${NUMBER} 302`],
    [
      'SN1 … without a gateway',
      { forward: { is: 'number', uri: NUMBER } },
      { hasGateway: false },
      '0 own | - | - | 480',
    ],
    ['CF1 forward to voicemail', { forward: VOICEMAIL }, {}, 'voicemail 302'],
    ['CF1 … where there is none', { forward: VOICEMAIL }, { hasVoicemail: false }, '0 own | - | - | 480'],
    ['CF1 the one it goes to calls', { forward: toBen }, { caller: BEN }, '0 own | - | - | 480'],
    ['CF1 I call myself', { forward: toBen, ...TEAM }, { caller: ME }, '0 own | - | - | 480'],
    ['A09 forwarded, in Do not disturb', { forward: toBen }, { reach: 'quiet' }, 'Do Not Disturb'],
    ['CF1 unanswered', MESSAGES, {}, '0 own | 20 voicemail 408 | voicemail 486 | voicemail 480'],
    ['CF1 unanswered to Ben', { unanswered: { to: toBen, after: 5 } }, {}, '0 own | 5 ben 408 | - | 480'],
    ['CF1 unanswered, nobody there', MESSAGES, { hasDevice: false }, 'voicemail 480'],
    ['CF1 busy', { busy: toBen, ...MESSAGES }, {}, '0 own | 20 voicemail 408 | ben 486 | voicemail 480'],
    ['CF1 busy, in a call', { busy: toBen }, { isInCall: true }, 'ben 486'],
    ['CF1 in a call', {}, { isInCall: true }, '0 own | - | - | 480'],
    ['CF1 unreachable', { unreachable: toBen }, { hasDevice: false }, 'ben 480'],
    ['CF1 unreachable, there', { unreachable: toBen }, {}, '0 own | - | - | ben 480'],
    ['CD3 me and delegates', DELEGATES, {}, '0 own dana | - | - | 480'],
    ['CD3 delegates only', DELEGATES_ONLY, {}, '0 dana | - | - | 480'],
    ['CD1 the delegate calls', DELEGATES_ONLY, { caller: DANA }, '0 own | - | - | 480'],
    [
      'CD1 … who gets all my calls',
      { forward: { is: 'person', aor: DANA }, delegates: [DANA] },
      { caller: DANA },
      '0 own | - | - | 480',
    ],
    [
      'CD1 delegates in Do not disturb',
      { ...DELEGATES, ...MESSAGES },
      { reach: 'quiet' },
      '0 dana | 20 voicemail 408 | voicemail 486 | voicemail 480',
    ],
    ['TC1 the team after a while', TEAM, {}, '0 own; 10 ben priya | - | - | 480'],
    ['TC1 all together', { ...TEAM, ring: { ...ring, team: 0 } }, {}, '0 own ben priya | - | - | 480'],
    [
      'TC3 offline: straight to the team',
      TEAM,
      { hasDevice: false, isOffline: true },
      '0 ben priya | - | - | 480',
    ],
    ['TC3 shown offline, with a device', TEAM, { isOffline: true }, '0 own ben priya | - | - | 480'],
    ['TC3 Do not disturb: to voicemail', TEAM, { reach: 'quiet' }, 'voicemail 480'],
    ['TC3 … where there is none', TEAM, { reach: 'quiet', hasVoicemail: false }, 'Do Not Disturb'],
    ['TC1 a member of the team calls', TEAM, { caller: BEN }, '0 own; 10 priya | - | - | 480'],
    ['TC4 the manager is never rung', TEAM, { managers: new Set([BEN]) }, '0 own; 10 priya | - | - | 480'],
    [
      'SN1 a number too',
      { ring: { ...ring, numbers: [{ uri: NUMBER, after: 4 }] } },
      {},
      `0 own; 4 ${NUMBER} | - | - | 480`,
    ],
    [
      'SN1 … without a gateway',
      { ring: { ...ring, numbers: [{ uri: NUMBER, after: 4 }] } },
      { hasGateway: false },
      '0 own | - | - | 480',
    ],
    [
      'TC1 all of them',
      {
        delegates: [DANA],
        team: [BEN],
        ring: { own: true, delegates: 3, team: 3, numbers: [{ uri: NUMBER, after: 0 }] },
        ...MESSAGES,
      },
      {},
      `0 own ${NUMBER}; 3 dana ben | 20 voicemail 408 | voicemail 486 | voicemail 480`,
    ],
    ['CF1 outside working hours', { ...NIGHT, forward: toBen, ...TEAM }, {}, '0 own | - | - | 480'],
    [
      'CF1 … voicemail stays',
      { ...NIGHT, busy: toBen, ...MESSAGES },
      {},
      '0 own | 20 voicemail 408 | voicemail 486 | voicemail 480',
    ],
    ['CF1 … to Ben does not', { ...NIGHT, unanswered: { to: toBen, after: 3 } }, {}, '0 own | - | - | 480'],
    ['CF1 … delegates only', { ...NIGHT, ...DELEGATES_ONLY }, {}, '0 own | - | - | 480'],
    [
      'CF1 … to voicemail',
      { hours: { zone: 'UTC', days: ['mon'], from: 0, to: 60, outside: 'voicemail' } },
      {},
      'voicemail 302',
    ],
    ['CF1 … in Do not disturb', { ...NIGHT, ...DELEGATES }, { reach: 'quiet' }, 'voicemail 480'],
  ])('%s', (_, handling, situation, expected) => {
    expect(told(planCall({ ...USUAL_HANDLING, ...handling }, { ...SITUATION, ...situation }))).toBe(expected);
  });
});

describe('CF1 working hours', () => {
  const hours = { zone: 'Europe/Oslo', days: ['mon'], from: 480, to: 1020, outside: 'usual' } as const;
  test.each([
    ['before', '2026-11-30T06:59:00Z', false],
    ['at the beginning', '2026-11-30T07:00:00Z', true],
    ['at the end', '2026-11-30T16:00:00Z', false],
    ['in summer', '2026-06-29T06:00:00Z', true],
    ['on another day', '2026-12-01T10:00:00Z', false],
  ])('%s', (_, at, open) => {
    expect(isOpen(hours, Date.parse(at))).toBe(open);
  });
  test.each([
    ['in the evening', '2026-11-30T22:30:00Z', true],
    ['after midnight', '2026-12-01T04:00:00Z', true],
    ['before midnight of the day after', '2026-12-01T22:30:00Z', false],
    ['the morning of the day itself', '2026-11-30T04:00:00Z', false],
  ])('that end after midnight: %s', (_, at, open) => {
    expect(isOpen({ ...hours, zone: 'UTC', from: 1320, to: 360 }, Date.parse(at))).toBe(open);
  });
  test('the whole day', () => {
    expect(isOpen({ ...hours, zone: 'UTC', from: 0, to: 1440 }, NOON)).toBe(true);
  });
});
