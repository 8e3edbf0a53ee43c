import { expect, it } from 'vitest';
import { demoDay } from './days.ts';
import { demoPeople } from './people.ts';

const HOUR = 3_600_000;
const everybody = demoPeople().map(({ user }) => `sip:${user}@larkfield.example`);
/** Every hour of two weeks, at an odd minute. */
const moments = Array.from(
  { length: 14 * 24 },
  (_, hour) => Date.UTC(2026, 9, 12) + hour * HOUR + 17 * 60_000,
);
const isIn = (aor: string, now: number, kind: string): boolean =>
  demoDay(aor, now).busy.some((one) => one.kind === kind && one.from <= now && one.until > now);

it('at any hour of any day a few are in a meeting, never most, and never the one most enter as', () => {
  for (const now of moments) {
    const meeting = everybody.filter((aor) => isIn(aor, now, 'busy'));
    expect(meeting.length, new Date(now).toISOString()).toBeGreaterThanOrEqual(3);
    expect(meeting.length, new Date(now).toISOString()).toBeLessThanOrEqual(13);
    expect(meeting.some((aor) => aor.includes('amara.okafor'))).toBe(false);
  }
});

it('one is out of office with words, for at least a day more', () => {
  for (const now of moments) {
    const away = everybody.flatMap((aor) => demoDay(aor, now).absences);
    expect(away).toHaveLength(1);
    expect(away[0]?.text).toMatch(/^On leave, back on (Mon|Tues|Wednes|Thurs|Fri)day\./);
    expect(away[0]?.from).toBeLessThan(now);
    expect(away[0]?.until).toBeGreaterThan(now + 24 * HOUR);
  }
});

it('everybody has a day; a meeting stays where it is as time passes', () => {
  const noon = new Date(2026, 9, 14, 12).getTime();
  for (const aor of everybody) {
    const day = demoDay(aor, noon).busy.filter(
      ({ from, until }) => until > noon - 12 * HOUR && from < noon + 12 * HOUR,
    );
    expect(day.length, aor).toBeGreaterThan(0);
    expect(day.every(({ from, until }) => until > from)).toBe(true);
    const running = demoDay(aor, noon).busy.find(({ from, until }) => from <= noon && until > noon + 600_000);
    if (running) expect(demoDay(aor, noon + 600_000).busy).toContainEqual(running);
  }
});
