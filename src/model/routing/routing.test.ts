import { expect, test } from 'vitest';
import type { Boot, CallHandlingState } from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { USUAL_HANDLING } from '../../protocol/call-handling.ts';
import { inForce, stepsOf, type Handling } from './handling-words.ts';
import { Routing } from './routing.svelte.ts';

const BEN = 'sip:ben@x.test';
const MEI = 'sip:mei@x.test';
const NAMES: Readonly<Record<string, string>> = { [BEN]: 'Ben Farrow', [MEI]: 'Mei Tanaka' };
const nameOf = (aor: string): string => NAMES[aor] ?? aor.slice(4);
const VOICEMAIL = { is: 'voicemail' } as const;
const RING = USUAL_HANDLING.ring;

test.each<[Partial<Handling>, string]>([
  [{}, 'Calls ring here.'],
  [{ unanswered: { to: VOICEMAIL, after: 20 } }, 'Calls ring here for 20 seconds, then go to voicemail.'],
  [{ forward: { is: 'person', aor: BEN } }, 'Every call goes to Ben Farrow without ringing here.'],
  [
    {
      ring: { ...RING, team: 15, numbers: [{ uri: 'tel:+4799887766', after: 0 }] },
      team: [BEN, MEI],
      unanswered: { to: VOICEMAIL, after: 40 },
    },
    'Calls ring here and on +4799887766. After 15 seconds they ring at your team too. After 40 seconds they go to voicemail.',
  ],
  [{ ring: { ...RING, own: false, delegates: 5 }, delegates: [MEI] }, 'Calls ring at your delegates.'],
  [
    { busy: { is: 'person', aor: BEN }, unreachable: VOICEMAIL },
    'Calls ring here. While you’re on a call, or when you decline, they go to Ben Farrow. When none of your devices is there, they go to voicemail.',
  ],
  [
    {
      hours: {
        ...{ zone: 'Europe/Oslo', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: 480, to: 1080 },
        outside: 'voicemail',
      },
    },
    'Calls ring here. Outside Monday to Friday, 08:00 to 18:00, calls go to voicemail.',
  ],
])('CF1 %j is said as "%s"', (change, words) => {
  expect(inForce({ ...USUAL_HANDLING, ...change }, nameOf)).toBe(words);
});

test('CF1 TC1 the steps of a call stand in the order they happen', () => {
  const handling: Handling = {
    ...USUAL_HANDLING,
    ring: { ...RING, team: 20, delegates: 10 },
    delegates: [MEI],
    team: [BEN, 'sip:c@x.test'],
    unanswered: { to: VOICEMAIL, after: 40 },
  };
  const steps = stepsOf(handling, nameOf).map(({ words, after }) => `${words} ${after}`);
  expect(steps).toEqual(['You 0', 'Mei Tanaka 10', 'Team call, 2 people 20', 'Voicemail 40']);
  const forwarded = { ...handling, forward: VOICEMAIL };
  expect(stepsOf(forwarded, nameOf)).toEqual([{ is: 'voicemail', words: 'Voicemail', after: 0 }]);
});

const kept = (change: Partial<CallHandlingState> = {}): CallHandlingState => ({
  ...{ handling: USUAL_HANDLING, managers: [], voicemail: true, numbers: false },
  ...change,
});

test('CF1 TC4 a choice that cannot be is refused before anybody is asked, with the names of people', async () => {
  const asked: unknown[] = [];
  const link = fakeLink({} as Boot, {
    'call-handling': ({ change }) => {
      if (change) asked.push(change);
      const handling = { ...USUAL_HANDLING, delegates: [MEI], ...change };
      return { ok: true, value: kept({ handling, managers: [BEN] }) };
    },
  });
  const routing = new Routing(link, () => 'sip:ann@x.test', nameOf);
  expect(routing.isKnown).toBe(false);
  await routing.look();
  expect(await routing.change(() => ({ team: [BEN] }))).toBe(false);
  expect(routing.problem).toBe('You’re a delegate for Ben Farrow, who therefore can’t be in your team.');
  expect(await routing.change(() => ({ team: [MEI] }))).toBe(false);
  expect(routing.problem).toMatch(/^Mei Tanaka can’t be both/);
  expect(asked).toEqual([]);
  expect(await routing.change(() => ({ forward: VOICEMAIL }))).toBe(true);
  expect(routing.problem).toBeNull();
  expect(routing.handling?.forward).toEqual(VOICEMAIL);
});

test('CF1 a refusal of the server is said, and what another device chose arrives by itself', async () => {
  const why = 'The server cannot be reached.';
  const link = fakeLink({} as Boot, {
    'call-handling': ({ change }) => (change ? { ok: false, why } : { ok: true, value: kept() }),
  });
  const routing = new Routing(link, () => 'sip:ann@x.test', nameOf);
  await routing.look();
  expect(await routing.change(() => ({ forward: VOICEMAIL }))).toBe(false);
  expect(routing.problem).toBe(why);
  expect(routing.handling?.forward).toBeNull();
  const handling = { ...USUAL_HANDLING, forward: VOICEMAIL };
  routing.apply({ fact: 'call-handling', state: kept({ handling }) });
  expect(routing.handling?.forward).toEqual(VOICEMAIL);
});
