/** Variants of one document by access level (RPID class, RFC 4480 §3.3): which are there, and cutting down to one. */
import { SHOWN_LEVELS, type ShownLevel } from './access-levels.ts';
import { SELF_CLASS } from './choices.ts';
import type { Pidf } from './pidf.ts';
import type { Rpid } from './rpid.ts';

/** What a watcher of that level is given: their variant, and what nobody labelled with a level. */
export function cutToLevel(document: Pidf, level: ShownLevel): Pidf {
  const isGiven = ({ rpid }: { readonly rpid: Rpid }): boolean => {
    const label = rpid.class;
    if (label === SELF_CLASS) return false;
    return label === level || !SHOWN_LEVELS.some((one) => one === label);
  };
  return {
    ...document,
    tuples: document.tuples.filter(isGiven),
    persons: document.persons.filter(isGiven),
    devices: document.devices.filter(isGiven),
  };
}

/** The most trusted level that something in the documents is labelled with; oneself is given all of them. */
export function mostTrustedIn(documents: readonly Pidf[]): ShownLevel {
  const labels = new Set(
    documents.flatMap(({ tuples, persons }) => [...tuples, ...persons].map(({ rpid }) => rpid.class)),
  );
  return SHOWN_LEVELS.find((level) => labels.has(level)) ?? 'company';
}
