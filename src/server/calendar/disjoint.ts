/** Stretches of several entries as one line of time: sorted, none over another. */
import type { BusyTime } from '../../protocol/schedule.ts';

const RANK: Readonly<Record<BusyTime['kind'], number>> = { oof: 2, busy: 1, tentative: 0 };

/** The more certain hides the less (out of office, busy, tentative); of two alike the one that began later shows. */
export function disjoint(stretches: readonly BusyTime[]): BusyTime[] {
  const sorted = stretches
    .filter(({ from, until }) => until > from)
    .sort((a, b) => RANK[b.kind] - RANK[a.kind] || b.from - a.from || a.until - b.until);
  const placed: BusyTime[] = [];
  for (const one of sorted) {
    let from = one.from;
    const gaps: BusyTime[] = [];
    for (const other of placed) {
      if (other.until <= from || other.from >= one.until) continue;
      if (other.from > from) gaps.push({ ...one, from, until: other.from });
      from = Math.max(from, other.until);
    }
    if (from < one.until) gaps.push({ ...one, from });
    placed.push(...gaps);
    placed.sort((a, b) => a.from - b.from);
  }
  return joined(placed);
}

/** Those that touch and say the same are one. */
function joined(sorted: readonly BusyTime[]): BusyTime[] {
  const result: BusyTime[] = [];
  for (const one of sorted) {
    const last = result.at(-1);
    if (last && last.until === one.from && last.kind === one.kind && last.subject === one.subject)
      result[result.length - 1] = { ...last, until: one.until };
    else result.push(one);
  }
  return result;
}
