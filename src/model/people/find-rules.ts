/** What fits what was typed, and in which order results stand. */
import type { Found } from './found.ts';

/** Whether digits as people write them were typed: "+44 113 496 0147", "6031", "(0113) 496-0147". */
export function looksLikeNumber(text: string): boolean {
  return /^[+(]?[\d\s().\-*#]{3,}$/u.test(text) && /\d{2}/u.test(text);
}

/** What was shown keeps its place, what is new comes after it. */
export function inPlace<T>(before: readonly T[], now: readonly T[], key: (one: T) => string): readonly T[] {
  const fresh = new Map(now.map((one) => [key(one), one]));
  const stay = before.flatMap((one) => fresh.get(key(one)) ?? []);
  const shown = new Set(stay.map(key));
  return [...stay, ...now.filter((one) => !shown.has(key(one)))];
}

/** What is known of somebody says more than their address alone; it stands in its place. */
export function eachOnce(all: readonly Found[]): readonly Found[] {
  const found = new Map<string, Found>();
  for (const one of all) {
    if (!found.has(one.key) || found.get(one.key)?.is === 'address') found.set(one.key, one);
  }
  return [...found.values()];
}

/** Whether each word typed begins a word of the name. */
export function fits(name: string, wanted: string): boolean {
  const words = fold(name).split(/[\s.@_-]+/u);
  return fold(wanted)
    .split(/\s+/u)
    .every((typed) => words.some((word) => word.startsWith(typed)));
}

/** Without case and without marks on letters. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
