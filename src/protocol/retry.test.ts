import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ended, FULL_PACE, reconnectDelay, retryDelay, takeTurn } from './retry.ts';

const S = 1000;

describe('the table, with no chance in it', () => {
  const rows: [string, Ended, number, number | null][] = [
    ['socket lost', { why: 'socket-lost' }, 7, 0],
    ['423 the first time', { why: 'response', status: 423 }, 1, 0],
    ['423 the third time', { why: 'response', status: 423 }, 3, 0],
    ['423 for ever (fact 4)', { why: 'response', status: 423 }, 4, 40 * S],
    ['412: publish afresh', { why: 'response', status: 412 }, 1, 0],
    ['500: publish afresh (Kamailio)', { why: 'response', status: 500 }, 1, 0],
    ['500 with a wish', { why: 'response', status: 500, retryAfter: 9 }, 1, 9 * S],
    ['481: a new dialog', { why: 'response', status: 481 }, 1, 0],
    ['403', { why: 'response', status: 403 }, 1, null],
    ['403 with a wish', { why: 'response', status: 403, retryAfter: 60 }, 1, null],
    ['489', { why: 'response', status: 489 }, 1, null],
    ['603', { why: 'response', status: 603 }, 1, null],
    ['480', { why: 'response', status: 480 }, 1, 5 * S],
    ['503', { why: 'response', status: 503 }, 2, 10 * S],
    ['503 for ever', { why: 'response', status: 503 }, 50, 300 * S],
    ['503 with a wish', { why: 'response', status: 503, retryAfter: 120 }, 1, 120 * S],
    ['503 with a wish of nothing', { why: 'response', status: 503, retryAfter: 0 }, 1, 5 * S],
    ['503 with a wish of years', { why: 'response', status: 503, retryAfter: 4e9 }, 1, 3600 * S],
    ['503 with nonsense', { why: 'response', status: 503, retryAfter: NaN }, 1, 5 * S],
    ['no answer', { why: 'timeout' }, 1, 5 * S],
    [
      'probation in seconds, not ms (fact 4)',
      { why: 'terminated', reason: 'probation', retryAfter: 60 },
      1,
      60 * S,
    ],
    ['probation without a time', { why: 'terminated', reason: 'probation' }, 1, 5 * S],
    ['deactivated', { why: 'terminated', reason: 'deactivated' }, 1, 0],
    ['deactivated again', { why: 'terminated', reason: 'deactivated' }, 2, 10 * S],
    ['timeout', { why: 'terminated', reason: 'timeout' }, 1, 0],
    ['giveup', { why: 'terminated', reason: 'giveup' }, 1, 5 * S],
    ['rejected', { why: 'terminated', reason: 'rejected', retryAfter: 5 }, 1, null],
    ['noresource', { why: 'terminated', reason: 'noresource' }, 1, null],
    ['no reason', { why: 'terminated', reason: '' }, 1, 5 * S],
  ];
  test.each(rows)('%s', (_, ended, failures, expected) => {
    expect(retryDelay(ended, failures, 0)).toBe(expected);
  });

  test('chance only makes it later, by a fifth at most', () => {
    for (const [, ended, failures, least] of rows) {
      const most = retryDelay(ended, failures, 0.999);
      if (least === null) expect(most).toBeNull();
      else expect(most).toSatisfy((ms: number) => ms >= least && ms <= least * 1.2);
    }
  });
});

describe('reconnecting', () => {
  test('the first at once, then doubling to 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map((n) => reconnectDelay(n, 0.999_999))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect([1, 2, 8, 100].map((n) => reconnectDelay(n, 0))).toEqual([0, 250, 15_000, 15_000]);
  });
  test('a thousand clients of a restarted server do not come at once', () => {
    // The server is away for a minute: how many come in each of the seconds after it?
    const seconds = new Map<number, number>();
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let client = 0; client < 1000; client++) {
      let at = 0;
      for (let failures = 1; at < 60_000; failures++) at += reconnectDelay(failures, random());
      const second = Math.floor(at / S);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    expect(Math.max(...seconds.values())).toBeLessThan(100);
  });
});

test('whatever the server says, no purpose asks more than once in 5 s on average (reliability.md §8, 15)', () => {
  const ended = fc.oneof(
    fc.constant<Ended>({ why: 'socket-lost' }),
    fc.constant<Ended>({ why: 'timeout' }),
    fc.record({
      why: fc.constant('response' as const),
      status: fc.constantFrom(408, 412, 423, 480, 481, 500, 503),
      retryAfter: fc.oneof(fc.constant(0), fc.double(), fc.nat(10)),
    }),
    fc.record({
      why: fc.constant('terminated' as const),
      reason: fc.constantFrom('deactivated', 'timeout', 'probation', ''),
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(ended, fc.boolean(), fc.double({ min: 0, max: 0.99, noNaN: true })), {
        minLength: 50,
        maxLength: 200,
      }),
      (answers) => {
        let now = 1_000_000;
        let pace = FULL_PACE;
        let failures = 0;
        const sent: number[] = [];
        for (const [answer, counted, random] of answers) {
          const turn = takeTurn(pace, now);
          pace = turn.pace;
          now += turn.wait;
          sent.push(now);
          // The caller may count anew after each success: then the table alone would not hold.
          failures = counted ? failures + 1 : 1;
          now += retryDelay(answer, failures, random) ?? 5 * S;
        }
        const span = (sent.at(-1) ?? 0) - (sent[0] ?? 0);
        expect(sent.length - 3).toBeLessThanOrEqual(span / (5 * S) + 1);
      },
    ),
    { numRuns: 300 },
  );
});

test('a clock set back neither blocks nor floods', () => {
  let pace = FULL_PACE;
  for (const now of [1e12, 1e12 + 1, 1e12 + 2]) pace = takeTurn(pace, now).pace;
  const after = takeTurn(pace, 1e9);
  expect(after.wait).toBeGreaterThan(0);
  expect(after.wait).toBeLessThanOrEqual(5 * S);
});
