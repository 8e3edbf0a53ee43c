import { expect, test } from 'vitest';
import type { Availability } from '../../protocol/availability.ts';
import { createTagAlerts } from './tag-alerts.ts';

const BEN = 'sip:ben@x.test';

function stage() {
  const told: string[] = [];
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const alerts = createTagAlerts(
    {
      now: () => now,
      after(ms, run) {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return () => (timers = timers.filter((one) => one !== timer));
      },
    },
    (aor, { availability, custom }) => told.push(`${aor} ${custom ?? availability}`),
  );
  alerts.follow([BEN], () => undefined);
  alerts.online();
  now = 20_000;
  return {
    alerts,
    told,
    says: (availability: Availability, custom?: string, aor = BEN) => {
      alerts.heard([[aor, { availability, messages: true, asOf: now, ...(custom && { custom }) }]]);
    },
    pass: (ms: number) => {
      now += ms;
      const due = timers.filter((one) => one.at <= now);
      timers = timers.filter((one) => one.at > now);
      for (const one of due) one.run();
    },
    pending: () => timers.length,
  };
}

type Step = Availability | number | 'lost' | 'back' | `custom ${string}`;
test.each<[string, Step[], string[]]>([
  ['P28 the first word is no news', ['available', 9_000], []],
  ['P28 comes, and goes', ['offline', 'available', 9_000, 'offline', 9_000], ['available', 'offline']],
  [
    'P28 every other state is told',
    ['available', 'busy', 9_000, 'dnd', 9_000, 'away', 9_000],
    ['busy', 'dnd', 'away'],
  ],
  ['P28 idleness is none', ['available', 'inactive', 9_000, 'available', 9_000], []],
  ['P28 nor is it in the middle of work', ['busy', 'busy-inactive', 9_000, 'busy', 9_000], []],
  ['P28 a state that does not hold is none', ['available', 'away', 2_000, 'available', 9_000], []],
  ['P28 the last of several', ['offline', 'away', 2_000, 'available', 9_000], ['available']],
  [
    'P28 saying it again does not make it later',
    ['offline', 'available', 3_000, 'available', 3_000],
    ['available'],
  ],
  ['P28 not knowing is no state', ['available', 'unknown', 9_000, 'available', 9_000], []],
  ['P28 what changed without a connection is no news', ['offline', 'lost', 'available', 9_000], []],
  ['P28 nor what is heard just after it', ['offline', 'lost', 'back', 'available', 9_000], []],
  ['P28 nor what was changing when it was lost', ['offline', 'available', 'lost', 9_000], []],
  ['P28 after that it goes on', ['offline', 'lost', 'back', 'available', 20_000, 'busy', 9_000], ['busy']],
  ['P28 also from a state that nobody repeats', ['offline', 'lost', 'back', 20_000, 'busy', 9_000], ['busy']],
  [
    'P28 states of the organisation count',
    ['busy', 'custom In court', 9_000, 'busy', 9_000],
    ['In court', 'busy'],
  ],
])('%s', (_what, steps, expected) => {
  const { alerts, told, says, pass, pending } = stage();
  for (const step of steps) {
    if (typeof step === 'number') pass(step);
    else if (step === 'lost') alerts.offline();
    else if (step === 'back') alerts.online();
    else if (step.startsWith('custom ')) says('busy', step.slice(7));
    else says(step as Availability);
  }
  expect(told).toEqual(expected.map((one) => `${BEN} ${one}`));
  expect(pending()).toBe(0);
});

test('P28 only of those who are tagged, until they are not', () => {
  const { alerts, told, says, pass, pending } = stage();
  says('offline', undefined, 'sip:cat@x.test');
  says('available', undefined, 'sip:cat@x.test');
  says('offline');
  says('available');
  alerts.follow([], () => undefined);
  pass(9_000);
  expect(told).toEqual([]);
  expect(pending()).toBe(0);
  alerts.follow([BEN], () => undefined);
  says('available');
  pass(9_000);
  expect(told).toEqual([]);
});

test('P28 tagged while busy: the next state is told', () => {
  const { alerts, told, says, pass } = stage();
  alerts.follow([], () => undefined);
  alerts.follow([BEN], () => ({ availability: 'busy', messages: true, asOf: 0 }));
  says('busy');
  pass(9_000);
  says('available');
  pass(9_000);
  expect(told).toEqual([`${BEN} available`]);
});
